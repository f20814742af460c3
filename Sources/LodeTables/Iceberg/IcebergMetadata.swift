/// The metadata document of an Iceberg table.

import LodeCore

/// What readers need of it, and what is shown.
/// - Source: Iceberg Table Spec, "Table Metadata Fields".
package struct IcebergMetadata: Sendable {
    package internal(set) var formatVersion = 0
    package internal(set) var uuid: String?
    package internal(set) var location = ""
    package internal(set) var lastUpdatedMillis: Int64 = 0
    package internal(set) var lastSequenceNumber: Int64 = 0
    package internal(set) var lastColumnID = 0
    package internal(set) var schemas: [IcebergSchema] = []
    package internal(set) var currentSchemaID = 0
    package internal(set) var specs: [IcebergPartitionSpec] = []
    package internal(set) var defaultSpecID = 0
    package internal(set) var lastPartitionID: Int?
    package internal(set) var sortOrders: [SortOrder] = []
    package internal(set) var defaultSortOrderID = 0
    package internal(set) var properties: [String: String] = [:]
    package internal(set) var currentSnapshotID: Int64?
    package internal(set) var snapshots: [Snapshot] = []
    package internal(set) var snapshotLog: [LogEntry] = []
    package internal(set) var metadataLog: [MetadataEntry] = []
    package internal(set) var references: [String: Reference] = [:]
    package internal(set) var statistics: [StatisticsFile] = []
    package internal(set) var nextRowID: Int64?
    package internal(set) var nameMapping: IcebergNameMapping?

    /// - Source: Iceberg Table Spec, "Snapshots".
    package struct Snapshot: Sendable {
        package var id: Int64
        package var parent: Int64?
        package var sequenceNumber: Int64 = 0
        package var timestampMillis: Int64 = 0
        package var manifestList: String?
        /// Of version 1: without a list.
        package var manifests: [String] = []
        package var summary: [String: String] = [:]
        package var schemaID: Int?
        package var firstRowID: Int64?
        package var addedRows: Int64?
        package var keyID: String?

        package var operation: String? { summary["operation"] }
    }

    /// - Source: Iceberg Table Spec, "Snapshot References".
    package struct Reference: Sendable {
        package var snapshotID: Int64
        package var isBranch: Bool
        package var maxReferenceAgeMillis: Int64?
        package var minSnapshotsToKeep: Int64?
        package var maxSnapshotAgeMillis: Int64?
    }

    /// From when on a snapshot was current.
    package struct LogEntry: Sendable {
        package var snapshotID: Int64
        package var timestampMillis: Int64
    }

    package struct MetadataEntry: Sendable {
        package var file: String
        package var timestampMillis: Int64
    }

    /// - Source: Iceberg Table Spec, "Sorting".
    package struct SortOrder: Sendable {
        package var id: Int
        package var fields: [Field]

        package struct Field: Sendable {
            package var sourceIDs: [Int]
            package var transform: IcebergTransform
            package var isDescending: Bool
            package var nullsComeLast: Bool
        }
    }

    /// - Source: Iceberg Table Spec, "Table Statistics".
    package struct StatisticsFile: Sendable {
        package var snapshotID: Int64
        package var path: String
        package var size: Int64
        package var blobs: [Blob]

        /// - Source: Iceberg Table Spec, "Table Statistics", `blob-metadata`.
        package struct Blob: Sendable {
            package var type: String
            /// The numbers of the fields that it is about.
            package var fields: [Int]
            package var properties: [String: String]
        }
    }

    // MARK: Looking up

    package func schema(_ id: Int) -> IcebergSchema? { schemas.first { $0.id == id } }

    package func spec(_ id: Int) -> IcebergPartitionSpec? { specs.first { $0.id == id } }

    /// Fields by which rows are divided, or were.
    var sourceIDs: Set<Int> { Set(specs.flatMap(\.fields).filter { $0.transform != .void }.flatMap(\.sourceIDs)) }

    package func snapshot(_ id: Int64) -> Snapshot? { snapshots.first { $0.id == id } }

    /// A field of the table as it is now, or was last: also of a column that was dropped.
    package func field(_ id: Int, in schema: IcebergSchema) -> (path: [String], field: IcebergField)? {
        if let found = schema.find(id) { return found }
        for other in schemas.reversed() { if let found = other.find(id) { return found } }
        return nil
    }

    /// The columns that a snapshot is read with.
    ///
    /// Now, and at the head of a branch, they are those of today; at another snapshot those that the table had then.
    func schema(of snapshot: Snapshot?, isHead: Bool) throws(SQLError) -> IcebergSchema {
        let id = isHead ? currentSchemaID : snapshot?.schemaID ?? currentSchemaID
        guard let schema = schema(id) else {
            throw SQLError(.dataCorrupted, "the Iceberg table has no schema \(id)", in: location)
        }
        return schema
    }

    // MARK: Time travel

    /// The snapshot that is meant, nil for a table without rows; and whether it is the head of the table or of a branch.
    /// - Throws: `22023` for one that the table has not.
    func snapshot(at time: TableTime?) throws(SQLError) -> (snapshot: Snapshot?, isHead: Bool) {
        switch time {
        case nil:
            guard let current = currentSnapshotID else { return (nil, true) }
            return (try existing(current, as: .dataCorrupted), true)
        case .version(let id): return (try existing(id, as: .invalidParameterValue), false)
        case .timestamp(let micros): return (try snapshot(atMicros: micros), false)
        case .reference(let name):
            if name == "main", references[name] == nil { return try snapshot(at: nil) }
            guard let reference = references[name] else {
                throw SQLError(
                    .invalidParameterValue, "the Iceberg table has no branch or tag \"\(name)\"", in: location,
                    detail: references.isEmpty ? nil : "There are \(references.keys.sorted().prefix(20).joined(separator: ", ")).",
                    hint: NearestName.find(name, among: Array(references.keys)).map { "Did you mean \"\($0)\"?" })
            }
            return (try existing(reference.snapshotID, as: .dataCorrupted), reference.isBranch)
        }
    }

    private func existing(_ id: Int64, as state: SQLState) throws(SQLError) -> Snapshot {
        if let found = snapshot(id) { return found }
        let known = snapshots.suffix(10).map { String($0.id) }
        throw SQLError(
            state, "the Iceberg table has no snapshot \(id)", in: location,
            detail: known.isEmpty ? "It has none." : "The latest are \(known.joined(separator: ", ")).")
    }

    /// - Source: Iceberg Table Spec, Appendix F "Point in Time Reads (Time Travel)".
    private func snapshot(atMicros micros: Int64) throws(SQLError) -> Snapshot {
        // The end of a microsecond within a millisecond is before the next one.
        let millis = micros >= 0 ? micros / 1000 : (micros - 999) / 1000
        if let entry = snapshotLog.last(where: { $0.timestampMillis <= millis }) {
            return try existing(entry.snapshotID, as: .invalidParameterValue)
        }
        let oldest = snapshotLog.first.flatMap { entry in
            let (micros, overflow) = entry.timestampMillis.multipliedReportingOverflow(by: 1000)
            return overflow ? nil : PartitionText.timestamp(micros)
        }
        throw SQLError(
            .invalidParameterValue, "the Iceberg table has no snapshot of that time", in: location,
            detail: oldest.map { "The oldest one that can be read is of \($0) UTC." } ?? "It has no log of snapshots.")
    }
}
