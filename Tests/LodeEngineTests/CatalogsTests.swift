// Several catalogs in one session: names, joins, and what is refused.

import Foundation
import GlueDouble
import LodeCatalog
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct CatalogsTests {
    /// A session with another warehouse attached as `old`.
    private func scene() throws -> ScratchSession {
        let scratch = try ScratchSession()
        let other = Session(engine: Engine(warehouse: scratch.folder + "/other"))
        _ = try other.executeAll(
            """
            CREATE SCHEMA sales; CREATE TABLE sales.orders AS SELECT i AS id, i * 10 AS amount FROM generate_series(1, 3) AS g(i);
            CREATE TABLE main.t AS SELECT 'other' AS place; CREATE VIEW sales.large AS SELECT id FROM sales.orders WHERE amount > 10
            """, into: TextRows())
        try scratch.rows(
            """
            CREATE TABLE t AS SELECT 'own' AS place; CREATE TABLE names AS SELECT 2 AS id, 'two' AS name;
            CREATE CATALOG old USING lode OPTIONS (warehouse '{folder}/other')
            """)
        return scratch
    }

    @Test func `names of three parts reach every catalog, also in joins`() throws {
        let scratch = try scene()
        #expect(try scratch.rows("SELECT count(*), sum(amount) FROM old.sales.orders") == [["3", "60"]])
        #expect(try scratch.rows("SELECT n.name, o.amount FROM names n JOIN old.sales.orders o ON o.id = n.id") == [["two", "20"]])
        #expect(try scratch.rows("SELECT old.sales.orders.id FROM old.sales.orders ORDER BY 1 LIMIT 1") == [["1"]])
        #expect(try scratch.rows("SELECT a.place, b.place FROM lode.main.t a, old.main.t b") == [["own", "other"]])
        #expect(try scratch.rows("SELECT * FROM old.sales.large ORDER BY 1") == [["2"], ["3"]])
        #expect(try scratch.rows("DESCRIBE old.sales.orders").map { $0[0] } == ["id", "amount"])
    }

    @Test func `USE makes a catalog and a schema current`() throws {
        let scratch = try scene()
        try scratch.rows("USE old.sales")
        #expect(try scratch.rows("SELECT count(*) FROM orders") == [["3"]])
        #expect(try scratch.rows("SELECT place FROM main.t") == [["other"]])
        #expect(try scratch.rows("SELECT place FROM lode.main.t") == [["own"]])
        #expect(try scratch.rows("SHOW TABLES").map { $0[1] } == ["large", "orders"])
        #expect(try scratch.rows("SELECT count(*) FROM pg_catalog.pg_class") != [["0"]])
        try scratch.rows("USE old")
        #expect(try scratch.rows("SELECT place FROM t") == [["other"]])
        try scratch.rows("USE lode.main")
        #expect(try scratch.rows("SELECT place FROM t") == [["own"]])
    }

    @Test func `catalogs and their schemas are shown`() throws {
        let scratch = try scene()
        #expect(try scratch.rows("SHOW CATALOGS").map { [$0[0], $0[1]] } == [["lode", "lode"], ["old", "lode"]])
        #expect(try scratch.rows("SHOW SCHEMAS FROM old") == [["main"], ["sales"]])
        #expect(try scratch.rows("SHOW TABLES FROM old.main") == [["old.main", "t", "table"]])
        try scratch.rows("DROP CATALOG old")
        #expect(scratch.error("SELECT * FROM old.main.t")?.state == .invalidCatalogName)
        #expect(scratch.error("DROP CATALOG old")?.state == .invalidCatalogName)
        try scratch.rows("DROP CATALOG IF EXISTS old")
    }

    /// Another process at the same warehouse.
    private func another(_ scratch: ScratchSession, attached: AttachedCatalogs = AttachedCatalogs()) -> Session {
        Session(engine: Engine(warehouse: scratch.folder + "/lakehouse", attached: attached))
    }

    private func rows(_ session: Session, _ sql: String) throws -> [[String]] {
        let sink = TextRows()
        _ = try session.executeAll(sql, into: sink)
        return sink.rows
    }

    @Test func `an attached catalog is there for other processes, until one of them drops it`() throws {
        let scratch = try scene(), early = another(scratch)
        #expect(try rows(early, "SHOW CATALOGS").map { $0[0] } == ["lode", "old"])
        try scratch.rows("CREATE CATALOG again USING lode OPTIONS (warehouse '{folder}/other')")
        #expect(try rows(early, "SELECT count(*) FROM again.sales.orders") == [["3"]])
        #expect(try rows(another(scratch), "USE old.sales; SELECT count(*) FROM orders") == [["3"]])
        // The same once more is no fault where another process has said it.
        let same = "CREATE CATALOG old USING lode OPTIONS (warehouse '\(scratch.folder)/other')"
        _ = try rows(early, same)
        #expect(scratch.error(same)?.state == .duplicateObject)
        let other = "CREATE CATALOG again USING lode OPTIONS (warehouse '/elsewhere')"
        #expect(throws: SQLError.self) { try rows(early, other) }
        _ = try rows(early, other.replacing("CATALOG", with: "CATALOG IF NOT EXISTS"))
        _ = try rows(early, "DROP CATALOG again")
        #expect(scratch.error("SELECT * FROM again.sales.orders")?.state == .invalidCatalogName)
        #expect(scratch.error("BEGIN; DROP CATALOG old")?.state == .featureNotSupported)
    }

    @Test func `a catalog that can't be reached hinders nobody who does not use it`() throws {
        let scratch = try scene()
        let (broken, _) = try CatalogKinds.definition("bad", "glue", ["profile": "nobody"])
        var unknown = broken
        (unknown.name, unknown.kind) = ("new", "of a later Lode")
        for definition in [broken, unknown] { try scratch.session.engine.catalog.changeAttached(definition.name) { _ in definition } }
        for sql in [
            "SELECT * FROM t", "SELECT count(*) FROM old.sales.orders", "SHOW TABLES", "SHOW SCHEMAS", "CREATE TABLE u AS SELECT 1 AS a",
            "SELECT * FROM information_schema.tables", "SELECT * FROM pg_catalog.pg_class", "VACUUM",
        ] { #expect(scratch.error(sql) == nil, "\(sql)") }
        #expect(try scratch.rows("SHOW CATALOGS").map { $0[0] } == ["lode", "bad", "new", "old"])
        #expect(scratch.error("SELECT * FROM bad.s.t")?.state == .undefinedObject)
        #expect(scratch.error("SHOW SCHEMAS FROM new")?.state == .featureNotSupported)
        try scratch.rows("DROP CATALOG bad; DROP CATALOG new")
        #expect(try scratch.rows("SHOW CATALOGS").count == 2)
    }

    @Test func `secrets last as long as the process, and those that a secret has are named`() throws {
        let seen = Lock<[String: String]>([:])
        func attached() -> AttachedCatalogs {
            AttachedCatalogs(glue: { given, _ in
                seen.withLock { $0 = given.mapValues { $0.reveal() } }
                return StubGlue()
            })
        }
        let scratch = try ScratchSession(attached: attached())
        try scratch.rows(
            """
            CREATE CATALOG g USING glue OPTIONS (region 'eu-west-1', access_key_id 'KEY', secret_access_key 'hush');
            CREATE SECRET keys (TYPE s3, KEY_ID 'OTHER', SECRET 'hush hush');
            CREATE CATALOG h USING glue OPTIONS (region 'eu-west-2', secret 'keys')
            """)
        #expect(seen.withLock { $0 } == ["region": "eu-west-2", "access_key_id": "OTHER", "secret_access_key": "hush hush"])
        #expect(try scratch.rows("SHOW CATALOGS")[1][2] == "region = eu-west-1, access_key_id = ***, secret_access_key = ***")
        let later = another(scratch, attached: attached())
        _ = try rows(later, "SHOW SCHEMAS FROM g")
        #expect(seen.withLock { $0 } == ["region": "eu-west-1"])
        #expect(throws: SQLError.self) { try rows(later, "SHOW SCHEMAS FROM h") }
        _ = try rows(later, "CREATE SECRET keys (TYPE s3, KEY_ID 'NEW', SECRET 's'); SHOW SCHEMAS FROM h")
        #expect(seen.withLock { $0["access_key_id"] } == "NEW")
        _ = try rows(later, "CREATE CATALOG g USING glue OPTIONS (region 'eu-west-1', access_key_id 'KEY', secret_access_key 'hush')")
        #expect(seen.withLock { $0["access_key_id"] } == "KEY")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch.folder + "/lakehouse/catalog.sqlite"))
        #expect(bytes.range(of: Data("hush".utf8)) == nil)
    }

    @Test func `what is not there is named with the nearest name`() throws {
        let scratch = try scene()
        #expect(scratch.error("SELECT * FROM olds.sales.orders")?.hint == "Did you mean \"old\"?")
        #expect(scratch.error("SELECT * FROM old.sale.orders")?.hint == "Did you mean \"old.sales\"?")
        #expect(scratch.error("SELECT * FROM old.sales.orderz")?.hint == "Did you mean \"orders\"?")
        #expect(scratch.error("CREATE CATALOG x USING glu")?.hint == "Did you mean \"glue\"?")
        #expect(scratch.error("CREATE CATALOG x USING glue OPTIONS (regio 'a')")?.hint == "Did you mean \"region\"?")
        #expect(scratch.error("CREATE CATALOG old USING lode OPTIONS (warehouse 'x')")?.state == .duplicateObject)
    }

    @Test func `what a catalog can't do, and what would span two, is refused before anything is written`() throws {
        let scratch = try scene()
        for sql in [
            "CREATE TABLE old.main.u AS SELECT 1 AS x", "INSERT INTO old.main.t VALUES ('x')", "DROP TABLE old.main.t",
            "BEGIN; INSERT INTO t VALUES ('y'); INSERT INTO old.main.t VALUES ('x')", "ROLLBACK; VACUUM old.main.t",
            "ALTER TABLE t RENAME TO old.main.x",
        ] {
            #expect(scratch.error(sql)?.state == .featureNotSupported, "\(sql): \(scratch.error(sql)?.message ?? "done")")
        }
        #expect(try scratch.rows("SELECT place FROM t") == [["own"]])
    }

    @Test func `REFRESH TABLE finds the partitions that the folders hold`() throws {
        let scratch = try ScratchSession()
        try scratch.rows(
            """
            COPY (SELECT i, i % 3 AS k FROM generate_series(1, 9) AS g(i)) TO '{folder}/x' (FORMAT parquet, PARTITION_BY (k));
            CREATE EXTERNAL TABLE x (i bigint) PARTITIONED BY (k bigint) STORED AS PARQUET LOCATION '{folder}/x'
            """)
        #expect(try scratch.rows("REFRESH TABLE x").count == 3)
        #expect(try scratch.rows("REFRESH TABLE x") == [])
        #expect(try scratch.rows("SELECT count(*) FROM x WHERE k = 1") == [["3"]])
    }

    @Test func `secrets of options are shown nowhere`() throws {
        let scratch = try scene()
        try scratch.rows(
            "CREATE CATALOG g USING glue OPTIONS (region 'eu-west-1', access_key_id 'AKIAKEY', secret_access_key 'hush', "
                + "session_token 'mum')")
        let shown = "\(try scratch.rows("SHOW CATALOGS")) \(try scratch.rows("SELECT * FROM pg_stat_activity"))"
        for secret in ["AKIAKEY", "hush", "mum"] { #expect(!shown.contains(secret)) }
        #expect(shown.contains("region = eu-west-1"))
        let error = scratch.error("CREATE CATALOG h USING glue OPTIONS (region 'x', endpoint 'http://me:hush@host')")
        #expect(error?.state == .invalidParameterValue)
        #expect(!"\(String(describing: error))".contains("hush"))
    }
}
