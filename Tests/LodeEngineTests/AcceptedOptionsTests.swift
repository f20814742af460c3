// What is accepted is obeyed, or refused by its name: walked from the definitions of formats, properties, settings and the grammar.

import Foundation
import LodeCore
import LodeFormats
import Testing

@testable import LodeEngine
@testable import LodeSyntax

@Suite struct AcceptedOptionsTests {
    let scratch: ScratchSession

    init() throws {
        scratch = try ScratchSession()
        try scratch.rows("COPY (SELECT 1 AS a, 'x' AS b) TO '{folder}/t.csv'; COPY (SELECT 1 AS a) TO '{folder}/t.json'")
        try scratch.rows("COPY (SELECT 1 AS a) TO '{folder}/t.parquet'; CREATE TABLE t (a integer, p integer) PARTITIONED BY (p)")
        try scratch.rows(
            "CREATE EXTERNAL TABLE e (a integer) PARTITIONED BY (d date) STORED AS CSV LOCATION '{folder}/e'; CREATE VIEW v AS SELECT 1 AS a"
        )
    }

    /// No option takes a struct of structs, so that an option that does not mind has not been read.
    private static let nonsense = "{'x': {'y': {'z': 1}}}"

    private func names(_ option: String, _ sql: String) -> Bool {
        guard let error = scratch.error(sql) else { return false }
        return error.state != .internalError
            && "\(error.message) \(error.hint ?? "") \(error.detail ?? "")".lowercased().contains(option.lowercased())
    }

    /// Whether the option was looked at: it is to blame (an encoding, if there are encodings), or the column that its value names.
    private func isRead(_ option: String, _ sql: String) -> Bool {
        let one = option.hasSuffix("s") ? String(option.dropLast()) : option
        return names(one, sql) || scratch.error(sql)?.state == .undefinedColumn
    }

    @Test(arguments: FileFormats.all.flatMap { format in format.readOptions.map { (format.name, $0) } })
    func `every option of reading is read`(format: String, option: String) {
        #expect(isRead(option, "SELECT * FROM read_\(format)('{folder}/t.\(format)', \"\(option)\" = \(Self.nonsense))"))
    }

    @Test(arguments: FileFunction.scanOptions) func `every option of scanning files is read`(option: String) {
        #expect(names(option, "SELECT * FROM read_csv('{folder}/t.csv', \(option) = \(Self.nonsense))"))
    }

    @Test(
        arguments: FileFormats.all.flatMap { format in format.writeOptions.map { (format.name, $0) } }
            + ["format", "partition_by"].map { ("csv", $0) })
    func `every option of writing is read`(format: String, option: String) {
        let name = option == "format" ? "FORMAT" : option
        #expect(isRead(option, "COPY (SELECT 1 AS a) TO '{folder}/out.\(format)' (\(name) \(Self.nonsense))"))
    }

    @Test func `unknown options of reading, writing and tables are refused by name`() {
        for format in FileFormats.all {
            #expect(names("nosuch", "SELECT * FROM read_\(format.name)('{folder}/t.\(format.name)', nosuch = 1)"))
            #expect(names("nosuch", "COPY (SELECT 1 AS a) TO '{folder}/out.\(format.name)' (NOSUCH 1)"))
        }
        #expect(names("nosuch", "CREATE TABLE n (a integer) WITH (nosuch = 1)"))
        #expect(names("nosuch", "CREATE TABLE n (a integer) TBLPROPERTIES ('parquet.nosuch' = '1')"))
        #expect(names("nosuch", "ALTER TABLE t SET TBLPROPERTIES ('parquet.nosuch' = '1')"))
        #expect(names("nosuch", "EXPLAIN (NOSUCH) SELECT 1"))
        #expect(names("nosuch", "SET nosuch = 1"))
    }

    /// Settings that take any text.
    private static let free: Set<String> = ["application_name", "search_path", "temp_directory"]

    /// Settings that only tell clients what they talk to.
    private static let fixed: Set<String> = [
        "server_version", "server_version_num", "server_encoding", "integer_datetimes", "in_hot_standby", "is_superuser",
        "max_identifier_length", "max_index_keys", "lc_collate", "lc_ctype", "block_size", "ssl",
    ]

    @Test(arguments: Self.fixed.sorted()) func `a setting that describes the server cannot be changed`(setting: String) throws {
        let value = try #require(try scratch.rows("SHOW \(setting)").first?.first)
        #expect(scratch.error("SET \(setting) = '\(value)'")?.state == .cannotChangeParameter)
    }

