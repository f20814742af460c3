/// Statements that wait until enough memory is free to begin with.

import Synchronization

/// First come, first served: a large grant is not overtaken by small ones for ever.
final class AdmissionQueue: Sendable {
    private struct Waiter {
        var number: Int
        var bytes: Int
        var decided: @Sendable (SQLError?) -> Void
    }

    private struct State {
        var line: [Waiter] = []
        var nextNumber = 0
    }

    private let state = Lock(State())
    /// How many wait: those who release memory look at it first.
    private let count = Atomic<Int>(0)

    /// Reserves `bytes` of `budget`, now or when those before have theirs.
    func enter(
        _ bytes: Int, of budget: MemoryBudget, _ patience: Int, _ cancellation: Cancellation,
        _ decided: @escaping @Sendable (SQLError?) -> Void, _ refusal: @escaping @Sendable () -> SQLError
    ) {
        if count.load(ordering: .relaxed) == 0, budget.tryReserve(bytes) { return decided(nil) }
        let end = WaitEnd()
        let number = state.withLock { state in
            state.nextNumber += 1
            let waiter = Waiter(number: state.nextNumber, bytes: bytes) { error in
                end.reach()
                decided(error)
            }
            state.line.append(waiter)
            count.store(state.line.count, ordering: .sequentiallyConsistent)
            return waiter.number
        }
        // Set without the lock: an alarm or a cancellation may come at once.
        let alarm = Alarm.after(patience) { self.leave(number, budget, refusal()) }
        let registration = cancellation.onCancel { self.leave(number, budget, cancellation.error) }
        end.then {
            alarm.cancel()
            registration.end()
        }
        // Memory may have been released before the line was seen.
        admitNext(budget)
    }

    /// Lets in whoever is first in line, as long as there is room.
    func admitNext(_ budget: MemoryBudget) {
        if count.load(ordering: .sequentiallyConsistent) == 0 { return }
        while true {
            let admitted = state.withLock { state -> Waiter? in
                guard let first = state.line.first, budget.reserveWithoutRevoking(first.bytes) else { return nil }
                state.line.removeFirst()
                count.store(state.line.count, ordering: .sequentiallyConsistent)
                return first
            }
            guard let admitted else { return }
            admitted.decided(nil)
        }
    }

    private func leave(_ number: Int, _ budget: MemoryBudget, _ error: SQLError) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.line.firstIndex(where: { $0.number == number }) else { return nil }
            defer { count.store(state.line.count, ordering: .sequentiallyConsistent) }
            return state.line.remove(at: index)
        }
        waiter?.decided(error)
        // Those behind may want less.
        admitNext(budget)
    }

    /// The end of a wait, at which what was set for it is taken back, also if it is reached first.
    private final class WaitEnd: Sendable {
        private struct State {
            var isReached = false
            var body: (@Sendable () -> Void)?
        }

        private let state = Lock(State())

        func then(_ body: @escaping @Sendable () -> Void) {
            let isReached = state.withLock { state in
                if !state.isReached { state.body = body }
                return state.isReached
            }
            if isReached { body() }
        }

        func reach() {
            let body = state.withLock { state in
                state.isReached = true
                return state.body
            }
            body?()
        }
    }
}
