/// INSERT into a table of Glue.

import LodeCore
import LodeTables

/// Files that are added to a table of folders are there as soon as they are written, their partitions once it is committed. Files that
/// take the place of others are seen by nobody before that.
final class GlueWrite: TableTransaction {
    let table: GlueTable
    let snapshot: any TableSnapshot
    let places: [String: String]
    private var files: FileChange

    /// - Throws: `0A000` for a table that Lode can't write.
    init(_ table: GlueTable, _ catalog: GlueCatalog) throws(SQLError) {
        snapshot = try GlueSnapshot(catalog, table)
        self.table = table
        files = FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        try table.requireWritable()
        if table.isProjected, table.parameters["storage.location.template"] != nil {
            throw SQLError.unsupported("writing to \"\(table.tableName)\", whose folders follow a template,")
        }
        places = try catalog.places(of: table)
    }

    var change: TableChange { .files(table.tableName, files) }

    func willReplace() throws(SQLError) -> String? {
        if table.isProjected {
            throw SQLError.unsupported("replacing rows of \"\(table.tableName)\", whose partitions are projected,")
        }
        return OverwrittenRows.folder(in: table.storageDescriptor.location ?? "")
    }

    func append(_ files: [DataFile]) { self.files.added += files }
    func deleteFiles(_ paths: [String]) { files.removedPaths += paths }
    func emptyPartitions(_ partitions: Set<[Value]>) { files.emptiedPartitions.formUnion(partitions) }
    func dependsOnSnapshot() { files.dependsOnBase = true }
    func name(_ operation: String) { files.operation = operation }

    func replaceAll(with files: [DataFile]) {
        self.files.added = files
        self.files.removesEverything = true
    }
}
