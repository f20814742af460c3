// Transactions: what their statements see of each other and of other sessions.

import LodeCatalog
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
        try rows(writer, "CREATE TABLE a USING parquet AS SELECT 1 AS x; CREATE TABLE b USING parquet AS SELECT 1 AS x")
        try rows(reader, "BEGIN" + (level.isEmpty ? "" : " ISOLATION LEVEL \(level)"))
        #expect(try rows(reader, "SHOW transaction_isolation") == [[level.isEmpty ? "repeatable read" : level.lowercased()]])
        #expect(try rows(reader, "SELECT count(*) FROM a") == [["1"]])
        try rows(writer, "INSERT INTO a VALUES (2); INSERT INTO b VALUES (2); CREATE TABLE c USING parquet AS SELECT 1 AS x")
        try rows(writer, "VACUUM RETAIN 0 HOURS")
        try rows(writer, "INSERT OVERWRITE b VALUES (3); VACUUM RETAIN 0 HOURS")
        #expect(try rows(reader, "SELECT (SELECT count(*) FROM a), (SELECT sum(x) FROM b)") == [["1", "1"]])
        let missing = #expect(throws: SQLError.self) { try rows(reader, "SELECT * FROM c") }
        #expect(missing?.state == .undefinedTable)
        try rows(reader, "COMMIT")
        #expect(try rows(reader, "SELECT (SELECT count(*) FROM a), (SELECT sum(x) FROM b)") == [["2", "3"]])
        #expect(try rows(reader, "SHOW transaction_isolation") == [["repeatable read"]])
    }

    @Test func `the name of a WITH query within is no table that was read`() throws {
        let scratch = try ScratchSession()
        let reader = scratch.session, writer = Session(engine: reader.engine)
        try rows(writer, "CREATE TABLE x USING parquet AS SELECT 1 AS n; CREATE TABLE y USING parquet AS SELECT 1 AS n")
        try rows(reader, "BEGIN ISOLATION LEVEL SERIALIZABLE")
        #expect(try rows(reader, "SELECT n FROM (WITH x AS (SELECT 5 AS n) SELECT n FROM x) AS s") == [["5"]])
        #expect(try rows(reader, "WITH x AS (SELECT 6 AS n) SELECT (SELECT n FROM x)") == [["6"]])
        try rows(writer, "INSERT INTO x VALUES (2)")
        try rows(reader, "INSERT INTO y VALUES (2); COMMIT")
        // One that its own text, or an earlier one's, names is a table.
        try rows(reader, "BEGIN ISOLATION LEVEL SERIALIZABLE; WITH x AS (SELECT n FROM x) SELECT n FROM x")
        try rows(writer, "INSERT INTO x VALUES (3)")
        let lost = #expect(throws: SQLError.self) { try rows(reader, "INSERT INTO y VALUES (3); COMMIT") }
        #expect(lost?.state == .serializationFailure)
    }

    @Test func `one statement reads one state of all tables`() throws {
        let scratch = try ScratchSession()
        let catalog = scratch.session.engine.catalog, writer = Session(engine: scratch.session.engine)
        try rows(writer, "CREATE TABLE a USING parquet AS SELECT 1 AS x; CREATE TABLE b USING parquet AS SELECT 1 AS x")
        try rows(writer, "CREATE TABLE c USING parquet AS SELECT 1 AS x")
        let a = try #require(try catalog.table(TableName("main", "a"))), b = try #require(try catalog.table(TableName("main", "b")))
        let c = try #require(try catalog.table(TableName("main", "c")))
        let moment = StatementMoment()
        #expect(try moment.snapshot(of: a, catalog).version == 1)
        try rows(writer, "INSERT INTO b VALUES (2)")
        // While the first table is as it was, the others are as they are.
        #expect(try moment.snapshot(of: b, catalog).version == 2)
        try rows(writer, "INSERT INTO a VALUES (2); INSERT INTO b VALUES (3); VACUUM RETAIN 0 HOURS")
        #expect(try moment.snapshot(of: b, catalog).version == 2)
        #expect(try moment.snapshot(of: a, catalog).version == 1)
        // A table that is another one now makes the statement begin anew.
        try rows(writer, "CREATE OR REPLACE TABLE c USING parquet AS SELECT 2 AS x")
        let replaced = #expect(throws: SQLError.self) { try moment.snapshot(of: c, catalog) }
        #expect(replaced?.state == .serializationFailure)
        #expect(try rows(writer, "SELECT count(*) FROM a, b, c") == [["6"]])
    }

    @Test func `changes of several tables in one commit are seen together`() throws {
        let scratch = try ScratchSession()
        let catalog = scratch.session.engine.catalog, writer = Session(engine: scratch.session.engine)
        try rows(writer, "CREATE TABLE a USING parquet AS SELECT 1 AS x; CREATE TABLE b USING parquet AS SELECT 1 AS x")
        let a = try #require(try catalog.table(TableName("main", "a"))), b = try #require(try catalog.table(TableName("main", "b")))
        let moment = StatementMoment()
        #expect(try moment.snapshot(of: b, catalog).version == 1)
        let changes = try [a, b].map { table in
            let transaction = try catalog.beginWrite(table.tableName)
            transaction.replaceAll(with: [])
            return transaction.change
        }
        _ = try catalog.commit(changes)
        #expect(try moment.snapshot(of: a, catalog).version == 1)
        #expect(try rows(writer, "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)") == [["0", "0"]])
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
}
