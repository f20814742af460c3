// Change data feeds of Delta tables: they tell all that changed, and nothing else.

import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct DeltaFeedTests {
    private static let feed = "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"
    private static let both =
        "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = 'true', 'delta.checkpointInterval' = '3')"

    /// Rows that the changes leave, put together again.
    private static let replayed = """
        SELECT * FROM (SELECT k, v, sum(CASE WHEN _change_type IN ('insert', 'update_postimage') THEN 1 ELSE -1 END) AS n
            FROM table_changes('t', 0) GROUP BY k, v) AS c WHERE n <> 0 ORDER BY k, v
        """

    @Test(arguments: [feed, both]) func `changes put together are the table`(properties: String) throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t (k integer, v varchar) USING delta PARTITIONED BY (k) \(properties)")
        let statements = [
            "INSERT INTO t SELECT i % 4, 'v' || i FROM generate_series(1, 200) AS g(i)",
            "UPDATE t SET v = v || '!' WHERE k = 1", "DELETE FROM t WHERE v LIKE '%7'", "UPDATE t SET k = 9 WHERE v LIKE '%3!'",
            "MERGE INTO t USING (SELECT i FROM generate_series(150, 250) AS g(i)) AS s ON t.v = 'v' || s.i "
                + "WHEN MATCHED AND s.i % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET k = 5 "
                + "WHEN NOT MATCHED THEN INSERT VALUES (6, 'n' || s.i)",
            "DELETE FROM t WHERE k = 0", "INSERT OVERWRITE t SELECT k, 'o' || v FROM t WHERE k = 2", "INSERT INTO t VALUES (NULL, NULL)",
            "UPDATE t SET v = 'known' WHERE v IS NULL", "DELETE FROM t WHERE k IN (5, 6) AND v > 'n2'", "TRUNCATE t",
            "INSERT INTO t SELECT i, 'end' FROM generate_series(1, 3) AS g(i)",
        ]
        for statement in statements {
            try scratch.rows(statement)
            let now = try scratch.rows("SELECT k, v, count(*) FROM t GROUP BY k, v ORDER BY k, v")
            #expect(try scratch.rows(Self.replayed) == now, "\(statement)")
        }
    }

    @Test func `a feed of many rows is written within little memory`() throws {
        let scratch = try ScratchSession()
        let rows = "SELECT i AS k, repeat('x', 60) || i AS v FROM generate_series(1, 150000) AS g(i)"
        try scratch.rows("CREATE TABLE t USING delta \(Self.feed) AS \(rows)")
        try scratch.rows("SET memory_limit = '24MB'; UPDATE t SET v = 'y' || v")
        #expect(try scratch.rows("SELECT count(*), sum(k), count(DISTINCT k) FROM t") == [["150000", "11250075000", "150000"]])
        let told = "SELECT _change_type, count(*), count(DISTINCT k), min(left(v, 1)) FROM table_changes('t', 1) GROUP BY 1 ORDER BY 1"
        try scratch.rows("RESET memory_limit")
        #expect(try scratch.rows(told) == [["update_postimage", "150000", "150000", "y"], ["update_preimage", "150000", "150000", "x"]])
        #expect(scratch.session.engine.memory.reservedBytes == 0)
    }

    @Test func `rows of a feed do not change within a transaction`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t USING delta \(Self.feed) AS SELECT i AS k FROM generate_series(1, 10) AS g(i)")
        let error = scratch.error("BEGIN; INSERT INTO t VALUES (11); UPDATE t SET k = 0 WHERE k = 1; COMMIT")
        #expect(error?.state == .featureNotSupported)
        try? scratch.rows("ROLLBACK")
        #expect(try scratch.rows("SELECT count(*), min(k) FROM t") == [["10", "1"]])
    }

    @Test func `vacuum takes feeds and vectors of versions that nobody wants, and leaves the others`() throws {
        let scratch = try ScratchSession(threads: 1)
        try scratch.rows(
            """
            CREATE TABLE t USING delta \(Self.both) AS SELECT i AS k FROM generate_series(1, 20000) AS g(i);
            DELETE FROM t WHERE k * 7919 % 100 < 10; DELETE FROM t WHERE k * 7919 % 100 < 20
            """)
        let root = try scratch.folder(of: "t")
        func names() -> [String] { FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? [] }
        func count() -> [Int] { ["deletion_vector_", "_change_data/data", "data-"].map { start in names().count { $0.hasPrefix(start) } } }
        #expect(count() == [2, 2, 1])
        for name in names() {
            let old = Date(timeIntervalSince1970: 1_700_000_000)
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: "\(root)/\(name)")
        }
        try scratch.rows("SET vacuum_retention_check = off; VACUUM t RETAIN 0 HOURS")
        #expect(count() == [1, 0, 1])
        #expect(try scratch.rows("SELECT count(*) FROM t") == [["16000"]])
    }

    @Test func `clients are named what they must know from then on`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t (k integer) USING delta")
        let notices = try scratch.notices("ALTER TABLE t SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')")
        #expect(notices.contains { $0.contains("deletionVectors") })
        #expect(try scratch.notices("ALTER TABLE t SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')") == [])
    }
}
