/// Table functions that read an Iceberg table by its folder or its metadata document, without a catalog.

import LodeCatalog
import LodeCore
import LodeExecution
import LodeObjectStore
import LodePlan
import LodeTables

extension TableFunction {
    /// Which table is meant: DuckDB's options, and `ref`.
    private static let timeOptions: [String: SQLType] = [
        "snapshot_from_id": .bigint, "snapshot_from_timestamp": .timestamptz, "ref": .varchar, "version": .varchar,
        "allow_moved_paths": .boolean,
    ]

    static let icebergScan = TableFunction(
        name: "iceberg_scan", summary: "The rows of an Iceberg table, as it is or as it was at a snapshot, a time, a branch or a tag.",
        example: "FROM iceberg_scan('lake/orders', ref => 'audit')", options: timeOptions
    ) { (location, call, stores) throws(SQLError) in
        try CatalogRelation.make("iceberg_scan('\(location)')", try icebergTable(location, call, stores), stores)
    }

    /// - Throws: `22023` for options that exclude each other.
    private static func icebergTable(
        _ location: String, _ call: FileFunctionCall, _ stores: StoreRegistry
    ) throws(SQLError) -> IcebergSnapshot {
        var times: [TableTime] = [], version: String?, mayHaveMoved = false
        for (option, value) in call.named {
            switch (option, value) {
            case ("snapshot_from_id", .integer(let id)): times.append(.version(id))
            case ("snapshot_from_timestamp", .timestamp(let micros)): times.append(.timestamp(micros))
            case ("ref", .text(let name)): times.append(.reference(name.string))
            // DuckDB's word for the latest.
            case ("version", .text(let text)): version = text.string == "?" ? nil : text.string
            case ("allow_moved_paths", .boolean(let flag)): mayHaveMoved = flag
            default: throw SQLError(.invalidParameterValue, "\(option) must not be NULL")
            }
        }
        guard times.count <= 1 else {
            throw SQLError(.invalidParameterValue, "snapshot_from_id, snapshot_from_timestamp and ref exclude each other")
        }
        return try IcebergFormat.snapshot(
            of: location, version: version, at: times.first, mayHaveMoved: mayHaveMoved, StoreTableIO(stores))
    }

    // MARK: Snapshots

    static let icebergSnapshots = TableFunction(
        name: "iceberg_snapshots", summary: "The snapshots of an Iceberg table, the latest first.",
        example: "FROM iceberg_snapshots('lake/orders')", options: ["version": .varchar, "allow_moved_paths": .boolean]
    ) { (location, call, stores) throws(SQLError) in
        let snapshot = try icebergTable(location, call, stores)
        return try ChunksRelation(
            displayName: "iceberg_snapshots('\(location)')", schema: Schema(icebergSnapshotFields), rows: rows(snapshot))
    }

    static let icebergSnapshotFields = [
        Field("sequence_number", .bigint), Field("snapshot_id", .bigint), Field("timestamp_ms", .timestamptz),
        Field("manifest_list", .varchar), Field("parent_id", .bigint), Field("operation", .varchar), Field("schema_id", .integer),
        Field("summary", .json), Field("is_current", .boolean),
    ]

    static func rows(_ snapshot: IcebergSnapshot) -> [[Value]] {
        let metadata = snapshot.metadata
        return metadata.snapshots.reversed().map { item in
            [
                .integer(item.sequenceNumber), .integer(item.id), time(item.timestampMillis), text(item.manifestList),
                number(item.parent), text(item.operation), number(item.schemaID.map { Int64($0) }), .text(JSONText.write(item.summary)),
                .boolean(item.id == metadata.currentSnapshotID),
            ]
        }
    }

    private static func text(_ text: String?) -> Value { text.map { .text($0) } ?? .null }
    private static func number(_ number: Int64?) -> Value { number.map { .integer($0) } ?? .null }

    private static func time(_ millis: Int64) -> Value {
        let (micros, overflow) = millis.multipliedReportingOverflow(by: 1000)
        return overflow ? .null : .timestamp(micros)
    }

