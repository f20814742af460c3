/// CREATE TABLE of a table that keeps a log of its own.

import LodeCatalog
import LodeCore
import LodeFormats
import LodeObjectStore
import LodeSyntax
import LodeTables

extension Session {
    /// `CREATE TABLE t … USING delta`: a new table, in a folder of the warehouse or at its LOCATION; or one that is there, which is
    /// remembered with the columns that it has now.
    func logged(
        _ format: any TableFormat, _ create: CreateTable, _ elements: TableElements, _ partitions: [PartitionTerm], _ options: TableOptions
    ) throws(SQLError) -> GlueTable {
        let span = create.name.span
        if create.isTemporary { throw SQLError.unsupported("a temporary \(format.name) table", at: span) }
        if let location = options.location { try requireAccess(to: location) }
        do throws(SQLError) {
            if try catalog.attachedCatalog(of: elements.table.database) != nil {
                return try shared(format, create, elements, partitions, options)
            }
            if let location = options.location, elements.schema.fields.isEmpty {
                if !create.clusterBy.isEmpty { throw SQLError.unsupported("CLUSTER BY of a table that is there") }
                guard partitions.isEmpty else {
                    throw SQLError.unsupported(
                        "declaring partitions of a \(format.name) table that is there", hint: "They are in its log: leave them out.")
                }
                return try registered(format, elements.table, location, options, engine.stores)
            }
            guard let format = format as? any WritableTableFormat else { throw SQLError.unsupported("writing a \(format.name) table") }
            return try new(format, create, elements, partitions, options)
        } catch {
            throw error.at(span)
        }
    }

    /// In a catalog that other engines share, which says where the table lies if the statement does not.
    private func shared(
        _ format: any TableFormat, _ create: CreateTable, _ elements: TableElements, _ partitions: [PartitionTerm], _ options: TableOptions
    ) throws(SQLError) -> GlueTable {
        guard let format = format as? any WritableTableFormat else { throw SQLError.unsupported("writing a \(format.name) table") }
        if !create.clusterBy.isEmpty { throw SQLError.unsupported("CLUSTER BY in an attached catalog") }
        let stores = try stores(of: elements.table.database)
        if let location = options.location, elements.schema.fields.isEmpty {
            return try registered(format, elements.table, location, options, stores)
        }
        let existing = create.orReplace ? try catalog.table(elements.table) : nil, place = existing?.folder
        if let location = options.location, location != place { try requireFree(location, format, stores) }
        let terms = try PartitionReading.checked(partitions, elements.schema), partitions = terms.filter(\.isColumn).map(\.column)
        var table = try GlueTable.define(
            elements.table, elements.schema, partitionedBy: partitions, kind: .external, format: FileFormats.parquet,
            location: existing?.writableFormat?.name == format.name ? place : options.location, properties: options.properties)
        elements.apply(to: &table)
        table.note(terms)
        table.parameters[TableParameter.tableFormat] = format.name.uppercased()
        try format.check(try table.declaration())
        try checkWritable(table, partitions)
        return table
    }

    /// The format of a table that keeps a log of its own, which CREATE TABLE names or leaves to the catalog.
    ///
    /// In a catalog that other engines share, a table is Iceberg's where neither the statement nor the session says otherwise: all of them
    /// write that. Of which a place is named, or how its files are written, is a table of folders; one that is replaced stays what it is.
    func tableFormat(of create: CreateTable, _ options: TableOptions, _ name: TableName) throws(SQLError) -> (any TableFormat)? {
        if let format = options.tableFormat { return format }
        guard !create.isExternal, options.format == nil, options.location == nil, options.serde == nil,
            try catalog.attachedCatalog(of: name.database) != nil
        else { return nil }
        if settings.isSet("default_table_format") { return TableFormats.logged(settings["default_table_format"]) }
        if create.orReplace, let known = try catalog.table(name), known.kind != .view { return known.loggedFormat }
        return IcebergFormat()
    }

    private func registered(
        _ format: any TableFormat, _ name: TableName, _ location: String, _ options: TableOptions, _ stores: StoreRegistry
    ) throws(SQLError) -> GlueTable {
        let found = TableDefinition(location: location, schema: Schema([]), fileFormat: FileFormats.parquet.name)
        let snapshot = try format.snapshot(of: found, io: StoreTableIO(stores))
        var table = try GlueTable.define(
            name, snapshot.schema, partitionedBy: snapshot.partitionColumns.map(\.name), kind: .external,
            format: try FileFormats.named(snapshot.fileFormat), location: location, properties: options.properties)
        table.parameters[TableParameter.tableFormat] = format.name.uppercased()
        return table
    }

    private func new(
        _ format: any WritableTableFormat, _ create: CreateTable, _ elements: TableElements, _ partitions: [PartitionTerm],
        _ options: TableOptions
    ) throws(SQLError) -> GlueTable {
        let terms = try PartitionReading.checked(partitions, elements.schema), partitions = terms.filter(\.isColumn).map(\.column)
        let name = elements.table, existing = create.orReplace ? try catalog.table(name) : nil
        let kept = existing?.writableFormat?.name == format.name ? existing : nil
        var location = options.location, isOwn = false
        if let kept, location == nil || location == kept.storageDescriptor.location {
            location = kept.storageDescriptor.location
            isOwn = kept.parameters[TableParameter.ownFolder] != nil
        } else if let location {
            try requireFree(location, format, engine.stores)
        } else {
            location = try freeFolder(for: name)
            isOwn = true
        }
        var table = try GlueTable.define(
            name, elements.schema, partitionedBy: partitions, kind: .external, format: FileFormats.parquet, location: location,
            properties: options.properties)
        elements.apply(to: &table)
        if !create.clusterBy.isEmpty { table.clustering = try clustering(create.clusterBy, elements.schema, partitions: partitions) }
        table.note(terms)
        table.parameters[TableParameter.tableFormat] = format.name.uppercased()
        if isOwn { table.parameters[TableParameter.ownFolder] = "true" }
        try format.check(try table.declaration())
        try checkWritable(table, partitions)
        return table
    }

    /// - Throws: `42P07` if there is a table in the folder, `58P02` if there is something else.
    private func requireFree(_ location: String, _ format: any WritableTableFormat, _ stores: StoreRegistry) throws(SQLError) {
        let io = StoreTableIO(stores)
        if try format.isThere(in: location, io: io) {
            throw SQLError(
                .duplicateTable, "there is a \(format.name) table in \"\(location)\" already",
                hint: "CREATE TABLE … USING \(format.name) LOCATION '…' without columns makes it known here.")
        }
        let found = try io.list(location)
        guard found.files.isEmpty, found.folders.isEmpty else {
            throw SQLError(.duplicateFile, "the folder \"\(location)\" is not empty", hint: "Name another one.")
        }
    }

    /// A folder that no other table ever has: with the table everything in it goes.
    private func freeFolder(for name: TableName) throws(SQLError) -> String {
        "\(try catalog.managedLocation(of: name))-\(String(UInt64.random(in: 0...UInt64.max), radix: 16))"
    }
}
