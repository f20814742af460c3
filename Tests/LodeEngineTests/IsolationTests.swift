// Transactions: what their statements see of each other and of other sessions.

import LodeCore
import Testing

@testable import LodeEngine

@Suite struct IsolationTests {
    @discardableResult
    private func rows(_ session: Session, _ sql: String) throws -> [[String]] {
        let sink = TextRows()
        _ = try session.executeAll(sql, into: sink)
        return sink.rows
    }

    @Test(arguments: ["", "SERIALIZABLE", "REPEATABLE READ", "READ COMMITTED", "READ UNCOMMITTED"])
    func `a transaction reads one state of all tables, whatever its level is called`(level: String) throws {
        let scratch = try ScratchSession()
        let reader = scratch.session, writer = Session(engine: reader.engine)
        try rows(writer, "CREATE TABLE a AS SELECT 1 AS x; CREATE TABLE b AS SELECT 1 AS x")
        try rows(reader, "BEGIN" + (level.isEmpty ? "" : " ISOLATION LEVEL \(level)"))
        #expect(try rows(reader, "SHOW transaction_isolation") == [[level.isEmpty ? "repeatable read" : level.lowercased()]])
        #expect(try rows(reader, "SELECT count(*) FROM a") == [["1"]])
        try rows(writer, "INSERT INTO a VALUES (2); INSERT INTO b VALUES (2); CREATE TABLE c AS SELECT 1 AS x; VACUUM RETAIN 0 HOURS")
        try rows(writer, "INSERT OVERWRITE b VALUES (3); VACUUM RETAIN 0 HOURS")
        #expect(try rows(reader, "SELECT (SELECT count(*) FROM a), (SELECT sum(x) FROM b)") == [["1", "1"]])
        let missing = #expect(throws: SQLError.self) { try rows(reader, "SELECT * FROM c") }
        #expect(missing?.state == .undefinedTable)
        try rows(reader, "COMMIT")
        #expect(try rows(reader, "SELECT (SELECT count(*) FROM a), (SELECT sum(x) FROM b)") == [["2", "3"]])
        #expect(try rows(reader, "SHOW transaction_isolation") == [["repeatable read"]])
    }

    @Test func `levels are set for a session and shown`() throws {
        let scratch = try ScratchSession()
        try rows(scratch.session, "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        #expect(try rows(scratch.session, "SHOW TRANSACTION ISOLATION LEVEL") == [["serializable"]])
        try rows(scratch.session, "BEGIN; SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        #expect(try rows(scratch.session, "SHOW transaction_isolation") == [["read committed"]])
        try rows(scratch.session, "ROLLBACK")
        #expect(try rows(scratch.session, "SHOW transaction_isolation") == [["serializable"]])
    }

    @Test func `a warehouse is a local folder`() throws {
        let error = #expect(throws: SQLError.self) { try Engine.checkWarehouse("s3://bucket/lake") }
        #expect(error?.state == .featureNotSupported)
        try Engine.checkWarehouse("./lake")
        try Engine.checkWarehouse("file:///tmp/lake")
    }
}
