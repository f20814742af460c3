/// Which tables a query names, before anything is looked up.

extension Query {
    /// Calls `body` with the tables, files and functions in FROM, here and in subqueries. A subquery in an unusual place may be missed: it
    /// is for hints.
    package func forEachTable(_ body: (TableReference) -> Void) { forEachTable(besides: [], body) }

    /// - Parameter common: what WITH has given a name; those are no tables.
    fileprivate func forEachTable(besides common: Set<String>, _ body: (TableReference) -> Void) {
        var common = common
        if let with, with.isRecursive { common.formUnion(with.tables.map(\.name.text)) }
        for table in with?.tables ?? [] {
            table.query.forEachTable(besides: common, body)
            common.insert(table.name.text)
        }
        self.body.forEachTable(besides: common, body)
    }
}

extension QueryBody {
    fileprivate func forEachTable(besides common: Set<String>, _ body: (TableReference) -> Void) {
        switch self {
        case .select(let select):
            for reference in select.from { reference.forEachTable(besides: common, body) }
            for item in select.items { item.expression.forEachTable(besides: common, body) }
            select.where?.forEachTable(besides: common, body)
            select.having?.forEachTable(besides: common, body)
        case .setOperation(let operation): for operand in operation.operands { operand.forEachTable(besides: common, body) }
        case .values: break
        case .table(let reference): reference.forEachTable(besides: common, body)
        case .query(let query): query.forEachTable(besides: common, body)
        }
    }
}

extension TableReference {
    fileprivate func forEachTable(besides common: Set<String>, _ body: (TableReference) -> Void) {
        switch kind {
        case .table(let name, _) where name.parts.count == 1 && common.contains(name.last.text): break
        case .table, .file, .function: body(self)
        case .subquery(let query, _): query.forEachTable(besides: common, body)
        case .nested(let inner): inner.forEachTable(besides: common, body)
        case .join(let join):
            join.left.forEachTable(besides: common, body)
            join.right.forEachTable(besides: common, body)
            if case .on(let condition) = join.constraint { condition.forEachTable(besides: common, body) }
        }
    }
}

extension Expression {
    /// In the conditions that subqueries mostly stand in.
    fileprivate func forEachTable(besides common: Set<String>, _ body: (TableReference) -> Void) {
        switch kind {
        case .and(let parts), .or(let parts): for part in parts { part.forEachTable(besides: common, body) }
        case .unary(_, let operand): operand.forEachTable(besides: common, body)
        case .binary(_, let left, let right):
            left.forEachTable(besides: common, body)
            right.forEachTable(besides: common, body)
        case .quantified(_, let left, _, let right):
            left.forEachTable(besides: common, body)
            if case .query(let query) = right { query.forEachTable(besides: common, body) }
        case .inQuery(let value, let query, _):
            value.forEachTable(besides: common, body)
            query.forEachTable(besides: common, body)
        case .exists(let query), .subquery(let query), .arrayQuery(let query): query.forEachTable(besides: common, body)
        default: break
        }
    }
}
