/// What a session tells of its statements while they run and when they have ended.

import LodeCatalog
import LodeCore
import LodeFunctions
import LodeSyntax

extension Session {
    /// A statement of a client begins; one that another statement executes is part of that one.
    func beginReport(of run: StatementRun) -> StatementReporter {
        activity.begin(run.text, user: user, applicationName: settings["application_name"])
        return StatementReporter(engine.observers, activity, run.text, run.parsed.span)
    }

    /// Nothing of the session runs any more: what it waits for is its client.
    package func rest() {
        // The statements of one message are one transaction.
        if isInImplicitBlock { return }
        activity.rest(transactionStatus)
        if transaction == nil { engine.advisoryLocks.endTransaction(of: activity.process) }
    }

    /// Runs `body`, which takes a text to pieces; what it throws is told as the failure of that text.
    func reportingFailure<T>(of text: String, _ body: () throws(SQLError) -> T) throws(SQLError) -> T {
        let reporter = StatementReporter(engine.observers, activity, text)
        do throws(SQLError) {
            return try body()
        } catch {
            activity.begin(text, user: user, applicationName: settings["application_name"])
            reporter.ended(nil, error)
            activity.rest(transactionStatus == .idle ? .idle : .failed)
            throw error
        }
    }

    /// Other sessions, as functions of a statement reach them.
    func backendAccess(_ cancellation: Cancellation) -> BackendAccess {
        let requested = requestedSettings, channels = engine.channels
        let sessions = engine.sessions, process = activity.process, asking = currentUser, roles = roles
        @Sendable func session(_ process: Int64, _ action: BackendAction) throws(SQLError) -> SessionActivity? {
            guard let number = Int32(exactly: process), let session = sessions[number] else { return nil }
            let owner = session.view.user
            if try roles.principal(asking).owns(owner) { return session }
            throw action.denied(isSuperuser: try roles.principal(owner).isSuperuser)
        }
        return BackendAccess(
            process: process,
            cancel: { (process) throws(SQLError) in
                guard let session = try session(process, .cancel) else { return false }
                session.cancel()
                return true
            },
            terminate: { (process) throws(SQLError) in try session(process, .terminate)?.terminate() ?? false },
            locks: lockAccess(cancellation), notify: { requested.add(.notify($0, payload: $1)) },
            channels: { channels.channels(of: process) })
    }
}

/// What one session may do to another of its role, and superusers to all.
private enum BackendAction {
    case cancel, terminate

    /// - Source: PostgreSQL 15, "Server Signaling Functions".
    func denied(isSuperuser: Bool) -> SQLError {
        let message =
            switch (self, isSuperuser) {
            case (.cancel, true): "must be a superuser to cancel superuser query"
            case (.cancel, false): "must be a member of the role whose query is being canceled or member of pg_signal_backend"
            case (.terminate, true): "must be a superuser to terminate superuser process"
            case (.terminate, false): "must be a member of the role whose process is being terminated or member of pg_signal_backend"
            }
        return SQLError(.insufficientPrivilege, message)
    }
}
