// Statements whose rows are read at the reader's pace: what a slow, a leaving and an impatient reader bring about.

import LodeCore
import LodeSyntax
import LodeVectors
import Synchronization
import Testing

@testable import LodeEngine

@Suite struct ResultStreamTests {
    private func start(_ session: Session, _ sql: String) throws -> ResultStream {
        let parsed = try #require(try Parser.parse(sql).first)
        return try session.start(parsed, of: sql)
    }

    /// Rows, and how the stream ends.
    private func readAll(_ stream: ResultStream) throws -> (rows: Int, outcome: StatementOutcome) {
        var rows = 0
        while true {
            switch stream.next() {
            case .rows(let chunk): rows += chunk.count
            case .waiting, .suspended: continue
            case .finished(let outcome): return (rows, outcome)
            case .failed(let error): throw error
            }
        }
    }

    @Test func `a query gives its columns, its rows and its receipt`() throws {
        let scratch = try ScratchSession()
        let stream = try start(scratch.session, "SELECT i, i * 2 AS twice FROM range(100000) t(i) WHERE i % 10 = 0")
        #expect(stream.columns?.map(\.name) == ["i", "twice"])
        let (rows, outcome) = try readAll(stream)
        #expect(rows == 10_000 && outcome.tag == "SELECT 10000" && outcome.receipt.rows == 10_000)
    }

    @Test func `a statement that is no query is over at once`() throws {
        let scratch = try ScratchSession()
        let create = try start(scratch.session, "CREATE TABLE t AS SELECT 1 AS x")
        #expect(create.columns == nil)
        #expect(try readAll(create).outcome.tag == "SELECT 1")
        let show = try start(scratch.session, "SHOW threads")
        #expect(try show.columns != nil && readAll(show).rows == 1)
        #expect(throws: SQLError.self) { try start(scratch.session, "SELECT nothing") }
    }

    @Test func `errors of a running query come to the reader`() throws {
        let scratch = try ScratchSession()
        let stream = try start(scratch.session, "SELECT 1 / (i - 50000) FROM range(100000) t(i)")
        let error = #expect(throws: SQLError.self) { try readAll(stream) }
        #expect(error?.state == .divisionByZero)
    }

    @Test func `queries that nobody reads hold no worker`() throws {
        let scratch = try ScratchSession()
        let engine = scratch.session.engine
        let slow = try (0..<8).map { _ in try start(Session(engine: engine), "SELECT i FROM range(100000000) t(i)") }
        for stream in slow { guard case .rows = stream.next() else { throw SQLError(.internalError, "no rows") } }
        // All of them are parked: others run as if they were not there, also in the same session.
        #expect(try scratch.rows("SELECT count(*) FROM range(1000000) t(i)") == [["1000000"]])
        let other = try start(scratch.session, "SELECT i FROM range(10) t(i)")
        #expect(try readAll(other).rows == 10)
        #expect(engine.memory.reservedBytes < 100 << 20)
    }

    @Test func `a join with more pairs than anybody reads is parked in the midst of them`() throws {
        let scratch = try ScratchSession()
        let one = "(SELECT i, 1 AS k FROM range(20000) a(i))"
        for sql in [
            "SELECT a.i, b.i FROM \(one) a CROSS JOIN \(one) b", "SELECT a.i, b.i FROM \(one) a JOIN \(one) b USING (k)",
            "SELECT a.i, b.i FROM \(one) a LEFT JOIN \(one) b ON a.k = b.k AND a.i + b.i >= 0",
            "SELECT unnest(range(5000000))",
        ] {
            let stream = try start(scratch.session, sql)
            guard case .rows = stream.next() else { throw SQLError(.internalError, "no rows of \(sql)") }
            #expect(try scratch.rows("SELECT 1") == [["1"]])
        }
    }

    @Test func `a reader without a thread is called once when there is something`() throws {
        let scratch = try ScratchSession()
        let stream = try start(scratch.session, "SELECT i FROM range(300000) t(i)")
        let called = Semaphore()
        var rows = 0, isOver = false
        while !isOver {
            switch stream.poll({ called.signal() }) {
            case .rows(let chunk): rows += chunk.count
            case .waiting: called.wait()
            case .finished, .suspended: isOver = true
            case .failed(let error): throw error
            }
        }
        #expect(rows == 300_000)
    }

    @Test func `a reader that leaves ends the query`() throws {
        let scratch = try ScratchSession()
        let endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM r"
        for _ in 0..<10 {
            let stream = try start(scratch.session, endless)
            guard case .rows = stream.next() else { throw SQLError(.internalError, "no rows") }
        }
        let closed = try start(scratch.session, endless)
        closed.close()
        while case .rows = closed.next() {}
        #expect(try scratch.rows("SELECT 1") == [["1"]])
    }

    @Test func `a cancelled query says so`() throws {
        let scratch = try ScratchSession()
        let stream = try start(scratch.session, "SELECT i FROM range(100000000) t(i)")
        scratch.session.cancel()
        let error = #expect(throws: SQLError.self) { try readAll(stream) }
        #expect(error?.state == .queryCanceled && error?.message == "canceling statement due to user request")
    }

    @Test func `rows that wait when a query fails are not given any more`() throws {
        let scratch = try ScratchSession()
        let stream = try start(scratch.session, "SELECT i FROM range(100000000) t(i)")
        guard case .rows = stream.next() else { throw SQLError(.internalError, "no rows") }
        scratch.session.interrupt(.adminCommand)
        // The pool ends the query by itself, whoever reads.
        while true {
            if case .failed(let error) = stream.next() {
                #expect(error.state == .adminShutdown)
                break
            }
        }
    }

    @Test func `settings that a query asks for hold once it was read`() throws {
        let scratch = try ScratchSession()
        let stream = try start(scratch.session, "SELECT set_config('search_path', 'elsewhere', false)")
        #expect(try readAll(stream).rows == 1)
        #expect(scratch.session.settings["search_path"] == "elsewhere")
    }
}
