/// The connections that there are, by number, so that one may cancel what another one runs.

import LodeCore

final class ConnectionRegistry: Sendable {
    private struct Entry {
        var user: String
        var secret: Int32
        var cancel: @Sendable () -> Void
        var end: @Sendable () -> Void
    }

    private struct State {
        var entries: [Int32: Entry] = [:]
        var last: Int32 = 0
    }

    private let state = Lock(State())

    var count: Int { state.withLock { $0.entries.count } }

    func count(of user: String) -> Int { state.withLock { $0.entries.values.count { $0.user == user } } }

    /// - Returns: the number of the connection, and the secret that a request to cancel must name.
    func add(
        user: String, cancel: @escaping @Sendable () -> Void, end: @escaping @Sendable () -> Void
    ) -> (process: Int32, secret: Int32) {
        let secret = Int32.random(in: .min ... .max)
        let process = state.withLock { state in
            repeat { state.last = state.last == .max ? 1 : state.last + 1 } while state.entries[state.last] != nil
            state.entries[state.last] = Entry(user: user, secret: secret, cancel: cancel, end: end)
            return state.last
        }
        return (process, secret)
    }

    func remove(_ process: Int32) { state.withLock { _ = $0.entries.removeValue(forKey: process) } }

    /// A request to cancel: a wrong secret does nothing, and nobody hears of it.
    func cancel(process: Int32, secret: Int32) {
        let cancel = state.withLock { state in
            state.entries[process].flatMap { $0.secret == secret ? $0.cancel : nil }
        }
        cancel?()
    }

    /// Ends all connections.
    func endAll() {
        for end in state.withLock({ $0.entries.values.map(\.end) }) { end() }
    }
}
