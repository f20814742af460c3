/// INSERT: a query whose columns are those of the table, in its order.

import LodeCore
import LodeFunctions
import LodePlan
import LodeSyntax

extension Binder {
    /// The rows to insert, with a column for each of the table's, in its order and of its type.
    ///
    /// NOT NULL is not checked here. Assignment casts are allowed: what may lose digits is cast, and fails on the value.
    /// - Throws: `42804` for a type that can't be assigned, `42601` for too many or too few columns.
    package func bind(insert: Insert, into target: InsertTarget) throws(SQLError) -> BoundQuery {
        if let item = insert.returning.first { throw .unsupported("RETURNING", at: item.expression.span) }
        let scope = try scope(Scope.empty, with: insert.with)
        let fixed = try staticPartition(insert, target)
        let plan: LogicalPlan
        switch insert.source {
        case .defaultValues: plan = try assemble([:], .values(.singleRow), fixed, target)
        case .query(let query): plan = try assign(query, insert, fixed, target, scope)
        }
        try checkUnused(insert.with, in: scope)
        return finish(BoundQuery(plan: plan, names: target.schema.fields.map(\.name)))
    }

    /// `PARTITION (dt = '2024-01-01', hour)`: values by position of the column.
    private func staticPartition(_ insert: Insert, _ target: InsertTarget) throws(SQLError) -> [Int: BoundExpression] {
        var fixed: [Int: BoundExpression] = [:]
        for property in insert.partition {
            let position = try self.position(of: property.key, target)
            guard let value = property.value else { continue }
            fixed[position] = try assignable(try bind(value, Scope.empty), target.schema.fields[position], at: value.span)
        }
        return fixed
    }

    private func position(of name: Identifier, _ target: InsertTarget) throws(SQLError) -> Int {
        if let position = target.schema.index(of: name.text) { return position }
        let names = target.schema.fields.map(\.name)
        throw SQLError(
            .undefinedColumn, "column \"\(name.text)\" of relation \"\(target.name)\" does not exist", at: name.span,
            detail: "Columns: \(Self.shown(names)).", hint: NearestName.find(name.text, among: names).map { "Did you mean \"\($0)\"?" })
    }

    private func assign(
        _ query: Query, _ insert: Insert, _ fixed: [Int: BoundExpression], _ target: InsertTarget, _ scope: Scope
    ) throws(SQLError) -> LogicalPlan {
        let positions = try targets(insert, fixed, target)
        if !insert.isByName, case .values(let values) = query.body, query.with == nil, query.orderBy == nil, query.limit == nil {
            return try assign(values, insert, positions, fixed, target, scope)
        }
        let bound = try bindQuery(query, in: scope, keepUntyped: true)
        let chosen = insert.isByName ? try byName(bound, target, query.span) : positions
        try checkCount(given: bound.names.count, chosen.count, isExact: !insert.columns.isEmpty || insert.isByName, query.span)
        let project: ProjectNode = if case .project(let node) = bound.plan {
            node
        } else {
            ProjectNode(input: bound.plan, items: bound.plan.columns.map { .init($0, $0.reference) })
        }
        var given: [Int: BoundExpression] = [:]
        for (item, position) in zip(project.items, chosen) {
            given[position] = try assignable(item.expression, target.schema.fields[position], at: query.span)
        }
        return try assemble(given, project.input, fixed, target)
    }

    /// Literal rows take the types of their columns cell by cell.
    private func assign(
        _ values: Values, _ insert: Insert, _ positions: [Int], _ fixed: [Int: BoundExpression], _ target: InsertTarget, _ scope: Scope
    ) throws(SQLError) -> LogicalPlan {
        let width = try width(of: values)
        try checkCount(given: width, positions.count, isExact: !insert.columns.isEmpty, values.span)
        let inner = Scope(parent: scope, from: FromScope(), clause: .values)
        let fields = positions.prefix(width).map { target.schema.fields[$0] }
        var rows: [[BoundExpression]] = []
        rows.reserveCapacity(values.rowCount)
        for index in 0..<values.rowCount {
            var row: [BoundExpression] = []
            row.reserveCapacity(width)
            let written = values.literals == nil ? values.row(index) : []
            for column in 0..<width {
                let cell: BoundExpression, span: SourceSpan
                if let literals = values.literals {
                    span = literals.span(index, column)
                    cell = try bindLiteral(literals[index, column], span)
                } else if case .defaultValue = written[column].kind {
                    row.append(try defaultValue(positions[column], target))
                    continue
                } else {
                    span = written[column].span
                    cell = try bind(written[column], inner)
                }
                row.append(try assignable(cell, fields[column], at: span))
            }
            rows.append(row)
        }
        let columns = fields.map { PlanColumn(ids.fresh(), $0.name, $0.type) }
        let given = zip(columns, positions).map { ($1, $0.reference) }
        return try assemble(
            Dictionary(given, uniquingKeysWith: { first, _ in first }), .values(ValuesNode(columns: columns, rows: rows)), fixed, target)
    }

