/// FROM: tables, files, views, CTEs and subqueries as plans with named columns.

import LodeCore
import LodePlan
import LodeSyntax
import LodeTables

extension Binder {
    /// The tables of a FROM clause, side by side; a single row of no columns without FROM.
    func bindFrom(_ references: [TableReference], outer: Scope) throws(SQLError) -> BoundRelation {
        guard let first = references.first else { return BoundRelation(plan: .values(.singleRow), from: FromScope()) }
        var left = try bindItem(first, outer: outer, lateral: outer)
        for reference in references.dropFirst() {
            let lateral = Scope(parent: outer, from: left.from, clause: .from)
            let right = try bindItem(reference, outer: outer, lateral: lateral)
            left = try joined(.cross, left, right, .none, outer: outer, at: reference.span)
        }
        return left
    }

    /// One element of FROM.
    /// - Parameters:
    ///   - outer: the enclosing query, which every element may read.
    ///   - lateral: what is to the left as well, for LATERAL and for functions.
    func bindItem(_ reference: TableReference, outer: Scope, lateral: Scope) throws(SQLError) -> BoundRelation {
        if let sample = reference.sample { throw .unsupported("TABLESAMPLE", at: sample.span, hint: "Use WHERE random() < fraction.") }
        var relation: BoundRelation
        switch reference.kind {
        case .table(let name, let time):
            return try bindTable(name, time: time, alias: reference.alias, in: outer, span: reference.span)
        case .file(let path):
            let source = try resolver.file(path, span: reference.span)
            relation = scan(source, as: Self.stem(path), path: [])
        case .function(let call, _, let withOrdinality):
            return try bindTableFunction(call, alias: reference.alias, withOrdinality, reference.span, lateral.entering(.from))
        case .subquery(let query, let isLateral):
            let scope = isLateral
                ? lateral : Scope(parent: outer, from: FromScope(), clause: .from, unreachable: lateral === outer ? nil : lateral.from)
            var bound = try bindQuery(query, in: scope)
            bound.plan = settleColumns(bound.plan)
            relation = BoundRelation(
                plan: bound.plan, from: FromScope(relation: "", path: [], columns: bound.plan.columns, names: bound.names))
        case .join(let join): relation = try bindJoin(join, reference.span, outer: outer, lateral: lateral)
        case .nested(let inner): relation = try bindItem(inner, outer: outer, lateral: lateral)
        }
        return try aliased(relation, reference.alias, at: reference.span)
    }

    /// The relation under its alias, if it has one.
    func aliased(_ relation: BoundRelation, _ alias: TableAlias?, at span: SourceSpan) throws(SQLError) -> BoundRelation {
        guard let alias else { return relation }
        if let typed = alias.columns.first(where: { $0.type != nil }) {
            throw .unsupported("a type in a table alias", at: typed.name.span, hint: "Cast the columns in the select list.")
        }
        let from = try relation.from.renamed(alias.name.text, columns: alias.columns.map(\.name), at: alias.name.span)
        return BoundRelation(plan: relation.plan, from: from)
    }

    /// A table, view or CTE by its name.
    func bindTable(
        _ name: QualifiedName, time: TimeTravel?, alias: TableAlias?, in scope: Scope, span: SourceSpan
    ) throws(SQLError) -> BoundRelation {
        if name.parts.count == 1, let table = scope.commonTables?.find(name.last.text), !(table.isOpen && !table.isRecursive) {
            if let time { throw .unsupported("an earlier version of a CTE", at: time.span) }
            let bound = try refer(to: table, at: name.span)
            let from = FromScope(relation: name.last.text, path: [], columns: bound.plan.columns, names: bound.names)
            return try aliased(BoundRelation(plan: bound.plan, from: from), alias, at: span)
        }
        let resolved: ResolvedRelation?
        do throws(SQLError) {
            resolved = try resolver.table(name, at: try time.map { (t) throws(SQLError) in try bindTime(t) })
        } catch {
            throw error.at(name.span)
        }
        switch resolved {
        case .source(let source, let path)?:
            return try aliased(scan(source, as: path.last ?? name.last.text, path: path), alias, at: span)
        case .view(let view)?: return try aliased(try bindView(view, name.span), alias, at: span)
        case nil: throw missingTable(name, scope)
        }
    }

