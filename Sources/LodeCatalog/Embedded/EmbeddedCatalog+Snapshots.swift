/// Reading tables of the embedded catalog, and starting to write them.

import GRDB
import LodeCore
import LodeFormats
import LodeTables

extension EmbeddedCatalog {
    package func snapshot(of name: TableName, at time: TableTime?) throws(SQLError) -> any TableSnapshot {
        let table = try requireTable(name)
        switch table.kind {
        case .managed: return try managedSnapshot(name, at: time)
        case .external:
            if table.writableFormat != nil, time.map(\.isMoment) ?? true { return try loggedSnapshot(name, at: time, upTo: nil) }
            if time != nil, table.loggedFormat == nil { throw SQLError.unsupported("time travel on the external table \"\(name)\"") }
            return try externalSnapshot(name, at: time)
        case .view, .system: throw CatalogError.wrongKind(name, is: table.kind, wanted: "a table with files")
        }
    }

    package func beginWrite(_ name: TableName) throws(SQLError) -> any TableTransaction {
        try Self.checkWritable(name.database)
        let table = try requireTable(name)
        switch table.kind {
        case .managed: return ManagedTransaction(try managedSnapshot(name))
        case .external:
            if let format = table.writableFormat { return try beginLoggedWrite(table, format) }
            throw SQLError.unsupported(
                "writing to the external table \"\(name.name)\"",
                hint: "Write files into its folder with COPY … TO, or make it a managed table (without LOCATION).")
        case .view, .system: throw CatalogError.wrongKind(name, is: table.kind, wanted: "a table that can be written")
        }
    }

    /// Definition, version and totals, all of one moment, and a lease on the files.
    func managedSnapshot(_ name: TableName, at time: TableTime? = nil) throws(SQLError) -> ManagedSnapshot {
        var lease: Lease?
        var earlier: TableVersion?
        while true {
            guard let found = try storage.read(orEmpty: nil, { db in try VersionRow.find(name, time, db) }) else {
                throw try missingTable(name)
            }
            // Leased and then looked at again: whoever collects its files after that sees the lease.
            if let lease, earlier == found.state { return try snapshot(name, found, lease) }
            lease = leases.take(found.committedAt)
            earlier = found.state
        }
    }

    private func snapshot(_ name: TableName, _ found: VersionRow, _ lease: Lease) throws(SQLError) -> ManagedSnapshot {
        var table = try found.table.table(warehouse)
        if let definition = found.definition {
            table = try TableRow(found.table, definition: definition).table(warehouse)
            table.name = name.name
            table.databaseName = name.database
        }
        let schema = try table.schema()
        guard let format = table.fileFormat else {
            throw SQLError(.dataCorrupted, "table \"\(name)\" has no known file format")
        }
        return ManagedSnapshot(
            table: table, state: found.state, schema: schema, partitionColumns: try table.partitionFields(), fileFormat: format.name,
            statistics: Self.statistics(found.totals, schema), storage: storage, lease: lease)
    }

    func externalSnapshot(_ name: TableName, at time: TableTime?) throws(SQLError) -> any TableSnapshot {
        try externalTable(name, at: time).snapshot
    }

    /// A table whose files are not in the catalog, and what its format was asked with.
    func externalTable(
        _ name: TableName, at time: TableTime?
    ) throws(SQLError) -> (snapshot: any TableSnapshot, definition: LodeTables.TableDefinition, io: any TableIO) {
        // Before the table is looked up: if it is dropped then, its files stay as long as they are read.
        let lease = leases.take(Self.nowMicros())
        let found: (TableRow, GlueTable, [Field], [RegisteredPartition]?)? = try storage.read(orEmpty: nil) { db in
            guard let row = try TableRow.fetch(name, db) else { return nil }
            let table = try row.table(warehouse)
            let columns = try table.partitionFields()
            return (row, table, columns, try Self.registered(row.id, columns, warehouse, db))
        }
        guard let (row, table, columns, partitions) = found else { throw try missingTable(name) }
        guard let format = table.fileFormat else {
            throw SQLError.unsupported(
                "the file format of table \"\(name)\"",
                hint: "Its SerDe is \(table.storageDescriptor.serdeInfo?.serializationLibrary ?? "not given").")
        }
        let definition = LodeTables.TableDefinition(
            identity: row.tableVersion, location: table.storageDescriptor.location ?? "", schema: try table.schema(),
            partitionColumns: columns, fileFormat: format.name, properties: table.readerProperties,
            registeredPartitions: partitions)
        let io = table.hasOwnLog ? StoreTableIO(stores, keeping: lease) : io
        return (try TableFormats.named(table.tableFormat).snapshot(of: definition, at: time, io: io), definition, io)
    }

    package func readMoment() throws(SQLError) -> ReadMoment {
        var lease = leases.take(0)
        while true {
            let last = try storage.read(orEmpty: 0) { db in try Self.lastCommitTime(db) }
            if lease.moment == last { return ReadMoment(micros: last, lease: lease) }
            // Leased and then looked at again, as for one table.
            lease = leases.take(last)
        }
    }

    package func snapshot(of name: TableName, besides version: TableVersion) throws(SQLError) -> any TableSnapshot {
        let moment = try lastMoment(of: version)
        if try requireTable(name).writableFormat != nil { return try loggedSnapshot(name, at: nil, upTo: moment) }
        do throws(SQLError) {
            return try managedSnapshot(name, at: .timestamp(moment))
        } catch {
            guard error.state == .invalidParameterValue else { throw error }
            throw CatalogError.conflict("table \"\(name)\" was made")
        }
    }

    private func lastMoment(of version: TableVersion) throws(SQLError) -> Int64 {
        try storage.read(orEmpty: 0) { db in
            let end = try Int64.fetchOne(
                db,
                sql: """
                    SELECT min(ended_at) FROM (
                        SELECT committed_at AS ended_at FROM table_version WHERE table_id = ? AND version > ?
                        UNION ALL SELECT dropped_at FROM table_info WHERE id = ?)
                    """, arguments: [version.table.number, version.version, version.table.number])
            return try end.map { $0 - 1 } ?? Self.lastCommitTime(db)
        }
    }

    package func versions(of name: TableName) throws(SQLError) -> [VersionRecord] {
        let kind = try requireTable(name).kind
        guard kind == .managed else { throw CatalogError.wrongKind(name, is: kind, wanted: "a table with versions") }
        return try storage.read(orEmpty: []) { db in
            guard let table = try TableRow.fetch(name, db) else { return [] }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT v.version, v.committed_at, v.operation, v.file_count, v.row_count, v.byte_count FROM table_version v
                    JOIN table_info t ON t.id = v.table_id WHERE t.id = ? AND v.version >= t.oldest_version ORDER BY v.version DESC
                    """, arguments: [table.id])
            return rows.map {
                VersionRecord(version: $0[0], committedAt: $0[1], operation: $0[2], files: $0[3], rows: $0[4], bytes: $0[5])
            }
        }
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
