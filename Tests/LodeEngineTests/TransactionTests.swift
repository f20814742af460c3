// BEGIN … COMMIT: one view of all tables, own changes seen, all published together or not at all.

import Foundation
import LodeCore
import LodeSyntax
import Testing

@testable import LodeEngine

@Suite struct TransactionTests {
    private let scratch: ScratchSession
    private let session: Session
    private let other: Session

    init() throws {
        // Whose versions the catalog keeps: what a transaction reads, it reads as of one moment.
        scratch = try ScratchSession(format: "parquet")
        session = scratch.session
        other = Session(engine: session.engine)
        try rows(session, "CREATE TABLE a AS SELECT 1 AS x; CREATE TABLE b AS SELECT 1 AS x")
    }

    @discardableResult
    private func rows(_ session: Session, _ sql: String) throws -> [[String]] {
        let sink = TextRows()
        _ = try session.executeAll(sql, into: sink)
        return sink.rows
    }

    private func state(_ session: Session, _ sql: String) -> String? {
        do {
            try rows(session, sql)
            return nil
        } catch { return (error as? SQLError)?.state.rawValue }
    }

    private static let sums = "SELECT (SELECT sum(x) FROM a), (SELECT sum(x) FROM b)"

    /// The data files of all tables.
    private func files() throws -> Set<String> {
        let all = try FileManager.default.subpathsOfDirectory(atPath: scratch.folder)
        return Set(all.filter { $0.hasSuffix(".parquet") })
    }

    @Test func `a transaction sees its own rows, others see them together at its end`() throws {
        try rows(session, "BEGIN; INSERT INTO a VALUES (10); INSERT INTO b VALUES (20); INSERT INTO a SELECT x + 100 FROM a")
        #expect(try rows(session, Self.sums) == [["222", "21"]])
        #expect(try rows(other, Self.sums) == [["1", "1"]])
        try rows(session, "COMMIT")
        #expect(try rows(other, Self.sums) == [["222", "21"]])
    }

    @Test func `a rollback leaves nothing, also of the session and in the folder`() throws {
        let before = try files()
        try rows(
            session,
            """
            BEGIN; INSERT INTO a VALUES (10); CREATE TABLE c AS SELECT 5 AS y; TRUNCATE b; CREATE TEMP VIEW v AS SELECT 1;
            SET timezone = 'Europe/Vienna'
            """)
        #expect(try rows(session, "SELECT (SELECT sum(x) FROM a), (SELECT count(*) FROM b), (SELECT y FROM c)") == [["11", "0", "5"]])
        try rows(session, "ROLLBACK")
        #expect(try rows(session, Self.sums) == [["1", "1"]])
        #expect(state(session, "SELECT * FROM c") == "42P01" && state(session, "SELECT * FROM v") == "42P01")
        #expect(try rows(session, "SHOW timezone") == [["UTC"]])
        #expect(try files() == before)
    }

    @Test func `what others commit meanwhile is not seen, and does not stand in the way of rows that are added`() throws {
        try rows(session, "BEGIN; SELECT * FROM a")
        try rows(other, "INSERT INTO a VALUES (1000); INSERT INTO b VALUES (1000)")
        try rows(session, "INSERT INTO b VALUES (20)")
        #expect(try rows(session, Self.sums) == [["1", "21"]])
        try rows(session, "COMMIT")
        #expect(try rows(session, Self.sums) == [["1001", "1021"]])
    }

    @Test(arguments: ["INSERT OVERWRITE a VALUES (7)", "TRUNCATE a"])
    func `what replaces rows that others have changed is refused`(change: String) throws {
        try rows(session, "BEGIN; SELECT * FROM a")
        try rows(other, "INSERT INTO a VALUES (1000)")
        try rows(session, change + "; INSERT INTO b VALUES (5)")
        #expect(state(session, "COMMIT") == "40001")
        #expect(session.transactionStatus == .idle)
        #expect(try rows(session, Self.sums) == [["1001", "1"]])
    }

    @Test(arguments: ["SERIALIZABLE", "REPEATABLE READ", "READ COMMITTED"])
    func `only a serializable transaction depends on what it has read`(level: String) throws {
        try rows(session, "BEGIN ISOLATION LEVEL \(level); INSERT INTO b SELECT sum(x) FROM a")
        try rows(other, "INSERT INTO a VALUES (1000)")
        #expect(state(session, "COMMIT") == (level == "SERIALIZABLE" ? "40001" : nil))
        #expect(try rows(other, "SELECT count(*) FROM b") == [[level == "SERIALIZABLE" ? "1" : "2"]])
        // One that changes nothing has seen one state, whatever came after.
        try rows(session, "BEGIN ISOLATION LEVEL \(level); SELECT * FROM a")
        try rows(other, "INSERT INTO a VALUES (1)")
        try rows(session, "COMMIT")
    }

    @Test func `what FOR UPDATE has read must not have changed`() throws {
        try rows(session, "BEGIN; SELECT x FROM a FOR UPDATE; SELECT x FROM b; INSERT INTO b VALUES (5)")
        try rows(other, "INSERT INTO b VALUES (6)")
        try rows(session, "COMMIT")
        #expect(try rows(session, Self.sums) == [["1", "12"]])
        try rows(session, "BEGIN; SELECT * FROM (SELECT x FROM a FOR SHARE) AS q; INSERT INTO b VALUES (5)")
        try rows(other, "INSERT INTO a VALUES (6)")
        #expect(state(session, "COMMIT") == "40001")
        // Without a change of its own, a transaction has seen one state.
        try rows(session, "BEGIN; SELECT x FROM a FOR UPDATE")
        try rows(other, "INSERT INTO a VALUES (1)")
        try rows(session, "COMMIT")
    }

