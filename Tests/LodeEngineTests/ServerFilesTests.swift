// What a remote client may not name, the log of a table that it names does not name for it.

import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct ServerFilesTests {
    let scratch: ScratchSession
    private let client: Session

    init() throws {
        scratch = try ScratchSession()
        client = Session(engine: scratch.session.engine)
        client.isRemote = true
        client.allowedFolders = AllowedFolders([scratch.folder + "/open"])
        try scratch.rows("COPY (SELECT 1 AS i) TO '{folder}/secret/s.parquet'; COPY (SELECT 2 AS i) TO '{folder}/open/t/own.parquet'")
        try scratch.rows("COPY (SELECT 3 AS i) TO '{folder}/open/other/o.parquet'")
    }

    /// A Delta table in `open/t` of one file.
    private func write(_ path: String, more: String = "") throws {
        let lines = [
            #"{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"#
                + #""writerFeatures":["deletionVectors"]}}"#,
            #"{"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"#
                + #""{\"type\":\"struct\",\"fields\":["#
                + #"{\"name\":\"i\",\"type\":\"integer\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{}}}"#,
            #"{"add":{"path":"\#(path)","partitionValues":{},"size":500,"modificationTime":1,"dataChange":true\#(more)}}"#,
        ]
        let log = scratch.folder + "/open/t/_delta_log"
        try FileManager.default.createDirectory(atPath: log, withIntermediateDirectories: true)
        try (lines.joined(separator: "\n") + "\n").write(toFile: log + "/00000000000000000000.json", atomically: true, encoding: .utf8)
    }

    private func rows(_ sql: String) throws -> [[String]] {
        let sink = TextRows()
        _ = try client.executeAll(sql.replacing("{folder}", with: scratch.folder), into: sink)
        return sink.rows
    }

    private func state(_ sql: String) -> SQLState? {
        do { _ = try rows(sql) } catch { return (error as? SQLError)?.state }
        return nil
    }

    private static let ways = ["'{folder}/open/t/'", "'{folder}/open/t'", "delta_scan('{folder}/open/t')", "d"]

    @Test(arguments: ways)
    func `files of the table and of allowed folders are read`(way: String) throws {
        try write("own.parquet")
        try scratch.rows("CREATE TABLE d USING delta LOCATION '{folder}/open/t'; GRANT SELECT ON d TO PUBLIC")
        #expect(try rows("SELECT i FROM \(way)") == [["2"]])
        try write("file://\(scratch.folder)/open/other/o.parquet")
        #expect(try rows("SELECT i FROM \(way)") == [["3"]])
    }

    @Test(arguments: ways)
    func `others are not, however they are named`(way: String) throws {
        try write("own.parquet")
        try scratch.rows("CREATE TABLE d USING delta LOCATION '{folder}/open/t'; GRANT SELECT ON d TO PUBLIC")
        let secret = scratch.folder + "/secret/s.parquet"
        for path in [secret, "file://" + secret, "../../secret/s.parquet", "%2e%2e/%2e%2e/secret/s.parquet", "s3://bucket/s.parquet"] {
            try write(path)
            #expect(state("SELECT i FROM \(way)") == .insufficientPrivilege, "\(path)")
            // Who is at the machine may.
            if !path.hasPrefix("s3") { #expect(try scratch.rows("SELECT i FROM \(way)") == [["1"]]) }
        }
        let vector = #","deletionVector":{"storageType":"p","pathOrInlineDv":"\#(secret)","offset":1,"sizeInBytes":34,"cardinality":1}"#
        try write("own.parquet", more: vector)
        #expect(state("SELECT i FROM \(way)") == .insufficientPrivilege)
    }

    /// An Iceberg table in `open/i` whose manifests are listed in another file.
    private func write(manifestList path: String) throws {
        let folder = scratch.folder + "/open/i/metadata"
        let document = """
            {"format-version": 2, "location": "\(scratch.folder)/open/i", "current-schema-id": 0, "default-spec-id": 0,
            "schemas": [{"schema-id": 0, "fields": [{"id": 1, "name": "i", "required": false, "type": "int"}]}],
            "partition-specs": [{"spec-id": 0, "fields": []}], "current-snapshot-id": 1,
            "snapshots": [{"snapshot-id": 1, "timestamp-ms": 1, "manifest-list": "\(path)"}]}
            """
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try document.write(toFile: folder + "/v1.metadata.json", atomically: true, encoding: .utf8)
    }

    @Test(arguments: [
        "'{folder}/open/i/'", "iceberg_scan('{folder}/open/i')", "iceberg_scan('{folder}/open/i/metadata/v1.metadata.json')",
        "iceberg_metadata('{folder}/open/i')", "ice", "ice$files",
    ])
    func `metadata of Iceberg name no other files either`(way: String) throws {
        try write(manifestList: scratch.folder + "/open/i/metadata/list.avro")
        try scratch.rows("CREATE TABLE ice USING iceberg LOCATION '{folder}/open/i'; GRANT SELECT ON ice TO PUBLIC")
        #expect(state("SELECT * FROM \(way)") == .undefinedFile)
        for path in ["/secret/s.parquet", "/open/i/../../secret/s.parquet"] {
            try write(manifestList: scratch.folder + path)
            #expect(state("SELECT * FROM \(way)") == .insufficientPrivilege)
            try write(manifestList: "file://" + scratch.folder + path)
            #expect(state("SELECT * FROM \(way)") == .insufficientPrivilege)
        }
    }

    @Test func `a change reads no other manifests than a query`() throws {
        try write(manifestList: scratch.folder + "/secret/s.parquet")
        try scratch.rows("CREATE TABLE ice USING iceberg LOCATION '{folder}/open/i'; GRANT ALL ON ice TO PUBLIC")
        for sql in ["UPDATE ice SET i = 1", "DELETE FROM ice WHERE i = 1", "EXPLAIN (WHY) DELETE FROM ice WHERE i = 1"] {
            #expect(state(sql) == .insufficientPrivilege, "\(sql)")
        }
    }

    @Test(arguments: ["", "/", "//", "file:///", "s3://"]) func `a table that lies nowhere opens nothing`(location: String) throws {
        let stores = client.stores(scratch.session.engine.stores, forLogIn: location)
        let error = #expect(throws: SQLError.self) { try stores.open(scratch.folder + "/secret/s.parquet") }
        #expect(error?.state == .insufficientPrivilege)
    }
}