    @Test(arguments: SettingDefinition.all.map(\.name).filter { !fixed.contains($0) })
    func `every setting takes its default and refuses nonsense`(setting: String) throws {
        let initial = try #require(try scratch.rows("SHOW \(setting)").first?.first)
        try scratch.rows("SET \(setting) = '\(initial)'")
        #expect(try scratch.rows("SHOW \(setting)") == [[initial]])
        guard !Self.free.contains(setting) else { return }
        #expect(names(setting, "SET \(setting) = 'no such value'") || names("no such value", "SET \(setting) = 'no such value'"))
        #expect(try scratch.rows("SHOW \(setting)") == [[initial]])
    }

    @Test(arguments: [
        "analyze", "verbose", "costs", "settings", "generic_plan", "buffers", "serialize", "wal", "timing", "summary", "memory", "format",
    ])
    func `every option of EXPLAIN is obeyed or refused by name`(option: String) {
        for value in ["true", "false", "text", "json", "nonsense"] {
            let sql = "EXPLAIN (\(option) \(value)) SELECT 1"
            guard let error = scratch.error(sql) else { continue }
            #expect(names(option, sql) && [.featureNotSupported, .syntaxError].contains(error.state), "\(sql): \(error.message)")
        }
        #expect(names(option, "EXPLAIN (\(option) nonsense) SELECT 1"))
    }

    // MARK: Clauses

    /// How the clauses of a rule of the grammar are dealt with: statements that work, and statements that fail with a name.
    private struct Clause {
        var works: [String] = []
        var refuses: [(sql: String, name: String)] = []
    }