    // MARK: Files and references

    private static let icebergFileFields = [
        Field("manifest_path", .varchar), Field("manifest_sequence_number", .bigint), Field("manifest_content", .varchar),
        Field("status", .varchar), Field("content", .varchar), Field("file_path", .varchar), Field("file_format", .varchar),
        Field("record_count", .bigint), Field("file_size_in_bytes", .bigint), Field("sequence_number", .bigint),
        Field("snapshot_id", .bigint), Field("spec_id", .integer), Field("partition", .varchar),
    ]

    static let icebergMetadata = TableFunction(
        name: "iceberg_metadata", summary: "The data and delete files of an Iceberg table, with their manifests.",
        example: "FROM iceberg_metadata('lake/orders')", options: timeOptions
    ) { (location, call, stores) throws(SQLError) in
        var rows: [[Value]] = []
        try icebergTable(location, call, stores).forEachFile { (file) throws(SQLError) in
            rows.append([
                .text(file.manifest.path), .integer(file.manifest.sequenceNumber), .text(file.manifest.hasDeletes ? "DELETE" : "DATA"),
                .text(file.status), .text(file.content), .text(file.path), .text(file.format), .integer(Int64(file.rowCount)),
                .integer(Int64(file.size)), .integer(file.sequenceNumber), number(file.snapshotID), .integer(Int64(file.specID)),
                .text(file.partition),
            ])
        }
        return try ChunksRelation(displayName: "iceberg_metadata('\(location)')", schema: Schema(icebergFileFields), rows: rows)
    }

    static let icebergReferences = TableFunction(
        name: "iceberg_refs", summary: "The branches and tags of an Iceberg table.", example: "FROM iceberg_refs('lake/orders')",
        options: ["version": .varchar, "allow_moved_paths": .boolean]
    ) { (location, call, stores) throws(SQLError) in
        let rows = references(try icebergTable(location, call, stores))
        return try ChunksRelation(
            displayName: "iceberg_refs('\(location)')", schema: Schema(icebergReferenceFields), rows: rows)
    }

    static let icebergReferenceFields = [
        Field("name", .varchar), Field("type", .varchar), Field("snapshot_id", .bigint), Field("max_reference_age_in_ms", .bigint),
        Field("min_snapshots_to_keep", .bigint), Field("max_snapshot_age_in_ms", .bigint),
    ]

    static func references(_ snapshot: IcebergSnapshot) -> [[Value]] {
        snapshot.metadata.references.sorted { $0.key < $1.key }.map { name, reference in
            [
                .text(name), .text(reference.isBranch ? "BRANCH" : "TAG"), .integer(reference.snapshotID),
                number(reference.maxReferenceAgeMillis), number(reference.minSnapshotsToKeep), number(reference.maxSnapshotAgeMillis),
            ]
        }
    }

    // MARK: Manifests

    static let icebergManifestFields = [
        Field("path", .varchar), Field("length", .bigint), Field("content", .varchar), Field("partition_spec_id", .integer),
        Field("sequence_number", .bigint), Field("added_snapshot_id", .bigint), Field("added_data_files_count", .bigint),
        Field("existing_data_files_count", .bigint), Field("deleted_data_files_count", .bigint), Field("added_rows_count", .bigint),
        Field("existing_rows_count", .bigint),
    ]

    static func manifests(_ snapshot: IcebergSnapshot) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        try snapshot.forEachManifest { (manifest) throws(SQLError) in
            let counts = [
                manifest.addedFiles, manifest.existingFiles, manifest.deletedFiles, manifest.addedRows, manifest.existingRows,
            ]
            rows.append(
                [
                    .text(manifest.path), .integer(Int64(manifest.size)), .text(manifest.hasDeletes ? "DELETES" : "DATA"),
                    .integer(Int64(manifest.specID)), .integer(manifest.sequenceNumber), number(manifest.snapshotID),
                ] + counts.map { number($0.map { Int64($0) }) })
        }
        return rows
    }
}
