/// Messages of a client that wait for its session.

import LodeCore

/// Filled on the event loop, emptied by the session's thread. A session that nothing is left for gives its thread back, and is given one
/// again when something comes.
final class Mailbox: Sendable {
    /// From so many bytes on, nothing more is read from the client.
    static let fullBytes = 1 << 20

    private struct State {
        var messages: [Message] = []
        /// The first that is not taken.
        var first = 0
        var bytes = 0
        /// How many messages ever came.
        var deliveries = 0
        /// Whether the session has a thread.
        var isServed = false
        /// Whether that thread waits for a message.
        var isAwaited = false
        var isClosed = false
        /// Called once, when there is room again.
        var whenDrained: (@Sendable () -> Void)?
    }

    struct Message: Sendable, Equatable {
        var type: UInt8
        var body: [UInt8]
    }

    private let state = Lock(State())
    private let arrived = Semaphore()

    var deliveries: Int { state.withLock { $0.deliveries } }

    /// - Returns: whether the session needs a thread now.
    func deliver(_ message: Message) -> Bool {
        let (needsThread, isAwaited) = state.withLock { state in
            if state.isClosed { return (false, false) }
            state.messages.append(message)
            state.deliveries += 1
            state.bytes += message.body.count + 5
            defer {
                state.isServed = true
                state.isAwaited = false
            }
            return (!state.isServed, state.isAwaited)
        }
        if isAwaited { arrived.signal() }
        return needsThread
    }

    /// Whether so much waits that nothing more should be read; `resume` is called when that is over.
    func isFull(resume: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard state.bytes >= Self.fullBytes, !state.isClosed else { return false }
            state.whenDrained = resume
            return true
        }
    }

    /// The next message; without one, the session gives its thread back.
    func next() -> Message? {
        let (message, drained) = state.withLock { state in
            let message = Self.take(&state)
            if message == nil { state.isServed = false }
            return (message, Self.drained(&state))
        }
        drained?()
        return message
    }

    /// The next message, which is waited for; nil once the connection is gone.
    func await() -> Message? {
        while true {
            let (message, isClosed, drained) = state.withLock { state in
                let message = Self.take(&state)
                state.isAwaited = message == nil && !state.isClosed
                return (message, state.isClosed, Self.drained(&state))
            }
            drained?()
            if message != nil || isClosed { return message }
            arrived.wait()
        }
    }

    /// Nobody wants the messages any more, nor what they ask for.
    func close() {
        let (isAwaited, drained) = state.withLock { state in
            defer { state.isAwaited = false }
            state.isClosed = true
            state.messages = []
            state.first = 0
            state.bytes = 0
            defer { state.whenDrained = nil }
            return (state.isAwaited, state.whenDrained)
        }
        if isAwaited { arrived.signal() }
        drained?()
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
