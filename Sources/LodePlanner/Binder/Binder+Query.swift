/// Queries: WITH, a body, ORDER BY and LIMIT.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// Binds a query within `outer`, whose columns it may read.
    /// - Parameter keepUntyped: leaves untyped literals of the select list to the caller (set operations, INSERT).
    func bindQuery(_ query: Query, in outer: Scope, keepUntyped: Bool = false) throws(SQLError) -> BoundQuery {
        try descend(at: query.span)
        defer { queryDepth -= 1 }
        if queryDepth == 1 { resolver.willBind(query) }
        let scope = try scope(outer, with: query.with)
        let bound: BoundQuery
        switch query.body {
        case .select(let select):
            bound = try bindSelect(select, orderBy: query.orderBy, limit: query.limit, in: scope, keepUntyped: keepUntyped)
        default:
            let isPlain = query.orderBy == nil && query.limit == nil
            let body = try bindBody(query.body, in: scope, keepUntyped: keepUntyped && isPlain)
            bound = isPlain ? body : try ordered(body, query, in: scope)
        }
        try checkUnused(query.with, in: scope)
        if !query.locking.isEmpty { try lock(query, bound.plan) }
        return bound
    }

    func descend(at span: SourceSpan) throws(SQLError) {
        guard queryDepth < Self.maximumDepth else {
            throw SQLError(
                .statementTooComplex, "queries are nested more than \(Self.maximumDepth) deep", at: span,
                hint: "Use WITH or views to flatten it; a view that reads itself also ends here.")
        }
        queryDepth += 1
    }

    func bindBody(_ body: QueryBody, in scope: Scope, keepUntyped: Bool = false) throws(SQLError) -> BoundQuery {
        switch body {
        case .select(let select): return try bindSelect(select, orderBy: nil, limit: nil, in: scope, keepUntyped: keepUntyped)
        case .setOperation(let operation):
            try descend(at: operation.span)
            defer { queryDepth -= 1 }
            return try bindSetOperation(operation, operands: operation.operands, in: scope)
        case .values(let values): return try bindValues(values, in: scope, keepUntyped: keepUntyped)
        case .table(let reference):
            let relation = try bindItem(reference, outer: scope, lateral: scope)
            let columns = relation.from.visible
            let items = columns.map { ProjectNode.Item($0.column, $0.column.reference) }
            return BoundQuery(plan: .project(ProjectNode(input: relation.plan, items: items)), names: columns.map(\.name))
        case .query(let query): return try bindQuery(query, in: scope, keepUntyped: keepUntyped)
        }
    }

    /// ORDER BY and LIMIT over a body that is no SELECT: they see its output columns only.
    private func ordered(_ body: BoundQuery, _ query: Query, in scope: Scope) throws(SQLError) -> BoundQuery {
        var plan = body.plan
        let columns = plan.columns
        var keys: [SortKey] = []
        var hidden: [ProjectNode.Item] = []
        if let orderBy = query.orderBy {
            let outputs = zip(body.names, columns).map { OrderOutput(name: $0, column: $1, expression: $1.reference) }
            let inner = Scope(
                parent: scope, from: FromScope(relation: "", path: [], columns: columns, names: body.names), clause: .orderBy)
            keys = try bindOrder(orderBy, outputs, inner, rewrite: { (e) throws(SQLError) in e }, hidden: &hidden)
            if !hidden.isEmpty {
                plan = .project(ProjectNode(input: plan, items: columns.map { .init($0, $0.reference) } + hidden))
            }
            plan = .sort(SortNode(input: plan, keys: keys))
        }
        plan = try limited(plan, query.limit, keys, in: scope)
        if !hidden.isEmpty { plan = .project(ProjectNode(input: plan, items: columns.map { .init($0, $0.reference) })) }
        return BoundQuery(plan: plan, names: body.names)
    }
}
