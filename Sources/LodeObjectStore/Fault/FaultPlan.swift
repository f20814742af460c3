/// Which fault is due.

import Glibc
import LodeCore

/// The faults of a store and how far each has come.
final class FaultPlan: Sendable {
    private struct State {
        var faults: [Fault]
        var calls: [Fault.Operation: Int] = [:]
    }

    private let state: Lock<State>

    init(_ faults: [Fault]) { state = Lock(State(faults: faults)) }

    func calls(_ operation: Fault.Operation) -> Int { state.withLock { $0.calls[operation] ?? 0 } }

    /// Counts a call; fails or waits if that is due, and returns an effect that the caller has to bring about.
    func apply(_ operation: Fault.Operation, _ path: String) throws(SQLError) -> Fault.Effect? {
        switch next(operation, path) {
        case .fail(let error)?: throw error
        case .delay(let micros)?:
            usleep(micros)
            return nil
        case let effect: return effect
        }
    }

    private func next(_ operation: Fault.Operation, _ path: String) -> Fault.Effect? {
        state.withLock { state in
            state.calls[operation, default: 0] += 1
            for i in state.faults.indices
            where state.faults[i].operation == operation && (state.faults[i].path.isEmpty || path.contains(state.faults[i].path)) {
                if state.faults[i].after > 0 {
                    state.faults[i].after -= 1
                } else if state.faults[i].times > 0 {
                    state.faults[i].times -= 1
                    return state.faults[i].effect
                }
            }
            return nil
        }
    }
}
