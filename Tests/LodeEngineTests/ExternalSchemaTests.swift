// CREATE EXTERNAL SCHEMA: a database of Glue as a schema of the warehouse.

import GlueDouble
import LodeCatalog
import LodeCloud
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct ExternalSchemaTests {
    let glue = StubGlue()
    let scratch: ScratchSession

    init() throws {
        scratch = try ScratchSession(attached: Self.attached(glue))
        try scratch.rows(
            """
            CREATE CATALOG g USING glue; CREATE SCHEMA g.spectrumdb;
            CREATE EXTERNAL TABLE g.spectrumdb.sales (id int, place string) STORED AS PARQUET LOCATION '{folder}/sales';
            INSERT INTO g.spectrumdb.sales VALUES (1, 'Bonn'), (2, 'Ulm')
            """)
    }

    private static func attached(_ glue: StubGlue) -> AttachedCatalogs {
        AttachedCatalogs(glue: { given, _ in
            glue.state.withLock { $0.options = given.mapValues { $0.reveal() } }
            return glue
        })
    }

    @Test func `it shows the tables of the database, and dropping it leaves them`() throws {
        try scratch.rows(
            """
            CREATE EXTERNAL SCHEMA spectrum FROM DATA CATALOG DATABASE 'spectrumdb' REGION 'us-west-2'
                IAM_ROLE 'arn:aws:iam::123456789012:role/reader' CATALOG_ROLE 'arn:aws:iam::123456789012:role/catalog'
            """)
        #expect(glue.state.withLock { $0.options } == ["region": "us-west-2", "role_arn": "arn:aws:iam::123456789012:role/catalog"])
        #expect(try scratch.rows("SELECT place FROM spectrum.sales ORDER BY id") == [["Bonn"], ["Ulm"]])
        #expect(try scratch.rows("SHOW TABLES FROM spectrum") == [["spectrum", "sales", "external table"]])
        try scratch.rows("INSERT INTO spectrum.sales VALUES (3, 'Jena'); USE spectrum")
        #expect(try scratch.rows("SELECT count(*), max(lode.spectrum.sales.place) FROM sales") == [["3", "Ulm"]])
        try scratch.rows("USE main; DROP SCHEMA spectrum")
        #expect(scratch.error("SELECT * FROM spectrum.sales")?.state == .invalidSchemaName)
        #expect(try scratch.rows("SELECT count(*) FROM g.spectrumdb.sales") == [["3"]])
    }

    @Test func `it is there for the next process`() throws {
        try scratch.rows("CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'spectrumdb' IAM_ROLE DEFAULT")
        let attached = Self.attached(glue)
        let later = Session(engine: Engine(warehouse: scratch.folder + "/lakehouse", attached: attached)), sink = TextRows()
        _ = try later.executeAll("SELECT count(*) FROM s.sales", into: sink)
        #expect(sink.rows == [["2"]])
        // Another process that drops it is noticed.
        try scratch.rows("DROP SCHEMA s")
        #expect(throws: SQLError.self) { try later.executeAll("SELECT count(*) FROM s.sales", into: sink) }
    }

    @Test func `a database that is not there is made only if that is said`() throws {
        #expect(scratch.error("CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'spectrumd'")?.hint == "Did you mean \"spectrumdb\"?")
        try scratch.rows("CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'fresh' CREATE EXTERNAL DATABASE IF NOT EXISTS")
        #expect(glue.state.withLock { $0.databases["fresh"] } != nil)
        #expect(scratch.error("CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'fresh'")?.state == .duplicateSchema)
        try scratch.rows("CREATE EXTERNAL SCHEMA IF NOT EXISTS s FROM DATA CATALOG DATABASE 'fresh'")
        try scratch.rows("CREATE EXTERNAL TABLE s.t (a int) STORED AS PARQUET LOCATION '{folder}/t' TABLE PROPERTIES ('numRows' = '7')")
        #expect(try scratch.rows("SELECT count(*) FROM g.fresh.t") == [["0"]])
    }

    @Test func `who may use the schema may read its tables`() throws {
        try scratch.rows(
            """
            CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'spectrumdb'; CREATE ROLE ana; CREATE ROLE ben;
            GRANT USAGE ON SCHEMA s TO ana
            """)
        #expect(try scratch.rows("SET ROLE ana; SELECT count(*) FROM s.sales") == [["2"]])
        #expect(scratch.error("INSERT INTO s.sales VALUES (1, 'x')")?.state == .insufficientPrivilege)
        #expect(scratch.error("SELECT * FROM g.spectrumdb.sales")?.state == .insufficientPrivilege)
        #expect(scratch.error("SET ROLE ben; SELECT count(*) FROM s.sales")?.state == .insufficientPrivilege)
        #expect(scratch.error("CREATE EXTERNAL SCHEMA x FROM DATA CATALOG DATABASE 'd'")?.state == .insufficientPrivilege)
    }

    @Test func `looking through all tables asks no service`() throws {
        try scratch.rows("CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'spectrumdb'")
        glue.state.withLock { $0.calls = [] }
        let all = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'sales'"
        #expect(try scratch.rows(all) == [["0"]])
        #expect(try scratch.rows("SELECT count(*) FROM information_schema.schemata WHERE schema_name = 's'") == [["1"]])
        #expect(glue.calls == [])
        // Who names the schema is told.
        #expect(try scratch.rows(all + " AND table_schema = 's'") == [["1"]])
        let columns = "SELECT column_name FROM information_schema.columns WHERE table_schema = 's' ORDER BY ordinal_position"
        #expect(try scratch.rows(columns) == [["id"], ["place"]])
    }

    @Test(arguments: [
        "CREATE EXTERNAL SCHEMA s FROM POSTGRES DATABASE 'd'", "CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'd' IAM_ROLE 'SESSION'",
        "BEGIN; CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'spectrumdb'",
        "CREATE EXTERNAL SCHEMA s FROM DATA CATALOG REGION 'x'", "CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'd' URI 'x'",
        "CREATE SCHEMA s WITH DBPROPERTIES ('lode.external.database' = 'spectrumdb')",
    ])
    func `what is not done is refused`(sql: String) throws {
        #expect(scratch.error(sql) != nil)
        #expect(try scratch.rows("ROLLBACK; SHOW SCHEMAS") == [["information_schema"], ["lode"], ["main"], ["pg_catalog"]])
    }
}
