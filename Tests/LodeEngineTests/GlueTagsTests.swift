// What Glue keeps beside a table's definition: tags, earlier definitions, statistics of columns.

import CloudDouble
import GlueDouble
import LodeCatalog
import LodeCloud
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct GlueTagsTests {
    let glue = StubGlue(pageSize: 3)
    let scratch: ScratchSession

    init() throws {
        scratch = try ScratchSession(glue: glue)
        try scratch.rows("CREATE CATALOG g USING glue; CREATE SCHEMA g.web")
        glue.state.withLock { [folder = scratch.folder] in $0.databases["web"]?[member: "LocationUri"] = .string(folder + "/web") }
    }

    private func count(_ action: String) -> Int { glue.calls.filter { $0 == action }.count }

    // MARK: Tags

    @Test func `tags are those of the table's resource`() throws {
        try scratch.rows("CREATE TABLE g.web.t (a int); ALTER TABLE g.web.t SET TAGS ('team' = 'sales', 'pii')")
        let resource = "arn:aws:glue:eu-west-1:\(StubGlue.account):table/web/t"
        #expect(glue.state.withLock { $0.tags } == [resource: ["team": "sales", "pii": ""]])
        #expect(try scratch.rows("SELECT * FROM g.web.t$tags") == [["pii", ""], ["team", "sales"]])
        #expect(try scratch.rows("DESCRIBE EXTENDED g.web.t").contains { $0[0] == "# tag team" && $0[1] == "sales" })
        try scratch.rows("ALTER TABLE g.web.t UNSET TAGS ('pii')")
        #expect(glue.state.withLock { $0.tags[resource] } == ["team": "sales"])
        #expect(scratch.error("ALTER TABLE g.web.t UNSET TAGS ('teem')")?.hint == "Did you mean \"team\"?")
        try scratch.rows("ALTER TABLE g.web.t UNSET TAG IF EXISTS teem")
        #expect(scratch.error("ALTER TABLE g.web.none SET TAGS ('a' = 'b')")?.state == .undefinedTable)
        #expect(scratch.error("BEGIN; ALTER TABLE g.web.t SET TAGS ('a' = 'b')")?.state == .featureNotSupported)
        #expect(!glue.calls.contains("UpdateTable"))
    }

    @Test func `a table is described to whom may not see its tags`() throws {
        try scratch.rows("CREATE TABLE g.web.t (a int)")
        glue.state.withLock { _ = $0.failing.insert("GetTags") }
        #expect(try scratch.rows("DESCRIBE EXTENDED g.web.t").contains { $0[0] == "# tags" && $0[1].contains("GetTags") })
        #expect(scratch.error("SELECT * FROM g.web.t$tags") != nil)
    }

    @Test func `tags of an external schema's tables are those of the catalog`() throws {
        try scratch.rows(
            """
            CREATE TABLE g.web.t (a int); CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'web';
            ALTER TABLE s.t SET TAGS ('team' = 'sales')
            """)
        #expect(try scratch.rows("SELECT value FROM g.web.t$tags") == [["sales"]])
    }

    // MARK: Versions

    /// Changes a table as others do, who keep what was there.
    private func change(_ name: String, _ body: (inout CloudJSON) -> Void) throws {
        var input = glue.table("web.\(name)")
        body(&input)
        _ = try glue.send("UpdateTable", ["DatabaseName": "web", "TableInput": input])
    }

    @Test func `the history of a table of folders is that of its definition`() throws {
        try scratch.rows("CREATE EXTERNAL TABLE g.web.t (a int) PARTITIONED BY (k string) STORED AS PARQUET LOCATION '{folder}/t'")
        #expect(try scratch.rows("SELECT version, operation, columns FROM g.web.t$history") == [["1", "CREATE TABLE", "a int, k string"]])
        try change("t") { $0[member: "Parameters"] = ["x": "1"] }
        try change("t") { json in
            var storage = json["StorageDescriptor"] ?? [:]
            storage[member: "Columns"] = [["Name": "a", "Type": "int"], ["Name": "b", "Type": "date"]]
            storage[member: "Location"] = "s3://lake/t"
            json[member: "StorageDescriptor"] = storage
        }
        for number in 0..<3 { try change("t") { $0[member: "Description"] = .string("text \(number)") } }
        let rows = try scratch.rows("SELECT version, operation, columns, properties['x'] FROM g.web.t$history")
        #expect(rows == [
            ["6", "COMMENT", "a int, b date, k string", "1"], ["5", "COMMENT", "a int, b date, k string", "1"],
            ["4", "COMMENT", "a int, b date, k string", "1"], ["3", "ADD COLUMNS, SET LOCATION", "a int, b date, k string", "1"],
            ["2", "SET TBLPROPERTIES", "a int, k string", "1"], ["1", "CREATE TABLE", "a int, k string", "NULL"],
        ])
        #expect(try scratch.rows("DESCRIBE HISTORY g.web.t").map { $0[0] } == ["6", "5", "4", "3", "2", "1"])
        #expect(try scratch.rows("SELECT min(timestamp) FROM g.web.t$history") == [["2025-11-28 15:15:00+00"]])
        #expect(scratch.error("DESCRIBE HISTORY g.web.none")?.state == .undefinedTable)
    }

    @Test func `rows of a table of folders have no versions, and the error says why`() throws {
        try scratch.rows("CREATE TABLE g.web.t (a int); CREATE EXTERNAL TABLE own (a int) STORED AS PARQUET LOCATION '{folder}/own'")
        for table in ["g.web.t", "own"] {
            for source in [" FOR VERSION AS OF 1", " TIMESTAMP AS OF now()", "$history VERSION AS OF 1"] {
                let sql = "FROM " + table + source, error = scratch.error(sql)
                #expect(error?.state == .featureNotSupported && error?.detail?.contains("only definitions have versions") == true, "\(sql)")
            }
        }
    }

    // MARK: Statistics

    /// How many rows a scan of a table is expected to give.
    private func estimate(_ table: String, _ sql: String) throws -> String? {
        let plan = try scratch.rows("EXPLAIN ANALYZE \(sql)").map { $0.joined() }.joined(separator: "\n")
        let line = plan.split(separator: "\n").first { $0.contains("Scan  \(table) ") }
        guard let line, let place = line.firstRange(of: "estimated ") else { return nil }
        return String(line[place.upperBound...].prefix { $0 != ")" })
    }

    private func makeMeasured() throws {
        try scratch.rows(
            """
            CREATE TABLE g.web.t PARTITIONED BY (k) AS
                SELECT i, i % 10 AS d, 'text' || i % 4 AS s, i % 2 AS k FROM generate_series(1, 1000) AS s(i);
            ANALYZE g.web.t; CREATE TABLE own AS SELECT i FROM generate_series(1, 50) AS s(i)
            """)
        glue.state.withLock { $0.calls = [] }
    }

    @Test func `joins are planned by what Glue keeps of columns`() throws {
        try makeMeasured()
        let sql = "SELECT count(*) FROM g.web.t JOIN own USING (i) WHERE"
        #expect(try estimate("g.web.t", "\(sql) d = 3") == "100")
        #expect(try estimate("g.web.t", "\(sql) s = 'text1'") == "250")
        #expect(count("GetColumnStatisticsForTable") == 2)
    }

    @Test func `Glue is asked once for a table of a statement, and not without a join`() throws {
        try makeMeasured()
        try scratch.rows("SELECT count(*) FROM g.web.t WHERE d = 3")
        #expect(count("GetColumnStatisticsForTable") == 0)
        let sql = "SELECT count(*) FROM g.web.t AS a JOIN g.web.t AS b USING (i) WHERE a.d = 3 AND b.s = 'text1'"
        #expect(try scratch.rows(sql) == [["50"]])
        #expect(count("GetColumnStatisticsForTable") == 1)
    }

    @Test func `a service without statistics is asked once, and the statement does without`() throws {
        try makeMeasured()
        glue.state.withLock { _ = $0.failing.insert("GetColumnStatisticsForTable") }
        for _ in 0..<3 { #expect(try scratch.rows("SELECT count(*) FROM g.web.t JOIN own USING (i)") == [["50"]]) }
        #expect(count("GetColumnStatisticsForTable") == 1)
    }

    @Test func `a service without statistics is not asked again and again`() throws {
        let server = try GlueServer()
        let own = try ScratchSession()
        let options = server.options.map { "\($0.key) '\($0.value)'" }.joined(separator: ", ")
        try own.rows("CREATE CATALOG g USING glue OPTIONS (\(options)); CREATE SCHEMA g.web LOCATION '{folder}/web'")
        try own.rows("CREATE TABLE g.web.t USING parquet AS SELECT i FROM generate_series(1, 9) AS s(i)")
        server.interfere { $0 == "GetColumnStatisticsForTable" ? DoubleAnswer(500, text: "<html>") : nil }
        #expect(try own.rows("SELECT count(*) FROM g.web.t AS a JOIN g.web.t AS b USING (i)") == [["9"]])
        #expect(server.count("GetColumnStatisticsForTable") == 1)
    }

    @Test func `statistics that others wrote prove nothing`() throws {
        try scratch.rows("CREATE TABLE g.web.t AS SELECT i FROM generate_series(1, 9) AS s(i); ANALYZE g.web.t")
        try scratch.rows("CREATE TABLE own AS SELECT 5 AS i")
        try scratch.rows("INSERT INTO g.web.t VALUES (2147483647)")
        #expect(try scratch.rows("SELECT max(t.i), count(*) FROM g.web.t AS t LEFT JOIN own USING (i)") == [["2147483647", "10"]])
        #expect(scratch.error("SELECT t.i + 1 FROM g.web.t AS t LEFT JOIN own USING (i)")?.state == .numericValueOutOfRange)
    }

    // MARK: Types

    @Test func `a type that nobody knows is shown as it is called`() throws {
        try scratch.rows("CREATE TABLE g.web.t (a int, b string)")
        try change("t") { json in
            var storage = json["StorageDescriptor"] ?? [:]
            storage[member: "Columns"] = [["Name": "a", "Type": "int"], ["Name": "shape", "Type": "geometry(4326)"]]
            json[member: "StorageDescriptor"] = storage
        }
        try scratch.rows("CREATE TABLE g.web.u (c date)")
        let sql = "SELECT table_name, column_name, data_type, column_type FROM g.information_schema.columns ORDER BY 1, ordinal_position"
        #expect(try scratch.rows(sql) == [
            ["t", "a", "integer", "integer"], ["t", "shape", "geometry(4326)", "geometry(4326)"], ["u", "c", "date", "date"],
        ])
        #expect(try scratch.rows("DESCRIBE g.web.t").map { $0[1] } == ["integer", "geometry(4326)"])
        #expect(scratch.error("SELECT a FROM g.web.t")?.description.contains("geometry") == true)
    }
}
