/// What others may see of a session: `pg_stat_activity`.

import LodeCore

/// Written by the session, read by any other; belongs to the engine's `SessionRegistry` as long as the session lives.
package final class SessionActivity: Sendable {
    /// Who sits at the other end.
    package struct Client: Sendable, Equatable {
        /// Nil for a session of this process.
        package var address: String?
        package var port: Int?
        package var encryption: Encryption?

        package init(address: String? = nil, port: Int? = nil, encryption: Encryption? = nil) {
            self.address = address
            self.port = port
            self.encryption = encryption
        }
    }

    /// What TLS was agreed on.
    package struct Encryption: Sendable, Equatable {
        package var version: String
        package var cipher: String?

        package init(version: String, cipher: String? = nil) {
            self.version = version
            self.cipher = cipher
        }
    }

    package enum Phase: String, Sendable, CaseIterable {
        case active
        case idle
        case idleInTransaction = "idle in transaction"
        case failedTransaction = "idle in transaction (aborted)"

        init(_ status: TransactionStatus) {
            switch status {
            case .idle: self = .idle
            case .active: self = .idleInTransaction
            case .failed: self = .failedTransaction
            }
        }
    }

    /// Times are microseconds since 1970-01-01 UTC.
    package struct View: Sendable {
        package let process: Int32
        package let began: Int64
        package fileprivate(set) var client = Client()
        package fileprivate(set) var user = ""
        package fileprivate(set) var applicationName = ""
        package fileprivate(set) var phase = Phase.idle
        package fileprivate(set) var changed: Int64
        package fileprivate(set) var statementBegan: Int64?
        package fileprivate(set) var transactionBegan: Int64?
        /// As it was written: with its passwords.
        fileprivate(set) var text = ""
    }

    private struct State {
        var view: View
        /// Called from other sessions' threads.
        var cancel: @Sendable () -> Void = {}
        var terminate: (@Sendable () -> Void)?
    }

    package let process: Int32
    private let state: Lock<State>

    init(process: Int32) {
        self.process = process
        let now = Engine.nowMicros()
        state = Lock(State(view: View(process: process, began: now, changed: now)))
    }

    package var view: View { state.withLock { $0.view } }
    /// When the running statement and its transaction began; now, if nothing runs.
    var times: (transaction: Int64, statement: Int64) {
        let view = view, now = Engine.nowMicros()
        guard view.phase == .active else { return (view.transactionBegan ?? now, now) }
        return (view.transactionBegan ?? now, view.statementBegan ?? now)
    }

    package var client: Client { state.withLock { $0.view.client } }

    /// Who has connected, and how the connection is ended.
    package func connected(_ client: Client, user: String, terminate: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.view.client = client
            state.view.user = user
            state.terminate = terminate
        }
    }

    func setCancel(_ cancel: @escaping @Sendable () -> Void) { state.withLock { $0.cancel = cancel } }

    /// A statement begins.
    func begin(_ text: String, user: String, applicationName: String) {
        let now = Engine.nowMicros()
        state.withLock { state in
            if state.view.phase == .idle || state.view.transactionBegan == nil { state.view.transactionBegan = now }
            state.view.phase = .active
            state.view.user = user
            state.view.applicationName = applicationName
            state.view.text = text
            state.view.statementBegan = now
            state.view.changed = now
        }
    }

    /// Nothing runs any more.
    func rest(_ status: TransactionStatus) {
        let phase = Phase(status), now = Engine.nowMicros()
        state.withLock { state in
            if state.view.phase == phase { return }
            state.view.phase = phase
            state.view.changed = now
            if phase == .idle { state.view.transactionBegan = nil }
        }
    }

    /// Makes what runs fail.
    func cancel() { state.withLock { $0.cancel }() }

    /// Ends the session.
    /// - Returns: whether it is one that can be ended: a connection.
    func terminate() -> Bool {
        guard let terminate = state.withLock({ $0.terminate }) else { return false }
        terminate()
        return true
    }
}
