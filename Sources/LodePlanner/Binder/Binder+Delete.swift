/// DELETE: rows that go.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// The rows that go. A row that USING matches several times goes once.
    package func bind(delete: Delete, from target: ChangeTarget) throws(SQLError) -> BoundChange {
        let outer = try scope(Scope.empty, with: delete.with)
        let table = try bindTarget(delete.table, target)
        let input = try bindSources(delete.using, beside: table, outer)
        let scope = Scope(parent: outer, from: input.from, clause: .where)
        var plan = input.plan
        if let condition = delete.where {
            plan = .filter(FilterNode(input: plan, predicate: try bindCondition(condition, scope, of: "WHERE")))
        }
        return try change(
            plan, row: [], identity: [table.file, table.number], repetition: .ignored, returning: delete.returning, from: input.from, outer,
            delete.with)
    }
}
