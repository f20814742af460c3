/// One state of the catalog for all tables of a statement.

import LodeCatalog
import LodeCore
import LodeTables

/// The first managed table is read as it is; the others as they were when that version was still the current one. Where the first one keeps
/// a log of its own, all are read at the moment at which that was asked for, and it at one version, however often it is named. A change of
/// several tables is seen whole or not at all.
final class StatementMoment {
    /// The snapshot keeps what was current with it from being collected.
    private var first: (version: TableVersion, snapshot: any TableSnapshot)?
    private var moment: ReadMoment?
    private var logged: [TableName: any TableSnapshot] = [:]

    /// - Throws: `40001` if the catalog has changed in such a way that the statement must be bound again.
    func snapshot(of table: GlueTable, _ catalog: any Catalog) throws(SQLError) -> any TableSnapshot {
        let name = table.tableName
        guard table.kind == .managed else {
            if let known = logged[name] { return known }
            let snapshot = try beside(table, catalog)
            if table.loggedFormat != nil { logged[name] = snapshot }
            return snapshot
        }
        if let moment { return try catalog.snapshot(of: name, asOf: moment) }
        if let first { return try catalog.snapshot(of: name, besides: first.version) }
        let snapshot = try catalog.snapshot(of: name)
        first = snapshot.identity.map { ($0, snapshot) }
        return snapshot
    }

    /// A table of which the catalog keeps no versions.
    private func beside(_ table: GlueTable, _ catalog: any Catalog) throws(SQLError) -> any TableSnapshot {
        // Those of services have no part in changes of several tables.
        guard table.number != nil, table.writableFormat != nil else { return try catalog.snapshot(of: table.tableName) }
        if moment == nil, let first { return try catalog.snapshot(of: table.tableName, besides: first.version) }
        let now = if let moment { moment } else { try catalog.readMoment() }
        moment = now
        return try catalog.snapshot(of: table.tableName, asOf: now)
    }
}
