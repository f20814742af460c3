// Look-ups: a query that comes again is planned once, and still answers as if it were planned anew.

import LodeCore
import LodeSyntax
import LodeVectors
import Testing

@testable import LodeEngine

@Suite struct KeptQueryTests {
    private let scratch: ScratchSession
    private var session: Session { scratch.session }

    init() throws {
        // Of tables with logs nobody knows without a look into the log that they are as they were: queries of theirs are not kept.
        scratch = try ScratchSession(format: "parquet")
        try scratch.rows(
            """
            CREATE TABLE t AS SELECT i::integer AS k, 'name ' || i AS name, (i * 1.25)::decimal(10, 2) AS amount,
                DATE '2024-01-01' + i AS day
            FROM generate_series(1, 100) g(i)
            """)
    }

    /// The rows of a query as a client's simple query gives them, and whether it was kept.
    private func ask(_ sql: String, of session: Session? = nil) throws -> (rows: [[String]], isKept: Bool) {
        let session = session ?? self.session
        if let stream = try session.startKept(sql) { return (try rows(of: stream), true) }
        let parsed = try #require(try Parser.parse(sql).first)
        return (try rows(of: try session.start(parsed, of: sql)), false)
    }

    private func rows(of stream: ResultStream) throws -> [[String]] {
        let sink = TextRows()
        try sink.begin(try #require(stream.columns))
        while true {
            switch stream.next() {
            case .rows(let chunk): _ = try sink.rows(chunk)
            case .failed(let error): throw error
            case .waiting: continue
            case .suspended, .finished: return sink.rows
            }
        }
    }

    private func execute(_ statement: PreparedStatement, _ values: [Value]) throws -> [[String]] {
        let portal = Portal("", statement, values, types: statement.parameterTypes)
        try session.keep(portal)
        return try rows(of: session.execute(portal, limit: nil))
    }

    @Test func aQueryIsKeptWhenItComesAgainWithOtherValues() throws {
        #expect(try ask("SELECT name FROM t WHERE k = 3") == ([["name 3"]], false))
        #expect(try ask("SELECT name FROM t WHERE k = 4") == ([["name 4"]], true))
        #expect(try ask("SELECT name FROM t WHERE k = 101") == ([], true))
        #expect(try ask("SELECT name FROM t WHERE k = 5;") == ([["name 5"]], true))
    }

    @Test func valuesAreReadAsLiteralsOfTheirColumns() throws {
        let asked = ["SELECT k FROM t WHERE day = '2024-01-08'", "SELECT k FROM t WHERE day = '2024-01-09'"]
        #expect(try asked.map { try ask($0).rows } == [[["7"]], [["8"]]])
        for name in ["name 1", "name 2", "it''s"] { _ = try ask("SELECT k FROM t WHERE name = '\(name)'") }
        #expect(try ask("SELECT k FROM t WHERE name = 'name 9'") == ([["9"]], true))
        #expect(throws: SQLError.self) { try ask("SELECT k FROM t WHERE day = 'yesterday evening'") }
    }

    @Test func literalsOfAnotherTypeAreAnotherQuery() throws {
        for key in 1...3 { _ = try ask("SELECT name FROM t WHERE k = \(key)") }
        #expect(try ask("SELECT name FROM t WHERE k = 5000000000") == ([], false))
        #expect(try ask("SELECT name FROM t WHERE k = 5.0") == ([["name 5"]], false))
        #expect(try ask("SELECT name FROM t WHERE k = 6") == ([["name 6"]], true))
    }

    @Test func literalsElsewhereKeepTheirMeaning() throws {
        for limit in [2, 3, 4] {
            #expect(try ask("SELECT k FROM t WHERE k > 10 ORDER BY 1 LIMIT \(limit)").rows.count == limit)
        }
        #expect(try ask("SELECT k, 1 FROM t WHERE k = 10 ORDER BY 2").rows == [["10", "1"]])
        #expect(try ask("SELECT k, 2 FROM t WHERE k = 10 ORDER BY 2").rows == [["10", "2"]])
    }

    @Test func aChangeIsSeenAtOnce() throws {
        for _ in 1...3 { _ = try ask("SELECT count(*) FROM t WHERE k > 0") }
        try scratch.rows("INSERT INTO t VALUES (1000, 'new', 1, DATE '2025-01-01')")
        #expect(try ask("SELECT count(*) FROM t WHERE k > 0").rows == [["101"]])
        for _ in 1...3 { #expect(try ask("SELECT count(*) FROM t WHERE k > 0").rows == [["101"]]) }
        try scratch.rows("DROP TABLE t")
        #expect(throws: SQLError.self) { try ask("SELECT count(*) FROM t WHERE k > 0") }
    }

    @Test func aChangeOfAnotherEngineIsSeenAtOnce() throws {
        for _ in 1...3 { _ = try ask("SELECT count(*) FROM t WHERE k > 0") }
        let other = Session(engine: Engine(warehouse: scratch.folder + "/lakehouse"))
        _ = try other.executeAll("DELETE FROM t WHERE k > 50", into: TextRows())
        #expect(try ask("SELECT count(*) FROM t WHERE k > 0").rows == [["50"]])
    }

    @Test func transactionsSeeTheirOwnChanges() throws {
        for _ in 1...3 { _ = try ask("SELECT count(*) FROM t WHERE k > 0") }
        try scratch.rows("BEGIN; DELETE FROM t WHERE k > 10")
        #expect(try ask("SELECT count(*) FROM t WHERE k > 0") == ([["10"]], false))
        try scratch.rows("ROLLBACK")
        #expect(try ask("SELECT count(*) FROM t WHERE k > 0").rows == [["100"]])
    }

    @Test func temporaryTablesAndSettingsChangeWhatNamesMean() throws {
        for _ in 1...3 { _ = try ask("SELECT count(*) FROM t WHERE k > 0") }
        try scratch.rows("CREATE TEMP TABLE t AS SELECT 1 AS k")
        #expect(try ask("SELECT count(*) FROM t WHERE k > 0").rows == [["1"]])
        try scratch.rows("DROP TABLE pg_temp.t; CREATE SCHEMA s; CREATE TABLE s.t AS SELECT 2 AS k, 3 AS l")
        let other = Session(engine: session.engine)
        for _ in 1...3 { #expect(try ask("SELECT count(*) FROM t WHERE k > 0", of: other).rows == [["100"]]) }
        _ = try other.executeAll("SET search_path = s", into: TextRows())
        #expect(try ask("SELECT count(*) FROM t WHERE k > 0", of: other).rows == [["1"]])
    }

    @Test func whatIsNotAlwaysTheSameIsNotKept() throws {
        for sql in ["SELECT now() FROM t WHERE k = 1", "SELECT random() FROM t WHERE k = 1", "SELECT current_user FROM t WHERE k = 1"] {
            for _ in 1...3 { #expect(try !ask(sql).isKept, "\(sql)") }
        }
    }

    @Test func errorsOfKeptQueriesPointIntoTheirOwnText() throws {
        for key in [1, 2, 3] { _ = try ask("SELECT 10 / (k - 50) FROM t WHERE k = \(key)") }
        let sql = "SELECT 10 / (k - 50) FROM t WHERE k =        50"
        let error = #expect(throws: SQLError.self) { try ask(sql) }
        #expect(error?.state == .divisionByZero)
        #expect(error?.span.map { $0.end <= sql.utf8.count } ?? true)
    }

    @Test func preparedStatementsAreKeptToo() throws {
        let statement = try session.prepare("SELECT name FROM t WHERE k = $1 OR name = $2", types: [])
        for key in 1...4 {
            #expect(try execute(statement, [.integer(Int64(key)), .text("name 9")]) == [["name \(key)"], ["name 9"]])
        }
        #expect(try execute(statement, [.null, .text("name 9")]) == [["name 9"]])
        #expect(session.keptQueries.hasKept)
    }

    @Test func aRoleThatMayNoLongerReadIsRefused() throws {
        try scratch.rows("CREATE ROLE reader LOGIN; GRANT SELECT ON t TO reader; GRANT USAGE ON SCHEMA main TO reader; SET ROLE reader")
        for _ in 1...3 { _ = try ask("SELECT name FROM t WHERE k = 1") }
        let owner = Session(engine: session.engine)
        _ = try owner.executeAll("REVOKE SELECT ON t FROM reader", into: TextRows())
        #expect(throws: SQLError.self) { try ask("SELECT name FROM t WHERE k = 1") }
    }

    @Test func rowsThatWereLetGoOfAreReadAgain() throws {
        for _ in 1...3 { _ = try ask("SELECT name FROM t WHERE k = 1") }
        #expect(session.engine.held.revoke(.max) > 0)
        #expect(session.engine.memory.reservedBytes == 0)
        for _ in 1...3 { #expect(try ask("SELECT name FROM t WHERE k = 2").rows == [["name 2"]]) }
    }
}
