/// UPDATE: each row with a new one in its place.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// The rows that change. Where FROM gives several matches for a row, any one of them counts.
    /// - Throws: `42703` for a column that the table has not, `42601` for one that is assigned twice, `428C9` for a generated one.
    package func bind(update: Update, of target: ChangeTarget) throws(SQLError) -> BoundChange {
        let outer = try scope(Scope.empty, with: update.with)
        let found = try bindMatches(of: update.table, target, beside: update.from, where: update.where, outer)
        let table = found.table
        var plan = found.plan
        let set = try assignments(update.assignments, table, target.table, found.scope.entering(.update))
        if !set.rows.isEmpty {
            plan = .project(ProjectNode(input: plan, items: ProjectNode.Item.passing(plan.columns) + set.rows))
        }
        let (changed, row) = try newRow(kept(table, target.table).merging(set.values) { $1 }, over: plan, target.table)
        let replaced = Dictionary(zip(table.columns.map(\.id), row), uniquingKeysWith: { first, _ in first })
        return try change(
            changed, row: row, of: table, repetition: .ignored, returning: update.returning,
            from: found.from.replacing(replaced), outer, update.with)
    }

    /// The values that the row has already, by position.
    func kept(_ target: BoundTarget, _ table: InsertTarget) -> [Int: BoundExpression] {
        var values: [Int: BoundExpression] = [:]
        for (position, column) in target.columns.enumerated() where table.generated[position] == nil { values[position] = column.reference }
        return values
    }

    /// What SET assigns: values by position, and the rows of queries that some of them are taken from.
    struct Assignments {
        var values: [Int: BoundExpression] = [:]
        var rows: [ProjectNode.Item] = []
    }

    func assignments(
        _ list: [Assignment], _ target: BoundTarget, _ table: InsertTarget, _ scope: Scope
    ) throws(SQLError) -> Assignments {
        var result = Assignments(), seen: Set<Int> = []
        for assignment in list {
            var positions: [Int] = []
            for name in assignment.targets {
                let position = try self.position(ofTarget: name, target, table)
                guard seen.insert(position).inserted else {
                    throw SQLError(
                        .syntaxError, "multiple assignments to same column \"\(table.schema.fields[position].name)\"", at: name.span)
                }
                positions.append(position)
            }
            try assign(assignment, to: positions, table, scope, &result)
        }
        return result
    }

    private func assign(
        _ assignment: Assignment, to positions: [Int], _ table: InsertTarget, _ scope: Scope, _ result: inout Assignments
    ) throws(SQLError) {
        let value = assignment.value
        if positions.count == 1 { return try assign(value, to: positions[0], table, scope, &result) }
        switch value.kind {
        case .row(let elements):
            try requireCount(elements.count, positions.count, at: value.span)
            for (element, position) in zip(elements, positions) { try assign(element, to: position, table, scope, &result) }
        case .subquery(let query):
            var bound = try bindQuery(query, in: scope)
            bound.plan = settleColumns(bound.plan)
            try requireCount(bound.plan.columns.count, positions.count, at: value.span)
            let row = pack(bound.plan, at: value.span)
            result.rows.append(row)
            for (index, position) in positions.enumerated() {
                let field = try fieldAccess(row.column.reference, Identifier("f\(index + 1)", isQuoted: true, span: value.span))
                try put(field, at: position, table, value.span, &result)
            }
        default:
            throw SQLError(
                .syntaxError, "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression", at: value.span)
        }
    }

    private func requireCount(_ given: Int, _ wanted: Int, at span: SourceSpan) throws(SQLError) {
        if given != wanted { throw SQLError(.syntaxError, "number of columns does not match number of values", at: span) }
    }

    /// The one row of a query as a struct; NULL if it has none.
    private func pack(_ plan: LogicalPlan, at span: SourceSpan) -> ProjectNode.Item {
        let parts = plan.columns.map(\.reference)
        let value = StructValues.pack(parts.indices.map { "f\($0 + 1)" }, parts, at: span)
        let packed = LogicalPlan.project(ProjectNode(input: plan, items: [.init(PlanColumn(ids.fresh(), "row", value.type), value)]))
        let query = SubqueryExpression(id: ids.fresh(), kind: .scalar, plan: packed, type: value.type, span: span)
        return .init(PlanColumn(ids.fresh(), "row", value.type), .subquery(query))
    }

    private func assign(
        _ value: Expression, to position: Int, _ table: InsertTarget, _ scope: Scope, _ result: inout Assignments
    ) throws(SQLError) {
        if case .defaultValue = value.kind {
            if table.identities[position] != nil { throw .unsupported("DEFAULT for an identity column in UPDATE", at: value.span) }
            if table.generated[position] == nil { result.values[position] = try assignedDefault(position, table) }
            return
        }
        try put(try bindLoose(value, scope), at: position, table, value.span, &result)
    }

    private func put(
        _ value: BoundExpression, at position: Int, _ table: InsertTarget, _ span: SourceSpan, _ result: inout Assignments
    ) throws(SQLError) {
        let name = table.schema.fields[position].name
        if table.isComputed(position) {
            throw SQLError(
                .generatedAlways, "column \"\(name)\" can only be updated to DEFAULT", at: span, detail: Self.computed(name, table))
        }
        result.values[position] = try assigned(value, position, table, at: span)
    }
}