    private static let tableClauses: [String: Clause] = [
        "on_commit": Clause(
            works: ["CREATE TEMP TABLE n (a integer) ON COMMIT PRESERVE ROWS"],
            refuses: [
                ("CREATE TEMP TABLE n (a integer) ON COMMIT DROP", "ON COMMIT DROP"),
                ("CREATE TEMP TABLE n (a integer) ON COMMIT DELETE ROWS", "ON COMMIT DELETE ROWS"),
                ("CREATE TABLE n (a integer) ON COMMIT PRESERVE ROWS", "temporary tables"),
            ]),
        "using_format": Clause(
            works: ["CREATE TABLE n (a integer) USING parquet", "CREATE TABLE n (a integer) USING delta"],
            refuses: [("CREATE TABLE n (a integer) USING csv", "csv")]),
        "partitioned_by": Clause(
            works: ["CREATE TABLE n (a integer) PARTITIONED BY (p date)", "CREATE TABLE n (a integer, p date) PARTITIONED BY (p)"],
            refuses: [("CREATE TABLE n (a integer, ts timestamp) PARTITIONED BY (day(ts))", "day(")]),
        "cluster_by": Clause(
            works: ["CREATE TABLE n (a integer) USING delta CLUSTER BY (a)"],
            refuses: [("CREATE TABLE n (a integer) CLUSTER BY (a)", "CLUSTER BY")]),
        "clustered_by": Clause(refuses: [("CREATE TABLE n (a integer) CLUSTERED BY (a) INTO 4 BUCKETS", "CLUSTERED BY")]),
        "row_format": Clause(
            works: [
                "CREATE EXTERNAL TABLE n (a integer) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' LINES TERMINATED BY '\\n' LOCATION '{folder}/n'",
                "CREATE EXTERNAL TABLE n (a integer) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION '{folder}/n'",
                "CREATE EXTERNAL TABLE n (a integer) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' WITH SERDEPROPERTIES ('field.delim' = ',', 'serialization.format' = ',') STORED AS TEXTFILE LOCATION '{folder}/n'",
                "CREATE EXTERNAL TABLE n (a integer) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true') LOCATION '{folder}/n'",
            ],
            refuses: [
                (
                    "CREATE EXTERNAL TABLE n (a integer) ROW FORMAT DELIMITED LINES TERMINATED BY '|' LOCATION '{folder}/n'",
                    "LINES TERMINATED BY"
                ),
                (
                    "CREATE EXTERNAL TABLE n (a integer[]) ROW FORMAT DELIMITED COLLECTION ITEMS TERMINATED BY '|' LOCATION '{folder}/n'",
                    "COLLECTION ITEMS TERMINATED BY"
                ),
                (
                    "CREATE EXTERNAL TABLE n (a integer) ROW FORMAT DELIMITED MAP KEYS TERMINATED BY '|' LOCATION '{folder}/n'",
                    "MAP KEYS TERMINATED BY"
                ),
                (
                    "CREATE EXTERNAL TABLE n (a integer) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' LOCATION '{folder}/n'",
                    "RegexSerDe"
                ),
                (
                    "CREATE EXTERNAL TABLE n (a integer) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.avro.AvroSerDe' LOCATION '{folder}/n'",
                    "AvroSerDe"
                ),
                (
                    "CREATE EXTERNAL TABLE n (a integer) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' STORED AS PARQUET LOCATION '{folder}/n'",
                    "OpenCSVSerde"
                ),
                (
                    "CREATE EXTERNAL TABLE n (a integer) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ('mapping.a' = 'b') LOCATION '{folder}/n'",
                    "mapping.a"
                ),
                (
                    "CREATE EXTERNAL TABLE n (a integer) ROW FORMAT DELIMITED STORED AS PARQUET LOCATION '{folder}/n'",
                    "ROW FORMAT DELIMITED"
                ),
            ]),
        "stored_as": Clause(
            works: [
                "CREATE TABLE n (a integer) STORED AS PARQUET",
                "CREATE EXTERNAL TABLE n (a integer) STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' LOCATION '{folder}/n'",
            ],
            refuses: [
                ("CREATE EXTERNAL TABLE n (a integer) STORED AS ORC LOCATION '{folder}/n'", "orc"),
                ("CREATE EXTERNAL TABLE n (a integer) STORED AS AVRO LOCATION '{folder}/n'", "avro"),
                ("CREATE EXTERNAL TABLE n (a integer) STORED AS SEQUENCEFILE LOCATION '{folder}/n'", "sequencefile"),
                (
                    "CREATE EXTERNAL TABLE n (a integer) STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.orc.OrcInputFormat' OUTPUTFORMAT 'x' LOCATION '{folder}/n'",
                    "OrcInputFormat"
                ),
                (
                    "CREATE EXTERNAL TABLE n (a integer) STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' OUTPUTFORMAT 'x' LOCATION '{folder}/n'",
                    "output format x"
                ),
            ]),
        "location": Clause(
            works: ["CREATE EXTERNAL TABLE n (a integer) STORED AS CSV LOCATION '{folder}/n'"],
            refuses: [("CREATE TABLE n LOCATION '{folder}/n' AS SELECT 1 AS a", "LOCATION")]),
        "comment": Clause(works: ["CREATE TABLE n (a integer) COMMENT 'x'"]),
        "table_properties": Clause(
            works: ["CREATE TABLE n (a integer) TBLPROPERTIES ('team' = 'x', 'parquet.compression' = 'snappy')"],
            refuses: [
                ("CREATE TABLE n (a integer) TBLPROPERTIES ('projection.enabled' = 'true')", "projection.enabled"),
                ("CREATE TABLE n (a integer) TBLPROPERTIES ('transactional' = 'true')", "transactional"),
                ("CREATE TABLE n (a integer) TBLPROPERTIES ('orc.compress' = 'ZLIB')", "orc.compress"),
                ("CREATE TABLE n (a integer) TBLPROPERTIES ('lode.constraints' = '[]')", "lode.constraints"),
                ("ALTER TABLE e SET TBLPROPERTIES ('skip.footer.line.count' = '1')", "skip.footer.line.count"),
            ]),
        "with_properties": Clause(
            works: [
                "CREATE TABLE n WITH (format = 'parquet', write_compression = 'zstd', partitioned_by = ARRAY['p']) AS SELECT 1 AS a, 2 AS p"
            ],
            refuses: [
                ("CREATE TABLE n WITH (bucketed_by = ARRAY['a'], bucket_count = 4) AS SELECT 1 AS a", "bucketed_by"),
                ("CREATE TABLE n WITH (format = 'orc') AS SELECT 1 AS a", "orc"),
                ("CREATE TABLE n (a integer) WITH (fillfactor = 70)", "fillfactor"),
            ]),
        "table_options": Clause(
            works: ["CREATE EXTERNAL TABLE n (a integer) USING csv OPTIONS (path '{folder}/n', header 'true')"],
            refuses: [("CREATE EXTERNAL TABLE n (a integer) USING csv OPTIONS (path '{folder}/n', nosuch 'true')", "nosuch")]),
    ]

    private static let schemaClauses: [String: Clause] = [
        "comment": Clause(works: ["CREATE SCHEMA n COMMENT 'x'"]),
        "location": Clause(refuses: [("CREATE SCHEMA n LOCATION '{folder}/n'", "CREATE SCHEMA … LOCATION")]),
        "properties": Clause(works: ["CREATE SCHEMA n WITH DBPROPERTIES ('a' = 'b')"]),
    ]

