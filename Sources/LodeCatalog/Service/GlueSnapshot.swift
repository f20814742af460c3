/// A table of Glue as it is when a statement plans its scan.

import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables

/// Asks for the partitions that the predicate wants, and lists only their folders.
struct GlueSnapshot: TableSnapshot {
    private let catalog: GlueCatalog
    private var table: GlueTable
    let schema: Schema
    let partitionColumns: [Field]
    let fileFormat: String

    /// - Throws: `0A000` by name for what is no folder of files that Lode reads.
    init(_ catalog: GlueCatalog, _ table: GlueTable) throws(SQLError) {
        try Self.refuseForeign(table)
        self.catalog = catalog
        self.table = table
        guard let format = table.fileFormat else {
            throw SQLError.unsupported(
                "the file format of table \"\(table.tableName)\"",
                hint: "Its SerDe is \(table.storageDescriptor.serdeInfo?.serializationLibrary ?? "not given").")
        }
        try table.refuseEscapes()
        fileFormat = format.name
        schema = try table.schema()
        partitionColumns = try table.partitionFields()
    }

    var properties: [String: String] { table.serdeProperties }
    var identity: TableVersion? { nil }
    /// Each page of partitions is a request, and each folder another one.
    var isDearToList: Bool { !partitionColumns.isEmpty }

    /// What crawlers, Hive, Spark and Redshift note of the whole table.
    var statistics: TableStatistics {
        let noted = ["numRows", "recordCount", "spark.sql.statistics.numRows"].compactMap { table.parameters[$0].flatMap { Int($0) } }
        return TableStatistics(rowCount: noted.first { $0 >= 0 })
    }

    func columnEstimates(_ columns: [String]) -> [String: ColumnStatistics] {
        catalog.columnEstimates(of: table, schema, wanted: columns)
    }

    /// Tables whose files alone do not say which rows they have.
    static func refuseForeign(_ table: GlueTable) throws(SQLError) {
        let parameters = table.parameters, provider = parameters[TableParameter.provider]?.lowercased()
        let format = table.tableFormat?.lowercased()
        var kind: String?
        if parameters["metadata_location"] != nil || format == "iceberg" { kind = "Iceberg" }
        if format == "delta" { throw SQLError.unsupported("changing the Delta table \"\(table.tableName)\" of Glue") }
        if provider == "hudi" || parameters["hoodie.table.name"] != nil { kind = "Hudi" }
        if table.storageDescriptor.inputFormat?.hasSuffix("SymlinkTextInputFormat") == true { kind = "symlink manifest" }
        if let kind { throw SQLError.unsupported("the \(kind) table \"\(table.tableName)\" of Glue") }
        if table.kind == .view { throw CatalogError.wrongKind(table.tableName, is: .view, wanted: "a table with files") }
    }

    /// How often a table is listed again that somebody replaces all the time.
    private static let mostListings = 8

    func plan(_ predicate: ColumnPredicate?) throws(SQLError) -> FileListing {
        var current = self
        for _ in 0..<Self.mostListings {
            let listing = try current.list(predicate)
            guard let moved = try current.moved(since: listing) else { return listing }
            current.table = moved
        }
        throw changed
    }

    private var changed: SQLError {
        SQLError(
            .serializationFailure, "table \"\(table.tableName)\" was replaced while it was read", hint: "Run the statement again.")
    }

    /// The table as it is now, if rows that were replaced may have gone while they were listed: who replaces them tells Glue before.
    /// - Throws: `40001` if it has other columns now.
    private func moved(since listing: FileListing) throws(SQLError) -> GlueTable? {
        guard table.mayMove || (partitionColumns.isEmpty && listing.files.isEmpty), let version = table.versionId,
            let now = try catalog.table(table.tableName), now.versionId != version
        else { return nil }
        let isSame = now.storageDescriptor.location == table.storageDescriptor.location
        if isSame, partitionColumns.isEmpty { return nil }
        let columns = try now.schema(), keys = try now.partitionFields()
        guard isSame || (columns == schema && keys == partitionColumns) else { throw changed }
        var moved = table
        moved.storageDescriptor.location = now.storageDescriptor.location
        (moved.parameters, moved.versionId) = (now.parameters, now.versionId)
        return moved
    }

    private func list(_ predicate: ColumnPredicate?) throws(SQLError) -> FileListing {
        var listing = FileListing()
        let own = Wanted(values: [], location: table.storageDescriptor.location ?? "")
        let folders = partitionColumns.isEmpty ? [own] : try wanted(predicate, &listing)
        let discovery = HiveDiscovery(location: own.location, columns: [], io: StoreTableIO(catalog.stores))
        try discovery.files(in: folders.map { StorePath.withoutTrailingSlash($0.location) }) { index, path, file in
            // An empty object with the name of a folder is no file of data.
            if file.size == 0 { return }
            let folder = folders[index]
            var data = DataFile(path: path, size: file.size, partitionValues: folder.values, modifiedMicros: file.modifiedMicros)
            data.fileFormat = folder.format
            listing.files.append(data)
        }
        listing.filesTotal = listing.files.count
        return listing
    }

    private struct Wanted {
        var values: [Value]
        var location: String
        /// If it is not the table's.
        var format: String?
    }

    private func wanted(_ predicate: ColumnPredicate?, _ listing: inout FileListing) throws(SQLError) -> [Wanted] {
        if let projection = try PartitionProjection(table, partitionColumns) {
            let found = try projection.partitions(predicate)
            listing.partitionsTotal = found.count
            return found.map { Wanted(values: $0.values, location: $0.location) }
        }
        var found: [Wanted] = [], count = 0
        let expression = GlueExpression.text(predicate, partitionColumns)
        try catalog.partitions(of: table.tableName, where: expression) { (partition) throws(SQLError) in
            count += 1
            let values = try PartitionKey.parse(partition.values, partitionColumns)
            guard PartitionPruning.mayMatch(predicate, partitionColumns, values) else { return }
            guard let format = partition.storage.fileFormat ?? table.fileFormat else {
                throw SQLError.unsupported("the file format of a partition of \"\(table.tableName)\"")
            }
            try requireSameOptions(partition.storage, format)
            found.append(
                Wanted(
                    values: values, location: partition.storage.location ?? "", format: format.name == fileFormat ? nil : format.name))
        }
        listing.partitionsTotal = count
        listing.partitionsPruned = count - found.count
        return found.sorted { EmbeddedCatalog.precedes($0.values, $1.values) }
    }

    /// All files of a scan are read alike.
    private func requireSameOptions(_ storage: StorageDescriptor, _ format: any FileFormat) throws(SQLError) {
        guard let serde = storage.serdeInfo, format.isText, serde != table.storageDescriptor.serdeInfo else { return }
        var partition = table
        partition.storageDescriptor.serdeInfo = serde
        let known = Set(format.readOptions), own = table.serdeProperties, other = partition.serdeProperties
        for option in known.sorted() where own[option] != other[option] {
            throw SQLError.unsupported(
                "a partition of \"\(table.tableName)\" that is written in another way than the table",
                hint: "Its SerDe says \(option) = \(FormatOption.literal(other[option] ?? "")).")
        }
    }
}
