// CREATE OR REPLACE in a Glue catalog: new rows in new folders, then the definition, then nothing of the old ones; and where tables lie.

import Foundation
import GlueDouble
import LodeCatalog
import LodeCloud
import LodeCore
import LodeObjectStore
import Testing

@testable import LodeEngine

@Suite struct GlueReplaceTests {
    let glue = StubGlue(pageSize: 3)
    let scratch: ScratchSession

    init() throws {
        scratch = try ScratchSession(glue: glue)
        try scratch.rows("CREATE CATALOG g USING glue OPTIONS (warehouse '{folder}/lake'); CREATE SCHEMA g.web")
    }

    private func location(of name: String) -> String { glue.table("web.\(name)")["StorageDescriptor"]?["Location"]?.string ?? "" }

    private func partitions(of name: String) -> [[String]] {
        let known = glue.state.withLock { $0.partitions["web.\(name)"] } ?? []
        return known.map { $0["Values"]?.items.compactMap(\.string) ?? [] }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Files anywhere below a folder.
    private func files(in folder: String) -> [String] {
        FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String }.filter { $0.hasSuffix(".parquet") } ?? []
    }

    @Test func `a table that is replaced moves to a new folder, and its old one goes`() throws {
        try scratch.rows("CREATE OR REPLACE TABLE g.web.t AS SELECT 1 AS a")
        let old = location(of: "t")
        try scratch.rows("INSERT INTO g.web.t VALUES (2); CREATE OR REPLACE TABLE g.web.t AS SELECT a + 1 AS a, 'x' AS b FROM g.web.t")
        #expect(try scratch.rows("SELECT a, b FROM g.web.t ORDER BY a") == [["2", "x"], ["3", "x"]])
        #expect(location(of: "t") != old)
        #expect(!FileManager.default.fileExists(atPath: old))
        try scratch.rows("CREATE OR REPLACE TABLE g.web.t (c varchar)")
        #expect(try scratch.rows("SELECT c FROM g.web.t") == [])
        #expect(files(in: scratch.folder + "/lake") == [])
        #expect(!glue.calls.contains("DeleteTable"))
    }

    @Test func `a folder that the user named keeps its files`() throws {
        try scratch.rows(
            """
            CREATE EXTERNAL TABLE g.web.t (a bigint) STORED AS PARQUET LOCATION '{folder}/own'; INSERT INTO g.web.t VALUES (1);
            CREATE OR REPLACE TABLE g.web.t AS SELECT 5 AS a
            """)
        #expect(try scratch.rows("SELECT a FROM g.web.t") == [["5"]])
        #expect(files(in: scratch.folder + "/own").count == 1)
        try scratch.rows("CREATE OR REPLACE EXTERNAL TABLE g.web.t (a bigint) STORED AS PARQUET LOCATION '{folder}/own'")
        #expect(try scratch.rows("SELECT a FROM g.web.t") == [["1"]])
        #expect(files(in: scratch.folder + "/lake") == [])
    }

    @Test func `partitions go with the rows that they had`() throws {
        func replace(_ rest: String) throws { try scratch.rows("CREATE OR REPLACE TABLE g.web.p " + rest) }
        try replace("PARTITIONED BY (k) AS SELECT i, i % 40 AS k FROM generate_series(1, 80) AS s(i)")
        #expect(partitions(of: "p").count == 40)
        try replace("PARTITIONED BY (k) AS SELECT i, i % 2 + 39 AS k FROM generate_series(1, 4) AS s(i)")
        #expect(try scratch.rows("SELECT k, count(*) FROM g.web.p GROUP BY k ORDER BY k") == [["39", "2"], ["40", "2"]])
        #expect(partitions(of: "p") == [["39"], ["40"]])
        #expect(files(in: scratch.folder + "/lake").count == 2)
        try replace("PARTITIONED BY (a, b) AS SELECT 1 AS i, 'x' AS a, 2 AS b")
        #expect(try scratch.rows("SELECT i, a, b FROM g.web.p") == [["1", "x", "2"]])
        try replace("AS SELECT 7 AS i")
        #expect(try scratch.rows("SELECT * FROM g.web.p") == [["7"]])
        #expect(partitions(of: "p") == [])
        #expect(files(in: scratch.folder + "/lake").count == 1)
    }

