// What sessions see of each other, and what is written down of statements.

import Foundation
import LodeCore
import Testing

@testable import LodeEngine

@Suite struct ActivityTests {
    /// A session of a client that has proven to be `role`.
    private func remote(_ scratch: ScratchSession, as role: String) -> Session {
        let session = Session(engine: scratch.session.engine)
        session.settings.establish("session_authorization", role)
        session.isRemote = true
        session.activity.connected(.init(address: "10.0.0.1", port: 4711), user: role) {}
        return session
    }

    private func rows(_ session: Session, _ sql: String) throws -> [[String]] {
        let sink = TextRows()
        _ = try session.executeAll(sql, into: sink)
        return sink.rows
    }

    private func scratch() throws -> ScratchSession {
        let scratch = try ScratchSession()
        try scratch.rows("CREATE ROLE ana LOGIN; CREATE ROLE ben LOGIN; CREATE ROLE root LOGIN SUPERUSER")
        return scratch
    }

    private static let activity =
        "SELECT usename, state, query, client_addr FROM pg_catalog.pg_stat_activity WHERE usename IN ('ana', 'ben') ORDER BY 1"

    @Test func `a session sees itself at work, with its client`() throws {
        let ana = remote(try scratch(), as: "ana")
        #expect(try rows(ana, Self.activity) == [["ana", "active", Self.activity, "10.0.0.1"]])
    }

    @Test func `the texts of other roles are for superusers only`() throws {
        let scratch = try scratch()
        let ana = remote(scratch, as: "ana"), ben = remote(scratch, as: "ben"), root = remote(scratch, as: "root")
        _ = try rows(ben, "SELECT 'of ben'")
        #expect(try rows(ana, Self.activity).last == ["ben", "NULL", "<insufficient privilege>", "NULL"])
        #expect(try rows(root, Self.activity).last == ["ben", "idle", "SELECT 'of ben'", "10.0.0.1"])
        withExtendedLifetime(ana) {}
    }

    @Test func `the state follows the transaction`() throws {
        let scratch = try scratch()
        let ana = remote(scratch, as: "ana")
        let state = "SELECT state, xact_start IS NOT NULL FROM pg_catalog.pg_stat_activity WHERE usename = 'ana'"
        _ = try rows(ana, "BEGIN")
        #expect(try scratch.rows(state) == [["idle in transaction", "true"]])
        _ = try? rows(ana, "SELECT 1 / 0")
        #expect(try scratch.rows(state) == [["idle in transaction (aborted)", "true"]])
        _ = try rows(ana, "ROLLBACK")
        #expect(try scratch.rows(state) == [["idle", "false"]])
    }

    @Test func `a session that has ended is gone`() throws {
        let scratch = try scratch()
        do { _ = try rows(remote(scratch, as: "ana"), "SELECT 1") }
        #expect(try scratch.rows(Self.activity) == [])
    }

    @Test func `a statement of one's own role can be cancelled, those of others not`() throws {
        let scratch = try scratch()
        let ana = remote(scratch, as: "ana"), other = remote(scratch, as: "ana"), ben = remote(scratch, as: "ben")
        let process = try #require(try rows(ana, "SELECT pg_backend_pid()").first?.first)
        let error = #expect(throws: SQLError.self) { try rows(ben, "SELECT pg_cancel_backend(\(process))") }
        #expect(error?.state == .insufficientPrivilege)
        nonisolated(unsafe) let running = ana, errors = Lock<SQLError?>(nil)
        let began = Semaphore(), ended = Semaphore()
        PosixThread(stackBytes: 16 << 20) {
            began.signal()
            do throws(SQLError) {
                _ = try running.executeAll("SELECT count(*) FROM range(10000000000) t(i) WHERE i % 3 = 5", into: TextRows())
            } catch { errors.withLock { $0 = error } }
            ended.signal()
        }.start()
        began.wait()
        while ana.activity.view.phase != .active { usleep(1000) }
        #expect(try rows(other, "SELECT pg_cancel_backend(\(process))") == [["true"]])
        ended.wait()
        #expect(errors.withLock { $0 }?.state == .queryCanceled)
        #expect(try rows(other, "SELECT pg_cancel_backend(999999), pg_terminate_backend(999999)") == [["false", "false"]])
    }

    @Test func `pg_terminate_backend ends a connection, for its role and for superusers`() throws {
        let scratch = try scratch()
        let ana = remote(scratch, as: "ana"), root = remote(scratch, as: "root"), ended = Lock(0)
        ana.activity.connected(.init(address: "::1"), user: "ana") { ended.withLock { $0 += 1 } }
        let process = ana.activity.process
        #expect(throws: SQLError.self) { try rows(remote(scratch, as: "ben"), "SELECT pg_terminate_backend(\(process))") }
        #expect(ended.withLock { $0 } == 0)
        #expect(try rows(root, "SELECT pg_terminate_backend(\(process))") == [["true"]])
        #expect(ended.withLock { $0 } == 1)
    }
}
