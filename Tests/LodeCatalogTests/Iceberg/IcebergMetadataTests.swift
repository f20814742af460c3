// Metadata documents as tables of the catalog.

import LodeCloud
import LodeCore
import Testing

@testable import LodeCatalog

@Suite struct IcebergMetadataTests {
    private func json(_ text: String) throws -> CloudJSON { try #require(CloudJSON(Array(text.utf8))) }

    private func metadata(fields: String, more: String = "") throws -> IcebergMetadata {
        try IcebergMetadata(
            json(
                """
                {"format-version": 2, "table-uuid": "u", "location": "s3://b/t", "last-updated-ms": 1000, "current-schema-id": 1,
                "schemas": [{"schema-id": 0, "fields": []}, {"schema-id": 1, "identifier-field-ids": [1], "fields": \(fields)}],
                "properties": {"owner": "me", "comment": "orders", "lode.constraints": "x"}\(more)}
                """))
    }

    private func columns(_ type: String) throws -> [GlueColumn] {
        try metadata(fields: "[{\"id\": 7, \"name\": \"c\", \"type\": \(type), \"required\": false}]").schema.columns()
    }

    @Test(arguments: [
        ("boolean", "boolean"), ("int", "int"), ("long", "bigint"), ("float", "float"), ("double", "double"),
        ("decimal(12, 2)", "decimal(12,2)"), ("decimal(38,0)", "decimal(38,0)"), ("date", "date"), ("time", "time"),
        ("timestamp", "timestamp"), ("timestamptz", "timestamp with local time zone"), ("timestamp_ns", "timestamp_ns"),
        ("timestamptz_ns", "timestamptz_ns"), ("string", "string"), ("uuid", "uuid"), ("fixed[16]", "binary"), ("binary", "binary"),
        ("unknown", "void"),
    ])
    func `primitive types`(iceberg: String, hive: String) throws {
        let column = try #require(try columns("\"\(iceberg)\"").first)
        #expect(column.type == hive)
        #expect(column.parameters?[IcebergSchema.Fact.id] == "7")
        _ = try HiveTypeText.read(column.type)
    }

    @Test(arguments: ["variant", "geometry", "geography(srid:4326)", "decimal(39,0)", "decimal(2,3)", "decimal(x)", "fixed[x]", "Long"])
    func `types that Lode has not are refused by name`(type: String) throws {
        let error = #expect(throws: SQLError.self) { try columns("\"\(type)\"") }
        #expect(error?.state == .featureNotSupported)
        #expect(error?.message.contains(type) == true)
        #expect(error?.place == "column c")
    }

    @Test func `nested types keep the numbers of their parts`() throws {
        let column = try #require(
            try columns(
                """
                {"type": "struct", "fields": [{"id": 8, "name": "x y", "type": "int", "required": true},
                {"id": 9, "name": "l", "required": false, "type": {"type": "list", "element-id": 10, "element-required": false,
                "element": {"type": "map", "key-id": 11, "key": "string", "value-id": 12, "value-required": false, "value": "fixed[4]"}}}]}
                """
            ).first)
        #expect(column.type == "struct<`x y`:int,l:array<map<string,binary>>>")
        let kept = try json(try #require(column.parameters?[IcebergSchema.Fact.type]))
        #expect(kept["fields"]?.items.last?["type"]?["element"]?["value-id"]?.integer == 12)
    }

    @Test(arguments: [
        "5", "null", "{}", #"{"type": "list"}"#, #"{"type": "map", "key": "string"}"#, #"{"type": "struct", "fields": []}"#,
        #"{"type": "struct", "fields": [{"name": "a"}]}"#, #"{"type": {"type": "list"}}"#,
    ])
    func `types that are none are corrupt data`(type: String) throws {
        #expect(#expect(throws: SQLError.self) { try columns(type) }?.state == .dataCorrupted)
    }

    @Test(arguments: [
        "{}", "[]", #"{"location": "s3://b"}"#, #"{"location": "s3://b", "format-version": 2}"#,
        #"{"location": "s3://b", "format-version": 2, "current-schema-id": 5, "schemas": [{"schema-id": 0}]}"#,
        #"{"location": "s3://b", "format-version": "x", "schemas": 3, "current-schema-id": 1e400}"#,
    ])
    func `documents that are none are corrupt data`(text: String) throws {
        let document = try json(text)
        #expect(#expect(throws: SQLError.self) { try IcebergMetadata(document) }?.state == .dataCorrupted)
    }

    @Test func `partitioning, order and facts are shown among the properties`() throws {
        let found = try metadata(
            fields: """
                [{"id": 1, "name": "id", "type": "long", "required": true, "doc": "the key"},
                {"id": 2, "name": "at", "type": {"type": "struct", "fields": [{"id": 3, "name": "day", "type": "date", "required": false}]},
                "required": false}]
                """,
            more: """
                , "current-snapshot-id": 77, "default-spec-id": 4, "partition-specs": [{"spec-id": 0, "fields": []},
                {"spec-id": 4, "fields": [{"source-id": 3, "field-id": 1000, "name": "m", "transform": "month"},
                {"source-id": 1, "name": "b", "transform": "bucket[4]"},
                {"source-id": 1, "name": "id", "transform": "identity"}, {"source-id": 9, "name": "z", "transform": "void"}]}],
                "default-sort-order-id": 1, "sort-orders": [{"order-id": 1, "fields": [
                {"source-id": 1, "transform": "identity", "direction": "desc", "null-order": "nulls-last"}]}]
                """
        ).table(TableName("web", "orders"), pointer: "s3://b/t/metadata/1.json")
        #expect(found.parameters["default-partition-spec"] == "month(at.day), bucket(4, id), id, void(field 9)")
        #expect(found.parameters["default-sort-order"] == "id DESC NULLS LAST")
        #expect(found.parameters["identifier-fields"] == "id")
        #expect(found.parameters["current-snapshot-id"] == "77")
        #expect(found.parameters["metadata_location"] == "s3://b/t/metadata/1.json")
        #expect(found.tableFormat == "ICEBERG")
        #expect(found.parameters["owner"] == "me")
        #expect(found.parameters["lode.constraints"] == nil)
        #expect(found.comment == "orders")
        #expect(found.updateTime == 1_000_000)
        #expect(found.storageDescriptor.columns.map(\.nullable) == [false, true])
        #expect(found.storageDescriptor.columns.map(\.comment) == ["the key", nil])
    }

    @Test func `a document of version 1 has one schema and one spec`() throws {
        let found = try IcebergMetadata(
            json(
                """
                {"format-version": 1, "location": "s3://b/t",
                "schema": {"fields": [{"id": 1, "name": "d", "type": "date", "required": false}]}, "partition-spec": [{"source-id": 1, "transform": "day"}]}
                """))
        #expect(found.partitioning == "day(d)")
        #expect(try found.schema.columns().map(\.name) == ["d"])
    }
}
