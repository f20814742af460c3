// Tables of the Iceberg REST catalog: how they are loaded, and what of them changes.

import Foundation
import LodeCloud
import LodeCore
import LodeHTTP
import Testing

@testable import LodeCatalogServer

@Suite struct IcebergTablesTests {
    private static let table = "/v1/namespaces/main/tables/t"

    private func get(_ served: ServedWarehouse, _ query: String = "", known: String? = nil) -> (HTTPResponse, tag: String?) {
        let headers = known.map { [HTTPHeader("If-None-Match", $0)] } ?? []
        var request = HTTPRequest(method: "GET", target: Self.table + query, headers: headers, body: [])
        request.isFromLoopback = true
        let response = served.server.answer(request)
        return (response, response.headers.first { $0.name == "ETag" }?.value)
    }

    @Test func `who has a table is not given it again`() throws {
        let served = try ServedWarehouse("CREATE TABLE t USING iceberg AS SELECT 1 AS id")
        let tag = try #require(get(served).tag)
        for known in [tag, "W/\(tag)", "\"x\", \(tag)"] {
            let (response, again) = get(served, known: known)
            #expect(response.status == 304 && response.body.isEmpty && again == tag)
        }
        #expect(get(served, known: "\"x\"").0.status == 200)
        #expect(get(served, "?snapshots=refs", known: tag).0.status == 200)
        try served.rows("INSERT INTO t VALUES (2)")
        #expect(get(served, known: tag).0.status == 200)
    }

    @Test func `a client may want the snapshots of branches and tags alone`() throws {
        let served = try ServedWarehouse(
            """
            CREATE TABLE t USING iceberg AS SELECT 1 AS id; ALTER TABLE t CREATE TAG first; INSERT INTO t VALUES (2);
            INSERT INTO t VALUES (3)
            """)
        func snapshots(_ query: String) -> Int { CloudJSON(get(served, query).0.body)?["metadata"]?["snapshots"]?.items.count ?? -1 }
        #expect(snapshots("") == 3 && snapshots("?snapshots=all") == 3 && snapshots("?snapshots=refs") == 2)
        #expect(get(served, "?snapshots=some").0.status == 400)
    }

    @Test func `the type of a column by which rows are divided stays`() throws {
        let served = try ServedWarehouse(
            """
            CREATE TABLE t (id integer, n decimal(9, 2), at timestamp) USING iceberg PARTITIONED BY (day(at), bucket(4, n), id)
            """)
        func commit(_ id: String, _ n: String, _ at: String) -> Int {
            let body = """
                {"updates": [{"action": "add-schema", "schema": {"type": "struct", "fields": [{"id": 1, "name": "id", "required": false,
                "type": "\(id)"}, {"id": 2, "name": "n", "required": false, "type": "\(n)"}, {"id": 3, "name": "at", "required": false,
                "type": "\(at)"}]}}, {"action": "set-current-schema", "schema-id": -1}]}
                """
            return served.send("POST", Self.table, body).status
        }
        #expect(commit("int", "decimal(9, 2)", "string") == 400)
        #expect(commit("int", "double", "timestamp") == 400)
        #expect(commit("int", "decimal(12, 2)", "timestamp") == 406)
        #expect(commit("long", "decimal(9, 2)", "timestamp") == 200)
        let spec = #"{"updates": [{"action": "add-spec", "spec": {"fields": [{"source-id": 2, "transform": "day", "name": "d"}]}}, "#
            + #"{"action": "set-default-spec", "spec-id": -1}]}"#
        #expect(served.send("POST", Self.table, spec).status == 400)
        // What takes its place has columns of its own.
        try served.rows("INSERT INTO t VALUES (1, 2.5, TIMESTAMP '2024-01-01 00:00:00')")
        try served.rows("CREATE OR REPLACE TABLE t USING iceberg PARTITIONED BY (id) AS SELECT 1::bigint AS id, 2.5::decimal(12, 2) AS n")
        #expect(try served.rows("SELECT n FROM t WHERE id = 1") == [[.decimal(250, scale: 2)]])
        #expect(served.send("GET", Self.table).json["metadata"]?["last-column-id"] == 4)
    }

    // MARK: What only appends

    /// What the last statement changed, as a client would have asked for it; the table is then as before.
    private func request(_ served: ServedWarehouse, saying operation: String? = nil) throws -> String {
        let loaded = served.send("GET", Self.table).json, path = try #require(loaded["metadata-location"]?.string)
        var snapshot = try #require(loaded["metadata"]?["snapshots"]?.items.last)
        if let operation { snapshot[member: "summary"] = ["operation": .string(operation)] }
        try FileManager.default.removeItem(atPath: path)
        let request: CloudJSON = [
            "updates": [
                ["action": "add-snapshot", "snapshot": snapshot],
                ["action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": snapshot["snapshot-id"] ?? .null],
            ]
        ]
        return String(decoding: request.bytes, as: UTF8.self)
    }

    private func writer(_ sql: String) throws -> (served: ServedWarehouse, headers: [HTTPHeader]) {
        let served = try ServedWarehouse(
            """
            CREATE TABLE t (id integer, d date) USING iceberg PARTITIONED BY (month(d))
            TBLPROPERTIES ('commit.manifest.min-count-to-merge' = '2', 'write.delete.mode' = 'merge-on-read');
            INSERT INTO t VALUES (1, DATE '2024-01-01'), (5, NULL); INSERT INTO t VALUES (2, DATE '2024-02-01'); \(sql);
            CREATE ROLE writer LOGIN; GRANT USAGE ON SCHEMA main TO writer; GRANT SELECT ON t TO writer; GRANT INSERT ON t TO writer
            """)
        let key = try served.key("writer"), token = AccessToken(key.id, Secret(key.secret), seconds: CloudTime.secondsNow())
        return (served, [HTTPHeader("Authorization", "Bearer \(token.text)")])
    }

    @Test func `who may insert may merge manifests`() throws {
        let (served, headers) = try writer("DELETE FROM t WHERE id = 5; INSERT INTO t VALUES (3, DATE '2024-03-01')")
        let append = try request(served)
        #expect(append.contains("\"append\""))
        #expect(served.send("POST", Self.table, append, headers: headers).status == 200)
        #expect(try served.rows("SELECT count(*) FROM t") == [[.integer(3)]])
    }

    @Test(arguments: ["DELETE FROM t WHERE id = 5", "DELETE FROM t WHERE id = 2", "UPDATE t SET id = 7 WHERE id = 1", "TRUNCATE t"])
    func `who says that rows only come must not take any`(sql: String) throws {
        let (served, headers) = try writer(sql), change = try request(served, saying: "append")
        #expect(served.send("POST", Self.table, change, headers: headers).status == 403)
        #expect(try served.rows("SELECT count(*) FROM t") == [[.integer(3)]])
    }
}
