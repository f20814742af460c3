// Metadata documents: versions, time travel, defaults, and documents that are none.

import LodeCore
import LodeVectors
import Testing

@testable import LodeTables

@Suite struct IcebergMetadataTests {
    private func metadata(_ text: String) throws -> IcebergMetadata { try IcebergMetadata(Array(text.utf8), "v1.metadata.json") }

    private func state(_ text: String) -> SQLState? {
        do { _ = try metadata(text) } catch { return (error as? SQLError)?.state }
        return nil
    }

    @Test func `version 1 may have one schema and one spec without numbers`() throws {
        let found = try metadata(
            """
            {"format-version": 1, "location": "s3://b/t", "last-updated-ms": 5, "last-column-id": 1,
            "schema": {"type": "struct", "fields": [{"id": 1, "name": "x", "required": true, "type": "long"}]},
            "partition-spec": [{"name": "x", "transform": "identity", "source-id": 1}], "current-snapshot-id": -1}
            """)
        #expect(found.schemas.count == 1 && found.currentSnapshotID == nil)
        #expect(found.spec(found.defaultSpecID)?.fields.map(\.fieldID) == [1000])
    }

    @Test(arguments: [4, 7, 1_000_000_000_000])
    func `a later version is refused by its number`(version: Int) {
        let text = "{\"format-version\": \(version), \"location\": {\"new\": true}}"
        let error = #expect(throws: SQLError.self) { try metadata(text) }
        #expect(error?.state == .featureNotSupported && error?.message.contains("\(version)") == true)
    }

