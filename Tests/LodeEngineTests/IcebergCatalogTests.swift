// An Iceberg REST catalog in SQL: names, definitions, changes, and what it refuses.

import CloudDouble
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct IcebergCatalogTests {
    let server: IcebergDouble
    let scratch: ScratchSession

    init() throws {
        server = try IcebergDouble(pageSize: 2)
        server.change { $0.credential = "me:hush-hush" }
        server.addTable(
            ["web"], "orders",
            fields: """
                [{"id": 1, "name": "id", "type": "long", "required": true, "doc": "the key"},
                {"id": 2, "name": "day", "type": "date", "required": false},
                {"id": 3, "name": "place", "required": false, "type": {"type": "struct", "fields": [
                {"id": 4, "name": "city", "type": "string", "required": false}]}}]
                """,
            more: """
                , "default-spec-id": 0, "partition-specs": [{"spec-id": 0, "fields": [
                {"source-id": 2, "name": "m", "transform": "month"}, {"source-id": 1, "name": "b", "transform": "bucket[4]"}]}]
                """)
        server.addView(["web"], "foreign", ["spark": "SELECT `id` FROM orders", "trino": "SELECT 1"])
        server.addView(["web"], "own", ["lode": "SELECT 5 AS id"])
        scratch = try ScratchSession()
        try scratch.rows("CREATE CATALOG c USING iceberg OPTIONS (uri '\(server.url)', warehouse 's3://lake', credential 'me:hush-hush')")
    }

    @Test func `schemas, tables and views are shown`() throws {
        server.addTable(["web", "raw"], "drops")
        #expect(try scratch.rows("SHOW SCHEMAS FROM c") == [["web"], ["web.raw"]])
        #expect(try scratch.rows("SHOW TABLES FROM c.web").map { $0[1] } == ["foreign", "orders", "own"])
        #expect(try scratch.rows("SHOW VIEWS FROM c.web").map { $0[1] } == ["foreign", "own"])
        #expect(try scratch.rows("SHOW TABLES FROM c.web.raw").map { $0[1] } == ["drops"])
        #expect(try scratch.rows("SHOW TABLES FROM c.\"web.raw\"").map { $0[1] } == ["drops"])
        #expect(try scratch.rows("DESCRIBE c.web.raw.drops").map { $0[0] } == ["id"])
        #expect(try scratch.rows("DESCRIBE c.\"web.raw\".drops").map { $0[0] } == ["id"])
        try scratch.rows("USE c.web")
        #expect(try scratch.rows("DESCRIBE orders").count == 3)
        try scratch.rows("USE c.web.raw")
        #expect(try scratch.rows("DESCRIBE drops").count == 1)
    }

    @Test func `a table is described by its metadata`() throws {
        #expect(
            try scratch.rows("DESCRIBE c.web.orders").map { $0.prefix(3) + [$0[4]] } == [
                ["id", "bigint", "false", "the key"], ["day", "date", "true", "NULL"],
                ["place", "struct(city varchar)", "true", "NULL"],
            ])
        let facts = try scratch.rows("DESCRIBE EXTENDED c.web.orders")
        #expect(facts.contains { $0[0] == "# property default-partition-spec" && $0[1] == "month(day), bucket(4, id)" })
        #expect(facts.contains { $0[0] == "# location" && $0[1] == "s3://lake/orders" })
        #expect(try scratch.rows("SHOW TBLPROPERTIES c.web.orders").contains(["uuid", "uuid-orders"]))
        let text = try scratch.rows("SHOW CREATE TABLE c.web.orders")[0][0]
        #expect(text.contains("USING iceberg\nPARTITIONED BY (month(day), bucket(4, id))"))
        #expect(!text.contains("uuid"))
    }

    @Test func `what is not done is refused by name`() throws {
        server.addView(["web"], "strange", ["snowflake": "SELECT 1"])
        for sql in [
            "VACUUM c.web.orders", "ALTER TABLE c.web.orders SET LOCATION 's3://lake/other'", "DROP SCHEMA c.web CASCADE",
            "SHOW CREATE VIEW c.web.foreign", "SELECT * FROM c.web.strange",
        ] {
            let error = scratch.error(sql)
            #expect(error?.state == .featureNotSupported, "\(sql): \(error?.description ?? "done")")
        }
        #expect(scratch.error("SELECT * FROM c.web.strange")?.detail == "Its SQL is for: snowflake.")
        #expect(scratch.error("SHOW CREATE VIEW c.web.foreign")?.detail == "Its SQL is for: spark, trino.")
        #expect(try scratch.rows("SELECT * FROM c.web.own") == [["5"]])
    }

    @Test func `rows of a table are read as its metadata say`() throws {
        #expect(try scratch.rows("SELECT * FROM c.web.orders") == [])
        #expect(try scratch.rows("DESCRIBE HISTORY c.web.orders") == [])
        server.addTable(
            ["web"], "full", fields: #"[{"id": 1, "name": "id", "type": "long", "required": false}]"#,
            more: """
                , "default-spec-id": 0, "partition-specs": [{"spec-id": 0, "fields": []}], "current-snapshot-id": 7,
                "snapshots": [{"snapshot-id": 7, "timestamp-ms": 1, "manifest-list": "\(scratch.folder)/no-list.avro"}]
                """)
        let error = scratch.error("SELECT * FROM c.web.full")
        #expect(error?.state == .undefinedFile && error?.description.contains("no-list.avro") == true)
        #expect(scratch.error("SELECT * FROM c.web.full FOR VERSION AS OF 8")?.state == .invalidParameterValue)
        #expect(try scratch.rows("SELECT snapshot_id FROM c.web.full$snapshots") == [["7"]])
    }

    @Test func `schemas and tables are changed`() throws {
        try scratch.rows("CREATE SCHEMA c.made COMMENT 'for tests' WITH (owner = 'me')")
        #expect(scratch.error("CREATE SCHEMA c.made")?.state == .duplicateSchema)
        try scratch.rows("CREATE SCHEMA IF NOT EXISTS c.made; CREATE SCHEMA c.made.below")
        #expect(try scratch.rows("SHOW SCHEMAS FROM c") == [["made"], ["made.below"], ["web"]])
        try scratch.rows("DROP SCHEMA c.made.below; DROP SCHEMA c.made; DROP SCHEMA IF EXISTS c.made")
        #expect(scratch.error("DROP SCHEMA c.web")?.state == .dependentObjectsStillExist)
        try scratch.rows(
            """
            ALTER TABLE c.web.orders SET TBLPROPERTIES ('owner' = 'me'); COMMENT ON TABLE c.web.orders IS 'all orders';
            ALTER TABLE c.web.orders RENAME TO c.web.sales
            """)
        #expect(server.property("owner", of: "sales", in: ["web"]) == "me")
        #expect(server.property("comment", of: "sales", in: ["web"]) == "all orders")
        #expect(scratch.error("ALTER TABLE c.web.sales RENAME TO own")?.state == .duplicateTable)
        #expect(scratch.error("DROP TABLE c.web.own")?.state == .wrongObjectType)
        try scratch.rows("DROP VIEW c.web.own; DROP TABLE c.web.sales; DROP TABLE IF EXISTS c.web.sales")
        #expect(scratch.error("DROP TABLE c.web.sales")?.state == .undefinedTable)
        #expect(try scratch.rows("SHOW TABLES FROM c.web").map { $0[1] } == ["foreign"])
    }

    @Test func `PURGE asks for the files to be deleted, too`() throws {
        try scratch.rows("DROP TABLE c.web.orders PURGE")
        #expect(server.requests.last { $0.method == "DELETE" }?.query["purgeRequested"] == "true")
        try scratch.rows("CREATE TABLE own AS SELECT 1 AS x; DROP TABLE own PURGE")
        try scratch.rows("CREATE EXTERNAL TABLE x (i bigint) STORED AS PARQUET LOCATION '{folder}/x'")
        #expect(scratch.error("DROP TABLE x PURGE")?.state == .featureNotSupported)
        #expect(scratch.error("DROP VIEW c.web.own PURGE")?.state == .syntaxError)
    }

    @Test func `what is not there is named with the nearest name`() throws {
        #expect(scratch.error("SELECT * FROM c.web.order")?.hint == "Did you mean \"orders\"?")
        #expect(scratch.error("SELECT * FROM c.wep.orders")?.hint == "Did you mean \"c.web\"?")
        #expect(scratch.error("CREATE CATALOG x USING iceberk")?.hint == "Did you mean \"iceberg\"?")
        #expect(scratch.error("CREATE CATALOG x USING iceberg OPTIONS (ur 'a')")?.hint == "Did you mean \"uri\"?")
        #expect(scratch.error("CREATE CATALOG x USING iceberg")?.state == .invalidParameterValue)
    }

    @Test func `secrets of options are shown nowhere`() throws {
        try scratch.rows(
            """
            CREATE CATALOG d USING iceberg_rest OPTIONS (uri '\(server.url)', token 'mum', warehouse 'w');
            CREATE CATALOG e USING iceberg OPTIONS (uri '\(server.url)', sigv4 'on', signing_region 'eu-west-1', signing_name 'glue',
            access_key_id 'AKIAKEY', secret_access_key 'hush-hush', session_token 'mum')
            """)
        var shown = "\(try scratch.rows("SHOW CATALOGS")) \(try scratch.rows("SELECT * FROM pg_stat_activity"))"
        for sql in ["SHOW SCHEMAS FROM d", "SHOW SCHEMAS FROM e"] { shown += scratch.error(sql)?.description ?? "" }
        for secret in ["hush", "mum", "AKIAKEY"] { #expect(!shown.contains(secret)) }
        #expect(shown.contains("uri = \(server.url)"))
        #expect(shown.contains("signing_name = glue"))
    }

    @Test func `a lost race is tried again, an unknown state is not`() throws {
        server.intercept { $0.method == "POST" && $0.path.hasSuffix("/orders") ? IcebergDouble.fault(500, "") : nil }
        #expect(scratch.error("ALTER TABLE c.web.orders SET TBLPROPERTIES ('a' = 'b')")?.state == .statementCompletionUnknown)
        #expect(server.requests.filter { $0.method == "POST" && $0.path.hasSuffix("/orders") }.count == 1)
        server.intercept { _ in nil }
        server.beforeCommit { state in
            let name = IcebergDouble.Name(namespace: ["web"], name: "orders")
            state.tables[name] = state.tables[name]?.replacing("uuid-orders", with: "another")
        }
        try scratch.rows("ALTER TABLE c.web.orders SET TBLPROPERTIES ('a' = 'b')")
        #expect(server.property("a", of: "orders", in: ["web"]) == "b")
    }
}
