/// A table of the catalog, ready to be scanned.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeFormats
import LodeObjectStore
import LodePlan
import LodeTables

enum CatalogRelation {
    /// The table as `snapshot` has it; the statement keeps reading this version.
    /// - Parameter isCurrent: whether it is the table as the statement finds it, not as it was at a time that somebody named.
    static func make(
        _ table: GlueTable, _ snapshot: any TableSnapshot, _ stores: StoreRegistry, isCurrent: Bool
    ) throws(SQLError) -> any Relation {
        try make(table, snapshot, isCurrent: isCurrent, stores) { (predicate) throws(SQLError) in try snapshot.plan(predicate) }
    }

    /// A table that no catalog knows.
    static func make(_ name: String, _ snapshot: any TableSnapshot, _ stores: StoreRegistry) throws(SQLError) -> any Relation {
        let format = try FileFormats.named(snapshot.fileFormat)
        let schema = nullable(snapshot.schema), hidden = HiddenColumns(snapshot, beside: schema)
        return FilesRelation(
            displayName: name, schema: schema, format: format, options: options(snapshot, format), stores: stores,
            partitionFields: snapshot.partitionColumns, filenameColumn: hidden.file?.name, rowNumberColumn: hidden.position?.name,
            hiddenFields: hidden.fields, lineage: hidden.lineage, matching: snapshot.columnMatching, totals: snapshot.statistics,
            listsForEstimates: !snapshot.isDearToList, listsAgain: snapshot.prunesBeyondFiles,
            isNoteNear: isNoteNear(snapshot, stores), note: { columns in snapshot.columnEstimates(columns) }
        ) { (predicate) throws(SQLError) in try snapshot.plan(predicate) }
    }

    private static func nullable(_ schema: Schema) -> Schema { Schema(schema.fields.map { Field($0.name, $0.type) }) }

    /// A table whose rows are to change, as a transaction found it, with the identity of each row in hidden fields: the path of its file
    /// and its number there, and behind them the numbers that rows keep, where they do.
    /// - Parameters:
    ///   - added: columns that the table is going to have, of which its files have nothing.
    ///   - list: the files that are read; those of the table or other ones.
    static func identified(
        _ transaction: any TableTransaction, adding added: [Field] = [], _ stores: StoreRegistry,
        _ list: @escaping @Sendable (ColumnPredicate?) throws(SQLError) -> FileListing
    ) throws(SQLError) -> FilesRelation {
        try make(transaction.table, transaction.snapshot, isCurrent: true, hasIdentity: true, adding: added, stores, list)
    }

    /// The files that a transaction found, read in columns that the table is going to have. What is known of their columns goes by names
    /// that hold no longer, and is left out.
    /// - Parameter lineage: the numbers that rows keep, in hidden fields.
    static func reshaped(
        _ transaction: any TableTransaction, _ schema: Schema, _ columns: [MappedColumn], partitionedBy keys: [Field],
        _ lineage: RowLineage?, _ stores: StoreRegistry
    ) throws(SQLError) -> FilesRelation {
        let snapshot = transaction.snapshot, format = try FileFormats.named(snapshot.fileFormat)
        return FilesRelation(
            displayName: "\(transaction.table.tableName)", schema: nullable(schema), format: format, options: options(snapshot, format),
            stores: stores, partitionFields: keys, hiddenFields: lineage?.fields ?? [], lineage: lineage, matching: .mapped(columns),
            listsForEstimates: false
        ) { _ throws(SQLError) in
            var listing = try snapshot.plan(nil)
            for index in listing.files.indices { listing.files[index].statistics = [:] }
            return listing
        }
    }

