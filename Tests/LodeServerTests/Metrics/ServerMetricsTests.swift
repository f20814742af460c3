// What statements leave in the metrics and in the log.

import Foundation
import LodeCore
import LodeEngine
import LodeVectors
import Logging
import Testing

@testable import LodeServer

@Suite struct ServerMetricsTests {
    private final class NoRows: ResultSink {
        func begin(_ columns: [Field]) throws(SQLError) {}
        func rows(_ chunk: Chunk) throws(SQLError) -> Bool { true }
    }

    /// Runs statements of a client in an empty warehouse, whose errors do not matter, and gives what `read` makes of it.
    private func run<T>(_ statements: [String], on engine: (Engine) -> () -> T) -> T {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lode-metrics-\(UUID().uuidString)").path(percentEncoded: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let made = Engine(warehouse: folder, makeVerifier: Passwords.verifier), read = engine(made), session = Session(engine: made)
        session.activity.connected(.init(address: "127.0.0.1"), user: "lode") {}
        for statement in statements { _ = try? session.executeAll(statement, into: NoRows()) }
        return read()
    }

    @Test func `statements are counted by how they ended, errors by their code`() {
        let text = run(["SELECT 1", "SELECT unnest([1, 2, 3])", "SELECT 1 / 0", "SELECT 1 / 0", "SELEC"]) { engine in
            let metrics = ServerMetrics(engine)
            engine.observe(metrics)
            return { metrics.text() }
        }
        let lines = Set(text.split(separator: "\n").map(String.init))
        for line in [
            "lode_statements_total{state=\"succeeded\"} 2", "lode_statements_total{state=\"failed\"} 3",
            "lode_statements_total{state=\"canceled\"} 0", "lode_errors_total{sqlstate=\"22012\"} 2",
            "lode_errors_total{sqlstate=\"42601\"} 1", "lode_rows_total 4", "lode_sessions{state=\"idle\"} 1",
            "lode_statement_duration_seconds_count{state=\"succeeded\"} 2",
        ] { #expect(lines.contains(line), "\(line) is not in\n\(text)") }
        #expect(lines.contains { $0.hasPrefix("lode_memory_limit_bytes ") && !$0.hasSuffix(" 0") })
        #expect(lines.contains { $0.hasPrefix("process_resident_memory_bytes ") && !$0.hasSuffix(" 0") })
    }

    @Test func `the log has slow statements and errors, and no value of either`() {
        let lines = Lock<[String]>([])
        run(
            [
                "SELECT 'Geheim1', 4711", "SELECT cast('Geheim2' AS integer)", "CREATE ROLE x PASSWORD 'Geheim3'", "SELECT 'Geheim4",
                "ALTER ROLE nobody PASSWORD 'Geheim5'",
            ]
        ) { engine in
            var log = Logger(label: "test") { _ in LineLogHandler(format: .json) { line in lines.withLock { $0.append(line) } } }
            log.logLevel = .info
            engine.observe(ServerLog(log, slowMilliseconds: 0))
            return {}
        }
        let log = lines.withLock { $0 }
        #expect(log.count == 5)
        #expect(log.allSatisfy { !$0.contains("Geheim") && !$0.contains("4711") })
        #expect(log.first?.contains("\"message\":\"statement\"") == true && log.first?.contains("\"statement\":\"SELECT ?, ?\"") == true)
        #expect(log[1].contains("\"sqlstate\":\"22P02\"") && log[1].contains("\"condition\":\"invalidTextRepresentation\""))
    }

    @Test func `without a limit only errors are logged`() {
        let lines = Lock<[String]>([])
        run(["SELECT 1", "SELECT 1 / 0"]) { engine in
            let log = Logger(label: "test") { _ in LineLogHandler(format: .text) { line in lines.withLock { $0.append(line) } } }
            engine.observe(ServerLog(log))
            return {}
        }
        #expect(lines.withLock { $0 }.map { $0.contains("statement failed") && $0.contains("sqlstate=22012") } == [true])
    }
}
