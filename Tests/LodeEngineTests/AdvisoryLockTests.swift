// Advisory locks between sessions: who waits, who goes on, and what ends the waiting.

import LodeCore
import Testing

@testable import LodeEngine

@Suite(.serialized) struct AdvisoryLockTests {
    private let scratch: ScratchSession
    private var session: Session { scratch.session }

    init() throws { scratch = try ScratchSession() }

    /// A session whose statements run on a thread of its own, one after another.
    private final class Partner: Sendable {
        private let cancelling: @Sendable () -> Void
        private let session: Lock<Session>

        init(_ engine: Engine) {
            let session = Session(engine: engine)
            cancelling = session.cancel
            self.session = Lock(session)
        }

        /// Begins to execute; gives what waits for the end: rows, or the SQLSTATE of what went wrong.
        func begin(_ sql: String) -> @Sendable () -> String {
            let result = Lock(""), isOver = LodeCore.Semaphore()
            PosixThread(stackBytes: 8 << 20) { [self] in
                let text = session.withLock { session -> String in
                    let sink = TextRows()
                    do {
                        _ = try session.executeAll(sql, into: sink)
                        return sink.rows.flatMap(\.self).joined(separator: " ")
                    } catch { return (error as? SQLError)?.state.rawValue ?? "?" }
                }
                result.withLock { $0 = text }
                isOver.signal()
            }.start()
            return {
                isOver.wait()
                return result.withLock { $0 }
            }
        }

        func run(_ sql: String) -> String { begin(sql)() }
        func cancel() { cancelling() }
    }

    private func partners(_ count: Int) -> [Partner] { (0..<count).map { _ in Partner(session.engine) } }

    /// Gives others time to come to wait.
    private func pause() { try? Cancellation().pause(nanoseconds: 100_000_000) }

    @Test func `whoever waits gets the lock when it is given back, and holds no worker meanwhile`() {
        let all = partners(8)
        #expect(all[0].run("SELECT pg_try_advisory_lock(1)") == "true")
        #expect(all[1].run("SELECT pg_try_advisory_lock(1), pg_try_advisory_lock(1, 0)") == "false true")
        let waiting = all[2...].map { $0.begin("SELECT pg_advisory_lock(1); SELECT pg_advisory_unlock(1)") }
        pause()
        // There are more that wait than workers.
        #expect(all[1].run("SELECT sum(i) FROM range(100000) AS r(i)") == "4999950000")
        #expect(all[0].run("SELECT pg_advisory_unlock(1)") == "true")
        for wait in waiting { #expect(wait() == "true") }
        #expect(all[1].run("SELECT pg_try_advisory_lock(1)") == "true")
    }

    @Test func `shared locks go together, and none overtakes who waits for all of them`() {
        let all = partners(4)
        #expect(all[0].run("SELECT pg_try_advisory_lock_shared(2)") == "true")
        #expect(all[1].run("SELECT pg_try_advisory_lock_shared(2)") == "true")
        let exclusive = all[2].begin("SELECT length(pg_advisory_lock(2))")
        pause()
        #expect(all[3].run("SELECT pg_try_advisory_lock_shared(2)") == "false")
        // Who has it may take it again.
        #expect(all[0].run("SELECT pg_try_advisory_lock_shared(2)") == "true")
        #expect(all[0].run("SELECT pg_advisory_unlock_all(); SELECT 1") == "1")
        #expect(all[1].run("SELECT pg_advisory_unlock_shared(2)") == "true")
        #expect(exclusive() == "0")
    }

    @Test func `locks of a transaction end with it, also with its part since a savepoint`() {
        let all = partners(2)
        _ = all[0].run("BEGIN; SELECT pg_advisory_xact_lock(3); SAVEPOINT s; SELECT pg_advisory_xact_lock(4)")
        #expect(all[1].run("SELECT pg_try_advisory_xact_lock(3), pg_try_advisory_xact_lock(4)") == "false false")
        _ = all[0].run("ROLLBACK TO s")
        #expect(all[1].run("SELECT pg_try_advisory_xact_lock(3), pg_try_advisory_xact_lock(4)") == "false true")
        _ = all[0].run("COMMIT")
        #expect(all[1].run("SELECT pg_try_advisory_xact_lock(3), pg_try_advisory_xact_lock(4)") == "true true")
        // Without BEGIN, the statement is the transaction.
        #expect(all[0].run("SELECT pg_try_advisory_xact_lock(3)") == "true")
    }

    @Test func `waiting ends when it is cancelled, takes too long, or would never end`() {
        let all = partners(2)
        _ = all[0].run("SELECT pg_advisory_lock(5)")
        _ = all[1].run("SELECT pg_advisory_lock(6)")
        #expect(all[1].run("SET lock_timeout = '50ms'; SELECT pg_advisory_lock(5)") == "55P03")
        #expect(all[1].run("SET lock_timeout = 0; SET statement_timeout = '50ms'; SELECT pg_advisory_lock(5)") == "57014")
        let waiting = all[1].begin("SET statement_timeout = 0; SELECT pg_advisory_lock(5)")
        pause()
        #expect(all[0].run("SELECT pg_advisory_lock(6)") == "40P01")
        all[1].cancel()
        #expect(waiting() == "57014")
        #expect(all[0].run("SELECT pg_try_advisory_lock(6)") == "false")
    }

    @Test func `the locks of a session that is over are free`() {
        var all = partners(2)
        _ = all[0].run("SELECT pg_advisory_lock(7)")
        let waiting = all[1].begin("SELECT length(pg_advisory_lock(7))")
        pause()
        all.removeFirst()
        #expect(waiting() == "0")
    }
}
