// What DROP and VACUUM leave alone: what is kept for UNDROP, what clones have, and tables within tables.

import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct DroppedFilesTests {
    private let scratch: ScratchSession

    init() throws { scratch = try ScratchSession(threads: 1, format: "parquet") }

    @Test(arguments: ["parquet", "delta"])
    func `what one session keeps, no other collects`(_ format: String) throws {
        try scratch.rows("CREATE TABLE t USING \(format) AS SELECT 1 AS i; CREATE TABLE u AS SELECT 2 AS i; SET drop_retention = '7d'")
        try scratch.rows("DROP TABLE t")
        let other = Session(engine: scratch.session.engine)
        _ = try other.executeAll("DROP TABLE u; CREATE OR REPLACE TABLE v AS SELECT 3 AS i; BEGIN; DROP TABLE v; COMMIT", into: TextRows())
        try scratch.rows("VACUUM")
        #expect(try scratch.rows("UNDROP TABLE t; SELECT i FROM t") == [["1"]])
    }

    @Test func `a transaction and OR REPLACE keep what they drop`() throws {
        try scratch.rows("CREATE TABLE t AS SELECT 1 AS i; SET drop_retention = '7d'; BEGIN; DROP TABLE t; COMMIT")
        #expect(try scratch.rows("UNDROP TABLE t; SELECT i FROM t") == [["1"]])
        try scratch.rows("CREATE OR REPLACE TABLE t AS SELECT 2 AS i; ALTER TABLE t RENAME TO u")
        #expect(try scratch.rows("UNDROP TABLE t; SELECT i FROM t") == [["1"]])
        try scratch.rows("RESET drop_retention; DROP TABLE t")
        #expect(scratch.error("UNDROP TABLE t")?.state == .undefinedTable)
    }

    @Test(arguments: ["delta", "iceberg"]) func `the source of a clone is not dropped`(_ format: String) throws {
        try scratch.rows("CREATE TABLE t USING \(format) AS SELECT 1 AS i; CREATE TABLE c SHALLOW CLONE t; CREATE TABLE d SHALLOW CLONE c")
        #expect(scratch.error("DROP TABLE t")?.state == .dependentObjectsStillExist)
        try scratch.rows("DROP TABLE c")
        #expect(scratch.error("DROP TABLE t")?.state == .dependentObjectsStillExist)
        #expect(try scratch.rows("SELECT i FROM d") == [["1"]])
        try scratch.rows("DROP TABLE d; DROP TABLE t")
    }

    @Test(arguments: ["delta", "iceberg"]) func `VACUUM keeps what a clone of a clone has`(_ format: String) throws {
        try scratch.rows("CREATE TABLE t USING \(format) AS SELECT 1 AS i; CREATE TABLE c SHALLOW CLONE t; CREATE TABLE d SHALLOW CLONE c")
        try scratch.rows("DROP TABLE c; DELETE FROM t")
        try age(in: scratch.folder(of: "t"))
        try scratch.rows("SET vacuum_retention_check = off; VACUUM t RETAIN 0 HOURS")
        #expect(try scratch.rows("SELECT i FROM d") == [["1"]])
    }

    @Test(arguments: ["delta", "iceberg"]) func `VACUUM keeps what a dropped clone has that can be brought back`(
        _ format: String
    ) throws {
        try scratch.rows("CREATE TABLE t USING \(format) AS SELECT 1 AS i; CREATE TABLE c SHALLOW CLONE t; SET drop_retention = '7d'")
        try scratch.rows("DROP TABLE c; DELETE FROM t")
        try age(in: scratch.folder(of: "t"))
        try scratch.rows("SET vacuum_retention_check = off; VACUUM t RETAIN 0 HOURS")
        #expect(try scratch.rows("UNDROP TABLE c; SELECT i FROM c") == [["1"]])
        // Nobody brings it back after VACUUM.
        try scratch.rows("DROP TABLE c; VACUUM RETAIN 0 HOURS; VACUUM t RETAIN 0 HOURS")
        #expect(scratch.error("UNDROP TABLE c")?.state == .undefinedTable)
        let folder = try scratch.folder(of: "t")
        let left = FileManager.default.subpaths(atPath: folder) ?? []
        #expect(!left.contains { $0.hasSuffix(".parquet") && !$0.contains("_delta_log") })
    }

    @Test func `VACUUM keeps a table within the folder of another`() throws {
        try scratch.rows("CREATE TABLE t USING delta LOCATION '{folder}/t' AS SELECT 1 AS i")
        try scratch.rows("CREATE TABLE u USING delta LOCATION '{folder}/t/inner' AS SELECT 2 AS i")
        try age(in: scratch.folder + "/t")
        try scratch.rows("SET vacuum_retention_check = off; VACUUM t RETAIN 0 HOURS")
        #expect(try scratch.rows("SELECT i FROM u") == [["2"]])
    }

    private func age(in folder: String) throws {
        let files = FileManager.default
        for path in files.subpaths(atPath: folder) ?? [] {
            try files.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: folder + "/" + path)
        }
    }

    @Test func `VACUUM of the warehouse is about its tables with logs, too, and keeps what they say unless less is allowed`() throws {
        try scratch.rows("CREATE TABLE t USING delta AS SELECT 1 AS a; UPDATE t SET a = 2")
        try age(in: scratch.folder(of: "t"))
        #expect(try scratch.rows("VACUUM RETAIN 0 HOURS") == [])
        let gone = try scratch.rows("SET vacuum_retention_check = off; VACUUM RETAIN 0 HOURS")
        #expect(gone.map { [$0[0], $0[3]] } == [["main.t", "in no version that is kept"]])
        #expect(try scratch.rows("SELECT a FROM t") == [["2"]])
    }
}