    @Test func `what fails on its way through the partitions loses no rows, and is mended by the next attempt`() throws {
        let statement = "CREATE OR REPLACE TABLE g.web.p PARTITIONED BY (k) AS SELECT i, i % 2 AS k FROM generate_series(1, 4) AS s(i)"
        try scratch.rows(statement)
        glue.state.withLock { $0.failing = ["BatchUpdatePartition"] }
        #expect(scratch.error(statement)?.state == .ioError)
        #expect(try scratch.rows("SELECT count(*) FROM g.web.p") == [["4"]])
        #expect(files(in: scratch.folder + "/lake").count == 4)
        glue.state.withLock { $0.failing = [] }
        try scratch.rows(statement)
        #expect(try scratch.rows("SELECT count(*) FROM g.web.p") == [["4"]])
    }

    @Test func `somebody else's change meanwhile is seen, and the statement run again`() throws {
        try scratch.rows("CREATE TABLE g.web.t AS SELECT 1 AS a")
        glue.state.withLock { $0.meanwhile = { $0.tables["web.t"]?[member: "VersionId"] = "9" } }
        try scratch.rows("CREATE OR REPLACE TABLE g.web.t AS SELECT 2 AS a")
        #expect(try scratch.rows("SELECT a FROM g.web.t") == [["2"]])
        #expect(glue.calls.filter { $0 == "UpdateTable" }.count == 2)
        #expect(files(in: scratch.folder + "/lake").count == 1)
    }

    @Test func `INSERT OVERWRITE replaces a table's rows in a new folder`() throws {
        try scratch.rows(
            """
            CREATE EXTERNAL TABLE g.web.t (a int) STORED AS PARQUET LOCATION '{folder}/own'; INSERT INTO g.web.t VALUES (1), (2);
            INSERT OVERWRITE g.web.t SELECT a + 10 FROM g.web.t WHERE a = 1
            """)
        #expect(try scratch.rows("SELECT a FROM g.web.t") == [["11"]])
        try scratch.rows("INSERT INTO g.web.t VALUES (12); INSERT OVERWRITE g.web.t SELECT a + 10 FROM g.web.t")
        #expect(try scratch.rows("SELECT a FROM g.web.t ORDER BY a") == [["21"], ["22"]])
        #expect(Set(files(in: scratch.folder + "/own").map { $0.split(separator: "/").count }) == [3])
        glue.state.withLock { $0.meanwhile = { $0.tables["web.t"]?[member: "VersionId"] = "99" } }
        try scratch.rows("INSERT OVERWRITE g.web.t SELECT a FROM g.web.t WHERE false")
        #expect(try scratch.rows("SELECT a FROM g.web.t") == [])
        #expect(files(in: scratch.folder + "/own") == [])
    }

    @Test func `INSERT OVERWRITE replaces partitions, those that the rows have and the one that is named`() throws {
        try scratch.rows(
            """
            CREATE EXTERNAL TABLE g.web.p (i int) PARTITIONED BY (k int) STORED AS PARQUET LOCATION '{folder}/p';
            INSERT INTO g.web.p VALUES (1, 1), (2, 2), (3, 3); INSERT OVERWRITE g.web.p VALUES (10, 1), (40, 4)
            """)
        let rows = "SELECT i, k FROM g.web.p ORDER BY k, i"
        #expect(try scratch.rows(rows) == [["10", "1"], ["2", "2"], ["3", "3"], ["40", "4"]])
        try scratch.rows("INSERT INTO g.web.p VALUES (11, 1), (21, 2); INSERT OVERWRITE g.web.p PARTITION (k = 3) SELECT 30")
        #expect(try scratch.rows(rows) == [["10", "1"], ["11", "1"], ["2", "2"], ["21", "2"], ["30", "3"], ["40", "4"]])
        glue.state.withLock { $0.failing = ["BatchUpdatePartition"] }
        #expect(scratch.error("INSERT OVERWRITE g.web.p VALUES (0, 1)")?.state == .ioError)
        #expect(try scratch.rows(rows).count == 6)
        glue.state.withLock { $0.failing = [] }
        try scratch.rows("INSERT OVERWRITE g.web.p PARTITION (k = 2) SELECT i FROM g.web.p WHERE false")
        #expect(try scratch.rows(rows) == [["10", "1"], ["11", "1"], ["30", "3"], ["40", "4"]])
        #expect(partitions(of: "p") == [["1"], ["3"], ["4"]])
        // Finding partitions anew forgets none that lies in a new folder.
        try FileManager.default.removeItem(atPath: scratch.folder + "/p/k=1")
        try scratch.rows("REFRESH TABLE g.web.p")
        #expect(try scratch.rows(rows).count == 4)
    }

