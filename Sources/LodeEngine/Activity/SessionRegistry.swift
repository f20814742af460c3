/// The sessions of an engine, by number.

import LodeCore

/// Numbers are what `pg_backend_pid()` gives and BackendKeyData tells clients; those of sessions that are gone come again late.
package final class SessionRegistry: Sendable {
    private struct State {
        var sessions: [Int32: SessionActivity] = [:]
        var last: Int32 = 0
    }

    private let state = Lock(State())

    func open() -> SessionActivity {
        state.withLock { state in
            repeat { state.last = state.last == .max ? 1 : state.last + 1 } while state.sessions[state.last] != nil
            let activity = SessionActivity(process: state.last)
            state.sessions[state.last] = activity
            return activity
        }
    }

    /// The session is over, even if somebody still holds it.
    package func close(_ activity: SessionActivity) {
        state.withLock { state in
            if state.sessions[activity.process] === activity { state.sessions[activity.process] = nil }
        }
    }

    subscript(_ process: Int32) -> SessionActivity? { state.withLock { $0.sessions[process] } }

    /// In the order of their numbers.
    package var views: [SessionActivity.View] {
        state.withLock { Array($0.sessions.values) }.map(\.view).sorted { $0.process < $1.process }
    }
}
