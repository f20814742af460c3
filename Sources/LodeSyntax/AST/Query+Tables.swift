/// Which tables a query names, before anything is looked up.

extension Query {
    /// Calls `body` with the tables, files and functions in FROM, here and in subqueries. Names of CTEs are among them; a subquery in an
    /// unusual place may be missed: it is for hints.
    package func forEachTable(_ body: (TableReference) -> Void) {
        for table in with?.tables ?? [] { table.query.forEachTable(body) }
        self.body.forEachTable(body)
    }
}

extension QueryBody {
    fileprivate func forEachTable(_ body: (TableReference) -> Void) {
        switch self {
        case .select(let select):
            for reference in select.from { reference.forEachTable(body) }
            for item in select.items { item.expression.forEachTable(body) }
            select.where?.forEachTable(body)
            select.having?.forEachTable(body)
        case .setOperation(let operation): for operand in operation.operands { operand.forEachTable(body) }
        case .values: break
        case .table(let reference): reference.forEachTable(body)
        case .query(let query): query.forEachTable(body)
        }
    }
}

extension TableReference {
    fileprivate func forEachTable(_ body: (TableReference) -> Void) {
        switch kind {
        case .table, .file, .function: body(self)
        case .subquery(let query, _): query.forEachTable(body)
        case .nested(let inner): inner.forEachTable(body)
        case .join(let join):
            join.left.forEachTable(body)
            join.right.forEachTable(body)
            if case .on(let condition) = join.constraint { condition.forEachTable(body) }
        }
    }
}

extension Expression {
    /// In the conditions that subqueries mostly stand in.
    fileprivate func forEachTable(_ body: (TableReference) -> Void) {
        switch kind {
        case .and(let parts), .or(let parts): for part in parts { part.forEachTable(body) }
        case .unary(_, let operand): operand.forEachTable(body)
        case .binary(_, let left, let right):
            left.forEachTable(body)
            right.forEachTable(body)
        case .quantified(_, let left, _, let right):
            left.forEachTable(body)
            if case .query(let query) = right { query.forEachTable(body) }
        case .inQuery(let value, let query, _):
            value.forEachTable(body)
            query.forEachTable(body)
        case .exists(let query), .subquery(let query), .arrayQuery(let query): query.forEachTable(body)
        default: break
        }
    }
}
