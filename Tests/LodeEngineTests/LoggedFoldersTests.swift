// With a dropped table of a log of its own goes its folder, and never anything of another table.

import LodeCore
import Testing

@testable import LodeEngine

@Suite(.serialized) struct LoggedFoldersTests {
    private static let vacuum = "VACUUM RETAIN 0 HOURS"

    @Test(arguments: ["delta", "iceberg"]) func `a table that takes the name of one that is gone keeps its files`(format: String) throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows("CREATE TABLE t USING \(format) AS SELECT 1 AS i; CREATE OR REPLACE TABLE t AS SELECT 2 AS i; \(Self.vacuum)")
        #expect(try scratch.rows("SELECT * FROM t") == [["2"]])
        try scratch.rows("DROP TABLE t; CREATE TABLE t USING \(format) AS SELECT 3 AS i; DROP TABLE t; CREATE TABLE t AS SELECT 4 AS i")
        try scratch.rows(Self.vacuum)
        #expect(try scratch.rows("SELECT * FROM t") == [["4"]])
    }

    @Test(arguments: ["delta", "iceberg"]) func `a renamed table shares nothing with the next of its name`(format: String) throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows(
            "CREATE TABLE t USING \(format) AS SELECT 1 AS i; ALTER TABLE t RENAME TO u; CREATE TABLE t AS SELECT 2 AS i; DROP TABLE u")
        try scratch.rows(Self.vacuum)
        #expect(try scratch.rows("SELECT * FROM t") == [["2"]])
    }

    @Test func `a table that another name leads to stays`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows("CREATE TABLE t USING delta AS SELECT 1 AS i")
        try scratch.rows("CREATE TABLE u USING delta LOCATION '\(try scratch.folder(of: "t"))'; DROP TABLE t; \(Self.vacuum)")
        #expect(try scratch.rows("SELECT * FROM u") == [["1"]])
    }

    @Test func `rows that a table gives to itself depend on it`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows("CREATE TABLE t USING delta AS SELECT 1 AS i; INSERT INTO t SELECT i + 1 FROM t; INSERT INTO t VALUES (9)")
        #expect(try scratch.rows("SELECT is_blind_append FROM t$history WHERE version > 0") == [["true"], ["false"]])
    }

    @Test func `properties of Iceberg that ask for what is not done are refused`() throws {
        let scratch = try ScratchSession(threads: 1)
        for property in ["'format-version' = '4'", "'write.format.default' = 'orc'", "'write.data.path' = '/x'"] {
            #expect(scratch.error("CREATE TABLE t (i integer) USING iceberg TBLPROPERTIES (\(property))")?.state == .featureNotSupported)
        }
        try scratch.rows("CREATE TABLE t (i integer) USING iceberg TBLPROPERTIES ('format-version' = '2', 'team' = 'x')")
        #expect(try scratch.rows("SELECT * FROM t$properties") == [["team", "x"]])
        #expect(scratch.error("ALTER TABLE t SET TBLPROPERTIES ('write.data.path' = '/x')")?.state == .featureNotSupported)
    }

    @Test func `an Iceberg table gets NOT NULL where no row has NULL`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows("CREATE TABLE t USING iceberg AS SELECT 1 AS i; ALTER TABLE t ADD COLUMN c integer")
        #expect(scratch.error("ALTER TABLE t ALTER COLUMN c SET NOT NULL")?.state == .notNullViolation)
        try scratch.rows("ALTER TABLE t ALTER COLUMN i SET NOT NULL")
        #expect(try scratch.rows("SELECT * FROM t") == [["1", "NULL"]])
        #expect(scratch.error("INSERT INTO t VALUES (NULL, 1)")?.state == .notNullViolation)
    }
}
