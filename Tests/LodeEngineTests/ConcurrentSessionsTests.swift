// Many sessions in one process: right results side by side, and what sharing the workers costs.

import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct ConcurrentSessionsTests {
    /// Calls `body` on `count` threads, numbered from 0, and waits for all.
    private static func inParallel(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let isOver = Semaphore()
        for number in 0..<count {
            PosixThread(stackBytes: 16 << 20) {
                body(number)
                isOver.signal()
            }.start()
        }
        for _ in 0..<count { isOver.wait() }
    }

    @Test func `sessions do not disturb each other`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE t AS SELECT i, i % 100 AS k FROM range(200000) t(i)")
        let engine = scratch.session.engine, wrong = Lock<[String]>([])
        Self.inParallel(12) { number in
            do {
                let session = Session(engine: engine)
                try session.settings.set("threads", String(1 + number % 3))
                try session.settings.set("memory_limit", "\(64 + number)MB")
                for round in 0..<6 {
                    let sink = TextRows(), key = (number * 7 + round) % 100
                    _ = try session.executeAll(
                        "SELECT count(*), sum(a.i) FROM t a JOIN t b ON a.i = b.i WHERE b.k = \(key)", into: sink)
                    let expected = [["2000", String((0..<2000).reduce(0) { $0 + $1 * 100 + key })]]
                    if sink.rows != expected { wrong.withLock { $0.append("\(sink.rows)") } }
                }
            } catch { wrong.withLock { $0.append("\(error)") } }
        }
        #expect(wrong.withLock { $0 } == [])
        #expect(engine.memory.reservedBytes == 0)
    }

    @Test func `a limit of one session is none of another`() throws {
        let scratch = try ScratchSession()
        let other = Session(engine: scratch.session.engine)
        try scratch.rows("SET memory_limit = '1500kB'")
        let large = "SELECT count(*) FROM (SELECT DISTINCT i FROM range(300000) t(i)) s"
        #expect(scratch.error(large)?.state == .outOfMemory)
        let sink = TextRows()
        _ = try other.executeAll(large, into: sink)
        #expect(sink.rows == [["300000"]])
    }

    // MARK: Measures, on request: LODE_TPCH=folder of Parquet files, LODE_QUERIES=folder of qNN.sql

    private static let data = ProcessInfo.processInfo.environment["LODE_TPCH"]
    private static let queries = ProcessInfo.processInfo.environment["LODE_QUERIES"]
    private static let isAsked = data != nil && queries != nil

    private static func load(_ session: Session) throws -> [String] {
        for name in try FileManager.default.contentsOfDirectory(atPath: data ?? "") where name.hasSuffix(".parquet") {
            let table = name.dropLast(8)
            _ = try session.executeAll(
                "CREATE TEMP VIEW \(table) AS SELECT * FROM read_parquet('\(data ?? "")/\(name)')", into: TextRows())
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: queries ?? "").filter { $0.hasSuffix(".sql") }.sorted()
        return try files.map { try String(contentsOfFile: (queries ?? "") + "/" + $0, encoding: .utf8) }
    }

    private static func run(_ texts: [String], _ session: Session) throws {
        for text in texts { _ = try session.executeAll(text, into: TextRows()) }
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = MonotonicClock.now()
        try body()
        return Double(MonotonicClock.now() - start) / 1e9
    }

    @Test(.enabled(if: isAsked)) func `eight sessions at once take no longer than one after another`() throws {
        let scratch = try ScratchSession()
        let engine = scratch.session.engine
        let texts = try Self.load(scratch.session)
        try Self.run(texts, scratch.session)
        var ratios: [Double] = []
        for _ in 0..<3 {
            let serial = try Self.seconds { for _ in 0..<8 { try Self.run(texts, scratch.session) } }
            let parallel = Self.seconds {
                Self.inParallel(8) { _ in
                    let session = Session(engine: engine)
                    if let texts = try? Self.load(session) { try? Self.run(texts, session) }
                }
            }
            FileHandle.standardError.write(Data("eight sessions: \(serial) s in turn, \(parallel) s at once\n".utf8))
            ratios.append(parallel / serial)
        }
        #expect(ratios.sorted()[1] <= 1.1)
    }

    @Test(.enabled(if: isAsked)) func `a point query beside eight heavy ones keeps answering`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE TABLE points AS SELECT i, 'row ' || i::varchar AS s FROM range(10000) t(i)")
        let engine = scratch.session.engine, isOver = Lock(false), times = Lock<[Double]>([])
        Self.inParallel(9) { number in
            let session = Session(engine: engine)
            if number < 8 {
                guard let texts = try? Self.load(session) else { return }
                while !isOver.withLock({ $0 }) { for text in texts where !isOver.withLock({ $0 }) { try? Self.run([text], session) } }
                return
            }
            Thread.sleep(forTimeInterval: 1)
            for key in 0..<300 {
                let time = Self.seconds { _ = try? session.executeAll("SELECT s FROM points WHERE i = \(key * 31)", into: TextRows()) }
                times.withLock { $0.append(time * 1000) }
            }
            isOver.withLock { $0 = true }
        }
        let sorted = times.withLock { $0 }.sorted()
        let p50 = sorted[sorted.count / 2], p99 = sorted[sorted.count * 99 / 100]
        FileHandle.standardError.write(Data("point query beside eight: p50 \(p50) ms, p99 \(p99) ms, most \(sorted.last ?? 0) ms\n".utf8))
        #expect(p99 < 100)
    }
}