    private func missingTable(_ name: QualifiedName, _ scope: Scope) -> SQLError {
        let known = resolver.nearbyNames() + (scope.commonTables?.names ?? [])
        let near = NearestName.find(name.text, among: known) ?? NearestName.find(name.last.text, among: known)
        return SQLError(
            .undefinedTable, "relation \"\(name.text)\" does not exist", at: name.span,
            hint: near.map { "Did you mean \"\($0)\"?" }
                ?? "Show what there is with SHOW TABLES; a file is named in quotes: FROM 'data.parquet'.")
    }

    /// A scan of all columns, hidden ones behind the others; pruning takes away those that nobody reads.
    func scan(_ source: any Relation, as name: String, path: [String]) -> BoundRelation {
        let columns = source.schema.fields.map { PlanColumn(ids.fresh(), $0.name, $0.type, nullable: $0.nullable) }
        let hidden = source.hiddenFields.map { PlanColumn(ids.fresh(), $0.name, $0.type, nullable: $0.nullable) }
        let outputs = (columns + hidden).enumerated().map { ScanOutput($1, index: $0) }
        return BoundRelation(
            plan: .scan(ScanNode(relations.add(source), outputs: outputs)),
            from: FromScope(relation: name, path: path, columns: columns, hidden: hidden))
    }

    /// The view's query, bound with the names that its author saw. Places in its text mean nothing in this statement.
    func bindView(_ view: ResolvedView, _ span: SourceSpan) throws(SQLError) -> BoundRelation {
        let name = view.path.last ?? "view"
        let outside = resolver
        resolver = view.resolver
        defer { resolver = outside }
        let bound: BoundQuery
        do throws(SQLError) {
            bound = try bindQuery(of: view)
        } catch {
            throw SQLError(
                error.state, error.message, at: span, in: "view \(view.path.joined(separator: "."))", detail: error.detail,
                hint: error.hint)
        }
        let names = bound.names.indices.map { $0 < view.columns.count ? view.columns[$0] : bound.names[$0] }
        return BoundRelation(
            plan: bound.plan, from: FromScope(relation: name, path: view.path, columns: bound.plan.columns, names: names))
    }

    private func bindQuery(of view: ResolvedView) throws(SQLError) -> BoundQuery {
        func settled(_ query: Query) throws(SQLError) -> BoundQuery {
            var bound = try bindQuery(query, in: Scope.empty)
            bound.plan = settleColumns(bound.plan)
            return bound
        }
        guard let foreign = view.foreign else { return try settled(view.query) }
        var differences: [String] = []
        for text in foreign.texts {
            let bound = try settled(text.query)
            guard let difference = foreign.difference(bound.plan.columns, in: text.dialect) else { return bound }
            differences.append(difference)
        }
        let refusal = foreign.refusal
        throw SQLError(refusal.state, refusal.message, detail: differences.joined(separator: " "), hint: refusal.hint)
    }

    package func bindTime(_ time: TimeTravel) throws(SQLError) -> TableTime {
        // A text that is no number names a branch or a tag.
        if time.unit == .version, case .literal(.string(let name)) = time.value.kind, Int64(name) == nil { return .reference(name) }
        let type: SQLType = time.unit == .version ? .bigint : .timestamptz
        switch try constant(time.value, type, as: "\(time.unit.rawValue) AS OF") {
        case .integer(let number): return .version(number)
        case .timestamp(let micros): return .timestamp(micros)
        default: throw SQLError(.invalidParameterValue, "\(time.unit.rawValue) AS OF must not be NULL", at: time.value.span)
        }
    }

    /// The value of an expression without columns, as a type that `name` has.
    func constant(_ expression: Expression, _ type: SQLType, as name: String) throws(SQLError) -> Value {
        let bound = try bind(expression, Scope(parent: nil, from: FromScope(), clause: .from))
        let typed = try coerce(bound, to: type, as: name, at: expression.span)
        do throws(SQLError) { return try constantValue(typed) } catch { throw error.at(expression.span) }
    }

    /// The name of a file without folders and endings: how `FROM 'a/orders.csv.gz'` is called.
    static func stem(_ path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.split(separator: ".").first.map(String.init) ?? file
    }
}
