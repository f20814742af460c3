// lode.query_history: what was executed, by whom, and how it ended.

import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct HistoryTests {
    private func scratch() throws -> ScratchSession {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t AS SELECT i FROM range(5) r(i)")
        scratch.session.engine.keepHistory()
        return scratch
    }

    @Test func `each statement is written down once, also those that a string holds together`() throws {
        let scratch = try scratch()
        try scratch.rows("SELECT i FROM t; SELECT 2 AS b")
        try scratch.rows("PREPARE p AS SELECT i FROM t WHERE i > $1; EXECUTE p(2)")
        let found = try scratch.rows("SELECT text, state, tag, rows, session, role FROM lode.query_history ORDER BY id")
        let session = "\(scratch.session.activity.process)"
        #expect(
            found == [
                ["SELECT i FROM t", "succeeded", "SELECT 5", "5", session, "lode"],
                ["SELECT 2 AS b", "succeeded", "SELECT 1", "1", session, "lode"],
                ["PREPARE p AS SELECT i FROM t WHERE i > $1", "succeeded", "PREPARE", "0", session, "lode"],
                ["EXECUTE p(2)", "succeeded", "SELECT 2", "2", session, "lode"],
            ])
    }

    @Test func `a failure is there with its code, also of what is no SQL`() throws {
        let scratch = try scratch()
        _ = scratch.error("SELECT 1 / (i - 1) FROM t")
        _ = scratch.error("SELEC 1")
        _ = scratch.error("SELECT nope FROM t")
        #expect(
            try scratch.rows("SELECT state, error_code, error_message FROM lode.query_history ORDER BY id") == [
                ["failed", "22012", "division by zero"], ["failed", "42601", "syntax error at or near \"SELEC\""],
                ["failed", "42703", "column \"nope\" does not exist"],
            ])
    }

    @Test func `a result that is read as a stream is written down at its end`() throws {
        let scratch = try scratch()
        let text = "SELECT i FROM t"
        let stream = try scratch.session.start(try #require(try scratch.session.parse(text).first), of: text)
        reading: while true {
            switch stream.next() {
            case .rows, .waiting: continue
            case .finished, .failed, .suspended: break reading
            }
        }
        #expect(try scratch.rows("SELECT text, tag, rows FROM lode.query_history") == [[text, "SELECT 5", "5"]])
    }

    @Test func `the history outlives its process`() throws {
        let scratch = try scratch()
        try scratch.rows("SELECT 'before'")
        scratch.session.engine.flushHistory()
        let later = Session(engine: Engine(warehouse: scratch.session.engine.warehouse)), sink = TextRows()
        _ = try later.executeAll("SELECT text FROM lode.query_history", into: sink)
        #expect(sink.rows == [["SELECT 'before'"]])
    }

    @Test func `a password is nowhere, also when the statement fails`() throws {
        let scratch = try scratch(), secret = "Geheim4711"
        _ = scratch.error("CREATE ROLE ana LOGIN PASSWORD '\(secret)'")
        _ = scratch.error("ALTER ROLE nobody PASSWORD '\(secret)'")
        _ = scratch.error("ALTER ROLE ana PASSWORD '\(secret)' '\(secret)")
        _ = scratch.error("ALTER ROLE ana PASSWORD \(secret)x '\(secret)'")
        let shown = try scratch.rows("SELECT * FROM lode.query_history") + scratch.rows("SELECT * FROM pg_catalog.pg_stat_activity")
        #expect(shown.count >= 5)
        #expect(shown.allSatisfy { !$0.contains { $0.contains(secret) } })
        scratch.session.engine.flushHistory()
        for name in ["history.sqlite", "history.sqlite-wal"] {
            let bytes = FileManager.default.contents(atPath: scratch.session.engine.warehouse + "/" + name) ?? Data()
            #expect(bytes.range(of: Data(secret.utf8)) == nil)
        }
    }

    @Test func `others' statements are for superusers only`() throws {
        let scratch = try scratch()
        try scratch.rows("CREATE ROLE ana LOGIN")
        try scratch.rows("SELECT 'of the owner'")
        let ana = Session(engine: scratch.session.engine), sink = TextRows()
        ana.settings.establish("session_authorization", "ana")
        ana.isRemote = true
        _ = try ana.executeAll("SELECT 'of ana'; SELECT role, text FROM lode.query_history ORDER BY id", into: sink)
        #expect(sink.rows.allSatisfy { $0[0] == "ana" ? $0[1] == "SELECT 'of ana'" : $0[1] == "<insufficient privilege>" })
        #expect(sink.rows.count == 3)
    }
}