    private static let alterations: [String: Clause] = [
        "rename_table": Clause(works: ["ALTER TABLE t RENAME TO n"]),
        "rename_column": Clause(
            works: ["ALTER TABLE t RENAME a TO b; ALTER TABLE t RENAME COLUMN b TO a"],
            refuses: [("ALTER TABLE e RENAME a TO b", "RENAME COLUMN")]),
        "add_partition_field": Clause(refuses: [("ALTER TABLE t ADD PARTITION FIELD a", "PARTITION FIELD")]),
        "drop_partition_field": Clause(refuses: [("ALTER TABLE t DROP PARTITION FIELD a", "PARTITION FIELD")]),
        "replace_partition_field": Clause(refuses: [("ALTER TABLE t REPLACE PARTITION FIELD a WITH p", "PARTITION FIELD")]),
        "write_order": Clause(refuses: [("ALTER TABLE t WRITE ORDERED BY a", "WRITE ORDERED BY")]),
        "create_reference": Clause(refuses: [("ALTER TABLE t CREATE BRANCH b", "branch")]),
        "replace_reference": Clause(refuses: [("ALTER TABLE t REPLACE TAG b", "tag")]),
        "drop_reference": Clause(refuses: [("ALTER TABLE t DROP BRANCH b", "branch")]),
        "cluster_by": Clause(refuses: [("ALTER TABLE t CLUSTER BY (a)", "CLUSTER BY"), ("ALTER TABLE t CLUSTER BY NONE", "CLUSTER BY")]),
        "add_partitions": Clause(works: ["ALTER TABLE e ADD PARTITION (d = '2024-01-01')"]),
        "add_columns": Clause(works: ["ALTER TABLE t ADD COLUMN b integer DEFAULT 1 NOT NULL", "ALTER TABLE t ADD CHECK (a > 0)"]),
        "drop_partitions": Clause(works: ["ALTER TABLE e DROP IF EXISTS PARTITION (d = '2024-01-01')"]),
        "drop_constraint": Clause(works: ["ALTER TABLE t DROP CONSTRAINT IF EXISTS c"]),
        "replace_columns": Clause(
            works: ["ALTER TABLE e REPLACE COLUMNS (a integer)"],
            refuses: [("ALTER TABLE t REPLACE COLUMNS (a integer)", "REPLACE COLUMNS")]),
        "change_column": Clause(
            works: ["ALTER TABLE e CHANGE COLUMN a a bigint", "ALTER TABLE t CHANGE a a bigint COMMENT 'x' FIRST"],
            refuses: [("ALTER TABLE e CHANGE COLUMN a a bigint FIRST", "FIRST")]),
        "drop_columns": Clause(
            works: [
                "ALTER TABLE t ADD COLUMN z integer; ALTER TABLE t DROP COLUMN z",
                "ALTER TABLE t DROP COLUMNS IF EXISTS (y, z) CASCADE",
            ],
            refuses: [("ALTER TABLE e DROP COLUMN a", "DROP COLUMN"), ("ALTER TABLE t DROP COLUMN p", "partition column")]),
        "alter_column": Clause(
            works: [
                "ALTER TABLE t ALTER a SET NOT NULL", "ALTER TABLE t ALTER a SET DEFAULT 1", "ALTER TABLE t ALTER a DROP DEFAULT",
                "ALTER TABLE t ALTER a TYPE bigint", "ALTER TABLE t ALTER a TYPE integer USING a + 1", "ALTER TABLE t ALTER p FIRST",
                "ALTER TABLE t ALTER a COMMENT 'x'",
            ],
            refuses: [("ALTER TABLE e ALTER a TYPE bigint", "TYPE"), ("ALTER TABLE t ALTER a TYPE varchar(3)", "varchar(n)")]),
        "set_properties": Clause(works: ["ALTER TABLE t SET TBLPROPERTIES ('team' = 'x')", "ALTER TABLE t SET TAGS ('team' = 'x')"]),
        "unset_properties": Clause(works: [
            "ALTER TABLE t UNSET TBLPROPERTIES IF EXISTS ('team')", "ALTER TABLE t UNSET TAG IF EXISTS team",
        ]),
        "set_location": Clause(
            works: ["ALTER TABLE e SET LOCATION '{folder}/other'"], refuses: [("ALTER TABLE t SET LOCATION '{folder}/n'", "LOCATION")]),
    ]

