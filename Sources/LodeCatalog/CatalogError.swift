/// The errors that all catalogs share, with the nearest name.

import LodeCore

package enum CatalogError {
    package static func missingDatabase(_ name: String, among known: [String]) -> SQLError {
        SQLError(
            .invalidSchemaName, "schema \"\(name)\" does not exist",
            hint: NearestName.find(name, among: known.sorted()).map { "Did you mean \"\($0)\"?" }
                ?? "Create it with CREATE SCHEMA \(name).")
    }

    /// - Parameters:
    ///   - siblings: names in the same database.
    ///   - elsewhere: other databases that have a table of this name.
    package static func missingTable(_ name: TableName, siblings: [String], elsewhere: [String]) -> SQLError {
        let near = NearestName.find(name.name, among: siblings.sorted())
        let hint =
            elsewhere.first.map { "Did you mean \"\($0).\(name.name)\"?" } ?? near.map { "Did you mean \"\($0)\"?" }
        return SQLError(.undefinedTable, "relation \"\(name)\" does not exist", hint: hint)
    }

    /// For a table whose files are not its catalog's to delete.
    static func noPurge(_ name: TableName) -> SQLError {
        SQLError.unsupported("DROP TABLE … PURGE of the external table \"\(name)\"", hint: "DROP TABLE leaves its files where they are.")
    }

    package static func wrongKind(_ name: TableName, is kind: TableKind, wanted: String) -> SQLError {
        SQLError(
            .wrongObjectType, "\"\(name.name)\" is \(kind.noun), not \(wanted)",
            hint: kind == .view ? "Use DROP VIEW, or query it." : nil)
    }
}

extension TableKind {
    /// With its article: "a view".
    package var noun: String {
        switch self {
        case .managed: "a table"
        case .external: "an external table"
        case .view: "a view"
        case .system: "a system table"
        }
    }
}

extension Catalog {
    /// - Throws: `3F000` or `42P01` with the nearest name.
    package func requireTable(_ name: TableName) throws(SQLError) -> GlueTable {
        if let table = try table(name) { return table }
        guard try database(name.database) != nil else {
            throw CatalogError.missingDatabase(name.database, among: try databases().map(\.name))
        }
        throw try missingTable(name)
    }

    /// The error for a table that is not there.
    package func missingTable(_ name: TableName) throws(SQLError) -> SQLError {
        var elsewhere: [String] = []
        for database in try databases() where try table(TableName(database.name, name.name)) != nil {
            elsewhere.append(database.name)
        }
        let siblings = try tables(in: name.database).map(\.name)
        return CatalogError.missingTable(name, siblings: siblings, elsewhere: elsewhere)
    }
}
