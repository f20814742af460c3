// Metadata of Iceberg tables: documents, and Avro files as manifest lists and manifests.

import LodeCore
import LodeFormats
import LodeVectors

@testable import LodeTables

/// A folder whose every file is the input, but for the document.
private struct FuzzTable: TableIO {
    let bytes: [UInt8]
    /// Nil where the input is the document.
    let document: [UInt8]?

    func list(_ folder: String) throws(SQLError) -> FolderListing {
        FolderListing(files: [.init(name: "v1.metadata.json", size: bytes.count)])
    }

    func read(_ path: String) throws(SQLError) -> [UInt8] {
        if path.hasSuffix(".json"), let document { return document }
        return bytes
    }

    func decompress(_ codec: String, _ packed: ArraySlice<UInt8>) throws(SQLError) -> [UInt8] {
        try BlockDecompression.decompress(codec, packed)
    }

    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool { false }
    func scan(_ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) -> Int { 0 }
}

extension FuzzTargets {
    /// Columns of many types, and partitions by some of them; two snapshots, of which one names its manifest itself.
    private static let document = Array(
        """
        {"format-version": 2, "location": "/t", "current-schema-id": 0, "current-snapshot-id": 1, "schemas": [{"schema-id": 0, "fields": [
        {"id": 1, "name": "a", "required": false, "type": "long"}, {"id": 2, "name": "b", "required": false, "type": "string"},
        {"id": 3, "name": "c", "required": false, "type": "decimal(20, 3)"}, {"id": 4, "name": "d", "required": false, "type": "timestamp"},
        {"id": 5, "name": "e", "required": false, "type": "double"}]}], "default-spec-id": 0, "partition-specs": [{"spec-id": 0, "fields": [
        {"source-id": 1, "field-id": 1000, "name": "a", "transform": "identity"},
        {"source-id": 4, "field-id": 1001, "name": "d_day", "transform": "day"},
        {"source-id": 2, "field-id": 1002, "name": "b_bucket", "transform": "bucket[4]"}]}],
        "snapshots": [{"snapshot-id": 1, "manifest-list": "/t/list.avro"}, {"snapshot-id": 2, "manifests": ["/t/m.avro"]}]}
        """.utf8)

    static let icebergDocument = FuzzTarget(name: "iceberg-document") { input in
        try read(FuzzTable(bytes: [UInt8](input), document: nil), .version(1))
    }

    static let avro = FuzzTarget(name: "avro") { input in
        for id: Int64 in [1, 2] { try read(FuzzTable(bytes: [UInt8](input), document: document), .version(id)) }
    }

    private static func read(_ io: FuzzTable, _ time: TableTime) throws {
        do {
            let snapshot = try IcebergFormat.snapshot(of: "/t", at: time, io)
            let all = try snapshot.plan(nil)
            for file in all.files {
                let columns = file.partitionColumns ?? snapshot.partitionColumns
                try require(file.partitionValues.count == columns.count, "a file has a value for each partition column")
                try require(file.size >= 0 && file.rowCount ?? 0 >= 0, "a file has a size")
            }
            guard let column = snapshot.schema.fields.first else { return }
            let some = try snapshot.plan(.compare(column: column.name, .equal, .integer(3)))
            try require(some.files.count <= all.files.count, "a condition adds no files")
        } catch let error as SQLError {
            try clean(error, inFile: true)
        }
    }
}
