/// Grouping and aggregation.

import LodeCore
import LodeFunctions

/// Groups rows by `groups` and computes `aggregates` for every group. Without groups: one row, even for no input.
package struct AggregateNode: PlanNode {
    package var input: LogicalPlan
    /// The grouping keys with the columns that return them.
    package var groups: [ProjectNode.Item]
    /// GROUPING SETS: each a list of positions in `groups`; keys outside of a row's set are NULL. Nil: all keys, once.
    package var sets: [[Int]]?
    /// With `sets`: a bigint that tells which set a row is of, as its position in `sets`.
    package var setColumn: PlanColumn?
    package var aggregates: [AggregateCall]
    /// The groups that a top-N above wants, if their order is known by a key.
    package var firstGroups: FirstGroups?

    package init(
        input: LogicalPlan, groups: [ProjectNode.Item], sets: [[Int]]? = nil, setColumn: PlanColumn? = nil,
        aggregates: [AggregateCall]
    ) {
        self.input = input
        self.groups = groups
        self.sets = sets
        self.setColumn = setColumn
        self.aggregates = aggregates
    }

    package var children: [LogicalPlan] { [input] }
    package var columns: [PlanColumn] { groups.map(\.column) + (setColumn.map { [$0] } ?? []) + aggregates.map(\.column) }
    package var expressions: [BoundExpression] { groups.map(\.expression) + aggregates.flatMap(\.expressions) }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan {
        var copy = self
        copy.input = children[0]
        return .aggregate(copy)
    }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        var copy = self
        var rest = expressions[...]
        for index in groups.indices { copy.groups[index].expression = rest.removeFirst() }
        for index in aggregates.indices { copy.aggregates[index].take(&rest) }
        return .aggregate(copy)
    }
    package var title: String { groups.isEmpty ? "Aggregate" : aggregates.isEmpty ? "Distinct" : "Group" }
    package var details: [String] {
        var lines: [String] = []
        if !groups.isEmpty { lines.append("by: " + groups.map { $0.expression.text(naming: input.columns) }.joined(separator: ", ")) }
        if let sets { lines.append("sets: \(sets.count)") }
        if !aggregates.isEmpty { lines.append(aggregates.map { $0.text(naming: input.columns) }.joined(separator: ", ")) }
        if let firstGroups { lines.append("first groups: \(firstGroups.limit) by " + groups[firstGroups.key].column.name) }
        return lines
    }

    package func requiredColumns(for wanted: Set<ColumnID>) -> Set<ColumnID> { columnsRead }
    package func pruned(to wanted: Set<ColumnID>) -> LogicalPlan? {
        var copy = self
        copy.aggregates = aggregates.filter { wanted.contains($0.column.id) }
        // One row, whatever the input has.
        return alwaysHasRow && copy.aggregates.isEmpty ? .values(.singleRow) : .aggregate(copy)
    }
    package var maxRows: Int? {
        if alwaysHasRow { return 1 }
        guard let rows = input.maxRows else { return nil }
        guard let sets else { return rows }
        // Each set has at most a row for every row, and the empty one has a row even for none.
        let (product, overflow) = max(rows, 1).multipliedReportingOverflow(by: sets.count)
        return overflow ? nil : product
    }
    package var alwaysHasRow: Bool { groups.isEmpty && sets == nil }
    package var isEmptyForEmptyInput: Bool { !groups.isEmpty && sets?.allSatisfy { !$0.isEmpty } ?? true }
    package var dropsRows: Bool { false }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate {
        if alwaysHasRow { return .unknown(columns, rows: 1) }
        let keys = groups.map(\.expression)
        let rows = inputs[0].groups(keys) * Double(sets?.count ?? 1)
        var result = RelationEstimate.unknown(columns, rows: rows)
        for group in groups { result.columns[group.column.id] = inputs[0].column(group.expression).capped(rows) }
        return result
    }
    package var ignoresOrder: Bool {
        !aggregates.contains { FunctionRegistry.aggregates[$0.name]?.isOrderSensitive ?? true }
    }
    /// Whole groups go: those by a key that all sets share.
    package func origins(of id: ColumnID) -> [ColumnOrigin] {
        guard let index = groups.firstIndex(where: { $0.column.id == id }), sets?.allSatisfy({ $0.contains(index) }) ?? true else {
            return []
        }
        return [ColumnOrigin(0, groups[index].expression)]
    }
}

/// What a top-N above a grouping wants of it: the groups that come first by one of their keys.
package struct FirstGroups: Sendable {
    /// The number of the filter that the grouping tightens while it runs.
    package var filter: Int
    /// The position of the key among the groups.
    package var key: Int
    /// The top-N's order of that key, over the column that the grouping reads.
    package var order: SortKey
    /// Groups that are wanted.
    package var limit: Int

    package init(filter: Int, key: Int, order: SortKey, limit: Int) {
        self.filter = filter
        self.key = key
        self.order = order
        self.limit = limit
    }
}

/// One aggregate of a group or of a window frame.
package struct AggregateCall: Sendable {
    package var column: PlanColumn
    package var name: String
    package var function: BoundAggregate
    package var arguments: [BoundExpression]
    package var isDistinct: Bool
    package var filter: BoundExpression?
    package var order: [SortKey]
    package var span: SourceSpan?

    package init(
        column: PlanColumn, name: String, function: BoundAggregate, arguments: [BoundExpression], isDistinct: Bool = false,
        filter: BoundExpression? = nil, order: [SortKey] = [], span: SourceSpan? = nil
    ) {
        self.column = column
        self.name = name
        self.function = function
        self.arguments = arguments
        self.isDistinct = isDistinct
        self.filter = filter
        self.order = order
        self.span = span
    }

    package var expressions: [BoundExpression] { arguments + (filter.map { [$0] } ?? []) + order.map(\.expression) }

    /// Takes as many expressions as `expressions` has from the front of `rest`.
    package mutating func take(_ rest: inout ArraySlice<BoundExpression>) {
        for index in arguments.indices { arguments[index] = rest.removeFirst() }
        if filter != nil { filter = rest.removeFirst() }
        for index in order.indices { order[index].expression = rest.removeFirst() }
    }

    package func text(naming columns: [PlanColumn]) -> String {
        let list = arguments.map { $0.text(naming: columns) }.joined(separator: ", ")
        var text = "\(name)(\(isDistinct ? "distinct " : "")\(name == "count" && arguments.isEmpty ? "*" : list))"
        if let filter { text += " filter (where \(filter.text(naming: columns)))" }
        return text
    }
}
