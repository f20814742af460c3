/// What is known about a table, as tables beside it: `orders$files`, `orders$history`, `orders$partitions`, `orders$properties`,
/// `orders$statistics`, `orders$tags`; of an Iceberg table also `orders$snapshots`, `orders$manifests` and `orders$refs`.

import LodeCatalog
import LodeCore
import LodeExecution
import LodePlan
import LodeTables

/// One of them. To add one: an element of `all`.
///
/// What a table has not is NULL. They follow `VERSION AS OF` like the table itself.
struct MetadataTable: Sendable {
    /// What follows the `$`.
    let suffix: String
    let rows: @Sendable (_ table: GlueTable, any TableSnapshot, Session) throws(SQLError) -> MetadataRows

    static let all =
        [files, partitions, history, properties, statistics, tags] + [IcebergView.snapshots, .manifests, .references].map(ofIceberg)

    /// The table and the kind of metadata that a name such as `orders$files` means; nil for names of other forms.
    static func split(_ name: String) -> (table: String, kind: MetadataTable)? {
        guard let dollar = name.lastIndex(of: "$"), dollar > name.startIndex else { return nil }
        let suffix = name[name.index(after: dollar)...].lowercased()
        return all.first { $0.suffix == suffix }.map { (String(name[..<dollar]), $0) }
    }

    /// - Throws: what reading the metadata throws.
    func relation(_ table: GlueTable, _ snapshot: any TableSnapshot, _ session: Session) throws(SQLError) -> any Relation {
        let found = try rows(table, snapshot, session)
        return try ChunksRelation(displayName: "\(table.tableName)$\(suffix)", schema: Schema(found.fields), rows: found.rows)
    }

    // MARK: All of them

    /// A file a row, in the order in which scans read them.
    static let files = MetadataTable(suffix: "files") { (_, snapshot, _) throws(SQLError) in
        let keys = partition(of: snapshot)
        let fields = [Field("path", .varchar), Field("format", .varchar), Field("bytes", .bigint)]
            + [Field("rows", .bigint), Field("deleted_rows", .bigint), Field("modified", .timestamptz)]
            + keys + [Field("statistics", statisticsType)]
        let rows = try snapshot.plan(nil).files.map { file in
            let deleted = file.deletes == nil ? 0 : file.deletes?.count
            return [.text(file.path), .text(file.fileFormat ?? snapshot.fileFormat), .integer(Int64(file.size))]
                + [number(file.rowCount), number(deleted), file.modifiedMicros > 0 ? .timestamp(file.modifiedMicros) : .null]
                + (keys.isEmpty ? [] : [.structure(values(of: file, snapshot))]) + [statistics(of: file)]
        }
        return MetadataRows(fields: fields, rows: rows)
    }

    /// A partition that has files a row, in the order of its first file; of a table without partitions the one that it is.
    static let partitions = MetadataTable(suffix: "partitions") { (_, snapshot, _) throws(SQLError) in
        let keys = partition(of: snapshot)
        var places: [[Value]: Int] = [:], found: [(values: [Value], files: Int64, rows: Int?, bytes: Int64)] = []
        for file in try snapshot.plan(nil).files {
            let values = values(of: file, snapshot)
            let place = places[values, default: found.count]
            if place == found.count {
                places[values] = place
                found.append((values, 0, 0, 0))
            }
            found[place].files += 1
            found[place].bytes = found[place].bytes.addingReportingOverflow(Int64(file.size)).partialValue
            let (rows, live) = (found[place].rows, file.liveRowCount)
            found[place].rows = rows.flatMap { rows in live.map { rows.addingReportingOverflow($0).partialValue } }
        }
        let rows = found.map { entry in
            (keys.isEmpty ? [] : [Value.structure(entry.values)]) + [.integer(entry.files), number(entry.rows), .integer(entry.bytes)]
        }
        return MetadataRows(fields: keys + [Field("files", .bigint), Field("rows", .bigint), Field("bytes", .bigint)], rows: rows)
    }

    /// A version a row, the latest first: what DESCRIBE HISTORY gives.
    static let history = MetadataTable(suffix: "history") { (table, snapshot, session) throws(SQLError) in
        try MetadataRows(historyOf: table, snapshot, session)
    }

    /// Sorted by key.
    static let properties = MetadataTable(suffix: "properties") { (_, snapshot, _) throws(SQLError) in
        let rows = snapshot.properties.sorted { $0.key < $1.key }.map { [Value.text($0.key), .text($0.value)] }
        return MetadataRows(fields: [Field("key", .varchar), Field("value", .varchar)], rows: rows)
    }

    /// A column a row, with what its files tell together and what ANALYZE has found out: what joins are planned by.
    static let statistics = MetadataTable(suffix: "statistics") { (_, snapshot, _) throws(SQLError) in
        let fields = [
            Field("column_name", .varchar), Field("column_type", .varchar), Field("minimum", .varchar), Field("maximum", .varchar),
            Field("nulls", .bigint), Field("distinct_values", .bigint),
        ]
        let told = TableStatistics(of: try snapshot.plan(nil).files, partitionColumns: snapshot.partitionColumns).columns
        let found = snapshot.columnEstimates(snapshot.schema.fields.map(\.name))
        let rows = snapshot.schema.fields.map { field in
            let known = told[field.name].map { known in found[field.name].map { known.completed(by: $0) } ?? known } ?? found[field.name]
            return [
                .text(field.name), .text("\(field.type)"), bound(known?.minimum), bound(known?.maximum), number(known?.nullCount),
                number(known?.distinctCount),
            ]
        }
        return MetadataRows(fields: fields, rows: rows)
    }

