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

    /// - Parameter what: "table x was changed".
    static func conflict(_ what: String, detail: String? = nil) -> SQLError {
        SQLError(.serializationFailure, "\(what) by a concurrent statement", detail: detail, hint: "Run the statement again.")
    }

    /// For changes that may or may not have been published. Who gets it keeps every file that it has written, and looks.
    package static func unknownState(_ action: String, in place: String?, detail: String) -> SQLError {
        SQLError(
            .statementCompletionUnknown, "whether the change was published is not known: \(action)", in: place, detail: detail,
            hint: "Look at the table before you run the statement again.")
    }

    /// For a table whose files are not its catalog's to delete.
    static func noPurge(_ name: TableName) -> SQLError {
        SQLError.unsupported("DROP TABLE … PURGE of the external table \"\(name)\"", hint: "DROP TABLE leaves its files where they are.")
    }

    /// For a table of folders: what lies in them is all that there is.
    package static func noEarlierRows(_ name: TableName) -> SQLError {
        SQLError(
            .featureNotSupported, "reading the past of \"\(name)\", a table of folders, is not supported",
            detail: "Its rows are those of the files that lie there now: as in Hive, only definitions have versions.",
            hint: "DESCRIBE HISTORY shows earlier definitions, where the catalog keeps them.")
    }

    package static func wrongKind(_ name: TableName, is kind: TableKind, wanted: String) -> SQLError {
        SQLError(
            .wrongObjectType, "\"\(name.name)\" is \(kind.noun), not \(wanted)",
            hint: kind == .view ? "Use DROP VIEW, or query it." : nil)
    }
}

extension SQLError {
    /// Of a commit that failed with it: whether it may be published all the same, so that files which it names must stay. VACUUM collects
    /// them if it is not.
    package var leavesCommitUnknown: Bool { state == .ioError || state == .statementCompletionUnknown }
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
        throw try missingTable(name)
    }

    /// The error for a table that is not there.
    package func missingTable(_ name: TableName) throws(SQLError) -> SQLError {
        guard try database(name.database) != nil else {
            return CatalogError.missingDatabase(name.database, among: try databases().map(\.name))
        }
        var elsewhere: [String] = []
        if !isDearToAsk {
            for database in try databases() where database.external == nil {
                if try table(TableName(database.name, name.name)) != nil { elsewhere.append(database.name) }
            }
        }
        let siblings = try tables(in: name.database).map(\.name)
        return CatalogError.missingTable(name, siblings: siblings, elsewhere: elsewhere)
    }
}
