// Iceberg and Delta tables in Glue: what SQL makes of them, and what Athena and Spark find there.

import Foundation
import GlueDouble
import LodeCatalog
import LodeCloud
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct GlueLoggedTests {
    let glue = StubGlue()
    let scratch: ScratchSession

    init() throws {
        scratch = try ScratchSession(glue: glue)
        try scratch.rows("CREATE CATALOG g USING glue OPTIONS (warehouse '{folder}/lake'); CREATE SCHEMA g.web; RESET default_table_format")
    }

    private func parameters(_ table: String) -> [String: String] { glue.table(table)["Parameters"]?.texts ?? [:] }

    private func columns(_ table: String) -> [[String]] {
        (glue.table(table)["StorageDescriptor"]?["Columns"]?.items ?? []).map { [$0["Name"]?.string ?? "", $0["Type"]?.string ?? ""] }
    }

    private func documents() -> [String] {
        let all = FileManager.default.enumerator(atPath: scratch.folder + "/lake")?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix(".metadata.json") }
    }

    // MARK: Iceberg

    @Test func `a table that names no format is Iceberg's, as Athena has it`() throws {
        try scratch.rows(
            """
            CREATE TABLE g.web.t (id bigint NOT NULL COMMENT 'the key', at timestamptz, who uuid, parts integer[]) COMMENT 'things';
            INSERT INTO g.web.t VALUES (1, TIMESTAMPTZ '2024-01-01 00:00:00+00', NULL, ARRAY[1, 2])
            """)
        let table = glue.table("web.t"), told = parameters("web.t")
        #expect(table["TableType"] == "EXTERNAL_TABLE" && told["table_type"] == "ICEBERG" && table["Description"] == "things")
        #expect(columns("web.t") == [["id", "bigint"], ["at", "timestamp"], ["who", "string"], ["parts", "array<int>"]])
        #expect(table["StorageDescriptor"]?["Columns"]?.items.first?["Parameters"]?["iceberg.field.id"] == "1")
        #expect(told["metadata_location"]?.contains("/metadata/00001-") == true)
        #expect(told["previous_metadata_location"]?.contains("/metadata/00000-") == true)
        #expect(try scratch.rows("SELECT id, who, parts FROM g.web.t") == [["1", "NULL", "[1, 2]"]])
        #expect(try scratch.rows("DESCRIBE g.web.t").map { $0[1] } == ["bigint", "timestamptz", "uuid", "integer[]"])
    }

    @Test func `rows come, change and go`() throws {
        try scratch.rows("CREATE TABLE g.web.t AS SELECT i AS n, i % 2 AS k FROM generate_series(1, 6) AS s(i)")
        try scratch.rows(
            """
            UPDATE g.web.t SET n = n * 10 WHERE n = 3; DELETE FROM g.web.t WHERE n = 1; INSERT INTO g.web.t SELECT n + 100, k FROM g.web.t;
            MERGE INTO g.web.t USING (VALUES (2::bigint)) AS x (n) ON t.n = x.n WHEN MATCHED THEN DELETE
            """)
        #expect(try scratch.rows("SELECT count(*), sum(n) FROM g.web.t") == [["9", "592"]])
        try scratch.rows("INSERT OVERWRITE g.web.t SELECT 1, 1; TRUNCATE g.web.t; INSERT INTO g.web.t VALUES (7, 7)")
        #expect(try scratch.rows("SELECT * FROM g.web.t") == [["7", "7"]])
        #expect(scratch.error("CREATE TABLE g.web.t (n bigint)")?.state == .duplicateTable)
    }

    @Test func `definitions change, names and files go`() throws {
        try scratch.rows("CREATE TABLE g.web.t (n bigint); INSERT INTO g.web.t VALUES (1); ALTER TABLE g.web.t ADD COLUMN s varchar")
        #expect(columns("web.t").last == ["s", "string"])
        try scratch.rows("ALTER TABLE g.web.t SET TBLPROPERTIES ('owner' = 'me'); ALTER TABLE g.web.t RENAME TO u")
        #expect(glue.table("web.t") == .null)
        #expect(try scratch.rows("SELECT * FROM g.web.u") == [["1", "NULL"]])
        #expect(!documents().isEmpty)
        try scratch.rows("DROP TABLE g.web.u PURGE")
        #expect(documents().isEmpty && glue.table("web.u") == .null)
    }

    @Test func `a lost race is looked at again, and won`() throws {
        try scratch.rows("CREATE TABLE g.web.t (n bigint)")
        glue.state.withLock { state in
            state.meanwhile = { state in
                // Another client changes what has nothing to do with rows.
                state.tables["web.t"]?[member: "VersionId"] = "77"
            }
        }
        try scratch.rows("INSERT INTO g.web.t VALUES (1)")
        #expect(glue.calls.filter { $0 == "UpdateTable" }.count == 2)
        #expect(try scratch.rows("SELECT * FROM g.web.t") == [["1"]])
        // Of the attempt that was lost no document is left.
        #expect(documents().count == 2)
    }

    @Test func `what Glue refuses leaves nothing, what it leaves open leaves the files`() throws {
        try scratch.rows("CREATE TABLE g.web.t (n bigint)")
        glue.state.withLock { $0.failing = ["UpdateTable"] }
        #expect(scratch.error("INSERT INTO g.web.t VALUES (1)") != nil)
        glue.state.withLock { $0.failing = [] }
        #expect(try scratch.rows("SELECT * FROM g.web.t") == [])
        #expect(documents().count == 1)
    }

    @Test func `a table lies where its statement says`() throws {
        try scratch.rows("CREATE TABLE g.web.u USING iceberg LOCATION '{folder}/lake/own' AS SELECT 5 AS n")
        #expect(try scratch.rows("SELECT * FROM g.web.u") == [["5"]])
        #expect(parameters("web.u")["metadata_location"]?.contains("/lake/own/metadata/00000-") == true)
    }

    // MARK: Delta

    @Test func `a Delta table is made as Athena and Spark look for it`() throws {
        try scratch.rows(
            """
            CREATE TABLE g.web.d (id bigint, day date, s varchar) USING delta PARTITIONED BY (day);
            INSERT INTO g.web.d VALUES (1, DATE '2024-01-01', 'a'), (2, DATE '2024-01-02', 'b'); UPDATE g.web.d SET s = 'c' WHERE id = 2
            """)
        let told = parameters("web.d")
        #expect(told["spark.sql.sources.provider"] == "delta" && told["table_type"] == "DELTA")
        #expect(columns("web.d") == [["id", "bigint"], ["day", "date"], ["s", "string"]])
        #expect(try scratch.rows("SELECT * FROM g.web.d ORDER BY id") == [["1", "2024-01-01", "a"], ["2", "2024-01-02", "c"]])
        try scratch.rows("ALTER TABLE g.web.d ADD COLUMN more integer; INSERT OVERWRITE g.web.d VALUES (3, DATE '2024-01-02', 'd', 4)")
        #expect(columns("web.d").last == ["more", "int"])
        #expect(try scratch.rows("SELECT id, more FROM g.web.d ORDER BY id") == [["1", "NULL"], ["3", "4"]])
    }

    @Test func `a Delta table that is there is made known`() throws {
        try scratch.rows("CREATE TABLE g.web.d USING delta AS SELECT 1 AS a; DROP TABLE g.web.d")
        let folder = try #require(try FileManager.default.contentsOfDirectory(atPath: scratch.folder + "/lake/web.db").first)
        try scratch.rows("CREATE TABLE g.web.e USING delta LOCATION '{folder}/lake/web.db/\(folder)'; INSERT INTO g.web.e VALUES (2)")
        #expect(try scratch.rows("SELECT * FROM g.web.e ORDER BY a") == [["1"], ["2"]])
        try scratch.rows("DROP TABLE g.web.e PURGE")
        #expect(!FileManager.default.fileExists(atPath: scratch.folder + "/lake/web.db/" + folder))
    }

    @Test func `what is replaced stays what it is, with its versions`() throws {
        for (format, type) in [("parquet", nil), ("delta", "DELTA"), ("iceberg", "ICEBERG")] {
            try scratch.rows(
                """
                CREATE TABLE g.web.\(format) USING \(format) AS SELECT 1 AS a, 'x' AS b;
                CREATE OR REPLACE TABLE g.web.\(format) AS SELECT 2.5 AS c, 'y' AS b; INSERT INTO g.web.\(format) VALUES (3.5, 'z')
                """)
            #expect(try scratch.rows("SELECT c, b FROM g.web.\(format) ORDER BY c") == [["2.5", "y"], ["3.5", "z"]], "\(format)")
            #expect(parameters("web.\(format)")["table_type"] == type)
            #expect(columns("web.\(format)").map { $0[0] } == ["c", "b"])
        }
        #expect(try scratch.rows("SELECT count(*) FROM g.web.delta FOR VERSION AS OF 0") == [["1"]])
    }

    @Test func `Hive, Delta and Iceberg tables lie side by side`() throws {
        try scratch.rows(
            """
            CREATE TABLE g.web.h USING parquet AS SELECT 1 AS a; CREATE TABLE g.web.d USING delta AS SELECT 2 AS a;
            CREATE TABLE g.web.i AS SELECT 3 AS a
            """)
        #expect(try scratch.rows("SHOW TABLES FROM g.web").map { $0[1] } == ["d", "h", "i"])
        let all = "SELECT a FROM g.web.h UNION ALL SELECT a FROM g.web.d UNION ALL SELECT a FROM g.web.i ORDER BY a"
        #expect(try scratch.rows(all) == [["1"], ["2"], ["3"]])
        let columns = "SELECT table_name, data_type FROM g.information_schema.columns ORDER BY 1"
        #expect(try scratch.rows(columns) == [["d", "integer"], ["h", "integer"], ["i", "integer"]])
        #expect(scratch.error("CREATE OR REPLACE TABLE g.web.h USING iceberg AS SELECT 1 AS a")?.state == .featureNotSupported)
        #expect(scratch.error("DROP TABLE g.web.h PURGE")?.state == .featureNotSupported)
    }

    // MARK: Transactions and branches

    @Test(arguments: ["iceberg", "delta"]) func `a transaction changes one table, whose statements are one version`(format: String) throws {
        try scratch.rows("CREATE TABLE g.web.t USING \(format) AS SELECT 1 AS a; CREATE TABLE g.web.u USING \(format) AS SELECT 1 AS a")
        let versions = try scratch.rows("SELECT count(*) FROM g.web.t$history")
        try scratch.rows(
            "BEGIN; INSERT INTO g.web.t VALUES (2), (3); UPDATE g.web.t SET a = 30 WHERE a = 3; DELETE FROM g.web.t WHERE a = 1")
        #expect(try scratch.rows("SELECT a FROM g.web.t ORDER BY a") == [["2"], ["30"]])
        let refused = scratch.error("INSERT INTO g.web.u VALUES (2)")
        #expect(refused?.state == .featureNotSupported && refused?.hint?.contains("each table on its own") == true)
        try scratch.rows("ROLLBACK; BEGIN; INSERT INTO g.web.t VALUES (2), (3); DELETE FROM g.web.t WHERE a < 3; COMMIT")
        #expect(try scratch.rows("SELECT a FROM g.web.t") == [["3"]])
        #expect(try scratch.rows("SELECT count(*) FROM g.web.t$history") == [[String((Int(versions[0][0]) ?? 0) + 1)]])
        #expect(scratch.error("BEGIN; CREATE TABLE g.web.v (a integer)")?.state == .featureNotSupported)
    }

    @Test func `branches and tags are made, written, moved and dropped`() throws {
        try scratch.rows(
            """
            CREATE TABLE g.web.t AS SELECT 1 AS a; ALTER TABLE g.web.t CREATE BRANCH audit RETAIN 7 DAYS;
            ALTER TABLE g.web.t CREATE TAG first; INSERT INTO g.web.t.branch_audit VALUES (2); DELETE FROM g.web.t.branch_audit WHERE a = 1
            """)
        #expect(try scratch.rows("SELECT a FROM g.web.t") == [["1"]])
        #expect(try scratch.rows("SELECT a FROM g.web.t.branch_audit") == [["2"]])
        #expect(try scratch.rows("SELECT name FROM g.web.t$refs ORDER BY name") == [["audit"], ["first"], ["main"]])
        try scratch.rows("CALL system.fast_forward('g.web.t', 'main', 'audit'); ALTER TABLE g.web.t DROP BRANCH audit")
        #expect(try scratch.rows("SELECT a FROM g.web.t") == [["2"]])
        #expect(try scratch.rows("SELECT a FROM g.web.t FOR VERSION AS OF 'first'") == [["1"]])
        #expect(scratch.error("INSERT INTO g.web.t.branch_audit VALUES (3)")?.state == .invalidParameterValue)
        #expect(scratch.error("BEGIN; ALTER TABLE g.web.t CREATE BRANCH b")?.state == .featureNotSupported)
    }
}
