/// One state of the catalog for all tables of a statement.

import LodeCatalog
import LodeCore
import LodeTables

/// The first managed table is read as it is; the others as they were when that version was still the current one. A change of several
/// tables is seen whole or not at all. A table with a log of its own is read at one version, however often it is named.
final class StatementMoment {
    /// The snapshot keeps what was current with it from being collected.
    private var first: (version: TableVersion, snapshot: any TableSnapshot)?
    private var logged: [TableName: any TableSnapshot] = [:]

    /// - Throws: `40001` if the catalog has changed in such a way that the statement must be bound again.
    func snapshot(of table: GlueTable, _ catalog: any Catalog) throws(SQLError) -> any TableSnapshot {
        guard table.kind == .managed else {
            if let known = logged[table.tableName] { return known }
            let snapshot = try catalog.snapshot(of: table.tableName)
            if table.loggedFormat != nil { logged[table.tableName] = snapshot }
            return snapshot
        }
        if let first { return try catalog.snapshot(of: table.tableName, besides: first.version) }
        let snapshot = try catalog.snapshot(of: table.tableName)
        first = snapshot.identity.map { ($0, snapshot) }
        return snapshot
    }
}
