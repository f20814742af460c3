// A statement ends soon after it is cancelled, wherever it is: one case for each kind of long work.

import Foundation
import LodeCore
import LodeVectors
import Testing

@testable import LodeEngine

@Suite(.serialized) struct CancellationTests {
    /// Statements that take many seconds, by what they spend them on. `{folder}` holds `long.csv`.
    private static let long = [
        "sort": "SELECT max(x) FROM (SELECT hash(i) AS x FROM range(30000000) t(i) ORDER BY x OFFSET 1) s",
        "sort of texts": "SELECT max(x) FROM (SELECT 'prefix ' || hash(i)::varchar AS x FROM range(20000000) t(i) ORDER BY x OFFSET 1) s",
        "regular expression":
            "SELECT count(*) FROM range(100000000) t(i) WHERE regexp_like(repeat('a', 22) || i::varchar, '^(a+)+$')",
        "hash build": "SELECT count(*) FROM range(10) a(i) JOIN range(200000000) b(i) ON a.i = b.i % 100000000",
        "groups": "SELECT count(*) FROM (SELECT hash(i) AS h, count(*) FROM range(200000000) t(i) GROUP BY 1) s",
        "nested loop": "SELECT count(*) FROM range(10000000) a(i), range(10000000) b(i) WHERE a.i * b.i % 7 = 100",
        "pairs": "SELECT count(*) FROM (SELECT 1 AS k FROM range(2000000)) a JOIN (SELECT 1 AS k FROM range(2000000)) b USING (k)",
        "elements": "SELECT count(*) FROM (SELECT unnest(range(5000000)) FROM range(1000)) s",
        "recursion": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
        "window": "SELECT max(x) FROM (SELECT sum(i) OVER (ORDER BY hash(i)) AS x FROM range(30000000) t(i)) s",
        "distinct": "SELECT count(DISTINCT hash(i)) FROM range(200000000) t(i)",
        "sniffing": "SELECT * FROM read_csv('{folder}/long.csv', sample_size = -1) LIMIT 1",
        "writing": "CREATE TABLE w AS SELECT i, hash(i) AS h FROM range(1000000000) t(i)",
        "series at planning": "SELECT (SELECT count(*) FROM range(10000000000) t(i) WHERE i % 3 = 5)",
    ]

    /// How long after the request the statement has ended.
    private func milliseconds(_ scratch: ScratchSession, _ sql: String, after delay: Int) throws -> (Int, SQLError?) {
        let cancel = scratch.session.cancel, asked = Lock(0)
        let alarm = Alarm.after(delay * 1_000_000) {
            asked.withLock { $0 = MonotonicClock.now() }
            cancel()
        }
        defer { alarm.cancel() }
        let error = scratch.error(sql)
        return ((MonotonicClock.now() - asked.withLock { $0 }) / 1_000_000, error)
    }

    @Test(arguments: long.keys.sorted()) func `a cancelled statement ends soon`(kind: String) throws {
        let scratch = try ScratchSession()
        if kind == "sniffing" {
            let line = (0..<20).map { "\($0)" }.joined(separator: ",") + "\n"
            try String(repeating: line, count: 3_000_000).write(toFile: scratch.folder + "/long.csv", atomically: true, encoding: .utf8)
        }
        let (took, error) = try milliseconds(scratch, Self.long[kind] ?? "", after: 300)
        #expect(error?.state == .queryCanceled, "\(kind): \(error.map { "\($0)" } ?? "ended before it was cancelled")")
        // A tenth of a second where the machine is our own.
        #expect(took < 1000, "\(kind): \(took) ms")
    }

    @Test func `statement_timeout ends a statement, and the next one begins anew`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("SET statement_timeout = '1s'")
        #expect(try scratch.rows("SHOW statement_timeout") == [["1s"]])
        let error = scratch.error("SELECT count(*) FROM range(10000000000) t(i) WHERE i % 3 = 5")
        #expect(error?.state == .queryCanceled && error?.message == "canceling statement due to statement timeout")
        #expect(try scratch.rows("SELECT 1") == [["1"]])
        try scratch.rows("SET statement_timeout = 0")
        #expect(scratch.error("SET statement_timeout = 'soon'")?.state == .invalidParameterValue)
    }

    @Test func `a sink that fails ends the query`() throws {
        final class Broken: ResultSink {
            func begin(_ columns: [Field]) throws(SQLError) {}
            func rows(_ chunk: Chunk) throws(SQLError) -> Bool { throw SQLError(.ioError, "broken pipe") }
        }
        let scratch = try ScratchSession()
        let error = #expect(throws: SQLError.self) {
            _ = try scratch.session.executeAll("SELECT i FROM range(10000000000) t(i)", into: Broken())
        }
        #expect(error?.message == "broken pipe")
    }
}
