// Tables of Glue through SQL: made, read, written, altered and dropped as Athena and Spark would.

import Foundation
import GlueDouble
import LodeCatalog
import LodeCloud
import LodeCore
import LodeFormats
import Testing

@testable import LodeEngine

@Suite struct GlueTablesTests {
    let glue = StubGlue(pageSize: 3)
    let scratch: ScratchSession

    init() throws {
        scratch = try ScratchSession(glue: glue)
        try scratch.rows("CREATE CATALOG g USING glue; CREATE SCHEMA g.web")
        glue.state.withLock { [folder = scratch.folder] in $0.databases["web"]?[member: "LocationUri"] = .string(folder + "/web") }
    }

    private func text(of file: String) throws -> String {
        let folder = URL(fileURLWithPath: scratch.folder + "/" + file)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.sorted { $0.path < $1.path }.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    }

    @Test(arguments: [
        "STORED AS PARQUET", "STORED AS TEXTFILE", "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'",
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'", "USING csv OPTIONS (header true, delim ';')",
    ])
    func `every format is written as it is read`(format: String) throws {
        try scratch.rows(
            """
            CREATE EXTERNAL TABLE g.web.t (id int, name string, amount decimal(9,2)) PARTITIONED BY (kind string) \(format)
                LOCATION '{folder}/t';
            INSERT INTO g.web.t VALUES (1, 'a;b,"c"', 1.50, 'x'), (2, 'plain', NULL, 'x y'), (3, '', 3, NULL)
            """)
        let rows = try scratch.rows("SELECT id, name, amount, kind FROM g.web.t ORDER BY id")
        #expect(rows == [["1", "a;b,\"c\"", "1.50", "x"], ["2", "plain", "NULL", "x y"], ["3", "", "3.00", "NULL"]])
        #expect(glue.state.withLock { $0.partitions["web.t"]?.count } == 3)
        #expect(try scratch.rows("SELECT count(*) FROM g.web.t WHERE kind = 'x y'") == [["1"]])
        #expect(try scratch.rows("SHOW PARTITIONS g.web.t").map { $0[0] } == ["x", "x y", "NULL"])
    }

    @Test func `text files are those of their SerDe`() throws {
        try scratch.rows(
            """
            CREATE EXTERNAL TABLE g.web.plain (id int, name string) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' LOCATION '{folder}/plain';
            INSERT INTO g.web.plain VALUES (1, NULL), (2, 'a "b"');
            CREATE EXTERNAL TABLE g.web.quoted (id int, name string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
                LOCATION '{folder}/quoted' TBLPROPERTIES ('skip.header.line.count' = '1');
            INSERT INTO g.web.quoted VALUES (1, NULL), (2, 'a "b", c\\d')
            """)
        #expect(try text(of: "plain") == "1|\\N\n2|a \"b\"\n")
        #expect(try text(of: "quoted") == "id,name\n1,\n2,\"a \\\"b\\\", c\\\\d\"\n")
        #expect(try scratch.rows("SELECT name FROM g.web.plain ORDER BY id") == [["NULL"], ["a \"b\""]])
        #expect(try scratch.rows("SELECT name FROM g.web.quoted ORDER BY id") == [[""], ["a \"b\", c\\d"]])
        #expect(scratch.error("INSERT INTO g.web.plain VALUES (3, 'a|b')")?.state == .dataException)
        #expect(try scratch.rows("SELECT count(*) FROM g.web.plain") == [["2"]])
        #expect(glue.table("web.plain")["StorageDescriptor"]?["SerdeInfo"]?["Parameters"]?["field.delim"] == "|")
    }

    @Test func `a table without a place gets one that no dropped table had`() throws {
        for count in 1...2 {
            try scratch.rows("CREATE TABLE g.web.made AS SELECT i, i % 2 AS k FROM generate_series(1, 4) AS s(i)")
            #expect(try scratch.rows("SELECT count(*) FROM g.web.made") == [["4"]], "time \(count)")
            try scratch.rows("DROP TABLE g.web.made")
        }
        #expect(scratch.error("CREATE TABLE g.web.u AS SELECT CAST('1' AS json) AS j")?.state == .featureNotSupported)
        try scratch.rows("CREATE TABLE g.web.lines WITH (format = 'json') AS SELECT 1 AS a, ARRAY[1, 2] AS b")
        #expect(try scratch.rows("SELECT * FROM g.web.lines") == [["1", "[1, 2]"]])
    }

