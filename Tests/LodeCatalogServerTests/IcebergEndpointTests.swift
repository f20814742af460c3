// The Iceberg REST catalog, request by request.

import LodeCloud
import LodeCore
import LodeHTTP
import Testing

@testable import LodeCatalogServer

@Suite struct IcebergEndpointTests {
    private static let shop = """
        CREATE SCHEMA shop COMMENT 'what is sold'; CREATE TABLE shop.orders USING iceberg AS SELECT 1 AS id, 'one' AS v;
        CREATE TABLE shop.own USING parquet AS SELECT 1 AS x; CREATE TABLE shop.log USING delta AS SELECT 1 AS x
        """
    private static let newTable = """
        {"name": "made", "schema": {"type": "struct", "fields": [{"id": 1, "name": "a", "required": false, "type": "long"},
        {"id": 2, "name": "ts", "required": false, "type": "timestamptz"}]},
        "partition-spec": {"fields": [{"source-id": 2, "transform": "day", "name": "d"}]}, "properties": {"p": "q"}}
        """

    private func type(_ answer: (status: Int, json: CloudJSON)) -> String { answer.json["error"]?["type"]?.string ?? "\(answer.status)" }

    @Test func `the configuration says what there is`() throws {
        let served = try ServedWarehouse()
        let config = served.send("GET", "/v1/config?warehouse=lode")
        #expect(config.status == 200 && config.json["endpoints"]?.items.contains("POST /v1/{prefix}/transactions/commit") == true)
        #expect(type(served.send("GET", "/v1/config?warehouse=other")) == "NoSuchWarehouseException")
    }

    @Test func `namespaces are the schemas of the warehouse`() throws {
        let served = try ServedWarehouse(Self.shop)
        #expect(served.send("GET", "/v1/namespaces").json["namespaces"] == [["main"], ["shop"]])
        #expect(served.send("GET", "/v1/namespaces?pageSize=1&pageToken=").json == ["namespaces": [["main"]], "next-page-token": "main"])
        #expect(served.send("GET", "/v1/namespaces?pageSize=1&pageToken=main").json == ["namespaces": [["shop"]]])
        #expect(served.send("GET", "/v1/namespaces?parent=shop").json == ["namespaces": []])
        #expect(served.send("GET", "/v1/namespaces/shop").json["properties"]?.texts == ["comment": "what is sold", "owner": "lode"])
        #expect(served.send("HEAD", "/v1/namespaces/shop").status == 204 && served.send("HEAD", "/v1/namespaces/other").status == 404)
        #expect(type(served.send("GET", "/v1/namespaces/a%1Fb")) == "NoSuchNamespaceException")
        #expect(type(served.send("GET", "/v1/namespaces/information_schema")) == "NoSuchNamespaceException")
    }

