// Portals and cursors: queries whose rows are wanted some at a time.

import LodeCore
import LodeSyntax
import LodeVectors
import Testing

@testable import LodeEngine

@Suite struct PortalTests {
    private static let endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r"

    private func portal(_ session: Session, _ sql: String) throws -> Portal {
        let portal = Portal("p", try session.prepare(sql, types: []), [], types: [])
        session.closePortal("p")
        try session.keep(portal)
        return portal
    }

    /// How many rows come, and how it ends.
    private func read(_ portal: Portal, _ limit: Int?, _ session: Session) throws -> (rows: Int, tag: String?) {
        let stream = try session.execute(portal, limit: limit)
        var rows = 0
        while true {
            switch stream.next() {
            case .rows(let chunk): rows += chunk.count
            case .waiting: continue
            case .suspended: return (rows, nil)
            case .finished(let outcome): return (rows, outcome.tag)
            case .failed(let error): throw error
            }
        }
    }

    private func run(_ session: Session, _ sql: String) throws -> String {
        let sink = CountedRows()
        let parsed = try #require(try Parser.parse(sql).first)
        return sink.count(try session.execute(parsed, of: sql, into: sink))
    }

    private final class CountedRows: ResultSink {
        private var rows = 0
        func begin(_ columns: [Field]) throws(SQLError) {}
        func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
            rows += chunk.count
            return true
        }
        func count(_ outcome: StatementOutcome) -> String { "\(outcome.tag): \(rows)" }
    }

    @Test func `an endless query is suspended and goes on where it stopped`() throws {
        let session = try ScratchSession().session
        let portal = try portal(session, Self.endless)
        for _ in 0..<3 { #expect(try read(portal, 5000, session) == (5000, nil)) }
        #expect(portal.place == 15_000)
        #expect(session.engine.memory.reservedBytes < 64 << 20)
        session.closePortal("p")
    }

    @Test func `the last rows come with the tag, and then no more`() throws {
        let session = try ScratchSession().session
        let portal = try portal(session, "SELECT i FROM range(10) t(i)")
        #expect(try read(portal, 10, session) == (10, nil))
        #expect(try read(portal, 10, session) == (0, "SELECT 0"))
        #expect(try read(portal, nil, session) == (0, "SELECT 0"))
        let other = try self.portal(session, "SELECT i FROM range(10) t(i)")
        #expect(try read(other, 7, session) == (7, nil))
        #expect(try read(other, nil, session) == (3, "SELECT 3"))
    }

    @Test func `what gives no rows is executed once`() throws {
        let scratch = try ScratchSession()
        _ = try scratch.rows("CREATE TABLE t (x integer)")
        let portal = try portal(scratch.session, "INSERT INTO t VALUES (1), (2)")
        #expect(try read(portal, 1, scratch.session) == (0, "INSERT 0 2"))
        #expect(try read(portal, nil, scratch.session) == (0, "INSERT 0 2"))
        #expect(try scratch.rows("SELECT count(*) FROM t") == [["2"]])
    }

    @Test func `cursors read forward from a query that runs no further than is wanted`() throws {
        let session = try ScratchSession().session
        #expect(try run(session, "BEGIN") == "BEGIN: 0")
        _ = try run(session, "DECLARE c CURSOR FOR \(Self.endless)")
        #expect(try run(session, "FETCH 3 FROM c") == "FETCH 3: 3")
        #expect(try run(session, "MOVE 5000 IN c") == "MOVE 5000: 0")
        #expect(try run(session, "FETCH ABSOLUTE 9000 FROM c") == "FETCH 1: 1")
        #expect(session.portals["c"]?.place == 9000)
        let back = #expect(throws: SQLError.self) { try run(session, "FETCH PRIOR FROM c") }
        #expect(back?.state == .objectNotInPrerequisiteState)
        _ = try run(session, "ROLLBACK")
        #expect(session.portals.isEmpty)
    }

    @Test func `a cursor that can go back says when memory does not do`() throws {
        let session = try ScratchSession().session
        _ = try run(session, "SET memory_limit = '64MB'")
        let error = #expect(throws: SQLError.self) {
            try run(session, "DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT i FROM range(100000000) t(i)")
        }
        #expect(error?.state == .outOfMemory && error?.message.contains("a cursor WITH HOLD or SCROLL") == true)
        #expect(try run(session, "DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT i FROM range(1000) t(i)") == "DECLARE CURSOR: 0")
        #expect(try run(session, "FETCH LAST FROM c") == "FETCH 1: 1")
        #expect(try run(session, "FETCH BACKWARD ALL FROM c") == "FETCH 999: 999")
    }

    @Test func `a cursor sees its table as it was when it was declared`() throws {
        let scratch = try ScratchSession()
        _ = try scratch.rows("CREATE TABLE t AS SELECT i FROM range(10) r(i)")
        for sql in ["BEGIN", "DECLARE c CURSOR FOR SELECT i FROM t", "DELETE FROM t"] { _ = try run(scratch.session, sql) }
        #expect(try run(scratch.session, "FETCH ALL FROM c") == "FETCH 10: 10")
        #expect(try run(scratch.session, "FETCH ALL FROM c") == "FETCH 0: 0")
        _ = try run(scratch.session, "ROLLBACK")
    }

    @Test func `the time of a statement does not run while its portal waits`() throws {
        let session = try ScratchSession().session
        _ = try run(session, "SET statement_timeout = '400ms'")
        let portal = try portal(session, Self.endless)
        #expect(try read(portal, 10, session) == (10, nil))
        try Cancellation().pause(nanoseconds: 600_000_000)
        #expect(try read(portal, 10, session) == (10, nil))
        let late = #expect(throws: SQLError.self) { try read(portal, nil, session) }
        #expect(late?.message == "canceling statement due to statement timeout")
    }
}