    @Test func `write skew is a conflict for serializable transactions`() throws {
        try rows(session, "BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO a SELECT sum(x) FROM b")
        try rows(other, "BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO b SELECT sum(x) FROM a")
        try rows(session, "COMMIT")
        #expect(state(other, "COMMIT") == "40001")
        #expect(try rows(other, Self.sums) == [["2", "1"]])
    }

    @Test func `savepoints go back, again and again`() throws {
        let before = try files()
        try rows(session, "BEGIN; INSERT INTO a VALUES (10); SAVEPOINT s; INSERT INTO a VALUES (100); CREATE TABLE c AS SELECT 1 AS y")
        try rows(session, "SAVEPOINT t; INSERT INTO b VALUES (100); ROLLBACK TO s")
        #expect(try rows(session, Self.sums) == [["11", "1"]])
        #expect(state(session, "SELECT * FROM c") == "42P01")
        #expect(session.transactionStatus == .failed && state(session, "SELECT 1") == "25P02")
        try rows(session, "ROLLBACK TO SAVEPOINT s; INSERT INTO a VALUES (1000)")
        #expect(session.transactionStatus == .active)
        #expect(state(session, "RELEASE t") == "3B001")
        try rows(session, "ROLLBACK TO s; RELEASE SAVEPOINT s; COMMIT")
        #expect(try rows(other, Self.sums) == [["11", "1"]])
        #expect(try files().count == before.count + 1)
        for statement in ["SAVEPOINT s", "RELEASE s", "ROLLBACK TO s"] { #expect(state(session, statement) == "25P01") }
    }

    @Test func `the commit of a transaction that has failed rolls it back`() throws {
        try rows(session, "BEGIN; INSERT INTO a VALUES (10)")
        #expect(state(session, "SELECT 1 / 0") == "22012")
        #expect(state(session, "INSERT INTO a VALUES (1)") == "25P02")
        let parsed = try #require(try Parser.parse("COMMIT").first)
        #expect(try session.execute(parsed, of: "COMMIT", into: TextRows()).tag == "ROLLBACK")
        #expect(try rows(session, Self.sums) == [["1", "1"]])
    }

    @Test func `tables are made, renamed, changed and dropped in one transaction`() throws {
        try rows(session, "BEGIN; CREATE TABLE fresh AS SELECT 7 AS x; INSERT INTO fresh VALUES (8); ALTER TABLE a RENAME TO old")
        try rows(session, "ALTER TABLE fresh RENAME TO a; INSERT INTO a VALUES (9)")
        #expect(try rows(session, "SELECT sum(x) FROM a") == [["24"]])
        #expect(try rows(session, "SELECT sum(x) FROM old") == [["1"]])
        #expect(state(other, "SELECT * FROM old") == "42P01")
        try rows(session, "DROP TABLE old; CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 1 AS y; CREATE VIEW w AS SELECT * FROM s.t")
        #expect(try rows(session, "SELECT * FROM w") == [["1"]])
        try rows(session, "COMMIT")
        #expect(try rows(other, "SELECT sum(x) FROM a") == [["24"]])
        #expect(try rows(other, "SELECT * FROM w") == [["1"]])
        #expect(state(other, "SELECT * FROM old") == "42P01" && state(other, "SELECT * FROM fresh") == "42P01")
        #expect(state(session, "CREATE TABLE a AS SELECT 1 AS x") == "42P07")
    }

    @Test func `columns that are added and rows for them are published together`() throws {
        try rows(session, "BEGIN; INSERT INTO a VALUES (2); ALTER TABLE a ADD COLUMN y bigint; INSERT INTO a VALUES (3, 30)")
        #expect(try rows(session, "SELECT sum(x), sum(y) FROM a") == [["6", "30"]])
        try rows(session, "COMMIT")
        #expect(try rows(other, "SELECT sum(x), sum(y) FROM a") == [["6", "30"]])
    }

    @Test func `partitions that are replaced twice hold what came last`() throws {
        try rows(session, "CREATE TABLE p (x bigint, k bigint) PARTITIONED BY (k); INSERT INTO p VALUES (1, 1), (2, 2)")
        try rows(session, "BEGIN; INSERT OVERWRITE p VALUES (10, 1); INSERT INTO p VALUES (100, 2); INSERT OVERWRITE p VALUES (20, 2)")
        #expect(try rows(session, "SELECT k, sum(x) FROM p GROUP BY k ORDER BY k") == [["1", "10"], ["2", "20"]])
        try rows(session, "COMMIT")
        #expect(try rows(other, "SELECT k, sum(x) FROM p GROUP BY k ORDER BY k") == [["1", "10"], ["2", "20"]])
    }

    @Test func `files of a transaction are safe from collectors`() throws {
        try rows(session, "BEGIN; INSERT INTO a VALUES (10); CREATE TABLE c AS SELECT 1 AS y")
        try rows(other, "VACUUM RETAIN 0 HOURS")
        try rows(session, "COMMIT")
        #expect(try rows(other, "SELECT (SELECT sum(x) FROM a), (SELECT y FROM c)") == [["11", "1"]])
    }
}