    /// Which columns of the table the query's columns go to, in order.
    private func targets(_ insert: Insert, _ fixed: [Int: BoundExpression], _ target: InsertTarget) throws(SQLError) -> [Int] {
        if insert.columns.isEmpty { return target.schema.fields.indices.filter { fixed[$0] == nil } }
        var positions: [Int] = []
        for name in insert.columns {
            let position = try self.position(of: name, target)
            if positions.contains(position) || fixed[position] != nil {
                throw SQLError(.duplicateColumn, "column \"\(name.text)\" specified more than once", at: name.span)
            }
            positions.append(position)
        }
        return positions
    }

    private func byName(_ bound: BoundQuery, _ target: InsertTarget, _ span: SourceSpan) throws(SQLError) -> [Int] {
        var positions: [Int] = []
        for name in bound.names {
            let position = try self.position(of: Identifier(name, isQuoted: true, span: span), target)
            if positions.contains(position) { throw SQLError(.duplicateColumn, "column \"\(name)\" specified more than once", at: span) }
            positions.append(position)
        }
        return positions
    }

    private func checkCount(given: Int, _ wanted: Int, isExact: Bool, _ span: SourceSpan) throws(SQLError) {
        if given > wanted {
            throw SQLError(
                .syntaxError, "INSERT has more expressions than target columns", at: span, detail: "There are \(given) for \(wanted) columns.")
        }
        // Without a list of columns, what is missing at the end gets its default, as in PostgreSQL.
        if given < wanted, isExact {
            throw SQLError(
                .syntaxError, "INSERT has more target columns than expressions", at: span, detail: "There are \(given) for \(wanted) columns.")
        }
    }

    private func assemble(
        _ given: [Int: BoundExpression], _ input: LogicalPlan, _ fixed: [Int: BoundExpression], _ target: InsertTarget
    ) throws(SQLError) -> LogicalPlan {
        var items: [ProjectNode.Item] = []
        for (position, field) in target.schema.fields.enumerated() {
            let value: BoundExpression
            if let known = given[position] ?? fixed[position] { value = known } else { value = try defaultValue(position, target) }
            items.append(.init(PlanColumn(ids.fresh(), field.name, field.type), value))
        }
        return .project(ProjectNode(input: input, items: items))
    }

    private func defaultValue(_ position: Int, _ target: InsertTarget) throws(SQLError) -> BoundExpression {
        let field = target.schema.fields[position]
        guard let expression = target.defaults[position] else { return .constant(.null, field.type) }
        return try assignable(try bind(expression, Scope.empty), field, at: nil)
    }

    /// The value at the column's type, by an assignment cast.
    func assignable(_ value: BoundExpression, _ field: Field, at span: SourceSpan?) throws(SQLError) -> BoundExpression {
        let type = value.type
        guard value.isUntyped || type == field.type || Self.isAssignable(type, field.type) else {
            throw SQLError(
                .datatypeMismatch, "column \"\(field.name)\" is of type \(field.type) but expression is of type \(type)", at: span,
                hint: "You will need to rewrite or cast the expression.")
        }
        return try convert(value, to: field.type, at: span)
    }

    private static func isAssignable(_ from: SQLType, _ to: SQLType) -> Bool {
        if Casts.implicitCost(from: from, to: to) != nil { return true }
        guard Casts.kernel(from: from, to: to, isTry: false) != nil else { return false }
        if from.isNumeric, to.isNumeric { return true }
        if to == .varchar { return true }
        if case .char = to { return true }
        switch (from, to) {
        case (.timestamp, .date), (.timestamptz, .date), (.timestamptz, .timestamp), (.timestamp, .time), (.interval, .time): return true
        case (.varchar, .json), (.list, .json), (.structure, .json), (.map, .json): return true
        case (.list(let a), .list(let b)): return a == b || isAssignable(a, b)
        case (.map(let ak, let av), .map(let bk, let bv)):
            return (ak == bk || isAssignable(ak, bk)) && (av == bv || isAssignable(av, bv))
        case (.structure(let a), .structure(let b)):
            return a.count == b.count && zip(a, b).allSatisfy { $0.type == $1.type || isAssignable($0.type, $1.type) }
        default: return false
        }
    }
}
