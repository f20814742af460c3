/// Replacing tables and views of Glue: CREATE OR REPLACE.

import LodeCloud
import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables

extension GlueCatalog {
    /// New rows are whole, in a folder of their own, by now. The definition points there first, then each partition, and what only the
    /// old table had goes last: whoever reads meanwhile, or after this process was killed, finds old rows or new ones.
    /// - Parameter json: the `Table` that is there.
    /// - Throws: `40001` if somebody else changed the table since it was read, `42809` for a table in place of a view.
    func replace(_ json: CloudJSON, with table: GlueTable, _ files: [DataFile]) throws(SQLError) -> CommitOutcome {
        guard let old = GlueTable(json) else { throw try missingTable(table.tableName) }
        guard (old.kind == .view) == (table.kind == .view) else {
            throw SQLError(.wrongObjectType, "\"\(table.name)\" is \(old.kind.noun)", hint: "Drop it first, or choose another name.")
        }
        if old.kind != .view { try GlueSnapshot.refuseForeign(old) }
        let places = try self.places(of: files, in: table)
        var known: [Partition] = []
        if !old.partitionKeys.isEmpty { try partitions(of: old.tableName, where: nil) { known.append($0) } }
        try update(table.tableName, to: table.input, from: table.versionId ?? old.versionId)
        try Self.finishing("\"\(table.tableName)\" was replaced but for some of its partitions") { () throws(SQLError) in
            try point(known.map(\.values), to: places, in: table)
            if !known.isEmpty { try announce(table.tableName) }
        }
        removeFiles(of: old, replacedBy: table)
        return CommitOutcome()
    }

    /// Does what follows upon a change that others see already, whatever becomes of the statement.
    /// - Throws: `58030` saying `message`: what was written is in use, and must stay.
    static func finishing(_ message: String, _ body: () throws(SQLError) -> Void) throws(SQLError) {
        let result: Result<Void, SQLError> = Cancellation.$current.withValue(nil) { Result { () throws(SQLError) in try body() } }
        do throws(SQLError) {
            try result.get()
        } catch {
            throw SQLError(.ioError, message, detail: error.message, hint: "Run the statement again.")
        }
    }

    /// The folders of these files' partitions, by the texts of their values; none where Glue is not told of partitions.
    /// - Throws: `0A000` for files that no projected partition has.
    func places(of files: [DataFile], in table: GlueTable) throws(SQLError) -> [[String]: String] {
        if table.partitionKeys.isEmpty || files.isEmpty { return [:] }
        let columns = try table.partitionFields()
        if let projection = try PartitionProjection(table, columns) {
            try require(files, in: projection, table, columns)
            return [:]
        }
        var places: [[String]: String] = [:]
        for file in files { places[RegisteredPartition.texts(file.partitionValues)] = StorePath.parent(file.path) }
        return places
    }

    static func sorted(_ places: [[String]: String]) -> [GluePartition] {
        places.map { GluePartition(values: $0.key, location: $0.value) }.sorted { $0.values.lexicographicallyPrecedes($1.values) }
    }

    // MARK: Partitions

    /// Makes `places` the partitions of those whose values are `known`.
    func point(_ known: [[String]], to places: [[String]: String], in table: GlueTable) throws(SQLError) {
        let there = Set(known)
        try update(Self.sorted(places.filter { there.contains($0.key) }), of: table)
        _ = try add(Self.sorted(places.filter { !there.contains($0.key) }), to: table, ifNotExists: true)
        try remove(known.filter { places[$0] == nil }, from: table)
    }

    /// The most that BatchUpdatePartition takes, and BatchDeletePartition.
    private static let mostUpdated = 100, mostDeleted = 25

    /// Points partitions that are known to other folders.
    private func update(_ partitions: [GluePartition], of table: GlueTable) throws(SQLError) {
        let entries = partitions.map { partition -> CloudJSON in
            let values = CloudJSON.array(partition.values.map { .string($0) })
            var storage = table.storageDescriptor
            storage.location = partition.location
            return ["PartitionValueList": values, "PartitionInput": ["Values": values, "StorageDescriptor": storage.json]]
        }
        try inBatches(entries, of: Self.mostUpdated, "BatchUpdatePartition", "Entries", table)
    }

    func remove(_ partitions: [[String]], from table: GlueTable) throws(SQLError) {
        let entries = partitions.map { values -> CloudJSON in ["Values": .array(values.map { .string($0) })] }
        let missing = "EntityNotFoundException"
        try inBatches(entries, of: Self.mostDeleted, "BatchDeletePartition", "PartitionsToDelete", table, harmless: missing)
    }

    /// - Parameter harmless: the code of a fault that is none.
    private func inBatches(
        _ entries: [CloudJSON], of size: Int, _ action: String, _ member: String, _ table: GlueTable, harmless: String? = nil
    ) throws(SQLError) {
        for part in entries.batches(of: size) {
            var request = tableRequest(table.tableName)
            request[member: member] = .array(part)
            for fault in try send(action, request)["Errors"]?.items ?? [] {
                let code = fault["ErrorDetail"]?["ErrorCode"]?.string ?? "unknown"
                if code == harmless { continue }
                let values = (fault["PartitionValueList"] ?? fault["PartitionValues"])?.items.compactMap(\.string) ?? []
                throw SQLError(
                    .ioError, "Glue failed at \(action) of \"\(table.name)\"", detail: "\(values.joined(separator: ", ")): \(code)")
            }
        }
    }

    // MARK: Files

    /// Removes the files of a table that was replaced, if its folder is one that was made for it. Those that can't be removed are left.
    private func removeFiles(of old: GlueTable, replacedBy new: GlueTable) {
        guard old.kind != .view, let folder = old.parameters[TableParameter.ownFolder],
            OverwrittenRows.base(of: old.storageDescriptor.location ?? "") == StorePath.withoutTrailingSlash(folder)
        else { return }
        let other = new.storageDescriptor.location ?? ""
        if StorePath.isWithin(other, folder) || StorePath.isWithin(folder, other) { return }
        removeFolder(folder)
    }

    func removeFolder(_ folder: String) {
        Cancellation.$current.withValue(nil) {
            guard let (store, path) = try? stores.resolve(StorePath.plain(folder)),
                let paths = try? store.list(path, recursive: true).map(\.path), (try? store.delete(paths)) != nil, !stores.isRemote(folder)
            else { return }
            var folders: Set<String> = [path]
            for file in paths {
                var parent = StorePath.parent(file)
                while parent.hasPrefix(path + "/"), folders.insert(parent).inserted { parent = StorePath.parent(parent) }
            }
            for empty in folders.sorted(by: { $0.utf8.count > $1.utf8.count }) { LocalStore().removeFolderIfEmpty(empty) }
        }
    }
}
