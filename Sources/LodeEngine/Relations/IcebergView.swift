/// The metadata of an Iceberg table as rows.

import LodeCatalog
import LodeCore
import LodeTables

/// One way to look at it: of a table function, or of a table beside the table (`MetadataTable`).
struct IcebergView: Sendable {
    /// As `t$name` calls it.
    let name: String
    let fields: [Field]
    let rows: @Sendable (IcebergSnapshot) throws(SQLError) -> [[Value]]

    private static func text(_ text: String?) -> Value { text.map { .text($0) } ?? .null }
    private static func number(_ number: Int64?) -> Value { number.map { .integer($0) } ?? .null }
    private static func number(_ number: Int?) -> Value { number.map { .integer(Int64($0)) } ?? .null }

    private static func time(_ millis: Int64) -> Value {
        let (micros, overflow) = millis.multipliedReportingOverflow(by: 1000)
        return overflow ? .null : .timestamp(micros)
    }

    static let snapshots = IcebergView(
        name: "snapshots",
        fields: [
            Field("sequence_number", .bigint), Field("snapshot_id", .bigint), Field("timestamp_ms", .timestamptz),
            Field("manifest_list", .varchar), Field("parent_id", .bigint), Field("operation", .varchar), Field("schema_id", .integer),
            Field("summary", .json), Field("is_current", .boolean),
        ]
    ) { table in
        table.metadata.snapshots.reversed().map { item in
            [
                .integer(item.sequenceNumber), .integer(item.id), time(item.timestampMillis), text(item.manifestList),
                number(item.parent), text(item.operation), number(item.schemaID), .text(JSONText.write(item.summary)),
                .boolean(item.id == table.metadata.currentSnapshotID),
            ]
        }
    }

    /// When which snapshot became the current one.
    static let history = IcebergView(
        name: "history",
        fields: [
            Field("made_current_at", .timestamptz), Field("snapshot_id", .bigint), Field("parent_id", .bigint),
            Field("is_current_ancestor", .boolean),
        ]
    ) { table in
        let metadata = table.metadata
        var ancestors: Set<Int64> = [], next = metadata.currentSnapshotID
        while let id = next, ancestors.insert(id).inserted { next = metadata.snapshot(id)?.parent }
        return metadata.snapshotLog.reversed().map { entry in
            [
                time(entry.timestampMillis), .integer(entry.snapshotID), number(metadata.snapshot(entry.snapshotID)?.parent),
                .boolean(ancestors.contains(entry.snapshotID)),
            ]
        }
    }

    static let files = IcebergView(
        name: "files",
        fields: [
            Field("manifest_path", .varchar), Field("manifest_sequence_number", .bigint), Field("manifest_content", .varchar),
            Field("status", .varchar), Field("content", .varchar), Field("file_path", .varchar), Field("file_format", .varchar),
            Field("record_count", .bigint), Field("file_size_in_bytes", .bigint), Field("sequence_number", .bigint),
            Field("snapshot_id", .bigint), Field("spec_id", .integer), Field("partition", .varchar),
        ]
    ) { (table) throws(SQLError) in
        var rows: [[Value]] = []
        try table.forEachFile { (file) throws(SQLError) in
            rows.append([
                .text(file.manifest.path), .integer(file.manifest.sequenceNumber), .text(file.manifest.hasDeletes ? "DELETE" : "DATA"),
                .text(file.status), .text(file.content), .text(file.path), .text(file.format), .integer(Int64(file.rowCount)),
                .integer(Int64(file.size)), .integer(file.sequenceNumber), number(file.snapshotID), .integer(Int64(file.specID)),
                .text(file.partition),
            ])
        }
        return rows
    }

    static let manifests = IcebergView(
        name: "manifests",
        fields: [
            Field("path", .varchar), Field("length", .bigint), Field("partition_spec_id", .integer), Field("content", .varchar),
            Field("sequence_number", .bigint), Field("added_snapshot_id", .bigint), Field("added_files_count", .bigint),
            Field("existing_files_count", .bigint), Field("deleted_files_count", .bigint), Field("added_rows_count", .bigint),
            Field("existing_rows_count", .bigint),
        ]
    ) { (table) throws(SQLError) in
        var rows: [[Value]] = []
        try table.forEachManifest { (manifest) throws(SQLError) in
            rows.append([
                .text(manifest.path), .integer(Int64(manifest.size)), .integer(Int64(manifest.specID)),
                .text(manifest.hasDeletes ? "DELETE" : "DATA"), .integer(manifest.sequenceNumber), number(manifest.snapshotID),
                number(manifest.addedFiles), number(manifest.existingFiles), number(manifest.deletedFiles), number(manifest.addedRows),
                number(manifest.existingRows),
            ])
        }
        return rows
    }

    static let references = IcebergView(
        name: "refs",
        fields: [
            Field("name", .varchar), Field("type", .varchar), Field("snapshot_id", .bigint), Field("max_reference_age_in_ms", .bigint),
            Field("min_snapshots_to_keep", .bigint), Field("max_snapshot_age_in_ms", .bigint),
        ]
    ) { table in
        table.metadata.references.sorted { $0.key < $1.key }.map { name, reference in
            [
                .text(name), .text(reference.isBranch ? "BRANCH" : "TAG"), .integer(reference.snapshotID),
                number(reference.maxReferenceAgeMillis), number(reference.minSnapshotsToKeep), number(reference.maxSnapshotAgeMillis),
            ]
        }
    }
}
