// UPDATE, DELETE, MERGE and TRUNCATE: which files they touch, what they say, and how they go with concurrent changes.

import Foundation
import LodeCatalog
import LodeCore
import LodeTables
import Testing

@testable import LodeEngine

@Suite struct RowChangeTests {
    private func files(_ scratch: ScratchSession, _ table: String = "t") throws -> [DataFile] {
        try scratch.session.catalog.snapshot(of: TableName("main", table)).plan(nil).files
    }

    private func tags(_ session: Session, _ sql: String) throws -> [String] {
        try session.executeAll(sql, into: TextRows()).map(\.tag)
    }

    @Test func `tags count the rows`() throws {
        let scratch = try ScratchSession()
        let found = try tags(
            scratch.session,
            """
            CREATE TABLE t AS SELECT g AS id, g % 4 AS k FROM generate_series(1, 20) AS s(g);
            UPDATE t SET k = 9 WHERE id < 4; UPDATE t SET k = 1 FROM generate_series(1, 3) AS g(x) WHERE t.id = 5;
            MERGE INTO t USING generate_series(18, 25) AS s(x) ON id = x WHEN MATCHED AND x = 18 THEN DO NOTHING
                WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (x, 0);
            DELETE FROM t WHERE id > 22; INSERT INTO t VALUES (1, 1) RETURNING id; DELETE FROM t WHERE false; TRUNCATE t
            """)
        #expect(found == [
            "SELECT 20", "UPDATE 3", "UPDATE 1", "MERGE 7", "DELETE 3", "INSERT 0 1", "DELETE 0", "TRUNCATE TABLE",
        ])
    }

    @Test func `files without a matching row stay`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t (id bigint, v varchar)")
        for part in 0..<3 { try scratch.rows("INSERT INTO t SELECT g, 'old' FROM generate_series(\(part * 10), \(part * 10 + 9)) AS s(g)") }
        let before = try files(scratch).map(\.path)
        try scratch.rows("UPDATE t SET v = 'new' WHERE id = 15")
        let after = try files(scratch)
        #expect(Set(before).subtracting(after.map(\.path)) == [before[1]])
        // The new row is with those that stayed.
        #expect(after.map(\.rowCount) == [10, 10, 10])
        try scratch.rows("DELETE FROM t WHERE id BETWEEN 20 AND 29")
        #expect(try files(scratch).count == 2)
        let version = try scratch.session.catalog.snapshot(of: TableName("main", "t")).version
        try scratch.rows("UPDATE t SET v = 'x' WHERE id = 99; DELETE FROM t WHERE id = 99")
        #expect(try scratch.session.catalog.snapshot(of: TableName("main", "t")).version == version)
        #expect(try scratch.rows("SELECT count(*), count(*) FILTER (WHERE v = 'new') FROM t") == [["20", "1"]])
    }

    @Test func `rows that stay follow those that come into one file`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t AS SELECT g AS id, 'old ' || g AS v FROM generate_series(1, 150000) AS s(g)")
        try scratch.rows(
            """
            MERGE INTO t USING (SELECT g AS id, 'new ' || g AS v FROM generate_series(100001, 300000) AS s(g)) AS s ON t.id = s.id
                WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *
            """)
        #expect(try files(scratch).map(\.rowCount) == [300_000])
        let found = try scratch.rows("SELECT count(*), count(DISTINCT id), count(*) FILTER (WHERE v = 'new ' || id), min(v), max(v) FROM t")
        #expect(found == [["300000", "300000", "200000", "new 100001", "old 99999"]])
        try scratch.rows("CREATE TABLE p (id bigint, k integer) PARTITIONED BY (k)")
        try scratch.rows("INSERT INTO p SELECT g, g % 2 FROM generate_series(1, 40) AS s(g); UPDATE p SET id = id + 100 WHERE id < 11")
        #expect(try files(scratch, "p").map(\.rowCount) == [20, 20])
        #expect(try scratch.rows("SELECT count(*), sum(id), sum(k) FROM p") == [["40", "1820", "20"]])
    }

    @Test(arguments: ["DELETE FROM t WHERE day >= DATE '2024-01-02'", "DELETE FROM t", "TRUNCATE t"])
    func `whole partitions go without a file being read or written`(sql: String) throws {
        let scratch = try ScratchSession()
        try scratch.rows(
            "CREATE TABLE t (id bigint, day date) PARTITIONED BY (day);"
                + "INSERT INTO t SELECT g, DATE '2024-01-01' + CAST(g % 3 AS integer) FROM generate_series(1, 30) AS s(g)")
        let before = Set(try files(scratch).map(\.path))
        let outcome = try #require(try scratch.session.executeAll(sql, into: TextRows()).first)
        #expect(outcome.receipt.filesRead == 0 && outcome.receipt.filesWritten == 0 && outcome.receipt.bytesRead == 0)
        #expect(Set(try files(scratch).map(\.path)).isSubset(of: before))
        #expect(try scratch.rows("SELECT count(*) FROM t") == [[sql.contains("WHERE") ? "10" : "0"]])
    }

    @Test func `what fails leaves no file behind`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t AS SELECT g AS id, 1 AS k FROM generate_series(0, 9999) AS s(g)")
        let before = try files(scratch).map(\.path)
        for sql in [
            "UPDATE t SET k = 1 / (id - 9000)", "DELETE FROM t WHERE 1 / (id - 9000) > 0",
            "INSERT INTO t SELECT id, k FROM t RETURNING 1 / id",
            "MERGE INTO t USING t AS s ON t.k = s.k AND s.id < 2 WHEN MATCHED THEN UPDATE SET k = 2",
        ] {
            #expect(scratch.error(sql) != nil)
        }
        #expect(try files(scratch).map(\.path) == before)
        let left = try FileManager.default.contentsOfDirectory(atPath: try scratch.folder(of: "t"))
        #expect(left.filter { $0.hasSuffix(".parquet") }.count == before.count)
    }

    @Test func `a transaction sees its own changes, and publishes or drops them together`() throws {
        let scratch = try ScratchSession()
        let other = Session(engine: scratch.session.engine)
        func seen(by session: Session) throws -> [[String]] {
            let sink = TextRows()
            _ = try session.executeAll("SELECT id, v FROM t ORDER BY id", into: sink)
            return sink.rows
        }
        try scratch.rows(
            "CREATE TABLE t AS SELECT g AS id, 'old' AS v FROM generate_series(1, 3) AS s(g); CREATE TEMP TABLE own (id bigint)")
        try scratch.rows(
            "BEGIN; UPDATE t SET v = 'new' WHERE id < 3; DELETE FROM t WHERE id = 1; SAVEPOINT a; DELETE FROM t; ROLLBACK TO a")
        try scratch.rows(
            "INSERT INTO own SELECT id FROM t; MERGE INTO t USING own ON t.id = own.id WHEN MATCHED THEN UPDATE SET v = v || '!'")
        #expect(try seen(by: scratch.session) == [["2", "new!"], ["3", "old!"]])
        #expect(try seen(by: other) == [["1", "old"], ["2", "old"], ["3", "old"]])
        try scratch.rows("COMMIT")
        #expect(try seen(by: other) == [["2", "new!"], ["3", "old!"]])
        try scratch.rows("BEGIN; TRUNCATE t; INSERT INTO own VALUES (9); ROLLBACK")
        #expect(try seen(by: scratch.session) == [["2", "new!"], ["3", "old!"]])
        #expect(try scratch.rows("SELECT count(*) FROM own") == [["2"]])
    }

    @Test func `a transaction conflicts with a change of the same file, not with new rows`() throws {
        let scratch = try ScratchSession()
        let other = Session(engine: scratch.session.engine)
        try scratch.rows("CREATE TABLE t AS SELECT 1 AS id, 0 AS n")
        try scratch.rows("BEGIN; UPDATE t SET n = 1")
        _ = try other.executeAll("INSERT INTO t VALUES (2, 2)", into: TextRows())
        try scratch.rows("COMMIT")
        #expect(try scratch.rows("SELECT id, n FROM t ORDER BY id") == [["1", "1"], ["2", "2"]])
        try scratch.rows("BEGIN; UPDATE t SET n = 3 WHERE id = 1")
        _ = try other.executeAll("UPDATE t SET n = 4 WHERE id = 1", into: TextRows())
        #expect(scratch.error("COMMIT")?.state == .serializationFailure)
        #expect(try scratch.rows("SELECT n FROM t WHERE id = 1") == [["4"]])
    }

    @Test func `the history calls changes by their names`() throws {
        let scratch = try ScratchSession(format: "parquet")
        try scratch.rows("CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 5) AS s(g); UPDATE t SET id = 9 WHERE id = 1")
        try scratch.rows(
            "DELETE FROM t WHERE id = 2; MERGE INTO t USING (SELECT 3 AS x) AS s ON id = x WHEN MATCHED THEN DELETE; TRUNCATE t")
        let history = try scratch.rows("DESCRIBE HISTORY t")
        #expect(zip(history, ["TRUNCATE", "MERGE", "DELETE", "UPDATE", "CREATE TABLE"]).allSatisfy { $0.contains($1) })
        #expect(history.count == 5)
    }

    @Test func `changes that are explained are not made, and those that are analyzed are`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 9) AS s(g)")
        for sql in [
            "UPDATE t SET id = 0 WHERE id = 3", "DELETE FROM t WHERE id = 3",
            "MERGE INTO t USING t AS s ON t.id = s.id WHEN MATCHED THEN DELETE",
        ] {
            #expect(try scratch.rows("EXPLAIN \(sql)").contains { $0[0].contains("Scan") })
        }
        #expect(try scratch.rows("SELECT count(*), sum(id) FROM t") == [["9", "45"]])
        #expect(try scratch.rows("EXPLAIN ANALYZE UPDATE t SET id = 0 WHERE id = 3").last == ["UPDATE 1"])
        #expect(try scratch.rows("EXPLAIN ANALYZE DELETE FROM t").last == ["DELETE 9"])
        #expect(try scratch.rows("SELECT count(*) FROM t") == [["0"]])
    }

    /// Runs `sql` `times` times in each of several sessions at once.
    private func race(_ scratch: ScratchSession, sessions: Int, times: Int, _ sql: @escaping @Sendable (Int, Int) -> String) throws {
        let engine = scratch.session.engine
        let failures = Lock<[String]>([])
        let threads = (0..<sessions).map { number in
            let done = DispatchSemaphore(value: 0)
            let thread = Thread {
                let session = Session(engine: engine)
                for turn in 0..<times {
                    do throws(SQLError) {
                        _ = try session.executeAll(sql(number, turn), into: TextRows())
                    } catch {
                        failures.withLock { $0.append("\(error)") }
                    }
                }
                done.signal()
            }
            thread.stackSize = 8 << 20
            thread.start()
            return done
        }
        for done in threads { done.wait() }
        #expect(failures.withLock { $0 } == [])
    }

    @Test func `concurrent changes of one row all count`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t AS SELECT 0 AS n")
        try race(scratch, sessions: 3, times: 4) { _, _ in "UPDATE t SET n = n + 1" }
        #expect(try scratch.rows("SELECT n FROM t") == [["12"]])
    }

    @Test func `concurrent upserts double no row`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t (k bigint, n bigint)")
        try race(scratch, sessions: 3, times: 4) { _, turn in
            "MERGE INTO t USING (VALUES (\(turn))) AS s(k) ON t.k = s.k WHEN MATCHED THEN UPDATE SET n = n + 1"
                + " WHEN NOT MATCHED THEN INSERT VALUES (k, 1)"
        }
        #expect(try scratch.rows("SELECT k, n FROM t ORDER BY k") == (0..<4).map { ["\($0)", "3"] })
    }

    @Test func `rows that others add meanwhile stay`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t AS SELECT -1 AS id, 0 AS n")
        try race(scratch, sessions: 2, times: 5) { session, turn in
            session == 0 ? "INSERT INTO t VALUES (\(turn), 0)" : "UPDATE t SET n = n + 1 WHERE id = -1"
        }
        #expect(try scratch.rows("SELECT count(*), max(n) FROM t") == [["6", "5"]])
    }

    @Test func `temporary tables are their session's alone and end with it`() throws {
        let scratch = try ScratchSession()
        let engine = scratch.session.engine, folder = scratch.folder + "/temporary"
        var session: Session? = Session(engine: engine)
        _ = try session?.executeAll(
            "SET temp_directory = '\(folder)'; CREATE TEMP TABLE own AS SELECT 1 AS a; UPDATE own SET a = 2", into: TextRows())
        #expect(scratch.error("SELECT * FROM own")?.state == .undefinedTable)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
        session = nil
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
}
