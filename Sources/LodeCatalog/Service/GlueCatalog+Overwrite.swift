/// INSERT OVERWRITE of tables of Glue.

import LodeCloud
import LodeCore
import LodeObjectStore
import LodeTables

extension GlueCatalog {
    /// New files are whole by now, in folders that nobody was pointed to. The table's location moves there, or those of its partitions,
    /// and the files that were in the old ones go last.
    func overwrite(_ name: TableName, _ change: FileChange) throws(SQLError) -> CommitOutcome {
        guard change.removedPaths.isEmpty else { throw SQLError.unsupported("replacing single files of \"\(name)\", a table of folders,") }
        guard let json = try tableJSON(name), let table = GlueTable(json) else { throw try missingTable(name) }
        if table.isProjected {
            throw SQLError.unsupported("replacing rows of \"\(name)\", whose partitions are projected,")
        }
        if table.partitionKeys.isEmpty {
            var moved = table
            let old = table.storageDescriptor.location ?? ""
            moved.storageDescriptor.location = change.added.first.map { StorePath.parent($0.path) } ?? OverwrittenRows.folder(in: old)
            try update(name, to: moved.input(changing: json), from: table.versionId)
            removeFiles(in: old)
            return CommitOutcome()
        }
        let places = try self.places(of: change.added, in: table)
        let known = try self.known(change.removesEverything ? nil : change.emptiedPartitions, places, of: table)
        if !table.hasMovedPartitions, !places.isEmpty {
            // Whoever adds rows from now on asks where.
            var noted = table
            noted.parameters[TableParameter.movedPartitions] = "true"
            try update(name, to: noted.input(changing: json), from: table.versionId)
        }
        try Self.finishing("the partitions of \"\(name)\" were replaced but for some") { () throws(SQLError) in
            try point(known.map(\.values), to: places, in: table)
            try announce(name)
        }
        for partition in known {
            // What lies above the table is not its own.
            guard let old = partition.storage.location, !StorePath.isWithin(table.storageDescriptor.location ?? "", old) else { continue }
            removeFiles(in: old)
        }
        return CommitOutcome()
    }

    /// Gives the table another version, by which those know that have read old places of partitions that what lies there may go.
    func announce(_ name: TableName) throws(SQLError) {
        guard let json = try tableJSON(name), var table = GlueTable(json) else { return }
        table.parameters[TableParameter.replacement] = String(UInt64.random(in: 1 << 60...UInt64.max), radix: 16)
        do throws(SQLError) {
            try update(name, to: table.input(changing: json), from: table.versionId)
        } catch {
            // Then another one has given it.
            if error.state != .serializationFailure { throw error }
        }
    }

    /// The partitions that go or move, of those that are there.
    /// - Parameter emptied: those that go; nil for all.
    private func known(
        _ emptied: Set<[Value]>?, _ places: [[String]: String], of table: GlueTable
    ) throws(SQLError) -> [Partition] {
        if let emptied {
            let wanted = Set(places.keys).union(emptied.map { RegisteredPartition.texts($0) })
            return try partitions(wanted.sorted { $0.lexicographicallyPrecedes($1) }, of: table.tableName)
        }
        var all: [Partition] = []
        try partitions(of: table.tableName, where: nil) { all.append($0) }
        return all
    }

    /// The folders of partitions that lie apart from the table's, by the folders that they would have there.
    func places(of table: GlueTable) throws(SQLError) -> [String: String] {
        guard table.hasMovedPartitions, !table.partitionKeys.isEmpty else { return [:] }
        let columns = try table.partitionFields(), location = table.storageDescriptor.location ?? ""
        var places: [String: String] = [:]
        try partitions(of: table.tableName, where: nil) { (partition) throws(SQLError) in
            let folder = HivePath.folder(columns, try PartitionKey.parse(partition.values, columns))
            guard let place = partition.storage.location, !Self.isSame(place, StorePath.join(location, folder)) else { return }
            places[folder] = place
        }
        return places
    }

    /// Removes what readers saw in a folder. Files that can't be removed are left.
    private func removeFiles(in folder: String) {
        Cancellation.$current.withValue(nil) {
            let plain = StorePath.plain(folder)
            var paths: [String] = []
            let files = HiveDiscovery(location: plain, columns: [], io: StoreTableIO(stores))
            guard (try? files.files(in: plain) { path, _ in paths.append(path) }) != nil, (try? stores.delete(paths)) != nil,
                OverwrittenRows.holds(plain), !stores.isRemote(folder)
            else { return }
            LocalStore().removeFolderIfEmpty(plain)
            LocalStore().removeFolderIfEmpty(StorePath.parent(plain))
        }
    }
}

extension GlueTable {
    /// Whether partitions were overwritten, and lie apart from the table since.
    var hasMovedPartitions: Bool { parameters[TableParameter.movedPartitions] == "true" }

    /// Whether a statement that replaces rows may take away files that are being listed.
    var mayMove: Bool {
        parameters[TableParameter.ownFolder] != nil || hasMovedPartitions || OverwrittenRows.holds(storageDescriptor.location ?? "")
    }
}
