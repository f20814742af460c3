/// Threads on which sessions run their statements.

import LodeCore

/// As many as sessions have something to do. A thread that is done waits a while for more; idle connections have none.
///
/// Statements recurse over plans, and those that write are waited for. None of that is for an event loop.
package final class SessionThreads: Sendable {
    /// What a plan 1,000 levels deep needs; only what is touched takes memory.
    static let stackBytes = 64 << 20
    /// Threads that are kept although nothing is to be done.
    static let keptThreads = 16

    private struct State {
        var work: [@Sendable () -> Void] = []
        var idle = 0
    }

    private let state = Lock(State())
    private let arrived = Semaphore()

    package init() {}

    /// Runs `body` on some thread.
    /// - Returns: whether there is one.
    package func run(_ body: @escaping @Sendable () -> Void) -> Bool {
        let needsThread = state.withLock { state in
            if state.idle > 0 {
                state.idle -= 1
                state.work.append(body)
                return false
            }
            return true
        }
        if needsThread { return PosixThread(stackBytes: Self.stackBytes) { self.serve(body) }.start() }
        arrived.signal()
        return true
    }

    private func serve(_ first: @escaping @Sendable () -> Void) {
        first()
        while true {
            let stays = state.withLock { state in
                guard state.idle < Self.keptThreads else { return false }
                state.idle += 1
                return true
            }
            guard stays else { return }
            arrived.wait()
            let body = state.withLock { state in state.work.isEmpty ? nil : state.work.removeFirst() }
            body?()
        }
    }
}
