/// Set operations and common table expressions.

import LodeCore

/// UNION, INTERSECT and EXCEPT. Inputs have as many columns of the same types; they correspond by position.
package struct SetOperationNode: PlanNode {
    package enum Kind: Sendable, Hashable { case unionAll, union, intersect, intersectAll, except, exceptAll }

    package var kind: Kind
    /// Two; for the unions two or more.
    package var inputs: [LogicalPlan]
    package var columns: [PlanColumn]

    package init(kind: Kind, inputs: [LogicalPlan], columns: [PlanColumn]) {
        self.kind = kind
        self.inputs = inputs
        self.columns = columns
    }

    package var children: [LogicalPlan] { inputs }
    package var expressions: [BoundExpression] { [] }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        .setOperation(SetOperationNode(kind: kind, inputs: children, columns: columns))
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan { .setOperation(self) }
    package var title: String {
        switch kind {
        case .unionAll: "Union All"
        case .union: "Union"
        case .intersect: "Intersect"
        case .intersectAll: "Intersect All"
        case .except: "Except"
        case .exceptAll: "Except All"
        }
    }
    package var details: [String] { [] }

    package var matchesByPosition: Bool { true }
    package func fault(of inputs: [[ColumnID]]) -> String? {
        let types = columns.map(\.type)
        return self.inputs.allSatisfy { $0.columns.map(\.type) == types } ? nil : "combines inputs of other types"
    }
    package var maxRows: Int? {
        var total = 0
        for input in inputs {
            guard let rows = input.maxRows else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(rows)
            if overflow { return nil }
            total = sum
        }
        return total
    }
    package var isEmptyForEmptyInput: Bool { true }
    package func simplified(forEmpty empty: [Bool]) -> LogicalPlan? {
        switch kind {
        case .unionAll, .union: break
        case .intersect, .intersectAll: return .empty(columns)
        case .except, .exceptAll: return empty[0] ? .empty(columns) : nil
        }
        let rest = zip(inputs, empty).filter { !$1 }.map(\.0)
        guard let only = rest.first else { return .empty(columns) }
        if rest.count > 1 { return .setOperation(SetOperationNode(kind: kind, inputs: rest, columns: columns)) }
        let items = zip(columns, only.columns).map { ProjectNode.Item($0, $1.reference) }
        return kind == .unionAll
            ? .project(ProjectNode(input: only, items: items)) : .aggregate(AggregateNode(input: only, groups: items, aggregates: []))
    }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate {
        let rows: Double =
            switch kind {
            case .unionAll, .union: inputs.reduce(0) { $0 + $1.rows }
            case .intersect, .intersectAll: (inputs.map(\.rows).min() ?? 0) / 2
            case .except, .exceptAll: inputs.first?.rows ?? 0
            }
        var result = RelationEstimate(rows: rows, baseRows: inputs.reduce(0) { $0 + $1.baseRows })
        for (position, column) in columns.enumerated() {
            let sources = zip(self.inputs, inputs).map { $1.columns[$0.columns[position].id] ?? .unknown($1.rows) }
            result.columns[column.id] = ColumnEstimate.united(
                sources, isDiscrete: column.type.isInteger || column.type == .date, rows: rows)
        }
        return result
    }
    package var ignoresOrder: Bool { true }
    /// Equal rows of the inputs go together, so each may drop its own.
    package func origins(of id: ColumnID) -> [ColumnOrigin] {
        guard let position = columns.firstIndex(where: { $0.id == id }) else { return [] }
        return inputs.enumerated().map { ColumnOrigin($0, $1.columns[position].reference) }
    }
    package func needsOnlyFirstRows(of input: Int) -> Bool { kind == .unionAll }
    package func streams(_ input: Int) -> Bool { kind == .unionAll }
}

/// Computes a CTE once, for every `CTEScanNode` of its number in `body`.
package struct WithNode: PlanNode {
    package var cte: Int
    package var name: String
    package var definition: LogicalPlan
    package var body: LogicalPlan

    package init(cte: Int, name: String, definition: LogicalPlan, body: LogicalPlan) {
        self.cte = cte
        self.name = name
        self.definition = definition
        self.body = body
    }

    package var children: [LogicalPlan] { [definition, body] }
    package var columns: [PlanColumn] { body.columns }
    package var expressions: [BoundExpression] { [] }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        .with(WithNode(cte: cte, name: name, definition: children[0], body: children[1]))
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan { .with(self) }
    package var title: String { "CTE" }
    package var details: [String] { [name] }

    package func columnIDs(from inputs: [[ColumnID]]) -> [ColumnID] { inputs[1] }
    package var matchesByPosition: Bool { true }
    package var maxRows: Int? { body.maxRows }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate { inputs[1] }
    package func origins(of id: ColumnID) -> [ColumnOrigin] { body.origin(of: id, asInput: 1) }
}

/// WITH RECURSIVE: `anchor`, then `step` over the rows of the round before (read through `CTEScanNode`s of number
/// `cte`), until a round gives nothing new. The result has all rounds' rows.
package struct RecursiveNode: PlanNode {
    package var cte: Int
    package var name: String
    package var columns: [PlanColumn]
    package var anchor: LogicalPlan
    package var step: LogicalPlan
    /// UNION instead of UNION ALL: rows seen before are dropped.
    package var isDistinct: Bool

    package init(cte: Int, name: String, columns: [PlanColumn], anchor: LogicalPlan, step: LogicalPlan, isDistinct: Bool) {
        self.cte = cte
        self.name = name
        self.columns = columns
        self.anchor = anchor
        self.step = step
        self.isDistinct = isDistinct
    }

    package var children: [LogicalPlan] { [anchor, step] }
    package var expressions: [BoundExpression] { [] }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        .recursive(
            RecursiveNode(cte: cte, name: name, columns: columns, anchor: children[0], step: children[1], isDistinct: isDistinct))
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan { .recursive(self) }
    package var title: String { "Recursive CTE" }
    package var details: [String] { [name] }

    package var matchesByPosition: Bool { true }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate { .unknown(columns, rows: inputs[0].rows * 10) }
}
