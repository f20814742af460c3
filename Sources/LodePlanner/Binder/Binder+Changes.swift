/// What UPDATE, DELETE, MERGE and INSERT … RETURNING have in common.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// The changed table under the name that the statement gives it.
    func bindTarget(_ reference: TableReference, _ target: ChangeTarget) throws(SQLError) -> BoundTarget {
        let source = target.relation
        guard [2, 4].contains(source.hiddenFields.count) else { throw .internalFault("a table whose rows have no identity") }
        let all = (source.schema.fields + source.hiddenFields).map { PlanColumn(ids.fresh(), $0.name, $0.type, nullable: $0.nullable) }
        let count = source.schema.count, columns = Array(all[..<count]), lineage = Array(all[(count + 2)...])
        let scan = ScanNode(relations.add(source), outputs: all.enumerated().map { ScanOutput($1, index: $0) })
        let from = FromScope(relation: target.table.relation, path: target.path, columns: columns, hidden: lineage)
        let relation = try aliased(BoundRelation(plan: .scan(scan), from: from), reference.alias, at: reference.span)
        return BoundTarget(
            relation: relation, columns: columns, file: all[count], number: all[count + 1], rowID: lineage.first,
            wantsOldRows: target.wantsOldRows)
    }

    /// What UPDATE and DELETE look at: the changed table beside what FROM or USING names, and of that the rows that pass WHERE.
    func bindMatches(
        of reference: TableReference, _ target: ChangeTarget, beside sources: [TableReference], where condition: Expression?, _ outer: Scope
    ) throws(SQLError) -> ChangeMatches {
        let table = try bindTarget(reference, target)
        var input = table.relation
        if let first = sources.first {
            input = try joined(.cross, input, try bindFrom(sources, outer: outer), .none, outer: outer, at: first.span)
        }
        let scope = Scope(parent: outer, from: input.from, clause: .where)
        var plan = input.plan
        if let condition {
            plan = .filter(FilterNode(input: plan, predicate: try bindCondition(condition, scope, of: "WHERE")))
        }
        return ChangeMatches(table: table, from: input.from, scope: scope, plan: plan)
    }

    /// The position of a column that SET or an INSERT of MERGE names. The table may qualify it.
    func position(ofTarget name: QualifiedName, _ target: BoundTarget, _ table: InsertTarget) throws(SQLError) -> Int {
        let names = table.schema.fields.map(\.name)
        if let position = table.schema.index(of: name.parts[0].text) {
            if name.parts.count == 1 { return position }
            throw .unsupported("assigning to a field of a struct", at: name.span, hint: "Assign the whole struct.")
        }
        if name.parts.count > 1, !target.relation.from.relations(called: name.qualifiers).isEmpty {
            return try position(ofTarget: QualifiedName([name.last]), target, table)
        }
        throw SQLError(
            .undefinedColumn, "column \"\(name.parts[0].text)\" of relation \"\(table.relation)\" does not exist", at: name.span,
            detail: "Columns: \(Self.shown(names)).",
            hint: NearestName.find(name.parts[0].text, among: names).map { "Did you mean \"\($0)\"?" })
    }

    /// What DEFAULT stands for in SET.
    func assignedDefault(_ position: Int, _ table: InsertTarget) throws(SQLError) -> BoundExpression {
        let field = table.schema.fields[position]
        guard let expression = table.defaults[position] else { return .constant(.null, field.type) }
        return try assigned(try bind(expression, Scope.empty), position, table, at: nil)
    }

    /// Columns with the new row, and those of `input` beside it. Generated columns are computed from the others.
    ///
    /// - Parameters:
    ///   - values: by position, those of generated columns left out.
    ///   - isWritten: whether there is a new row; nil for always.
    func newRow(
        _ values: [Int: BoundExpression], over input: LogicalPlan, _ table: InsertTarget, isWritten: BoundExpression? = nil
    ) throws(SQLError) -> (plan: LogicalPlan, row: [PlanColumn]) {
        let fields = table.schema.fields
        var columns = fields.map { PlanColumn(ids.fresh(), $0.name, $0.type) }
        let items = fields.indices.map { position in
            ProjectNode.Item(columns[position], values[position] ?? .constant(.null, fields[position].type))
        }
        var plan = LogicalPlan.project(ProjectNode(input: input, items: items + ProjectNode.Item.passing(input.columns)))
        if table.generated.isEmpty { return (plan, columns) }
        let base = columns.indices.filter { table.generated[$0] == nil }.map { columns[$0] }
        var computed: [ProjectNode.Item] = []
        for (position, expression) in table.generated.sorted(by: { $0.key < $1.key }) {
            var value = try assigned(try bindScalar(expression, over: base, of: table.relation), position, table, at: nil)
            if let isWritten { value = .conditional([isWritten], [value, .constant(.null, value.type)]) }
            columns[position] = PlanColumn(ids.fresh(), columns[position].name, columns[position].type)
            computed.append(.init(columns[position], value))
        }
        plan = .project(ProjectNode(input: plan, items: ProjectNode.Item.passing(plan.columns) + computed))
        return (plan, columns)
    }

    /// The query of a statement from the columns that say what changes, and RETURNING over `from`.
    ///
    /// - Parameters:
    ///   - row: the new row; empty where rows only go.
    ///   - target: the table, of whose rows some go; nil where rows only come.
    func change(
        _ plan: LogicalPlan, row: [PlanColumn], of target: BoundTarget?, isWritten: PlanColumn? = nil, repetition: RowChanges.Repetition,
        returning items: [SelectItem], from: FromScope, _ outer: Scope, _ with: With?
    ) throws(SQLError) -> BoundChange {
        let returned = try bindReturning(items, from, Scope(parent: outer, from: from, clause: .returning))
        try checkUnused(with, in: outer)
        let identity = target.map { [$0.file, $0.number] } ?? [], oldRow = target?.oldRow ?? []
        let written = ProjectNode.Item.passing(row) + (row.isEmpty ? [] : lineage(of: target))
        var outputs = written + ProjectNode.Item.passing(identity + (isWritten.map { [$0] } ?? []) + oldRow)
        let changes = RowChanges(
            newRow: 0..<written.count, file: identity.isEmpty ? nil : written.count,
            isWritten: isWritten == nil ? nil : written.count + identity.count, oldRow: (outputs.count - oldRow.count)..<outputs.count,
            returned: outputs.count..<(outputs.count + returned.count), repetition: repetition)
        outputs += returned
        let isSame = returned.isEmpty && outputs.map(\.column.id) == plan.columns.map(\.id)
        let rows = isSame ? plan : .project(ProjectNode(input: plan, items: outputs))
        return BoundChange(
            rows: finish(BoundQuery(plan: rows, names: outputs.map(\.column.name))), changes: changes,
            returned: returned.map { Field($0.column.name, $0.column.type, nullable: $0.column.nullable) })
    }

    /// A row that takes the place of another one keeps its number, if rows have such, and has changed with this commit; one that is new
    /// gets a number when it is committed.
    private func lineage(of target: BoundTarget?) -> [ProjectNode.Item] {
        guard let id = target?.rowID else { return [] }
        return ProjectNode.Item.passing([id]) + [.init(PlanColumn(ids.fresh(), "changed with", .bigint), .constant(.null, .bigint))]
    }

    private func bindReturning(_ items: [SelectItem], _ from: FromScope, _ scope: Scope) throws(SQLError) -> [ProjectNode.Item] {
        guard let first = items.first else { return [] }
        let select = Select(
            quantifier: .all, items: items, from: [], where: nil, groupBy: nil, having: nil, qualify: nil, windows: [], sample: nil,
            span: first.expression.span)
        var returned: [ProjectNode.Item] = []
        for item in try expand(select, from, scope) {
            let expression = settle(try bindItem(item, scope))
            returned.append(.init(PlanColumn(ids.fresh(), item.name, expression.type), expression))
        }
        return returned
    }
}