    /// Sorted by key. They are of no version.
    static let tags = MetadataTable(suffix: "tags") { (table, _, session) throws(SQLError) in
        let rows = try session.catalog.tags(of: table.tableName).sorted { $0.key < $1.key }.map { [Value.text($0.key), .text($0.value)] }
        return MetadataRows(fields: [Field("key", .varchar), Field("value", .varchar)], rows: rows)
    }

    // MARK: Of Iceberg tables

    private static func ofIceberg(_ view: IcebergView) -> MetadataTable {
        MetadataTable(suffix: view.name) { (table, snapshot, _) throws(SQLError) in
            guard let snapshot = snapshot as? IcebergSnapshot else {
                throw SQLError(
                    .wrongObjectType, "\"\(table.name)\" is no Iceberg table, which alone has $\(view.name)",
                    hint: "\"\(table.name)$history\" tells of the versions of tables of every format.")
            }
            return MetadataRows(fields: view.fields, rows: try view.rows(snapshot))
        }
    }

    // MARK: Cells

    private static let statisticsType = SQLType.map(
        key: .varchar,
        value: .structure([Field("minimum", .varchar), Field("maximum", .varchar), Field("nulls", .bigint)]))

    /// The columns by which files are partitioned, as one struct; none for a table without partitions.
    private static func partition(of snapshot: any TableSnapshot) -> [Field] {
        let columns = snapshot.partitionColumns
        return columns.isEmpty ? [] : [Field("partition", .structure(columns.map { Field($0.name, $0.type) }))]
    }

    private static func values(of file: DataFile, _ snapshot: any TableSnapshot) -> [Value] {
        snapshot.partitionColumns.map { file.partitionValue(of: $0.name, snapshot.partitionColumns) ?? .null }
    }

    private static func statistics(of file: DataFile) -> Value {
        .map(
            file.statistics.sorted { $0.key < $1.key }.map { column, known in
                Value.MapEntry(
                    key: .text(column), value: .structure([bound(known.minimum), bound(known.maximum), number(known.nullCount)]))
            })
    }

    private static func bound(_ value: Value?) -> Value {
        guard let value, !value.isNull else { return .null }
        return .text(PartitionText.write(value))
    }

    private static func number(_ count: Int?) -> Value { count.map { .integer(Int64($0)) } ?? .null }
}

/// Rows with the names and types of their columns.
struct MetadataRows: Sendable {
    var fields: [Field]
    var rows: [[Value]]
}

extension MetadataRows {
    /// The versions of a table that can be read, the latest first.
    /// - Throws: `0A000` for tables that keep none.
    init(historyOf table: GlueTable, _ snapshot: (any TableSnapshot)?, _ session: Session) throws(SQLError) {
        if let snapshot = snapshot as? IcebergSnapshot {
            fields = IcebergView.history.fields
            rows = try IcebergView.history.rows(snapshot)
            return
        }
        if table.loggedFormat?.name == DeltaFormat().name {
            fields = TableFunction.deltaCommitFields
            rows = try TableFunction.deltaCommits(of: table.folder ?? "", try session.stores(of: table))
            return
        }
        if let definitions = try session.catalog.definitions(of: table.tableName) {
            (fields, rows) = (Self.definitionFields, Self.rows(of: definitions))
            return
        }
        fields = [
            Field("version", .bigint), Field("timestamp", .timestamptz), Field("operation", .varchar), Field("files", .bigint),
            Field("rows", .bigint), Field("bytes", .bigint),
        ]
        rows = try session.catalog.versions(of: table.tableName).map { record in
            [Value.integer(record.version), .timestamp(record.committedAt), record.operation.map { .text(SQLText($0)) } ?? .null,
                .integer(Int64(record.files)), record.rows.map { .integer(Int64($0)) } ?? .null, .integer(Int64(record.bytes))]
        }
    }

    private static let definitionFields = [
        Field("version", .bigint), Field("timestamp", .timestamptz), Field("operation", .varchar), Field("columns", .varchar),
        Field("location", .varchar), Field("properties", .map(key: .varchar, value: .varchar)),
    ]

    /// The definitions that a table had, the latest first: where rows have no versions, these have.
    private static func rows(of definitions: [GlueTable]) -> [[Value]] {
        definitions.enumerated().map { place, table in
            let before = place + 1 < definitions.count ? definitions[place + 1] : nil
            let columns = (table.storageDescriptor.columns + table.partitionKeys).map { "\($0.name) \($0.type)" }
            let properties = table.parameters.sorted { $0.key < $1.key }.map { Value.MapEntry(key: .text($0.key), value: .text($0.value)) }
            return [
                table.versionId.flatMap { Int64($0) }.map { .integer($0) } ?? .null,
                (table.updateTime ?? table.createTime).map { .timestamp($0) } ?? .null, .optional(table.operation(after: before)),
                .text(columns.joined(separator: ", ")), .optional(table.storageDescriptor.location), .map(properties),
            ]
        }
    }
}