    private static func make(
        _ table: GlueTable, _ snapshot: any TableSnapshot, isCurrent: Bool, hasIdentity: Bool = false, adding added: [Field] = [],
        _ stores: StoreRegistry,
        _ list: @escaping @Sendable (ColumnPredicate?) throws(SQLError) -> FileListing
    ) throws(SQLError) -> FilesRelation {
        let format = try FileFormats.named(snapshot.fileFormat)
        // NOT NULL is a promise that holds for rows that Lode wrote.
        let isChecked = table.kind == .managed
        let own = isChecked ? snapshot.schema : nullable(snapshot.schema), schema = Schema(own.fields + added)
        let hidden = hasIdentity ? HiddenColumns(identifying: snapshot, schema) : HiddenColumns(snapshot, beside: schema)
        return FilesRelation(
            displayName: isCurrent ? "\(table.tableName)" : "\(table.tableName)@v\(snapshot.version)",
            tableVersion: isCurrent ? snapshot.identity : nil, schema: schema, format: format,
            options: options(snapshot, format), stores: stores, partitionFields: snapshot.partitionColumns,
            filenameColumn: hidden.file?.name, rowNumberColumn: hidden.position?.name, hiddenFields: hidden.fields,
            lineage: hidden.lineage, matching: snapshot.columnMatching, totals: snapshot.statistics,
            origins: isCurrent ? try origins(table, schema) : [],
            listsForEstimates: !snapshot.isDearToList && !isListedAfar(table, snapshot, stores),
            listsAgain: snapshot.prunesBeyondFiles,
            isNoteNear: isNoteNear(snapshot, stores), note: { columns in snapshot.columnEstimates(columns) }, list: list)
    }

    /// Whether what a table has noted of its columns costs no request to read.
    private static func isNoteNear(_ snapshot: any TableSnapshot, _ stores: StoreRegistry) -> Bool {
        snapshot.location.map { !stores.isRemote($0) } ?? false
    }

    /// Whether files are found by listing the folders of partitions in a remote store, which takes many requests where a scan may want
    /// few; what has a log of its own is not listed.
    private static func isListedAfar(_ table: GlueTable, _ snapshot: any TableSnapshot, _ stores: StoreRegistry) -> Bool {
        table.kind != .managed && table.loggedFormat == nil && !snapshot.partitionColumns.isEmpty
            && table.folder.map { stores.isRemote($0) } ?? false
    }

    /// What the catalog says of columns, unless the table has others by now.
    private static func origins(_ table: GlueTable, _ schema: Schema) throws(SQLError) -> [CatalogColumn] {
        try table.schema().fields.map(\.name) == schema.fields.map(\.name) ? try table.origins() : []
    }

    /// Reader options from table properties, and the declared types for text files, which have none of their own.
    static func options(_ snapshot: any TableSnapshot, _ format: any FileFormat) -> FormatOptions {
        var options = FormatOptions()
        let known = Set(format.readOptions)
        for (key, value) in snapshot.readerOptions where known.contains(key.lowercased()) {
            options.values[key.lowercased()] = .value(.text(value))
        }
        guard format.isText, options.values["columns"] == nil else { return options }
        let keys = Set(snapshot.partitionColumns.map(\.name))
        options.values["columns"] = .named(
            snapshot.schema.fields.filter { !keys.contains($0.name) }.map { .init($0.name, .value(.text("\($0.type)"))) })
        return options
    }
}

/// What a scan of a table gives beside its columns, to who asks for it by name.
private struct HiddenColumns {
    var file: Field?
    var position: Field?
    var lineage: RowLineage?

    var fields: [Field] { [file, position].compactMap(\.self) + (lineage?.fields ?? []) }

    /// What the table's format has names for, as far as no column is called so.
    init(_ snapshot: any TableSnapshot, beside schema: Schema) {
        guard let known = snapshot.rowMetadata else { return }
        func free(_ name: String, _ type: SQLType) -> Field? { schema.index(of: name) == nil ? Field(name, type, nullable: false) : nil }
        file = free(known.file, .varchar)
        position = free(known.position, .bigint)
        lineage = known.lineage
    }

    /// Where rows are to change: which row each is, called as no column of the table is, and the numbers that it keeps.
    init(identifying snapshot: any TableSnapshot, _ schema: Schema) {
        func free(_ name: String, _ type: SQLType) -> Field {
            var free = name
            while schema.index(of: free) != nil { free = "_" + free }
            return Field(free, type, nullable: false)
        }
        file = free("filename", .varchar)
        position = free("file_row_number", .bigint)
        // The table's own columns it lets be; those that the change adds might be called like it.
        lineage = snapshot.rowMetadata?.lineage?.beside(schema)
    }
}