    @Test func `a table that is replaced before its files are listed is looked for where it is now`() throws {
        try scratch.rows("CREATE TABLE g.web.t AS SELECT 1 AS a; CREATE TABLE g.web.p PARTITIONED BY (k) AS SELECT 1 AS a, 2 AS k")
        let catalog = GlueCatalog(glue, StoreRegistry())
        let old = try catalog.snapshot(of: TableName("web", "t")), parts = try catalog.snapshot(of: TableName("web", "p"))
        try scratch.rows("CREATE OR REPLACE TABLE g.web.t AS SELECT 2 AS a; INSERT OVERWRITE g.web.p VALUES (3, 2)")
        let place = location(of: "t")
        #expect(try old.plan(nil).files.map { $0.path.hasPrefix(place) } == [true])
        glue.state.withLock { $0.calls = [] }
        #expect(try parts.plan(nil).files.count == 1)
        #expect(glue.calls.filter { $0 == "GetPartitions" }.count == 2)
        try scratch.rows("CREATE OR REPLACE TABLE g.web.t AS SELECT 'x' AS b")
        #expect(throws: SQLError.self) { try old.plan(nil) }
    }

    @Test func `views are replaced, and find their tables by whatever name the catalog is attached`() throws {
        try scratch.rows(
            """
            CREATE TABLE g.web.t AS SELECT 1 AS a; USE g.web; CREATE VIEW v AS SELECT a FROM t;
            CREATE OR REPLACE VIEW v AS SELECT t.a + 1 AS b FROM t JOIN web.t AS u ON u.a = t.a;
            USE lode.main; CREATE CATALOG other USING glue
            """)
        #expect(try scratch.rows("SELECT b FROM g.web.v") == [["2"]])
        try scratch.rows("DROP CATALOG g")
        #expect(try scratch.rows("SELECT b FROM other.web.v") == [["2"]])
        #expect(scratch.error("CREATE OR REPLACE TABLE other.web.v AS SELECT 1 AS x")?.state == .wrongObjectType)
        #expect(scratch.error("CREATE OR REPLACE VIEW other.web.t AS SELECT 1 AS x")?.state == .wrongObjectType)
    }

    @Test func `a time with a zone is what Spark and Athena call a timestamp`() throws {
        let moment = "TIMESTAMPTZ '2024-01-01 12:00:00+02'"
        try scratch.rows("CREATE TABLE g.web.t AS SELECT \(moment) AS zoned, TIMESTAMP '2024-01-01 12:00:00' AS plain")
        let types = glue.table("web.t")["StorageDescriptor"]?["Columns"]?.items.compactMap { $0["Type"]?.string }
        #expect(types == ["timestamp", "timestamp"])
        #expect(try scratch.rows("DESCRIBE g.web.t").map { $0[1] } == ["timestamptz", "timestamp"])
        #expect(try scratch.rows("SELECT count(*) FROM g.web.t WHERE zoned = \(moment)") == [["1"]])
        #expect(scratch.error("CREATE TABLE g.web.u WITH (format = 'json') AS SELECT \(moment) AS zoned")?.state == .featureNotSupported)
    }

    @Test func `a schema lies where it says, or below the catalog's warehouse`() throws {
        try scratch.rows(
            """
            CREATE SCHEMA g.apart LOCATION '{folder}/apart'; CREATE TABLE g.apart.t AS SELECT 1 AS a;
            CREATE TABLE g.web.t AS SELECT 1 AS a
            """)
        let places = glue.state.withLock { $0.databases.mapValues { $0["LocationUri"]?.string } }
        #expect(places == ["apart": scratch.folder + "/apart", "web": scratch.folder + "/lake/web.db"])
        #expect(files(in: scratch.folder + "/apart").count == 1)
        #expect(files(in: scratch.folder + "/lake/web.db").count == 1)
        #expect(scratch.error("CREATE SCHEMA own LOCATION '{folder}/own'")?.state == .featureNotSupported)
    }

    @Test func `USE makes scripts that name two parts those of the catalog`() throws {
        try scratch.rows(
            """
            CREATE SCHEMA g.default; USE g; CREATE SCHEMA IF NOT EXISTS gold; CREATE OR REPLACE TABLE gold.t AS SELECT 1 AS a;
            CREATE OR REPLACE TABLE gold.t AS SELECT a + 1 AS a FROM gold.t
            """)
        #expect(glue.state.withLock { $0.tables.keys.sorted() } == ["gold.t"])
        #expect(try scratch.rows("SELECT a FROM gold.t") == [["2"]])
        #expect(try scratch.rows("SHOW TABLES FROM lode.main") == [])
    }
}
