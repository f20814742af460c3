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

        /// What COPY FROM STDIN finds, and COPY TO STDOUT gives.
        var data: [[UInt8]] = []
        private(set) var copied: [UInt8] = []

        func copied(_ data: [UInt8]) throws(SQLError) { copied += data }
        func dataToCopy() throws(SQLError) -> [UInt8]? { data.isEmpty ? nil : data.removeFirst() }
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

    private static let noLog = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs `body` beside a listener, on a thread that may wait.
    private func serving(_ log: Logger = noLog, _ body: @escaping @Sendable (ServerAddress) throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "lode-listener-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let engine = Engine(warehouse: folder, makeVerifier: Passwords.verifier)
        _ = try engine.prepareFirstRole(password: nil) { nil }
        let serverLog = ServerLog(log, slowMilliseconds: 0)
        engine.observe(serverLog)
        var options = ServerOptions(
            engine: engine, host: "127.0.0.1", port: 0, tls: .init(mode: .off, certificateFile: nil, keyFile: nil), trustsLoopback: true,
            settings: SessionSettings(), allowedFolders: [])
        options.observers = [serverLog]
        let place = Lock("")
        let listener = try Listener(options, log: log) { address in
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

    @Test func `COPY goes between a table and the client, and an error leaves the session as it was`() async throws {
        try await serving { address in
            let session = try RemoteSession(address) { nil }, client = Rows()
            func execute(_ sql: String) throws(SQLError) { try session.execute(SourceStatement(text: sql), Array(sql.utf8), for: client) }
            try execute("CREATE TABLE t (a integer, b varchar)")
            client.data = [Array("1\tx\n2\t".utf8), Array("\\N\n".utf8)]
            try execute("COPY t FROM STDIN")
            try execute("COPY (SELECT * FROM t ORDER BY a) TO STDOUT (FORMAT csv, HEADER)")
            #expect(String(decoding: client.copied, as: UTF8.self) == "a,b\n1,x\n2,\n")
            client.data = [Array("z\tx\n".utf8)]
            #expect(throws: SQLError.self) { try execute("COPY t FROM STDIN") }
            #expect(try Self.rows(session, "SELECT count(*) FROM t") == [["2"]])
        }
    }

    @Test func `a log that nobody reads holds no session`() async throws {
        let writer = LogFormat.text.writer(try FullPipe().writing, queueBytes: 1000)
        let log = LogFormat.text.logger("test", level: .debug, to: writer)
        try await serving(log) { address in
            for _ in 0..<3 {
                let session = try RemoteSession(address) { nil }
                for number in 0..<20 { #expect(try Self.rows(session, "SELECT \(number)") == [["\(number)"]]) }
            }
        }
    }

    /// Notifications up to the end of an answer, or the next one where nothing was asked.
    private static func notifications(_ connection: ServerConnection, _ sql: String? = nil) throws -> [String] {
        if let sql { try connection.send(.query(sql)) }
        var told: [String] = []
        while true {
            let (type, body) = try connection.receive()
            switch try BackendMessage(type: type, body: body) {
            case .notification(let one)?:
                told.append("\(one.channel): \(one.payload)")
                if sql == nil { return told }
            case .readyForQuery?: return told
            default: continue
            }
        }
    }

    @Test func `who listens is told at once, outside of its transactions, of what was committed`() async throws {
        try await serving { address in
            let listener = try ServerConnection.open(address) { nil }, other = try ServerConnection.open(address) { nil }
            _ = try Self.notifications(listener, "LISTEN jobs")
            _ = try Self.notifications(listener, "BEGIN; LISTEN lost; ROLLBACK")
            _ = try Self.notifications(other, "NOTIFY lost, 'x'; NOTIFY jobs, 'one'")
            #expect(try Self.notifications(listener) == ["jobs: one"])
            // A transaction tells when it is committed, and the same only once.
            _ = try Self.notifications(other, "BEGIN; NOTIFY jobs, 'never'; ROLLBACK")
            _ = try Self.notifications(other, "BEGIN; NOTIFY jobs; NOTIFY jobs; SELECT pg_notify('jobs', 'two')")
            _ = try Self.notifications(other, "COMMIT")
            #expect(try Self.notifications(listener) == ["jobs: "])
            #expect(try Self.notifications(listener) == ["jobs: two"])
            // Within its own transaction a client is not disturbed.
            _ = try Self.notifications(listener, "BEGIN")
            _ = try Self.notifications(other, "NOTIFY jobs, 'three'")
            #expect(try Self.notifications(listener, "SELECT 1") == [])
            #expect(try Self.notifications(listener, "COMMIT") == ["jobs: three"])
            // One's own are told, too, until it listens no longer.
            #expect(try Self.notifications(listener, "NOTIFY jobs") == ["jobs: "])
            #expect(try Self.notifications(listener, "NOTIFY jobs; UNLISTEN *") == [])
            _ = try Self.notifications(other, "NOTIFY jobs, 'four'")
            #expect(try Self.notifications(listener, "SELECT 1") == [])
        }
    }
}
