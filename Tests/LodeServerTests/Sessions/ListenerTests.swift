// Several clients of one listener, over real sockets: what one does, and what happens to it, leaves the others alone.

import Foundation
import LodeCore
import LodeEngine
import LodeVectors
import Logging
import Testing

@testable import LodeServer

@Suite(.serialized) struct ListenerTests {
    /// Keeps the rows of the latest statement as text.
    private final class Rows: StatementClient, ResultSink {
        private(set) var rows: [[String]] = []

        func begin(_ statement: SourceStatement) throws(SQLError) -> any ResultSink {
            rows = []
            return self
        }
        func succeeded(_ statement: SourceStatement, _ outcome: StatementOutcome) throws(SQLError) {}
        func failed(_ statement: SourceStatement, _ error: SQLError) {}
        func begin(_ columns: [Field]) throws(SQLError) {}
        func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
            let texts = chunk.columns.map { ValueText($0) }, scratch = try ByteSink()
            for row in 0..<chunk.count {
                var cells: [String] = []
                for text in texts {
                    scratch.truncate()
                    try text.append(row, to: scratch)
                    cells.append(scratch.string)
                }
                rows.append(cells)
            }
            return true
        }
    }

    private static func rows(_ session: RemoteSession, _ sql: String) throws(SQLError) -> [[String]] {
        let rows = Rows()
        try session.execute(SourceStatement(text: sql), Array(sql.utf8), for: rows)
        return rows.rows
    }

    private static func error(_ session: RemoteSession, _ sql: String) -> SQLError? {
        do throws(SQLError) {
            _ = try rows(session, sql)
            return nil
        } catch { return error }
    }

    /// Runs `body` beside a listener, on a thread that may wait.
    private func serving(_ body: @escaping @Sendable (ServerAddress) throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "lode-listener-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let engine = Engine(warehouse: folder, makeVerifier: Passwords.verifier)
        _ = try engine.prepareFirstRole(password: nil) { nil }
        let options = ServerOptions(
            engine: engine, host: "127.0.0.1", port: 0, tls: .init(mode: .off, certificateFile: nil, keyFile: nil), trustsLoopback: true,
            settings: SessionSettings(), allowedFolders: [])
        let place = Lock("")
        let listener = try Listener(options, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) { address in
            place.withLock { $0 = address }
        }
        let running = Task { try await listener.run() }
        while place.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(5)) }
        let url = "postgres://lode@\(place.withLock { $0 })/lode"
        let result: Result<Void, any Error> = await withCheckedContinuation { continuation in
            PosixThread(stackBytes: 8 << 20) {
                continuation.resume(returning: Result { try body(try ServerAddress(url, environment: [:], defaultUser: "lode")) })
            }.start()
        }
        running.cancel()
        _ = try? await running.value
        try result.get()
    }

    @Test func `an error, and a transaction that has failed, are of one session only`() async throws {
        try await serving { address in
            let one = try RemoteSession(address) { nil }, other = try RemoteSession(address) { nil }
            _ = try Self.rows(one, "CREATE TABLE t AS SELECT 1 AS a")
            _ = try Self.rows(one, "BEGIN")
            for wrong in ["SELECT 1 / 0", "SELEC", "SELECT nope FROM t"] {
                #expect(Self.error(one, wrong) != nil)
                #expect(try Self.rows(other, "SELECT a FROM t") == [["1"]])
            }
            #expect(Self.error(one, "SELECT 1")?.state == .failedTransaction)
            #expect(
                try Self.rows(other, "SELECT state FROM pg_catalog.pg_stat_activity WHERE pid <> pg_backend_pid()")
                    == [["idle in transaction (aborted)"]])
            _ = try Self.rows(one, "ROLLBACK")
            #expect(try Self.rows(one, "SELECT a FROM t") == [["1"]])
        }
    }

    @Test func `a session that is terminated is gone, and the others go on`() async throws {
        try await serving { address in
            let one = try RemoteSession(address) { nil }, other = try RemoteSession(address) { nil }
            let process = try #require(try Self.rows(one, "SELECT pg_backend_pid()").first?.first)
            #expect(try Self.rows(other, "SELECT pg_terminate_backend(\(process))") == [["true"]])
            let error = Self.error(one, "SELECT 1")
            #expect(error?.state == .adminShutdown || error?.state == .connectionFailure)
            for _ in 0..<100 where try Self.rows(other, "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid = \(process)") != [] {
                usleep(10_000)
            }
            #expect(try Self.rows(other, "SELECT count(*) FROM pg_catalog.pg_stat_activity") == [["1"]])
        }
    }

    @Test func `a request to cancel ends the statement, not the session`() async throws {
        try await serving { address in
            let session = try RemoteSession(address) { nil }, cancel = session.cancel
            _ = Alarm.after(200_000_000) { cancel() }
            #expect(Self.error(session, "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 3 = 5")?.state == .queryCanceled)
            #expect(try Self.rows(session, "SELECT 2") == [["2"]])
        }
    }
}
