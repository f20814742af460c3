/// An Iceberg table as it is at one snapshot.

import LodeCore

/// Manifests are read when a scan is planned, one after another: nothing is kept but the files that are scanned, and the delete files
/// that may be of them.
package struct IcebergSnapshot: TableSnapshot {
    package var identity: TableVersion?
    package let metadata: IcebergMetadata
    /// Nil for a table that never had rows.
    package let snapshot: IcebergMetadata.Snapshot?
    let folder: IcebergFolder
    let icebergSchema: IcebergSchema
    private let columns: IcebergColumns
    private let current: IcebergPartitioning
    private(set) var io: any TableIO

    package var schema: Schema { columns.schema }
    /// Those of all specs: a file has values of the columns that its own spec names.
    package let partitionColumns: [Field]
    package var fileFormat: String { "parquet" }
    package var columnMatching: ColumnMatching { .mapped(columns.mapped) }
    package var rowMetadata: RowMetadata? { RowMetadata(file: "_file", position: "_pos", lineage: rowLineage) }
    package var properties: [String: String] { metadata.properties }
    /// What INT96 means, the schema knows.
    package var readerOptions: [String: String] { ["int96_as": "timestamp"] }
    package var version: Int64 { snapshot?.id ?? 0 }
    package var location: String? { folder.root }
    /// Where the metadata document lies.
    package var document: String { folder.document }

    /// - Throws: `0A000` for what Lode can't read, `XX001` for metadata that are damaged, `22023` for a time that the table has not.
    init(
        _ folder: IcebergFolder, _ metadata: IcebergMetadata, at time: TableTime?, identity: TableVersion?, _ io: any TableIO
    ) throws(SQLError) {
        self.folder = folder
        self.metadata = metadata
        self.io = io
        do throws(SQLError) {
            let (snapshot, isHead) = try metadata.snapshot(at: time)
            if snapshot?.keyID != nil { throw SQLError.unsupported("reading encrypted Iceberg tables") }
            self.snapshot = snapshot
            icebergSchema = try metadata.schema(of: snapshot, isHead: isHead)
            columns = try IcebergColumns(icebergSchema, metadata.nameMapping)
        } catch {
            throw error.place == nil ? error.within(folder.document) : error
        }
        let id = snapshot?.id ?? 0
        self.identity = identity.map { TableVersion(table: $0.table, version: id, definitionVersion: $0.definitionVersion) }
        let spec = metadata.spec(metadata.defaultSpecID) ?? IcebergPartitionSpec(fields: [])
        current = IcebergPartitioning(spec, columns, icebergSchema, metadata)
        var constants = current.constantColumns
        for other in metadata.specs where other.id != spec.id {
            let own = IcebergPartitioning(other, columns, icebergSchema, metadata).constantColumns
            constants += own.filter { column in !constants.contains { $0.name == column.name } }
        }
        partitionColumns = constants
    }

    /// The same, whose manifests are read in another way.
    package func reading(through io: any TableIO) -> IcebergSnapshot {
        var copy = self
        copy.io = io
        return copy
    }

    // MARK: Estimates

    /// A listing of more files leaves out statistics that the predicate does not use.
    private static let describedFiles = 4_096

    private func total(_ name: String) -> Int? {
        snapshot?.summary["total-" + name].flatMap { Int($0) }.flatMap { (0...1 << 50).contains($0) ? $0 : nil }
    }

    package var mayBeDividedOtherwise: Bool { metadata.specs.count > 1 }
    package var isDearToList: Bool { total("data-files") ?? 0 > Self.describedFiles }

    /// Of small tables nothing is said before their files are listed; of larger ones what planning needs without listing them.
    package var statistics: TableStatistics {
        guard isDearToList else { return TableStatistics() }
        let rows = total("records").map { max(0, $0 - (total("position-deletes") ?? 0)) }
        return TableStatistics(rowCount: rows, byteCount: total("files-size"), fileCount: total("data-files"))
    }

    // MARK: Files

    package func plan(_ predicate: ColumnPredicate?) throws(SQLError) -> FileListing {
        guard snapshot != nil else { return FileListing() }
        var plan = IcebergPlan(predicate == .anything ? nil : predicate, columns, isLarge: isDearToList)
        var manifests: [IcebergManifest] = []
        try forEachManifest { (manifest) throws(SQLError) in
            let isKept = try partitioning(manifest.specID, &plan).map { plan.mayHold(manifest, $0) } ?? true
            if isKept { manifests.append(manifest) } else { plan.skip(manifest) }
        }
        let deletes = manifests.filter(\.hasDeletes), data = manifests.filter { !$0.hasDeletes }
        var index = IcebergDeleteIndex { (ids) throws(SQLError) in try ids.map(key) }
        if !data.isEmpty {
            try read(deletes, &plan, statisticsOf: [IcebergManifestReader.deletedPathID]) {
                (_, entry, partitioning, plan) throws(SQLError) in
                if plan.mayHold(entry, partitioning) { try index.add(entry, folder.locate(try entry.path()), partitioning.spec) }
            }
        }
        try read(data, &plan, statisticsOf: plan.ids) { (_, entry, partitioning, plan) throws(SQLError) in
            try consider(entry, partitioning, &plan, &index)
        }
        return plan.listing
    }

    private func consider(
        _ entry: IcebergEntry, _ partitioning: IcebergPartitioning, _ plan: inout IcebergPlan, _ index: inout IcebergDeleteIndex
    ) throws(SQLError) {
        guard entry.content == .data else { throw SQLError(.dataCorrupted, "a manifest of data files has a delete file") }
        plan.listing.filesTotal += 1
        guard plan.mayHold(entry, partitioning) else { return plan.listing.filesPruned += 1 }
        let statistics = entry.statistics(columns)
        guard plan.mayMatch(statistics, entry, partitioning) else { return plan.listing.filesPruned += 1 }
        let path = try entry.path()
        if entry.format == "orc" { throw SQLError.unsupported("the ORC file of an Iceberg table").within(folder.locate(path)) }
        var file = DataFile(
            path: folder.locate(path), size: entry.size, rowCount: entry.rowCount,
            partitionValues: partitioning.constants.map { entry.partition[$0.place] }, statistics: statistics,
            rowIDBase: entry.firstRowID)
        if entry.format != fileFormat { file.fileFormat = entry.format }
        if partitioning.constantColumns != partitionColumns { file.partitionColumns = partitioning.constantColumns }
        file.isDividedOtherwise = partitioning.spec.id != current.spec.id
        file.sequenceNumber = entry.sequenceNumber
        file.deletes = try index.deletes(of: entry, path, partitioning.spec)
        plan.listing.files.append(file)
    }

    /// The column, or the field within one, that a delete file compares. It may be one that the table no longer has.
    private func key(_ id: Int) throws(SQLError) -> EqualityKey {
        for schema in [icebergSchema] + metadata.schemas.reversed() {
            guard let found = schema.find(id), let top = schema.fields.first(where: { $0.name == found.path[0] }) else { continue }
            try found.field.type.requireKnown()
            var path = [IcebergColumns.mapped(top, metadata.nameMapping)]
            for name in found.path.dropFirst() {
                guard let part = path[path.count - 1].parts.first(where: { $0.name == name }) else { break }
                path.append(part)
            }
            return EqualityKey(path: path, type: found.field.type.sqlType)
        }
        throw SQLError(.dataCorrupted, "an equality delete file compares field \(id), which no schema of the table has")
    }

    /// Calls `body` with each file of the manifests, delete files and those that are gone included.
    package func forEachFile(_ body: (IcebergFile) throws(SQLError) -> Void) throws(SQLError) {
        var plan = IcebergPlan(nil, columns, isLarge: true)
        var manifests: [IcebergManifest] = []
        try forEachManifest { (manifest) throws(SQLError) in manifests.append(manifest) }
        try read(manifests, &plan, statisticsOf: [], withDeleted: true) { (manifest, entry, partitioning, _) throws(SQLError) in
            try body(IcebergFile(entry, try entry.path(), partitioning.spec, manifest))
        }
    }

    /// How many manifests would be put together, and how many there would be in their place.
    package func mergeableManifests() throws(SQLError) -> (before: Int, after: Int) {
        var data: [(specID: Int, bytes: Int64)] = []
        try forEachManifest { (manifest) throws(SQLError) in
            if !manifest.hasDeletes, manifest.liveFiles != 0 { data.append((manifest.specID, Int64(manifest.size))) }
        }
        let groups = IcebergManifestMerge(metadata.properties, isAsked: true).groups(data)
        return (groups.reduce(0) { $0 + $1.count }, groups.count)
    }

    /// Where a file lies that the metadata name.
    func locate(_ path: String) -> String { folder.locate(path) }

    /// Calls `body` with each live file of manifests, delete files included, as they name it.
    func forEachPath(in manifests: [IcebergManifest], _ body: (String) throws(SQLError) -> Void) throws(SQLError) {
        var plan = IcebergPlan(nil, columns, isLarge: true)
        try read(manifests, &plan, statisticsOf: []) { (_, entry, _, _) throws(SQLError) in try body(try entry.path()) }
    }

    /// The same with all that manifests say of the files.
    func forEachEntry(
        in manifests: [IcebergManifest],
        _ body: (IcebergManifest, IcebergEntry, IcebergPartitioning, IcebergColumns) throws(SQLError) -> Void
    ) throws(SQLError) {
        var plan = IcebergPlan(nil, columns, isLarge: false)
        try read(manifests, &plan, statisticsOf: plan.ids) { (manifest, entry, partitioning, _) throws(SQLError) in
            try body(manifest, entry, partitioning, columns)
        }
    }

    // MARK: Manifests

    package func forEachManifest(_ body: (IcebergManifest) throws(SQLError) -> Void) throws(SQLError) {
        if let snapshot { try forEachManifest(of: snapshot, body) }
    }

    /// The same for another snapshot of the table.
    func forEachManifest(
        of snapshot: IcebergMetadata.Snapshot, _ body: (IcebergManifest) throws(SQLError) -> Void
    ) throws(SQLError) {
        if let list = snapshot.manifestList { return try IcebergManifestList.read(folder.locate(list), io, body) }
        for path in snapshot.manifests { try body(IcebergManifest(path: path)) }
    }

    /// The spec of the table that has a number; nil if only the manifest's header knows it.
    private func partitioning(_ id: Int, _ plan: inout IcebergPlan) -> IcebergPartitioning? {
        if id == current.spec.id { return current }
        if let known = plan.partitionings[id] { return known }
        guard let spec = metadata.spec(id) else { return nil }
        let made = IcebergPartitioning(spec, columns, icebergSchema, metadata)
        plan.partitionings[id] = made
        return made
    }

    private func read(
        _ manifests: [IcebergManifest], _ plan: inout IcebergPlan, statisticsOf ids: Set<Int>, withDeleted: Bool = false,
        _ body: (IcebergManifest, IcebergEntry, IcebergPartitioning, inout IcebergPlan) throws(SQLError) -> Void
    ) throws(SQLError) {
        var left = manifests[...]
        try io.read(manifests.map { folder.locate($0.path) }) { (path, bytes) throws(SQLError) in
            guard let manifest = left.popFirst() else { return }
            try Cancellation.checkCurrent()
            let reader = try IcebergManifestReader(manifest, path, bytes, io)
            var own: IcebergPartitioning
            if let known = partitioning(reader.specID, &plan) {
                own = known
            } else if let fields = reader.ownSpec {
                own = IcebergPartitioning(IcebergPartitionSpec(id: reader.specID, fields: fields), columns, icebergSchema, metadata)
            } else {
                throw SQLError(.dataCorrupted, "the Iceberg table has no partition spec \(reader.specID)", in: path)
            }
            own = own.having { reader.hasValue(of: $0) }
            let partitioning = own
            try reader.read(partitioning, statisticsOf: ids, withDeleted: withDeleted) { (entry) throws(SQLError) in
                try body(manifest, entry, partitioning, &plan)
            }
        }
    }
}
