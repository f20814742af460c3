/// DELETE: rows that go.

import LodeCore
import LodePlan
import LodeSyntax

extension Binder {
    /// The rows that go. A row that USING matches several times goes once.
    package func bind(delete: Delete, from target: ChangeTarget) throws(SQLError) -> BoundChange {
        let outer = try scope(Scope.empty, with: delete.with)
        let found = try bindMatches(of: delete.table, target, beside: delete.using, where: delete.where, outer)
        return try change(
            found.plan, row: [], of: found.table, repetition: .ignored, returning: delete.returning,
            from: found.from, outer, delete.with)
    }
}
