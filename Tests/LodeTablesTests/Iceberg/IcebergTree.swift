// An Iceberg table in memory: its metadata document, manifest lists and manifests.

import LodeCore
import LodeVectors

@testable import LodeTables

/// A `TableIO` over the files of the table in `/t`.
struct IcebergTree: TableIO {
    var files: [String: [UInt8]] = [:]

    struct Missing: Error {}

    // MARK: Making one

    static let fields = """
        {"id": 1, "name": "id", "type": "long", "required": true}, {"id": 2, "name": "day", "type": "date", "required": false},
        {"id": 3, "name": "name", "type": "string", "required": false}
        """
    static let manifestLists = "/t/metadata/snap-"

    /// A document of version 2 with snapshots 1, 2, … whose lists are `snap-1.avro` …
    static func document(
        version: Int = 2, fields: String = fields, spec: String = "", snapshots: Int = 1, more: String = ""
    ) -> String {
        let list = (1...max(1, snapshots)).map { number in
            """
            {"snapshot-id": \(number), "sequence-number": \(number), "timestamp-ms": \(number)000, "schema-id": 0,
            "summary": {"operation": "append"}, "manifest-list": "\(manifestLists)\(number).avro"}
            """
        }.joined(separator: ",")
        let log = (1...max(1, snapshots)).map { "{\"snapshot-id\": \($0), \"timestamp-ms\": \($0)000}" }.joined(separator: ",")
        let state = snapshots == 0 ? "" : ", \"current-snapshot-id\": \(snapshots), \"snapshots\": [\(list)], \"snapshot-log\": [\(log)]"
        return """
            {"format-version": \(version), "table-uuid": "u", "location": "/t", "last-sequence-number": 9, "last-updated-ms": 1,
            "last-column-id": 3, "current-schema-id": 0, "schemas": [{"type": "struct", "schema-id": 0, "fields": [\(fields)]}],
            "default-spec-id": 0, "partition-specs": [{"spec-id": 0, "fields": [\(spec)]}], "last-partition-id": 1000,
            "default-sort-order-id": 0, "sort-orders": [{"order-id": 0, "fields": []}]\(state)\(more)}
            """
    }

    static let byDay = #"{"source-id": 2, "field-id": 1000, "name": "day", "transform": "identity"}"#
    static let byMonth = #"{"source-id": 2, "field-id": 1000, "name": "day_month", "transform": "month"}"#

    init(_ document: String = document()) { files["/t/metadata/v1.metadata.json"] = Array(document.utf8) }

    struct Entry {
        var path = "/t/data/a.parquet"
        var status = 1
        var content = 0
        var format = "PARQUET"
        var sequence: Int?
        /// Days, or months.
        var partition: Int?
        var rows = 10
        var lower: [(Int, [UInt8])] = []
        var upper: [(Int, [UInt8])] = []
        var nulls: [(Int, Int)] = []
        var equality: [Int] = []
        var referenced: String?
        var offset: Int?
        var firstRow: Int?
    }

    /// Adds a manifest, partitioned by one optional int, or not at all.
    mutating func manifest(_ name: String, isPartitioned: Bool = false, spec: Int = 0, _ entries: [Entry]) {
        let partition = isPartitioned ? #"{"name": "p", "type": ["null", "int"], "field-id": 1000}"# : ""
        func map(_ name: String, _ id: Int, _ value: String) -> String {
            #"{"name": "\#(name)", "field-id": \#(id), "type": ["null", {"type": "array", "logicalType": "map", "items": "#
                + #"{"type": "record", "name": "e\#(id)", "fields": ["#
                + #"{"name": "key", "type": "int"}, {"name": "value", "type": "\#(value)"}]}}]}"#
        }
        let schema = """
            {"type": "record", "name": "manifest_entry", "fields": [{"name": "status", "type": "int", "field-id": 0},
            {"name": "sequence_number", "type": ["null", "long"], "field-id": 3},
            {"name": "data_file", "field-id": 2, "type": {"type": "record", "name": "r2", "fields": [
            {"name": "content", "type": "int", "field-id": 134}, {"name": "file_path", "type": "string", "field-id": 100},
            {"name": "file_format", "type": "string", "field-id": 101},
            {"name": "partition", "field-id": 102, "type": {"type": "record", "name": "r102", "fields": [\(partition)]}},
            {"name": "record_count", "type": "long", "field-id": 103}, {"name": "file_size_in_bytes", "type": "long", "field-id": 104},
            \(map("null_value_counts", 110, "long")), \(map("lower_bounds", 125, "bytes")), \(map("upper_bounds", 128, "bytes")),
            {"name": "equality_ids", "field-id": 135, "type": ["null", {"type": "array", "items": "int"}]},
            {"name": "referenced_data_file", "type": ["null", "string"], "field-id": 143},
            {"name": "content_offset", "type": ["null", "long"], "field-id": 144},
            {"name": "content_size_in_bytes", "type": ["null", "long"], "field-id": 145},
            {"name": "first_row_id", "type": ["null", "long"], "field-id": 142}]}}]}
            """
        files["/t/metadata/" + name] = AvroBytes.file(
            schema, notes: ["partition-spec-id": String(spec), "format-version": "2"],
            entries.map { Self.record($0, isPartitioned: isPartitioned) })
    }