    @Test func `a namespace is made and dropped`() throws {
        let served = try ServedWarehouse(Self.shop)
        let made = served.send("POST", "/v1/namespaces", #"{"namespace": ["new one"], "properties": {"comment": "c", "k": "v"}}"#)
        #expect(made.status == 200 && made.json["properties"]?.texts == ["comment": "c", "k": "v", "owner": "lode"])
        #expect(type(served.send("POST", "/v1/namespaces", #"{"namespace": ["new one"]}"#)) == "AlreadyExistsException")
        #expect(served.send("DELETE", "/v1/namespaces/new%20one").status == 204)
        #expect(type(served.send("DELETE", "/v1/namespaces/new%20one")) == "NoSuchNamespaceException")
        #expect(type(served.send("DELETE", "/v1/namespaces/shop")) == "NamespaceNotEmptyException")
        #expect(type(served.send("POST", "/v1/namespaces", #"{"namespace": ["a", "b"]}"#)) == "NoSuchNamespaceException")
        #expect(type(served.send("POST", "/v1/namespaces", #"{"namespace": []}"#)) == "BadRequestException")
    }

    @Test func `properties of a namespace are set and removed`() throws {
        let served = try ServedWarehouse(Self.shop)
        let body = #"{"updates": {"a": "1", "comment": "new"}, "removals": ["b"]}"#
        #expect(
            served.send("POST", "/v1/namespaces/shop/properties", body).json
                == ["updated": ["a", "comment"], "removed": [], "missing": ["b"]])
        let removed = served.send("POST", "/v1/namespaces/shop/properties", #"{"removals": ["a"]}"#)
        #expect(removed.json["removed"] == ["a"])
        #expect(served.send("GET", "/v1/namespaces/shop").json["properties"]?.texts == ["comment": "new", "owner": "lode"])
        #expect(
            type(served.send("POST", "/v1/namespaces/shop/properties", #"{"updates": {"location": "/x"}}"#))
                == "UnsupportedOperationException")
        #expect(
            type(served.send("POST", "/v1/namespaces/shop/properties", #"{"updates": {"a": "1"}, "removals": ["a"]}"#))
                == "BadRequestException")
    }

    @Test func `tables of this format are listed and loaded`() throws {
        let served = try ServedWarehouse(Self.shop)
        #expect(served.send("GET", "/v1/namespaces/shop/tables").json["identifiers"] == [["namespace": ["shop"], "name": "orders"]])
        let loaded = served.send("GET", "/v1/namespaces/shop/tables/orders")
        #expect(loaded.status == 200 && loaded.json["metadata"]?["format-version"] == 2)
        #expect(loaded.json["metadata-location"]?.string?.hasSuffix("/metadata/v1.metadata.json") == true)
        #expect(served.send("HEAD", "/v1/namespaces/shop/tables/orders").status == 204)
        for name in ["log", "own", "nothing"] {
            #expect(type(served.send("GET", "/v1/namespaces/shop/tables/\(name)")) == "NoSuchTableException")
        }
        #expect(served.send("POST", "/v1/namespaces/shop/tables/orders/metrics", "{}").status == 204)
    }

    @Test func `views are listed and loaded, in Lode's SQL`() throws {
        let served = try ServedWarehouse(Self.shop + "; CREATE VIEW shop.seen AS SELECT id, v FROM shop.orders")
        #expect(served.send("GET", "/v1/namespaces/shop/views").json["identifiers"] == [["namespace": ["shop"], "name": "seen"]])
        let view = served.send("GET", "/v1/namespaces/shop/views/seen").json["metadata"]
        let text = view?["versions"]?.items.first?["representations"]?.items.first
        #expect(text?["sql"] == "SELECT id, v FROM shop.orders" && text?["dialect"] == "lode")
        #expect(view?["schemas"]?.items.first?["fields"]?.items.compactMap { $0["name"]?.string } == ["id", "v"])
        #expect(served.send("HEAD", "/v1/namespaces/shop/views/seen").status == 204)
        #expect(type(served.send("GET", "/v1/namespaces/shop/views/orders")) == "NoSuchViewException")
        #expect(type(served.send("DELETE", "/v1/namespaces/shop/views/seen")) == "UnsupportedOperationException")
    }

    @Test func `a table is made, written by SQL, renamed and dropped`() throws {
        let served = try ServedWarehouse(Self.shop)
        let made = served.send("POST", "/v1/namespaces/shop/tables", Self.newTable)
        #expect(made.status == 200 && made.json["metadata"]?["properties"]?.texts == ["p": "q"])
        #expect(try served.rows("SELECT column_name FROM information_schema.columns WHERE table_name = 'made'").count == 2)
        #expect(type(served.send("POST", "/v1/namespaces/shop/tables", Self.newTable)) == "AlreadyExistsException")
        let rename = #"{"source": {"namespace": ["shop"], "name": "made"}, "destination": {"namespace": ["main"], "name": "moved"}}"#
        #expect(served.send("POST", "/v1/tables/rename", rename).status == 204)
        #expect(served.send("HEAD", "/v1/namespaces/main/tables/moved").status == 204)
        #expect(served.send("DELETE", "/v1/namespaces/main/tables/moved?purgeRequested=true").status == 204)
        #expect(type(served.send("GET", "/v1/namespaces/main/tables/moved")) == "NoSuchTableException")
    }

    @Test func `a table that is dropped can be registered again`() throws {
        let served = try ServedWarehouse(Self.shop)
        let document = served.send("GET", "/v1/namespaces/shop/tables/orders").json["metadata-location"]?.string ?? ""
        #expect(served.send("DELETE", "/v1/namespaces/shop/tables/orders").status == 204)
        let back = served.send("POST", "/v1/namespaces/shop/register", #"{"name": "back", "metadata-location": "\#(document)"}"#)
        // It is none of the places that clients may name.
        #expect(type(back) == "ForbiddenException")
    }

    @Test func `a staged table is made by its first commit`() throws {
        let served = try ServedWarehouse(Self.shop)
        let staged = served.send("POST", "/v1/namespaces/shop/tables", "{\"stage-create\": true, " + Self.newTable.dropFirst())
        #expect(staged.status == 200 && staged.json["metadata-location"] == nil)
        #expect(served.send("HEAD", "/v1/namespaces/shop/tables/made").status == 404)
        let metadata = try #require(staged.json["metadata"]), schema = try #require(metadata["schemas"]?.items.first)
        let updates: CloudJSON = [
            ["action": "assign-uuid", "uuid": metadata["table-uuid"] ?? .null], ["action": "upgrade-format-version", "format-version": 2],
            ["action": "add-schema", "schema": schema], ["action": "set-current-schema", "schema-id": -1],
            ["action": "add-spec", "spec": metadata["partition-specs"]?.items.first ?? .null],
            ["action": "set-default-spec", "spec-id": -1],
            ["action": "add-sort-order", "sort-order": metadata["sort-orders"]?.items.first ?? .null],
            ["action": "set-default-sort-order", "sort-order-id": -1],
            ["action": "set-location", "location": metadata["location"] ?? .null],
            ["action": "set-properties", "updates": ["p": "q"]],
        ]
        let commit: CloudJSON = ["requirements": [["type": "assert-create"]], "updates": updates]
        let text = String(decoding: commit.bytes, as: UTF8.self)
        let made = served.send("POST", "/v1/namespaces/shop/tables/made", text)
        #expect(made.status == 200 && made.json["metadata"]?["table-uuid"] == metadata["table-uuid"])
        #expect(type(served.send("POST", "/v1/namespaces/shop/tables/made", text)) == "AlreadyExistsException")
    }

    @Test func `a first commit says where the table lies`() throws {
        let served = try ServedWarehouse(Self.shop)
        let body = """
            {"requirements": [{"type": "assert-create"}], "updates": [{"action": "add-schema", "schema": {"type": "struct", "fields": []}},
            {"action": "set-current-schema", "schema-id": -1}, {"action": "add-spec", "spec": {"fields": []}},
            {"action": "set-default-spec", "spec-id": -1}]}
            """
        #expect(served.send("POST", "/v1/namespaces/shop/tables/made", body).status == 400)
        #expect(served.send("HEAD", "/v1/namespaces/shop/tables/made").status == 404)
    }

    @Test func `a table is not made in another one's folder, nor has its folder`() throws {
        let served = try ServedWarehouse(Self.shop)
        let made = served.send("POST", "/v1/namespaces/shop/tables", Self.newTable)
        let folder = try #require(made.json["metadata"]?["location"]?.string)
        // As if it were the folder that the catalog has chosen for a table of this name.
        try served.rows("ALTER TABLE shop.made RENAME TO kept")
        let again: String = "{\"location\": \"\(folder)\", " + Self.newTable.dropFirst()
        #expect(served.send("POST", "/v1/namespaces/shop/tables", again).status >= 400)
        #expect(served.send("HEAD", "/v1/namespaces/shop/tables/made").status == 404)
    }

    @Test func `properties of a client are none of the catalog's`() throws {
        let served = try ServedWarehouse(Self.shop)
        let properties = #""metadata_location": "/etc/hostname", "lode.partitioning": "[]", "p": "q""#
        let update = "{\"updates\": [{\"action\": \"set-properties\", \"updates\": {\(properties)}}]}"
        #expect(served.send("POST", "/v1/namespaces/shop/tables/orders", update).status == 200)
        let after = served.send("GET", "/v1/namespaces/shop/tables/orders")
        #expect(after.status == 200 && after.json["metadata"]?["properties"]?["p"] == "q")
        #expect(try served.rows("SELECT id FROM shop.orders").count == 1)
    }

    @Test func `commits of clients and of statements follow each other`() throws {
        let served = try ServedWarehouse(Self.shop)
        func commit(_ update: String, _ requirement: String = "") -> (status: Int, json: CloudJSON) {
            served.send("POST", "/v1/namespaces/shop/tables/orders", "{\"requirements\": [\(requirement)], \"updates\": [\(update)]}")
        }
        let before = served.send("GET", "/v1/namespaces/shop/tables/orders").json["metadata"]?["current-snapshot-id"] ?? .null
        let requirement =
            "{\"type\": \"assert-ref-snapshot-id\", \"ref\": \"main\", \"snapshot-id\": \(String(decoding: before.bytes, as: UTF8.self))}"
        let first = commit(#"{"action": "set-properties", "updates": {"a": "1"}}"#, requirement)
        #expect(first.json["metadata-location"]?.string?.hasSuffix("/v2.metadata.json") == true)
        try served.rows("INSERT INTO shop.orders VALUES (2, 'two')")
        #expect(type(commit(#"{"action": "set-properties", "updates": {"a": "2"}}"#, requirement)) == "CommitFailedException")
        let loaded = served.send("GET", "/v1/namespaces/shop/tables/orders").json
        #expect(loaded["metadata-location"]?.string?.hasSuffix("/v3.metadata.json") == true)
        #expect(loaded["metadata"]?["properties"]?["a"] == "1")
    }

    @Test func `a column that a client adds is known to SQL`() throws {
        let served = try ServedWarehouse(Self.shop)
        let wider = """
            {"updates": [{"action": "add-schema", "schema": {"type": "struct", "fields": [{"id": 1, "name": "id", "required": false, "type": "int"},
            {"id": 2, "name": "v", "required": false, "type": "string"}, {"id": 3, "name": "more", "required": false, "type": "double"}]}},
            {"action": "set-current-schema", "schema-id": -1}]}
            """
        #expect(served.send("POST", "/v1/namespaces/shop/tables/orders", wider).status == 200)
        #expect(try served.rows("SELECT id, more FROM shop.orders") == [[.integer(1), .null]])
        #expect(try served.rows("SELECT column_name FROM information_schema.columns WHERE table_name = 'orders'").count == 3)
    }

    @Test(arguments: [
        ("GET", "/v1/"), ("GET", "/v1//namespaces"), ("GET", "/v1/nothing"), ("DELETE", "/v1/config"), ("GET", "/v1/namespaces/shop/x"),
        ("GET", "/v1/namespaces/shop/tables/orders/x"), ("PUT", "/v1/namespaces"), ("GET", "/v1/%"), ("GET", "/v1/namespaces/%FF%00"),
    ]) func `what is not there is not found`(method: String, target: String) throws {
        #expect(try ServedWarehouse().send(method, target).status == 404)
    }

    @Test(arguments: [
        "", "{", "[]", "null", "{}", #"{"updates": 1}"#, #"{"updates": [1]}"#, #"{"requirements": {}, "updates": []}"#,
        #"{"updates": [{"action": "add-snapshot"}]}"#, String(repeating: "[", count: 5000),
    ]) func `bodies that are none are refused`(body: String) throws {
        let served = try ServedWarehouse(Self.shop)
        #expect(served.send("POST", "/v1/namespaces/shop/tables/orders", body).status == 400)
        #expect(served.send("POST", "/v1/namespaces/shop/tables", body).status == 400)
        #expect([400, 404].contains(served.send("POST", "/v1/namespaces", body).status))
        #expect(served.send("POST", "/v1/tables/rename", body).status == 400)
        #expect(served.send("POST", "/v1/namespaces/shop/register", body).status == 400)
    }
}
