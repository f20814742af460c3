// Folders of Parquet files that become tables of a log.

import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct ConvertTests {
    private static func folder(_ scratch: ScratchSession, by partitions: String = "PARTITION_BY (k), ") throws {
        try scratch.rows(
            """
            COPY (SELECT i, 'v' || i AS v, CASE WHEN i % 3 = 0 THEN NULL ELSE 'a/b ' || i % 3 END AS k FROM generate_series(1, 9) AS g(i))
            TO '{folder}/data' (\(partitions)FORMAT parquet)
            """)
    }

    @Test func `a folder with partitions becomes a Delta table, where it lies`() throws {
        let scratch = try ScratchSession(threads: 1)
        try Self.folder(scratch)
        let before = try FileManager.default.subpathsOfDirectory(atPath: scratch.folder + "/data").filter { $0.hasSuffix(".parquet") }
        try scratch.rows("CONVERT TO DELTA parquet.\"{folder}/data\" PARTITIONED BY (k varchar)")
        try scratch.rows("CREATE TABLE t USING delta LOCATION '{folder}/data'")
        #expect(try scratch.rows("SELECT count(*), sum(i), count(k) FROM t") == [["9", "45", "6"]])
        #expect(try scratch.rows("SELECT v FROM t WHERE k = 'a/b 1' AND i > 5") == [["v7"]])
        #expect(try scratch.rows("SELECT count(*), sum(rows) FROM t$files") == [["3", "9"]])
        #expect(try scratch.rows("SELECT operation FROM t$history") == [["CONVERT"]])
        try scratch.rows("INSERT INTO t VALUES (10, 'new', 'c'); DELETE FROM t WHERE i = 1")
        #expect(try scratch.rows("SELECT count(*), sum(i) FROM t") == [["9", "54"]])
        let left = Set(try FileManager.default.subpathsOfDirectory(atPath: scratch.folder + "/data"))
        #expect(left.isSuperset(of: before))
    }

    @Test func `a folder becomes an Iceberg table, whose files are read by their names`() throws {
        let scratch = try ScratchSession(threads: 1)
        try Self.folder(scratch)
        try scratch.rows("CONVERT TO ICEBERG '{folder}/data'; CREATE TABLE t USING iceberg LOCATION '{folder}/data'")
        #expect(try scratch.rows("SELECT count(*), sum(i), count(k) FROM t") == [["9", "45", "6"]])
        try scratch.rows("ALTER TABLE t RENAME COLUMN v TO w; INSERT INTO t (i, w, k) VALUES (10, 'new', 'c'); DELETE FROM t WHERE i = 1")
        #expect(try scratch.rows("SELECT i, w FROM t WHERE i IN (2, 10) ORDER BY i") == [["2", "v2"], ["10", "new"]])
        try scratch.rows("OPTIMIZE t FULL")
        #expect(try scratch.rows("SELECT count(*), sum(i), count(w) FROM t") == [["9", "54", "9"]])
    }

    @Test func `an external table becomes the one of the log`() throws {
        let scratch = try ScratchSession(threads: 1)
        try Self.folder(scratch)
        let columns = "(i integer, v varchar) PARTITIONED BY (k varchar)"
        try scratch.rows("CREATE EXTERNAL TABLE e \(columns) STORED AS PARQUET LOCATION '{folder}/data'")
        try scratch.rows("CONVERT TO DELTA e")
        try scratch.rows("UPDATE e SET v = 'u' WHERE i = 9")
        #expect(try scratch.rows("SELECT v FROM e WHERE i >= 8 ORDER BY i") == [["v8"], ["u"]])
        // Once more there is nothing to do.
        #expect(try scratch.notices("CONVERT TO DELTA e").count == 1)
    }

    @Test func `what is no table is refused before a log is written`() throws {
        let scratch = try ScratchSession(threads: 1)
        #expect(scratch.error("CONVERT TO DELTA '{folder}/nothing'")?.state == .undefinedFile)
        try Self.folder(scratch)
        #expect(scratch.error("CONVERT TO DELTA '{folder}/data' PARTITIONED BY (other date)")?.state == .undefinedColumn)
        #expect(scratch.error("CONVERT TO DELTA '{folder}/data' PARTITIONED BY (k date)")?.state == .invalidTextRepresentation)
        #expect(scratch.error("CONVERT TO hudi '{folder}/data'")?.state == .featureNotSupported)
        try scratch.rows("COPY (SELECT 'text' AS i) TO '{folder}/data/k=z/more.parquet'")
        #expect(scratch.error("CONVERT TO DELTA '{folder}/data'")?.state == .datatypeMismatch)
        try scratch.rows("CREATE TABLE m USING parquet AS SELECT 1 AS i")
        #expect(scratch.error("CONVERT TO DELTA m")?.state == .featureNotSupported)
        #expect(!FileManager.default.fileExists(atPath: scratch.folder + "/data/_delta_log"))
    }
}