    @Test(arguments: [
        "", "{}", "[]", "{\"format-version\": 0}", "{\"format-version\": 2}", "{\"format-version\": 2, \"location\": 5}",
        "{\"format-version\": 2, \"location\": \"s\"}",
        "{\"format-version\": 2, \"location\": \"s\", \"current-schema-id\": 3, \"schemas\": []}",
        IcebergTree.document(spec: #"{"name": "x"}"#), IcebergTree.document(fields: #"{"id": 1, "name": "x"}"#),
        IcebergTree.document().replacing("\"default-spec-id\": 0", with: "\"default-spec-id\": 8"),
        IcebergTree.document(more: #", "refs": {"x": {"snapshot-id": 1, "type": "leaf"}}"#),
        IcebergTree.document(more: #", "properties": {"schema.name-mapping.default": "{"}"#),
    ])
    func `documents that are none are damage`(text: String) { #expect(state(text) == .dataCorrupted) }

    @Test(arguments: ["geometry", "geography(C, spherical)", "decimal(39, 0)", "Long"])
    func `types that Lode has not are refused by name where they are of the schema`(type: String) throws {
        let tree = IcebergTree(IcebergTree.document(fields: "{\"id\": 1, \"name\": \"x\", \"required\": false, \"type\": \"\(type)\"}"))
        let error = #expect(throws: SQLError.self) { try tree.snapshot() }
        #expect(error?.state == .featureNotSupported && error?.message.contains(type) == true)
    }

    @Test func `defaults are values of their types`() throws {
        let defaults: [(String, String, Value)] = [
            ("int", "5", .integer(5)), ("decimal(5, 2)", "\"1.5\"", .decimal(150, scale: 2)), 
            ("decimal(5, 0)", "\"2E+3\"", .decimal(2000, scale: 0)),
            ("date", "\"1970-01-03\"", .date(2)), ("time", "\"00:00:01\"", .time(1_000_000)),
            ("timestamptz", "\"1970-01-01T00:00:01.5+00:00\"", .timestamp(1_500_000)),
            ("timestamp_ns", "\"1970-01-01T00:00:00.000000001\"", .timestampNanos(1)),
            ("uuid", "\"00000000-0000-0000-0000-0000000000ff\"", .uuid(255)),
            ("fixed[2]", "\"0aff\"", .bytes([10, 255])), ("binary", "\"\"", .bytes([])),
            ("string", "\"\"", .text("")),
            ("float", "0.1", .double(Double(Float(0.1)))), ("boolean", "true", .boolean(true)), ("long", "null", .null),
        ]
        for (type, text, value) in defaults {
            let found = try metadata(
                IcebergTree.document(
                    fields: #"{"initial-default": \#(text), "id": 1, "name": "x", "required": false, "type": "\#(type)"}"#))
            #expect(found.schemas[0].fields[0].initialDefault == value, "\(type)")
        }
        let nested = #"{"type": "struct", "fields": [{"id": 2, "name": "a", "required": false, "type": "int", "initial-default": 7}]}"#
        let found = try metadata(
            IcebergTree.document(fields: #"{"id": 1, "name": "x", "required": false, "type": \#(nested), "initial-default": {}}"#))
        #expect(found.schemas[0].fields[0].initialDefault == .structure([.integer(7)]))
    }

    @Test(arguments: [
        ("int", "\"5\""), ("int", "3000000000"), ("date", "\"soon\""), ("decimal(2, 0)", "\"100\""), ("boolean", "1"),
        ("timestamptz", "\"1970-01-01T00:00:00+01:00\""),
    ])
    func `a default of another type is damage`(type: String, text: String) {
        let fields = #"{"id": 1, "name": "x", "required": false, "type": "\#(type)", "initial-default": \#(text)}"#
        #expect(state(IcebergTree.document(fields: fields)) == .dataCorrupted)
    }

    // MARK: Time travel

    private func tree() -> IcebergTree {
        var tree = IcebergTree(
            IcebergTree.document(
                snapshots: 3,
                more: #", "refs": {"main": {"snapshot-id": 3, "type": "branch"}, "audit": {"snapshot-id": 2, "type": "branch"}, "#
                    + #""first": {"snapshot-id": 1, "type": "tag"}}"#))
        for number in 1...3 {
            tree.manifestList([.init(name: "m\(number).avro")], of: number)
            tree.manifest("m\(number).avro", [.init(path: "/t/\(number)")])
        }
        return tree
    }

    @Test func `snapshots are found by number, time, branch and tag`() throws {
        let tree = tree()
        #expect(try tree.names() == ["3"])
        #expect(try tree.names(.version(2)) == ["2"])
        #expect(try tree.names(.timestamp(2_000_000)) == ["2"])
        #expect(try tree.names(.timestamp(2_999_999)) == ["2"])
        #expect(try tree.names(.timestamp(1_000_000)) == ["1"])
        #expect(try tree.names(.reference("audit")) == ["2"])
        #expect(try tree.names(.reference("first")) == ["1"])
        #expect(try tree.names(.reference("main")) == ["3"])
        for time in [TableTime.version(9), .timestamp(999_999), .reference("frist")] { #expect(tree.state(time) == .invalidParameterValue) }
        #expect(#expect(throws: SQLError.self) { try tree.names(.reference("frist")) }?.hint == "Did you mean \"first\"?")
    }

    @Test func `an earlier snapshot has the columns of its time, a branch those of today`() throws {
        let old = #"{"type": "struct", "schema-id": 7, "fields": [{"id": 1, "name": "was", "required": false, "type": "int"}]}"#
        var tree = tree()
        let text = String(decoding: tree.files["/t/metadata/v1.metadata.json"] ?? [], as: UTF8.self)
            .replacing("\"schemas\": [", with: "\"schemas\": [\(old), ")
            .replacing("\"schema-id\": 0,\n\"summary\"", with: "\"schema-id\": 7,\n\"summary\"")
        tree.files["/t/metadata/v1.metadata.json"] = Array(text.utf8)
        #expect(try tree.snapshot().schema.fields.map(\.name) == ["id", "day", "name"])
        #expect(try tree.snapshot(.reference("audit")).schema.fields.map(\.name) == ["id", "day", "name"])
        #expect(try tree.snapshot(.reference("first")).schema.fields == [Field("was", .integer)])
        #expect(try tree.snapshot(.version(2)).schema.fields == [Field("was", .integer)])
    }

    @Test func `a table that never had rows has no files`() throws {
        #expect(try IcebergTree(IcebergTree.document(snapshots: 0)).names() == [])
    }

    // MARK: Finding the document

    private func current(_ names: [String], hint: String? = nil) throws -> String? {
        var tree = IcebergTree()
        tree.files = [:]
        for name in names { tree.files["/t/metadata/" + name] = [] }
        if let hint { tree.files["/t/metadata/version-hint.text"] = Array(hint.utf8) }
        return try IcebergFolder.current(in: "/t/", tree).map { String($0.dropFirst("/t/metadata/".count)) }
    }

    @Test func `the latest document is the current one`() throws {
        #expect(try current(["v2.metadata.json", "v10.gz.metadata.json", "v9.metadata.json.gz"], hint: "2\n") == "v10.gz.metadata.json")
        #expect(try current(["00002-a.metadata.json", "00010-b.metadata.json", "snap-1.avro"]) == "00010-b.metadata.json")
        #expect(try current(["00002-a.metadata.json", "last.metadata.json"], hint: "last") == "last.metadata.json")
        #expect(try current(["other.metadata.json"]) == "other.metadata.json")
        #expect(try current(["a.metadata.json", "b.metadata.json"]) == nil)
        #expect(try current(["v1.json", "x.avro"]) == nil)
        #expect(try current([String]()) == nil)
    }

    @Test func `a table that was moved is read where it lies`() throws {
        var tree = IcebergTree()
        tree.manifestList([.init(name: "m.avro")])
        tree.manifest("m.avro", [.init(path: "/t/data/a"), .init(path: "/tx/b")])
        var moved = tree
        moved.files = [:]
        for (path, bytes) in tree.files { moved.files[path.replacing("/t/", with: "/new/place/")] = bytes }
        let snapshot = try IcebergFormat.snapshot(of: "/new/place", mayHaveMoved: true, moved)
        #expect(try snapshot.plan(nil).files.map(\.path) == ["/new/place/data/a", "/tx/b"])
        #expect(throws: SQLError.self) { try IcebergFormat.snapshot(of: "/new/place", moved).plan(nil) }
    }
}
