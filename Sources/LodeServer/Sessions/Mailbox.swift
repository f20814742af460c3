/// Messages of a client that wait for its session.

import LodeCore

/// Filled on the event loop, emptied by the session's thread. A session has a thread only as long as it has something to do:
///
///               deliver                     next finds nothing
///     idle ───────────────▶ served ───────────────────────────────▶ idle
///                            │  ▲
///                       park ▼  │ wake
///                           parked       it has begun something, and waits for rows, or for room on the way to its client;
///                                        messages wait meanwhile
final class Mailbox: Sendable {
    /// From this many bytes on, nothing more is read from the client.
    static let fullBytes = 1 << 20

    private enum Phase {
        case idle, served, parked
    }

    private struct State {
        var messages: [Message] = []
        /// The first that is not taken.
        var first = 0
        var bytes = 0
        /// How many messages ever came.
        var deliveries = 0
        var phase = Phase.idle
        /// Whether `wake` came before `park`.
        var isWoken = false
        var isClosed = false
        var farewell: Farewell?
        /// Whether the server has something to say that nobody asked for.
        var hasNews = false
        /// Called once, when there is room again.
        var whenDrained: (@Sendable () -> Void)?

        /// - Returns: whether the session needs a thread now.
        mutating func serve(from phase: Phase) -> Bool {
            guard self.phase == phase else { return false }
            self.phase = .served
            return true
        }
    }

    struct Message: Sendable, Equatable {
        var type: UInt8
        var body: [UInt8]
    }

    /// Why the server takes its leave of the client, once everything is done that it has asked for.
    enum Farewell: Sendable {
        case dismissed(SQLError)
        /// It was idle for too long; as long as it says nothing.
        case expired
    }

    private let state = Lock(State())
    /// Raised when a message comes, and by the end.
    private let arrived = Signal()

    var deliveries: Int { state.withLock { $0.deliveries } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    // MARK: Of the event loop

    /// - Returns: whether the session needs a thread now.
    func deliver(_ message: Message) -> Bool {
        let needsThread = state.withLock { state in
            if state.isClosed { return false }
            state.messages.append(message)
            state.deliveries += 1
            if case .expired = state.farewell { state.farewell = nil }
            state.bytes += message.body.count + 5
            return state.serve(from: .idle)
        }
        arrived.raise()
        return needsThread
    }

    /// Lets the session end when nothing is left to be done.
    /// - Returns: whether the session needs a thread now.
    func deliver(_ farewell: Farewell) -> Bool {
        state.withLock { state in
            if state.isClosed { return false }
            state.farewell = farewell
            return state.serve(from: .idle)
        }
    }

    /// Lets the session tell its client what nobody asked for, when it has nothing else to do. Safe to call from any thread.
    /// - Returns: whether the session needs a thread now.
    func deliverNews() -> Bool {
        state.withLock { state in
            if state.isClosed { return false }
            state.hasNews = true
            return state.serve(from: .idle)
        }
    }

    /// Whether so much waits that nothing more should be read; `resume` is called when that is over.
    func isFull(resume: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard state.bytes >= Self.fullBytes, !state.isClosed else { return false }
            state.whenDrained = resume
            return true
        }
    }

    /// What a parked session waits for has happened. Safe to call from any thread.
    /// - Returns: whether the session needs a thread now.
    func wake() -> Bool {
        state.withLock { state in
            if state.serve(from: .parked) { return true }
            state.isWoken = true
            return false
        }
    }

    /// Nobody wants the messages any more, nor what they ask for.
    /// - Returns: whether the session needs a thread, to let go of what it has begun.
    func close() -> Bool {
        let (needsThread, drained) = state.withLock { state in
            state.isClosed = true
            state.messages = []
            state.first = 0
            state.bytes = 0
            defer { state.whenDrained = nil }
            return (state.serve(from: .parked), state.whenDrained)
        }
        arrived.raise()
        drained?()
        return needsThread
    }

    // MARK: Of the session's thread

    /// The next message, which stays.
    var first: Message? { state.withLock { $0.first < $0.messages.count ? $0.messages[$0.first] : nil } }

    enum Next {
        case message(Message)
        case farewell(Farewell)
        case news
        /// The session gives its thread back.
        case nothing
    }

    func next() -> Next {
        let (next, drained) = state.withLock { state -> (Next, (@Sendable () -> Void)?) in
            if let message = Self.take(&state) { return (.message(message), Self.drained(&state)) }
            if let farewell = state.farewell { return (.farewell(farewell), nil) }
            if state.hasNews {
                state.hasNews = false
                return (.news, nil)
            }
            state.phase = .idle
            return (.nothing, nil)
        }
        drained?()
        return next
    }

    /// What a message that comes in the midst of a statement is.
    enum Arrival {
        case message(Message)
        case waiting(Wait)
        case closed
    }

    /// The next message for a statement that runs.
    func poll() -> Arrival {
        let ticket = arrived.ticket
        let (message, isClosed, drained) = state.withLock { state in
            (Self.take(&state), state.isClosed, Self.drained(&state))
        }
        drained?()
        return message.map { .message($0) } ?? (isClosed ? .closed : .waiting(ticket))
    }

    /// The session waits to be woken, and gives its thread back.
    /// - Returns: whether it may: what it waits for has not happened yet.
    func park() -> Bool {
        state.withLock { state in
            defer { state.isWoken = false }
            if state.isWoken || state.isClosed { return false }
            state.phase = .parked
            return true
        }
    }

    private static func take(_ state: inout State) -> Message? {
        guard state.first < state.messages.count else { return nil }
        let message = state.messages[state.first]
        state.first += 1
        state.bytes -= message.body.count + 5
        if state.first == state.messages.count {
            state.messages.removeAll(keepingCapacity: state.first < 1024)
            state.first = 0
        } else if state.first >= 1024 {
            state.messages.removeFirst(state.first)
            state.first = 0
        }
        return message
    }

    private static func drained(_ state: inout State) -> (@Sendable () -> Void)? {
        guard state.bytes < fullBytes / 2 else { return nil }
        defer { state.whenDrained = nil }
        return state.whenDrained
    }
}
