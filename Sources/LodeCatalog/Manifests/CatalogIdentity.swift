/// Which catalog it is that keeps a warehouse.

import GRDB
import LodeCore

/// Manifests say who wrote them, so that two catalogs that keep one warehouse, each without the other's tables, are noticed before they
/// take each other's files away.
struct CatalogIdentity: Sendable {
    let own: String
    /// When this catalog began to be, in microseconds since 1970-01-01 UTC.
    let since: Int64
    /// Those that it was made from, by copying or from their manifests.
    let earlier: Set<String>

    static func fetch(_ db: Database) throws -> CatalogIdentity {
        let rows = try Row.fetchAll(db, sql: "SELECT id, since FROM catalog_identity")
        guard let own = rows.first(where: { ($0[1] as Int64?) != nil }) else {
            throw SQLError(.dataCorrupted, "the catalog does not know who it is")
        }
        return CatalogIdentity(own: own[0], since: own[1], earlier: Set(rows.filter { ($0[1] as Int64?) == nil }.map { $0[0] as String }))
    }

    /// Makes the catalog another one than those that it comes from.
    static func renew(from others: Set<String> = [], at time: Int64, _ db: Database) throws {
        try db.execute(sql: "UPDATE catalog_identity SET since = NULL")
        for other in others { try db.execute(sql: "INSERT OR IGNORE INTO catalog_identity (id) VALUES (?)", arguments: [other]) }
        try db.execute(sql: "INSERT INTO catalog_identity (id, since) VALUES (lower(hex(randomblob(8))), ?)", arguments: [time])
    }

    /// - Throws: `55000` for a manifest that another catalog wrote while this one was there.
    func check(_ manifest: Manifest, _ path: String) throws(SQLError) {
        guard let writer = manifest.catalog, writer != own, !earlier.contains(writer) || manifest.time > since else { return }
        throw SQLError(
            .objectNotInPrerequisiteState, "another catalog writes to this warehouse", in: path,
            detail: "Catalog \(writer) has written there; this one is \(own). Each knows only its own tables and files.",
            hint: "Let one of them serve the others (\"lode serve\"). \"lode catalog rebuild --force\" takes over what all have written.")
    }
}
