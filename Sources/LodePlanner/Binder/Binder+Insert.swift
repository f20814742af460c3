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
    package func bind(insert: Insert, into target: InsertTarget, path: [String] = []) throws(SQLError) -> BoundChange {
        let scope = try scope(Scope.empty, with: insert.with)
        let fixed = try staticPartition(insert, target)
        let plan: LogicalPlan
        do throws(SQLError) {
            switch insert.source {
            case .defaultValues: plan = try assemble([:], .values(.singleRow), fixed, target)
            case .query(let query): plan = try assign(query, insert, fixed, target, scope)
            }
        } catch {
            throw error.at(insert.table.span)
        }
        let row = plan.columns, counted = countedColumns
        let from = FromScope(relation: insert.alias?.text ?? target.relation, path: insert.alias == nil ? path : [], columns: row)
        var bound = try change(
            plan, row: row, of: nil, repetition: .ignored, returning: insert.returning, from: from, scope, insert.with)
        bound.countedColumns = counted
        return bound
    }

    /// `PARTITION (dt = '2024-01-01', hour)`: values by position of the column.
    func staticPartition(_ insert: Insert, _ target: InsertTarget) throws(SQLError) -> [Int: BoundExpression] {
        var fixed: [Int: BoundExpression] = [:]
        for property in insert.partition {
            let position = try self.position(of: property.key, target)
            guard target.partitionColumns.contains(position) else {
                throw SQLError(
                    .invalidColumnReference, "column \"\(property.key.text)\" is not a partition column of \"\(target.name)\"",
                    at: property.key.span)
            }
            guard let value = property.value else { continue }
            if target.isComputed(position) { throw isGenerated(position, target, at: property.key.span) }
            fixed[position] = try assigned(try bind(value, Scope.empty), position, target, at: value.span)
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
        let project: ProjectNode =
            if case .project(let node) = bound.plan {
                node
            } else {
                ProjectNode(input: bound.plan, items: bound.plan.columns.map { .init($0, $0.reference) })
            }
        var given: [Int: BoundExpression] = [:]
        for (item, position) in zip(project.items, chosen) {
            given[position] = try brought(item.expression, position, target, at: query.span)
        }
        return try assemble(given, project.input, fixed, target, checksGiven: true)
    }

    /// Literal rows take the types of their columns cell by cell.
    private func assign(
        _ values: Values, _ insert: Insert, _ positions: [Int], _ fixed: [Int: BoundExpression], _ target: InsertTarget, _ scope: Scope
    ) throws(SQLError) -> LogicalPlan {
        let width = try width(of: values)
        try checkCount(given: width, positions.count, isExact: !insert.columns.isEmpty, values.span)
        let inner = Scope(parent: scope, from: FromScope(), clause: .values)
        let fields = positions.prefix(width).map { target.schema.fields[$0] }
        // Rows of bare literals have no DEFAULT, which alone may stand for a generated column.
        if values.literals != nil, let computed = positions.prefix(width).first(where: { target.isComputed($0) && !target.isChecked($0) }) {
            throw isGenerated(computed, target, at: values.span)
        }
        var counted: Set<Int> = []
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
                    if target.identities[positions[column]] != nil {
                        counted.insert(positions[column])
                        row.append(.constant(.null, fields[column].type))
                        continue
                    }
                    row.append(try defaultValue(positions[column], target, at: written[column].span))
                    continue
                } else {
                    span = written[column].span
                    cell = try bindLoose(written[column], inner)
                }
                row.append(try brought(cell, positions[column], target, at: span))
            }
            rows.append(row)
        }
        let columns = fields.map { PlanColumn(ids.fresh(), $0.name, $0.type) }
        let given = zip(columns, positions).map { ($1, $0.reference) }
        return try assemble(
            Dictionary(given, uniquingKeysWith: { first, _ in first }), .values(ValuesNode(columns: columns, rows: rows)), fixed, target,
            counted: counted, checksGiven: true)
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
                .syntaxError, "INSERT has more expressions than target columns", at: span,
                detail: "There are \(given) for \(wanted) columns.")
        }
        // Without a list of columns, what is missing at the end gets its default, as in PostgreSQL.
        if given < wanted, isExact {
            throw SQLError(
                .syntaxError, "INSERT has more target columns than expressions", at: span,
                detail: "There are \(given) for \(wanted) columns.")
        }
    }

    /// - Parameters:
    ///   - counted: identity columns that are counted where they are given as NULL.
    ///   - checksGiven: whether values of generated columns are to be those that are computed.
    ///   - kept: columns of the input that follow those of the table.
    func assemble(
        _ given: [Int: BoundExpression], _ input: LogicalPlan, _ fixed: [Int: BoundExpression], _ target: InsertTarget,
        counted: Set<Int> = [], checksGiven: Bool = false, keeping kept: [PlanColumn] = []
    ) throws(SQLError) -> LogicalPlan {
        let absent = self.counted(target, given: [given.keys, fixed.keys].joined())
        let (input, next) = try counting(absent.union(counted), target, over: input)
        var items: [ProjectNode.Item] = []
        for (position, field) in target.schema.fields.enumerated() {
            let value: BoundExpression
            if let known = given[position] ?? fixed[position] {
                value = counted.contains(position) ? .conditional([.isNull(known)], [next[position] ?? known, known]) : known
            } else if let own = next[position] {
                value = own
            } else {
                value = try defaultValue(position, target, at: nil)
            }
            items.append(.init(PlanColumn(ids.fresh(), field.name, field.type), value))
        }
        let row = ProjectNode(input: input, items: items + ProjectNode.Item.passing(kept))
        let checked: Set<Int> = checksGiven ? Set(given.keys.filter { target.isChecked($0) }) : []
        return .project(target.generated.isEmpty ? row : try computing(row, target, checking: checked))
    }

    /// Puts the generated columns over the given ones.
    private func computing(_ given: ProjectNode, _ target: InsertTarget, checking: Set<Int>) throws(SQLError) -> ProjectNode {
        let columns = given.items.map(\.column)
        let base = columns.indices.filter { target.generated[$0] == nil }.map { columns[$0] }
        var items: [ProjectNode.Item] = []
        for (position, column) in columns.enumerated() {
            guard let expression = target.generated[position] else {
                items.append(.init(column, column.reference))
                continue
            }
            var value = try assigned(try bindScalar(expression, over: base, of: target.relation), position, target, at: nil)
            if checking.contains(position) {
                let check = GeneratedValue.check(of: column.name, in: target.relation, column.type)
                value = .call(
                    ScalarCall(
                        name: "generated", function: check, volatility: .immutable, isStrict: false,
                        arguments: [column.reference, value], span: nil))
            }
            items.append(.init(PlanColumn(ids.fresh(), column.name, column.type), value))
        }
        return ProjectNode(input: .project(given), items: items)
    }

    func defaultValue(_ position: Int, _ target: InsertTarget, at span: SourceSpan?) throws(SQLError) -> BoundExpression {
        let field = target.schema.fields[position]
        if target.generated[position] != nil { return .constant(.null, field.type) }
        if let expression = target.defaults[position] {
            return try assigned(try bind(expression, Scope.empty), position, target, at: nil)
        }
        if target.partitionColumns.contains(position) {
            throw SQLError(
                .syntaxError, "INSERT gives no value for the partition column \"\(field.name)\"", at: span,
                hint: "Name it among the columns, or write PARTITION (\(field.name) = …).")
        }
        return .constant(.null, field.type)
    }

    private func isGenerated(_ position: Int, _ target: InsertTarget, at span: SourceSpan?) -> SQLError {
        let name = target.schema.fields[position].name
        return SQLError(
            .generatedAlways, "cannot insert a non-DEFAULT value into column \"\(name)\"", at: span, detail: Self.computed(name, target))
    }

    /// A value that a row brings. Of a generated column it is only compared, where the table takes such.
    private func brought(
        _ value: BoundExpression, _ position: Int, _ target: InsertTarget, at span: SourceSpan
    ) throws(SQLError) -> BoundExpression {
        if target.isChecked(position) { return try assignable(value, target.schema.fields[position], at: span) }
        return try assigned(value, position, target, at: span)
    }

    /// Why a column takes no values.
    static func computed(_ name: String, _ target: InsertTarget) -> String {
        let isIdentity = target.schema.index(of: name).map { target.identities[$0] != nil } ?? false
        return "Column \"\(name)\" is \(isIdentity ? "an identity column defined as GENERATED ALWAYS" : "a generated column")."
    }

    /// The value as the column takes it: of its type, and no longer than declared.
    func assigned(
        _ value: BoundExpression, _ position: Int, _ target: InsertTarget, at span: SourceSpan?
    ) throws(SQLError) -> BoundExpression {
        if span != nil, target.isComputed(position) { throw isGenerated(position, target, at: span) }
        let field = target.schema.fields[position]
        if case .char(let length) = field.type {
            if case .char(let given) = value.type, given <= length { return try assignable(value, field, at: span) }
            let text = try assignable(value, Field(field.name, .varchar), at: span)
            return try convert(limited(text, length, "\(field.type)", at: span), to: field.type, at: span)
        }
        let converted = try assignable(value, field, at: span)
        guard let length = target.maximumLengths[position] else { return converted }
        return limited(converted, length, "varchar(\(length))", at: span)
    }

    private func limited(_ text: BoundExpression, _ length: Int, _ type: String, at span: SourceSpan?) -> BoundExpression {
        if case .constant(let value, _) = text {
            if value.isNull { return text }
            if case .text(let known) = value, known.utf8.count <= length { return text }
        }
        let call = ScalarCall(
            name: type, function: LengthLimit.assignment(length, type: type), volatility: .immutable, isStrict: true, arguments: [text],
            span: span)
        return folded(.call(call))
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
        case (_, .date), (_, .timestamp), (_, .timestamptz), (_, .timestampNanos), (_, .timestamptzNanos): return from.isCalendar
        case (.timestamp, .time), (.timestampNanos, .time), (.interval, .time): return true
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
