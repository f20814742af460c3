// Commits of several tables through the Iceberg REST catalog.

import LodeCloud
import LodeCore
import LodeHTTP
import Testing

@testable import LodeCatalogServer

@Suite struct IcebergTransactionTests {
    private let served: ServedWarehouse

    init() throws {
        served = try ServedWarehouse(
            """
            CREATE SCHEMA shop; CREATE TABLE shop.a USING iceberg AS SELECT 1 AS id; CREATE TABLE shop.b USING iceberg AS SELECT 1 AS id;
            CREATE TABLE shop.own USING parquet AS SELECT 1 AS x
            """)
    }

    private func commit(_ changes: String..., headers: [HTTPHeader] = []) -> (status: Int, type: String?) {
        let answer = served.send(
            "POST", "/v1/transactions/commit", "{\"table-changes\": [\(changes.joined(separator: ","))]}", headers: headers)
        return (answer.status, answer.json["error"]?["type"]?.string)
    }

    private func change(_ table: String, _ updates: String = "", requiring requirements: String = "") -> String {
        """
        {"identifier": {"namespace": ["shop"], "name": "\(table)"}, "requirements": [\(requirements)], "updates": [\(updates)]}
        """
    }

    private func set(_ value: String) -> String { "{\"action\": \"set-properties\", \"updates\": {\"p\": \"\(value)\"}}" }

    private func metadata(_ table: String) -> CloudJSON { served.send("GET", "/v1/namespaces/shop/tables/\(table)").json["metadata"] ?? .null }

    private func value(_ table: String) -> String? { metadata(table)["properties"]?["p"]?.string }

    private func uuid(_ table: String) -> String {
        "{\"type\": \"assert-table-uuid\", \"uuid\": \"\(metadata(table)["table-uuid"]?.string ?? "")\"}"
    }

    @Test func `all tables change, or none`() throws {
        #expect(commit(change("a", set("1"), requiring: uuid("a")), change("b", set("1"))).status == 204)
        #expect(value("a") == "1" && value("b") == "1")
        let lost = commit(change("a", set("2")), change("b", set("2"), requiring: uuid("a")))
        #expect(lost.status == 409 && lost.type == "CommitFailedException")
        #expect(value("a") == "1" && value("b") == "1")
        try served.rows("INSERT INTO shop.a VALUES (2); BEGIN; INSERT INTO shop.a VALUES (3); INSERT INTO shop.b VALUES (2); COMMIT")
        #expect(try served.rows("SELECT count(*) FROM shop.a") == [[.integer(3)]])
        #expect(value("a") == "1")
    }

    @Test func `what is only required must be so`() {
        #expect(commit(change("a", set("1")), change("b", requiring: uuid("b"))).status == 204)
        #expect(commit(change("a", set("2")), change("b", requiring: uuid("a"))).status == 409)
        #expect(commit(change("a", requiring: uuid("a")), change("b", requiring: uuid("b"))).status == 204)
        #expect(value("a") == "1")
    }

    @Test func `a column that a client adds is known to SQL`() throws {
        let schema = """
            {"action": "add-schema", "schema": {"type": "struct", "fields": [{"id": 1, "name": "id", "required": false, "type": "int"},
            {"id": 2, "name": "more", "required": false, "type": "double"}]}}, {"action": "set-current-schema", "schema-id": -1}
            """
        #expect(commit(change("a", schema), change("b", set("1"))).status == 204)
        #expect(try served.rows("SELECT more FROM shop.a") == [[.null]])
        #expect(try served.rows("SELECT column_name FROM information_schema.columns WHERE table_name = 'a'").count == 2)
    }

    @Test func `a table is made beside another one's change`() throws {
        let body = #"{"stage-create": true, "name": "made", "schema": {"type": "struct", "fields": []}}"#
        let staged = served.send("POST", "/v1/namespaces/shop/tables", body).json["metadata"]
        let location = try #require(staged?["location"]?.string)
        let making = """
            {"action": "upgrade-format-version", "format-version": 2}, {"action": "set-location", "location": "\(location)"},
            {"action": "add-schema", "schema": {"type": "struct", "fields": [{"id": 1, "name": "x", "required": false, "type": "long"}]}},
            {"action": "set-current-schema", "schema-id": -1}, {"action": "add-spec", "spec": {"fields": []}},
            {"action": "set-default-spec", "spec-id": -1}
            """
        let create = #"{"type": "assert-create"}"#
        #expect(commit(change("made", making, requiring: create), change("a", set("2"), requiring: uuid("b"))).status == 409)
        #expect(served.send("HEAD", "/v1/namespaces/shop/tables/made").status == 404 && value("a") == nil)
        #expect(commit(change("made", making, requiring: create), change("a", set("1"))).status == 204)
        #expect(try served.rows("INSERT INTO shop.made VALUES (7); SELECT x FROM shop.made") == [[.integer(7)]])
        #expect(value("a") == "1")
    }

    @Test func `what cannot be is refused by name`() {
        #expect(commit(change("a", set("1")), change("A", set("2"))).status == 400)
        for name in ["own", "nothing"] { #expect(commit(change("a", set("1")), change(name, set("1"))).type == "NoSuchTableException") }
        #expect(commit("{\"updates\": []}").status == 400)
        #expect(commit(change("a", "{\"action\": \"unheard-of\"}"), change("b", set("1"))).type == "UnsupportedOperationException")
        #expect(value("a") == nil && value("b") == nil)
        #expect(commit().status == 204)
    }

    @Test func `a role may change all of them, or none`() throws {
        try served.rows(
            """
            CREATE ROLE writer LOGIN; GRANT USAGE ON SCHEMA shop TO writer; GRANT SELECT ON shop.a TO writer; GRANT SELECT ON shop.b TO writer;
            ALTER TABLE shop.a OWNER TO writer
            """)
        let key = try served.key("writer"), token = AccessToken(key.id, Secret(key.secret), seconds: CloudTime.secondsNow())
        let headers = [HTTPHeader("Authorization", "Bearer \(token.text)")]
        #expect(commit(change("a", set("1")), change("b", set("1")), headers: headers).status == 403)
        #expect(commit(change("a", set("1")), change("b", requiring: uuid("b")), headers: headers).status == 204)
        #expect(value("a") == "1" && value("b") == nil)
    }
}
