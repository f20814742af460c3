/// The relations of a statement, which its plan only names.

import LodeCore
import LodeTables
import Synchronization

/// What plans call a relation.
package struct RelationID: Hashable, Sendable {
    private let number: Int

    private static let last = Atomic<Int>(0)

    /// No two relations of the process share a number: a plan that is given to another statement finds nothing, not something else.
    fileprivate init() { number = Self.last.add(1, ordering: .relaxed).newValue }
}

/// What a plan says of a relation that it scans.
package struct ScannedRelation: Sendable {
    package let id: RelationID
    /// As of the relation itself, when it was bound.
    package let displayName: String
    package let tableVersion: TableVersion?
    package let schema: Schema
    package let hiddenFields: [Field]
    package let readsFields: Bool
    package let origins: [CatalogColumn]
    private let object: ObjectIdentifier

    fileprivate init(_ relation: any Relation) {
        id = RelationID()
        displayName = relation.displayName
        tableVersion = relation.tableVersion
        schema = relation.schema
        hiddenFields = relation.hiddenFields
        readsFields = relation.readsFields
        origins = relation.origins
        object = ObjectIdentifier(relation)
    }

    package func stands(for relation: any Relation) -> Bool { object == ObjectIdentifier(relation) }
}

/// The relations that one statement scans, by what its plan calls them: for those who read metadata or rows.
package final class Relations: Sendable {
    private let known = Lock<[RelationID: any Relation]>([:])

    package init() {}

    /// What a plan may say of `relation`, which is kept.
    package func add(_ relation: any Relation) -> ScannedRelation {
        let scanned = ScannedRelation(relation)
        known.withLock { $0[scanned.id] = relation }
        return scanned
    }

    /// Gives a plan that is kept the relation that it scans in this statement: one with the columns of `scanned`.
    package func put(_ relation: any Relation, for scanned: ScannedRelation) { known.withLock { $0[scanned.id] = relation } }

    /// Nil if the plan is of another statement.
    package subscript(scanned: ScannedRelation) -> (any Relation)? { known.withLock { $0[scanned.id] } }
}
