/// FOR UPDATE, FOR SHARE and their kin.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// Transactions are optimistic: what a query locks must be as it was when its transaction commits, which fails with `40001` otherwise.
    /// So nobody waits, and NOWAIT asks for no more; which rows others mean to change is not known, so that none can be skipped.
    func lock(_ query: Query, _ plan: LogicalPlan) throws(SQLError) {
        for locking in query.locking {
            let name = "FOR \(locking.strength.rawValue)"
            if locking.waiting == .skipLocked {
                throw .unsupported(
                    "SKIP LOCKED", at: locking.span,
                    hint: "Transactions are optimistic: the second of two that take a row fails with 40001.")
            }
            if let clause = Self.unlockable(query.body) {
                throw SQLError(.featureNotSupported, "\(name) is not allowed with \(clause)", at: locking.span)
            }
            guard case .select(let select) = query.body else { continue }
            let names = select.from.flatMap(Self.names)
            for table in locking.tables where !names.contains(table.last.text.lowercased()) {
                throw SQLError(
                    .undefinedTable, "relation \"\(table.text)\" in \(name) clause not found in FROM clause", at: table.span,
                    hint: NearestName.find(table.last.text.lowercased(), among: names).map { "Did you mean \"\($0)\"?" })
            }
        }
        resolver.lock(Set(plan.scans.compactMap(\.relation.tableVersion)))
    }

    /// What keeps a result's rows from being rows of tables.
    private static func unlockable(_ body: QueryBody) -> String? {
        switch body {
        case .setOperation: return "UNION/INTERSECT/EXCEPT"
        case .values: return "VALUES"
        case .table, .query: return nil
        case .select(let select):
            if case .all = select.quantifier {} else { return "DISTINCT clause" }
            return select.groupBy != nil ? "GROUP BY clause" : select.having != nil ? "HAVING clause" : nil
        }
    }

    /// What the tables of FROM are called, in lower case.
    private static func names(_ reference: TableReference) -> [String] {
        if let alias = reference.alias { return [alias.name.text.lowercased()] }
        switch reference.kind {
        case .table(let name, _): return [name.last.text.lowercased()]
        case .join(let join): return names(join.left) + names(join.right)
        case .nested(let inner): return names(inner)
        case .file, .function, .subquery: return []
        }
    }
}
