/// Reading tables of the embedded catalog, and starting to write them.

import GRDB
import LodeCore
import LodeTables

extension EmbeddedCatalog {
    package func snapshot(of name: TableName) throws(SQLError) -> any TableSnapshot {
        let table = try requireTable(name)
        switch table.kind {
        case .managed: return try managedSnapshot(name)
        case .external: return try externalSnapshot(name)
        case .view, .system: throw CatalogError.wrongKind(name, is: table.kind, wanted: "a table with files")
        }
    }

    package func beginWrite(_ name: TableName) throws(SQLError) -> any TableTransaction {
        try Self.checkWritable(name.database)
        let table = try requireTable(name)
        switch table.kind {
        case .managed: return ManagedTransaction(try managedSnapshot(name))
        case .external:
            throw SQLError.unsupported(
                "writing to the external table \"\(name.name)\"",
                hint: "Write files into its folder with COPY … TO, or make it a managed table (without LOCATION).")
        case .view, .system: throw CatalogError.wrongKind(name, is: table.kind, wanted: "a table that can be written")
        }
    }

    /// Definition, version and totals, all of one moment.
    func managedSnapshot(_ name: TableName) throws(SQLError) -> ManagedSnapshot {
        let found: (TableRow, Row?)? = try storage.read(orEmpty: nil) { db in
            guard let row = try TableRow.fetch(name, db) else { return nil }
            return (row, try Self.versionRow(row, db))
        }
        guard let (row, version) = found else { throw try missingTable(name) }
        let table = try row.table(warehouse)
        let schema = try table.schema()
        let columns = try table.partitionFields()
        guard let format = table.storageFormat else {
            throw SQLError(.dataCorrupted, "table \"\(name)\" has no known file format")
        }
        return ManagedSnapshot(
            table: table, state: row.tableVersion, schema: schema, partitionColumns: columns, fileFormat: format.rawValue,
            statistics: Self.statistics(version, schema), storage: storage)
    }

    private func externalSnapshot(_ name: TableName) throws(SQLError) -> any TableSnapshot {
        let found: (TableRow, GlueTable, [Field], [RegisteredPartition]?)? = try storage.read(orEmpty: nil) { db in
            guard let row = try TableRow.fetch(name, db) else { return nil }
            let table = try row.table(warehouse)
            let columns = try table.partitionFields()
            return (row, table, columns, try Self.registered(row.id, columns, warehouse, db))
        }
        guard let (row, table, columns, partitions) = found else { throw try missingTable(name) }
        guard let format = table.storageFormat else {
            throw SQLError.unsupported(
                "the file format of table \"\(name)\"",
                hint: "Its SerDe is \(table.storageDescriptor.serdeInfo?.serializationLibrary ?? "not given").")
        }
        let definition = TableDefinition(
            identity: row.tableVersion, location: table.storageDescriptor.location ?? "", schema: try table.schema(),
            partitionColumns: columns, fileFormat: format.rawValue, properties: table.readerProperties,
            registeredPartitions: partitions)
        return try TableFormats.named(table.tableFormat).snapshot(of: definition, io: io)
    }

    static func versionRow(_ table: TableRow, _ db: Database) throws -> Row? {
        try Row.fetchOne(
            db,
            sql: "SELECT file_count, row_count, byte_count, statistics FROM table_version WHERE table_id = ? AND version = ?",
            arguments: [table.id, table.version])
    }

    static func statistics(_ row: Row?, _ schema: Schema) -> TableStatistics {
        guard let row else { return TableStatistics(rowCount: 0, byteCount: 0, fileCount: 0) }
        var statistics = TableStatistics(rowCount: row[1], byteCount: row[2], fileCount: row[0])
        if let text: String = row[3] {
            statistics.columns = StatisticsText.read(text, StatisticsText.types(schema), rowCount: statistics.rowCount)
        }
        return statistics
    }
}