    @Test func `a view that Athena made is read`() throws {
        try scratch.rows("CREATE TABLE g.web.t AS SELECT i FROM generate_series(1, 4) AS s(i)")
        let query = Data(#"{"originalSql":"SELECT i * 2 AS twice FROM t WHERE i > 2","catalog":"awsdatacatalog","schema":"web"}"#.utf8)
        glue.state.withLock { state in
            state.tables["web.v"] = [
                "Name": "v", "DatabaseName": "web", "TableType": "VIRTUAL_VIEW",
                "ViewOriginalText": .string("/* Presto View: \(query.base64EncodedString()) */"), "ViewExpandedText": "/* Presto View */",
                "StorageDescriptor": ["Columns": [["Name": "twice", "Type": "int"]]],
            ]
        }
        #expect(try scratch.rows("SELECT * FROM g.web.v ORDER BY twice") == [["6"], ["8"]])
        #expect(scratch.error("INSERT INTO g.web.v VALUES (1)")?.state == .wrongObjectType)
    }

    @Test func `ANALYZE tells Glue what it found`() throws {
        try scratch.rows(
            """
            CREATE TABLE g.web.t AS SELECT i AS n, CASE WHEN i > 1 THEN 'text ' || i END AS s, i > 2 AS b, DATE '2024-01-01' AS d, 1.5 AS m
                FROM generate_series(1, 4) AS s(i);
            ANALYZE g.web.t
            """)
        func statistics(_ column: String, _ kind: String) -> [String: String] {
            let found = glue.state.withLock { $0.statistics["web.t.\(column)"] }?["StatisticsData"]?["\(kind)ColumnStatisticsData"]
            guard case .object(let facts)? = found else { return [:] }
            return Dictionary(uniqueKeysWithValues: facts.map { ($0.name, String(decoding: $0.value.bytes, as: UTF8.self)) })
        }
        #expect(statistics("n", "Long") == [
            "MinimumValue": "1", "MaximumValue": "4", "NumberOfNulls": "0", "NumberOfDistinctValues": "4",
        ])
        #expect(statistics("s", "String") == [
            "MaximumLength": "6", "AverageLength": "6.0", "NumberOfNulls": "1", "NumberOfDistinctValues": "3",
        ])
        #expect(statistics("b", "Boolean") == ["NumberOfTrues": "2", "NumberOfFalses": "2", "NumberOfNulls": "0"])
        #expect(statistics("d", "Date")["MaximumValue"] == "1704067200")
        #expect(statistics("m", "Decimal") == ["NumberOfDistinctValues": "1", "NumberOfNulls": "0"])
        #expect(glue.table("web.t")["Parameters"]?["numRows"] == "4")
    }

    @Test func `Hive's and Athena's ALTER TABLE changes what is said of the files`() throws {
        try scratch.rows(
            """
            CREATE EXTERNAL TABLE g.web.t (a int, b string, c double) PARTITIONED BY (k int) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|'
                LOCATION '{folder}/t' TBLPROPERTIES ('x' = '1');
            INSERT INTO g.web.t VALUES (1, 'one', 1.5, 7);
            ALTER TABLE g.web.t ADD COLUMNS (d int); ALTER TABLE g.web.t CHANGE COLUMN b name varchar COMMENT 'of it';
            ALTER TABLE g.web.t CHANGE a a bigint; ALTER TABLE g.web.t UNSET TBLPROPERTIES ('x')
            """)
        let columns = try scratch.rows("DESCRIBE g.web.t").map { [$0[0], $0[1], $0[4]] }
        #expect(columns == [
            ["a", "bigint", "NULL"], ["name", "varchar", "of it"], ["c", "double", "NULL"], ["d", "integer", "NULL"],
            ["k", "integer", "NULL"],
        ])
        #expect(try scratch.rows("SELECT a, name, c, d, k FROM g.web.t") == [["1", "one", "1.5", "NULL", "7"]])
        try scratch.rows("ALTER TABLE g.web.t REPLACE COLUMNS (a int, name string)")
        #expect(try scratch.rows("SELECT * FROM g.web.t") == [["1", "one", "7"]])
        try scratch.rows("ALTER TABLE g.web.t SET SERDEPROPERTIES ('field.delim' = 'n')")
        #expect(glue.table("web.t")["StorageDescriptor"]?["SerdeInfo"]?["Parameters"]?["field.delim"] == "n")
        #expect(glue.table("web.t")["Parameters"]?["x"] == nil)
        for (sql, state) in [
            ("CHANGE k l int", SQLState.featureNotSupported), ("CHANGE nope b int", .undefinedColumn),
            ("CHANGE a name int", .duplicateColumn), ("UNSET TBLPROPERTIES ('x' = '1')", .syntaxError),
            ("REPLACE COLUMNS (k int)", .duplicateColumn), ("REPLACE COLUMNS (a json)", .featureNotSupported),
            ("ADD COLUMNS (j interval)", .featureNotSupported), ("UNSET TBLPROPERTIES ('x')", .undefinedObject),
            ("DROP COLUMN a", .featureNotSupported),
        ] { #expect(scratch.error("ALTER TABLE g.web.t \(sql)")?.state == state, "\(sql)") }
        try scratch.rows("ALTER TABLE g.web.t UNSET TBLPROPERTIES IF EXISTS ('x'); CREATE TABLE own (a int)")
        #expect(scratch.error("ALTER TABLE own REPLACE COLUMNS (b int)")?.state == .featureNotSupported)
    }

    @Test func `a catalog tells of its schemas and tables`() throws {
        try scratch.rows(
            """
            CREATE TABLE g.web.t PARTITIONED BY (k) AS SELECT 1 AS a, 2 AS k; CREATE SCHEMA g.other;
            CREATE VIEW g.web.v AS SELECT a FROM g.web.t; ALTER TABLE g.web.t ADD COLUMNS (b string)
            """)
        let tables = "SELECT table_catalog, table_schema, table_name, table_type FROM g.information_schema.tables ORDER BY 3"
        #expect(try scratch.rows(tables) == [["g", "web", "t", "FOREIGN"], ["g", "web", "v", "VIEW"]])
        let columns = "SELECT column_name FROM g.information_schema.columns WHERE table_name = 't' ORDER BY ordinal_position"
        #expect(try scratch.rows(columns) == [["a"], ["b"], ["k"]])
        #expect(try scratch.rows("SELECT schema_name FROM g.information_schema.schemata ORDER BY 1") == [["other"], ["web"]])
        #expect(scratch.error("SELECT * FROM g.information_schema.table_constraints")?.state == .featureNotSupported)
    }

    /// A Delta table of two versions: 1, 2 and then 3.
    private func makeDelta(in folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder + "/_delta_log", withIntermediateDirectories: true)
        let schema = #"{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}"#
        let head = """
            {"protocol":{"minReaderVersion":1,"minWriterVersion":2}}
            {"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"\(schema)","partitionColumns":[],
            "configuration":{},"createdTime":0}}
            """.replacing(",\n", with: ",")
        for (version, rows) in [(0, "(1::bigint), (2)"), (1, "(3::bigint)")] {
            let path = "\(folder)/\(version).parquet"
            try scratch.rows("COPY (SELECT * FROM (VALUES \(rows)) AS v(id)) TO '\(path)' (FORMAT parquet)")
            let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
            let add = #"{"add":{"path":"\#(version).parquet","partitionValues":{},"size":\#(size),"modificationTime":0,"dataChange":true}}"#
            try [version == 0 ? head + "\n" + add : add, #"{"commitInfo":{"timestamp":\#(1_000 + version),"operation":"WRITE"}}"#]
                .joined(separator: "\n")
                .write(toFile: "\(folder)/_delta_log/0000000000000000000\(version).json", atomically: true, encoding: .utf8)
        }
    }

    @Test(arguments: [["table_type": "DELTA"], ["spark.sql.sources.provider": "delta", "spark.sql.partitionProvider": "catalog"]])
    func `a Delta table is what its log says, of whatever version`(parameters: [String: String]) throws {
        try makeDelta(in: scratch.folder + "/d")
        let isSpark = parameters["table_type"] == nil
        glue.state.withLock { [folder = scratch.folder] state in
            // Spark leaves the columns to the log, and tells the SerDe where that is.
            state.tables["web.d"] = [
                "Name": "d", "DatabaseName": "web", "TableType": "EXTERNAL_TABLE", "Parameters": CloudJSON(parameters), "VersionId": "1",
                "StorageDescriptor": [
                    "Columns": [["Name": "col", "Type": "array<string>"]],
                    "Location": .string(isSpark ? "file:\(folder)/web.db/d-__PLACEHOLDER__" : "file:\(folder)/d"),
                    "SerdeInfo": ["Parameters": isSpark ? ["path": .string("file:\(folder)/d")] : [:]],
                ],
            ]
        }
        #expect(try scratch.rows("SELECT id FROM g.web.d WHERE id > 1 ORDER BY id") == [["2"], ["3"]])
        #expect(try scratch.rows("SELECT count(*) FROM g.web.d FOR VERSION AS OF 0") == [["2"]])
        #expect(try scratch.rows("DESCRIBE g.web.d").map { $0[0] } == ["id"])
        #expect(try scratch.rows("DESCRIBE HISTORY g.web.d").count == 2)
        #expect(try scratch.rows("CREATE EXTERNAL SCHEMA s FROM DATA CATALOG DATABASE 'web'; SELECT count(*) FROM s.d") == [["3"]])
        let refused = scratch.error("CREATE OR REPLACE TABLE g.web.d AS SELECT 1 AS a")
        #expect(refused?.state == .featureNotSupported)
        #expect(refused?.message.contains("Delta") == true)
        try scratch.rows("ANALYZE g.web.d")
        #expect(try scratch.rows("SELECT distinct_values FROM g.web.d$statistics") == [["3"]])
        try scratch.rows("INSERT INTO g.web.d VALUES (4); DELETE FROM g.web.d WHERE id = 1")
        #expect(try scratch.rows("SELECT id FROM g.web.d ORDER BY id") == [["2"], ["3"], ["4"]])
    }

    @Test func `ANALYZE looks at no row of a table whose statistics can't be kept`() throws {
        try scratch.rows("CREATE TABLE g.web.t PARTITIONED BY (k) AS SELECT i, i % 2 AS k FROM generate_series(1, 4) AS s(i)")
        glue.state.withLock { $0.calls = [] }
        #expect(scratch.error("BEGIN; ANALYZE g.web.t")?.state == .featureNotSupported)
        #expect(!glue.calls.contains("GetPartitions"))
    }

    @Test func `a name that is mistyped costs few requests, and the case of a catalog's name does not count`() throws {
        try scratch.rows("CREATE TABLE g.web.things AS SELECT 1 AS a")
        for number in 1...9 { try scratch.rows("CREATE SCHEMA g.s\(number)") }
        glue.state.withLock { $0.calls = [] }
        #expect(scratch.error("SELECT * FROM g.web.thing")?.hint == "Did you mean \"things\"?")
        #expect(scratch.error("DROP TABLE g.web.thing")?.state == .undefinedTable)
        #expect(glue.calls.filter { $0 == "GetTable" }.count <= 4, "\(glue.calls)")
        #expect(try scratch.rows("SELECT a FROM \"G.web\".things") == [["1"]])
    }

    @Test func `MSCK REPAIR tells Glue of what differs only`() throws {
        try scratch.rows("CREATE TABLE g.web.t PARTITIONED BY (k) AS SELECT i, i AS k FROM generate_series(1, 30) AS s(i)")
        glue.state.withLock { $0.calls = [] }
        #expect(try scratch.rows("MSCK REPAIR TABLE g.web.t") == [])
        #expect(!glue.calls.contains { $0.hasPrefix("Batch") || $0.hasPrefix("Delete") }, "\(glue.calls)")
        let folder = try #require(glue.table("web.t")["StorageDescriptor"]?["Location"]?.string)
        for k in 2...30 { try FileManager.default.removeItem(atPath: "\(folder)/k=\(k)") }
        try FileManager.default.moveItem(atPath: "\(folder)/k=1", toPath: "\(folder)/k=99")
        #expect(try scratch.rows("MSCK REPAIR TABLE g.web.t").count == 31)
        #expect(glue.calls.filter { $0 == "BatchDeletePartition" }.count == 2 && !glue.calls.contains("DeletePartition"))
        #expect(try scratch.rows("SELECT k FROM g.web.t") == [["99"]])
    }

    @Test func `of many partitions only those are asked for that a query wants`() throws {
        try scratch.rows(
            """
            CREATE TABLE g.web.t PARTITIONED BY (k) AS SELECT i, i % 20 AS k FROM generate_series(1, 40) AS s(i);
            CREATE TABLE own AS SELECT 3 AS k
            """)
        for sql in ["SELECT count(*) FROM g.web.t WHERE k = 3", "SELECT count(*) FROM own JOIN g.web.t USING (k) WHERE k = 3"] {
            glue.state.withLock { $0.calls = [] }
            #expect(try scratch.rows(sql) == [["2"]])
            #expect(glue.calls.filter { $0 == "GetPartitions" }.count == 1, "\(sql): \(glue.calls)")
        }
    }

    @Test func `projected partitions are read without being known`() throws {
        try scratch.rows(
            """
            COPY (SELECT i, i % 3 AS k FROM generate_series(1, 9) AS s(i)) TO '{folder}/p' (FORMAT parquet, PARTITION_BY (k));
            CREATE EXTERNAL TABLE g.web.p (i bigint) PARTITIONED BY (k bigint) STORED AS PARQUET LOCATION '{folder}/p'
                TBLPROPERTIES ('projection.enabled' = 'true', 'projection.k.type' = 'integer', 'projection.k.range' = '0,1')
            """)
        #expect(try scratch.rows("SELECT count(*), max(k) FROM g.web.p") == [["6", "1"]])
        #expect(!glue.calls.contains("GetPartitions"))
        try scratch.rows("INSERT INTO g.web.p VALUES (100, 1)")
        #expect(try scratch.rows("SELECT max(i) FROM g.web.p WHERE k = 1") == [["100"]])
        #expect(scratch.error("INSERT INTO g.web.p VALUES (100, 2)")?.state == .featureNotSupported)
    }

    @Test func `a table that declares no columns is what lies in its folder`() throws {
        try scratch.rows(
            """
            COPY (SELECT i AS "Id", DATE '2024-01-01' + CAST(i % 2 AS integer) AS day, i % 3 AS hour FROM generate_series(1, 9) AS s(i))
                TO '{folder}/found' (FORMAT parquet, PARTITION_BY (day, hour));
            CREATE EXTERNAL TABLE g.web.found LOCATION '{folder}/found'
            """)
        let columns = try scratch.rows("DESCRIBE g.web.found").map { [$0[0], $0[1], $0[3]] }
        #expect(columns == [["id", "integer", "false"], ["day", "date", "true"], ["hour", "bigint", "true"]])
        #expect(try scratch.rows("SELECT count(*), sum(id) FROM g.web.found WHERE hour = 1") == [["3", "12"]])
        #expect(glue.state.withLock { $0.partitions["web.found"]?.count } == 6)
        try scratch.rows("COPY (SELECT 10 AS id) TO '{folder}/found/day=2024-02-01/hour=5/x.parquet' (FORMAT parquet)")
        #expect(try scratch.rows("SELECT count(*) FROM g.web.found") == [["9"]])
        #expect(try scratch.rows("REFRESH TABLE g.web.found") == [["added", "day=2024-02-01/hour=5"]])
        #expect(try scratch.rows("SELECT count(*) FROM g.web.found") == [["10"]])
    }

    @Test(arguments: [
        ("id;name\n1;a\n2;\n", HadoopClasses.lazySimple, [["1", "a"], ["2", ""]]),
        ("1,\"a, b\"\n2,\"c\"\n", HadoopClasses.openCSV, [["1", "a, b"], ["2", "c"]]),
    ])
    func `CSV files that are found are told to a SerDe that reads them`(text: String, serde: String, rows: [[String]]) throws {
        try FileManager.default.createDirectory(atPath: scratch.folder + "/c", withIntermediateDirectories: true)
        try text.write(toFile: scratch.folder + "/c/a.csv", atomically: true, encoding: .utf8)
        try scratch.rows("CREATE EXTERNAL TABLE g.web.c LOCATION '{folder}/c'")
        #expect(glue.table("web.c")["StorageDescriptor"]?["SerdeInfo"]?["SerializationLibrary"]?.string == serde)
        #expect(try scratch.rows("SELECT * FROM g.web.c") == rows)
    }

    @Test func `what SHOW CREATE TABLE gives makes the same table`() throws {
        try scratch.rows(
            """
            CREATE EXTERNAL TABLE g.web.t (a int) PARTITIONED BY (k string) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|'
                LOCATION '{folder}/t'
            """)
        let before = glue.table("web.t")
        let text = try scratch.rows("SHOW CREATE TABLE g.web.t")[0][0]
        try scratch.rows("DROP TABLE g.web.t; " + text)
        #expect(glue.table("web.t") == before, "\(text)")
    }

    @Test func `changes are those that Glue can make`() throws {
        try scratch.rows(
            """
            CREATE EXTERNAL TABLE g.web.t (a int) STORED AS PARQUET LOCATION '{folder}/t'; INSERT INTO g.web.t VALUES (1);
            ALTER TABLE g.web.t ADD COLUMN b varchar; COMMENT ON TABLE g.web.t IS 'of mine'; INSERT INTO g.web.t VALUES (2, 'x')
            """)
        #expect(try scratch.rows("SELECT a, b FROM g.web.t ORDER BY a") == [["1", "NULL"], ["2", "x"]])
        #expect(glue.table("web.t")["Description"] == "of mine")
        for sql in [
            "DELETE FROM g.web.t", "UPDATE g.web.t SET a = 1", "TRUNCATE g.web.t",
            "ALTER TABLE g.web.t RENAME TO u", "SELECT * FROM g.web.t FOR VERSION AS OF 1", "BEGIN; INSERT INTO g.web.t VALUES (3, 'y')",
        ] {
            #expect(scratch.error(sql)?.state == .featureNotSupported, "\(sql): \(scratch.error(sql)?.message ?? "done")")
        }
    }
}