    private static let transactionModes: [String: Clause] = [
        "SERIALIZABLE": Clause(works: ["BEGIN ISOLATION LEVEL SERIALIZABLE; COMMIT"]),
        "REPEATABLE READ": Clause(works: ["BEGIN ISOLATION LEVEL REPEATABLE READ; COMMIT"]),
        "READ COMMITTED": Clause(works: ["BEGIN ISOLATION LEVEL READ COMMITTED; COMMIT"]),
        "READ UNCOMMITTED": Clause(works: ["BEGIN ISOLATION LEVEL READ UNCOMMITTED; ROLLBACK"]),
        "READ ONLY": Clause(
            works: ["BEGIN READ ONLY; COMMIT"], refuses: [("BEGIN READ ONLY; CREATE TABLE n (a integer)", "read-only")]),
        "DEFERRABLE": Clause(works: ["BEGIN READ ONLY, NOT DEFERRABLE; COMMIT", "BEGIN DEFERRABLE; COMMIT"]),
        "READ WRITE": Clause(works: ["BEGIN READ WRITE; COMMIT"]),
    ]

    /// Each clause over tables of its own, since what one has altered, another may not expect.
    private static func check(_ clauses: [String: Clause]) throws {
        for clause in clauses.values { try Self().check(clause) }
    }

    private func check(_ clause: Clause) throws {
        for sql in clause.works {
            let error = scratch.error(sql)
            #expect(error == nil, "\(sql): \(error?.message ?? "")")
            try scratch.rows("DROP TABLE IF EXISTS n; DROP SCHEMA IF EXISTS n")
            if sql.contains("RENAME TO") { try scratch.rows("CREATE TABLE t (a integer, p integer) PARTITIONED BY (p)") }
        }
        for (sql, name) in clause.refuses {
            #expect(names(name, sql), "\(sql): \(scratch.error(sql)?.message ?? "no error")")
            try scratch.rows("ROLLBACK; DROP TABLE IF EXISTS n; DROP SCHEMA IF EXISTS n")
        }
    }

    /// The alternatives of a rule that only chooses between rules.
    private static func alternatives(_ rule: String) throws -> Set<String> {
        let definition = try GrammarReader.read(GrammarFile.embedded, keywords: GrammarFile.embeddedKeywords)
        let found = try #require(definition.rule(named: rule))
        var names: Set<String> = []
        func visit(_ node: Int32) {
            let pattern = definition.patterns[Int(node)]
            if pattern.kind == .rule { names.insert(definition.rules[Int(pattern.value)].name) }
            for child in definition.children(of: node) { visit(child) }
        }
        visit(definition.rules[found].pattern)
        return names
    }

    @Test func `every clause of CREATE TABLE is obeyed or refused by name`() throws {
        #expect(try Self.alternatives("table_clause") == Set(Self.tableClauses.keys))
        try Self.check(Self.tableClauses)
    }

    @Test func `every clause of CREATE SCHEMA is obeyed or refused by name`() throws {
        #expect(try Self.alternatives("schema_clause") == Set(Self.schemaClauses.keys))
        try Self.check(Self.schemaClauses)
    }

    @Test func `every action of ALTER TABLE is done or refused by name`() throws {
        #expect(try Self.alternatives("alter_table").subtracting(["if_exists", "table_name"]) == Set(Self.alterations.keys))
        try Self.check(Self.alterations)
    }

    @Test func `every mode of a transaction is kept to or refused by name`() throws {
        try Self.check(Self.transactionModes)
    }

    @Test func `other clauses that ask for more than is done are refused by name`() throws {
        try check(
            Clause(refuses: [
                ("SET threads = 1, 2", "threads"), ("SET datestyle = 'ISO, DMY'", "DMY"),
                ("SET datestyle = 'German'", "German"), ("SET timezone = 'Nowhere/City'", "Nowhere/City"),
                ("USE other.main", "other"), ("CREATE SCHEMA other.n", "other"), ("DROP SCHEMA IF EXISTS other.n", "other"),
                ("SHOW TABLES IN other.main", "other"), ("CREATE TABLE n (a struct<b: int COMMENT 'x'>)", "COMMENT"),
                ("CREATE TABLE n (a struct<b: varchar(3)>)", "varchar(3)"), ("CREATE TABLE n (a integer(4))", "integer"),
                ("ANALYZE nosuch", "nosuch"), ("ANALYZE e", "ANALYZE"), ("ANALYZE v", "view"),
                ("CREATE OR REPLACE TABLE IF NOT EXISTS n (a integer)", "OR REPLACE"),
                ("CREATE OR REPLACE VIEW IF NOT EXISTS n AS SELECT 1", "OR REPLACE"),
                ("CREATE TEMP VIEW n COMMENT 'x' AS SELECT 1", "COMMENT"), ("ALTER TABLE v SET TBLPROPERTIES ('a' = 'b')", "view"),
                ("ALTER TABLE v ADD COLUMN b integer", "view"),
            ]))
    }
}