    private static func record(_ entry: Entry, isPartitioned: Bool) -> [UInt8] {
        func optional(_ number: Int?) -> [UInt8] { AvroBytes.some(number.map { AvroBytes.long($0) }) }
        func pairs(_ pairs: [(Int, [UInt8])]) -> [UInt8] { AvroBytes.some(AvroBytes.array(pairs.map { AvroBytes.long($0.0) + $0.1 })) }
        var bytes = AvroBytes.long(entry.status) + optional(entry.sequence) + AvroBytes.long(entry.content) + AvroBytes.text(entry.path)
        bytes += AvroBytes.text(entry.format) + (isPartitioned ? optional(entry.partition) : [])
        bytes += AvroBytes.long(entry.rows) + AvroBytes.long(500)
        bytes += pairs(entry.nulls.map { ($0.0, AvroBytes.long($0.1)) }) + pairs(entry.lower.map { ($0.0, AvroBytes.bytes($0.1)) })
        bytes += pairs(entry.upper.map { ($0.0, AvroBytes.bytes($0.1)) })
        bytes += AvroBytes.some(AvroBytes.array(entry.equality.map { AvroBytes.long($0) }))
        bytes += AvroBytes.some(entry.referenced.map { AvroBytes.text($0) }) + optional(entry.offset)
        bytes += optional(entry.offset.map { _ in 40 })
        return bytes + optional(entry.firstRow)
    }

    struct Listed {
        var name: String
        var spec = 0
        var content = 0
        var sequence = 1
        var files = 1
        /// Lower and upper bound of the partition field.
        var range: (Int, Int)?
        var firstRow: Int?
    }

    /// Adds the manifest list of a snapshot.
    mutating func manifestList(_ manifests: [Listed], of snapshot: Int = 1) {
        let schema = """
            {"type": "record", "name": "manifest_file", "fields": [{"name": "manifest_path", "type": "string", "field-id": 500},
            {"name": "manifest_length", "type": "long", "field-id": 501}, {"name": "partition_spec_id", "type": "int", "field-id": 502},
            {"name": "content", "type": "int", "field-id": 517}, {"name": "sequence_number", "type": "long", "field-id": 515},
            {"name": "added_snapshot_id", "type": "long", "field-id": 503}, {"name": "added_files_count", "type": "int", "field-id": 504},
            {"name": "existing_files_count", "type": "int", "field-id": 505},
            {"name": "partitions", "field-id": 507, "type": ["null", {"type": "array", "items":
              {"type": "record", "name": "r508", "fields": [
              {"name": "contains_null", "type": "boolean", "field-id": 509},
              {"name": "lower_bound", "type": ["null", "bytes"], "field-id": 510},
              {"name": "upper_bound", "type": ["null", "bytes"], "field-id": 511}]}}]},
            {"name": "first_row_id", "type": ["null", "long"], "field-id": 520}]}
            """
        let records = manifests.map { item in
            var bytes = AvroBytes.text("/t/metadata/" + item.name) + AvroBytes.long(1) + AvroBytes.long(item.spec)
            bytes += AvroBytes.long(item.content) + AvroBytes.long(item.sequence) + AvroBytes.long(snapshot)
            bytes += AvroBytes.long(item.files) + [0]
            bytes += AvroBytes.some(
                item.range.map { range in
                    AvroBytes.array([
                        [0] + AvroBytes.some(AvroBytes.bytes(Self.int(range.0))) + AvroBytes.some(AvroBytes.bytes(Self.int(range.1)))
                    ])
                })
            return bytes + AvroBytes.some(item.firstRow.map { AvroBytes.long($0) })
        }
        files["\(Self.manifestLists)\(snapshot).avro"] = AvroBytes.file(schema, records)
    }

    static func int(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
    static func long(_ number: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }

    // MARK: Reading it

    func snapshot(_ time: TableTime? = nil) throws -> IcebergSnapshot { try IcebergFormat.snapshot(of: "/t", at: time, self) }

    /// The files that a scan reads, by name.
    func names(_ time: TableTime? = nil, where predicate: ColumnPredicate? = nil) throws -> [String] {
        try snapshot(time).plan(predicate).files.map { String($0.path.split(separator: "/").last ?? "") }
    }

    func state(_ time: TableTime? = nil) -> SQLState? {
        do { _ = try snapshot(time).plan(nil) } catch { return (error as? SQLError)?.state }
        return nil
    }

    func list(_ folder: String) throws(SQLError) -> FolderListing {
        FolderListing(
            files: files.keys.filter { $0.hasPrefix(folder + "/") && !$0.dropFirst(folder.count + 1).contains("/") }.sorted().map {
                .init(name: String($0.dropFirst(folder.count + 1)), size: 1)
            })
    }

    func willList(_ folders: [String]) {}

    func read(_ path: String) throws(SQLError) -> [UInt8] {
        guard let bytes = files[path] else { throw SQLError(.undefinedFile, "there is no \(path)", in: path) }
        return bytes
    }

    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool { false }

    func scan(_ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) -> Int {
        throw SQLError(.undefinedFile, "there is no Parquet here", in: path)
    }
}
