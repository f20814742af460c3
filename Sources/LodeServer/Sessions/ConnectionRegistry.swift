/// The connections that there are, by number, so that one may cancel what another one runs.

import LodeCore

final class ConnectionRegistry: Sendable {
    private struct Entry {
        var user: String
        var secret: Int32
        var client: Client
    }

    private struct State {
        var entries: [Int32: Entry] = [:]
    }

    private let state = Lock(State())
    private let emptied = Signal()

    var count: Int { state.withLock { $0.entries.count } }

    func count(of user: String) -> Int { state.withLock { $0.entries.values.count { $0.user == user } } }

    /// - Parameter process: the number of the session.
    /// - Returns: the secret that a request to cancel must name.
    func add(_ process: Int32, user: String, _ client: Client) -> Int32 {
        let secret = Int32.random(in: .min ... .max)
        state.withLock { $0.entries[process] = Entry(user: user, secret: secret, client: client) }
        return secret
    }

    func remove(_ process: Int32) {
        let isEmpty = state.withLock { state in
            let removed = state.entries.removeValue(forKey: process)
            return removed != nil && state.entries.isEmpty
        }
        if isEmpty { emptied.raise() }
    }

    private var clients: [Client] { state.withLock { $0.entries.values.map(\.client) } }

    /// A request to cancel: a wrong secret does nothing, and nobody hears of it.
    func cancel(process: Int32, secret: Int32) {
        let client = state.withLock { state in
            state.entries[process].flatMap { $0.secret == secret ? $0.client : nil }
        }
        client?.cancel(.userRequest)
    }

    // MARK: The end of the server

    static let farewell = SQLError(.adminShutdown, "terminating connection due to administrator command")

    /// Ends connections that are idle, and the others when their statements are done.
    func dismissAll() {
        for client in clients { client.dismiss(Self.farewell) }
    }

    /// Makes what runs fail.
    func cancelAll() {
        for client in clients { client.cancel(.adminCommand) }
    }

    /// Whether there are no connections any more within so many nanoseconds.
    func isEmpty(within patience: Int) async -> Bool {
        let ticket = emptied.ticket
        if count == 0 { return true }
        await withCheckedContinuation { continuation in
            let once = Once { continuation.resume() }
            let alarm = Alarm.after(patience) { once.call() }
            ticket.then {
                alarm.cancel()
                once.call()
            }
        }
        return count == 0
    }
}

/// Something that several events bring about, and that happens once.
private final class Once: Sendable {
    private let body: Lock<(@Sendable () -> Void)?>

    init(_ body: @escaping @Sendable () -> Void) { self.body = Lock(body) }

    func call() {
        let body = body.withLock { body in
            defer { body = nil }
            return body
        }
        body?()
    }
}
