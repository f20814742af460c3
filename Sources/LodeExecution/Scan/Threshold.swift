/// What a top-N knows of its last row while it runs, for the scan that feeds it.

import LodeCore
import LodePlan
import Synchronization

/// The key of the last row that is still wanted. Workers of the top-N tighten it, workers of the scan read it.
package final class Threshold: Sendable {
    private struct State {
        /// Nil until some worker has enough rows.
        var value: Value?
        var version = 0
    }

    let type: SQLType
    let descending: Bool
    let nullsFirst: Bool
    /// Whether rows that equal the last one are not needed either: no later key could put them before it.
    let isOnlyKey: Bool
    private let state = Lock(State())
    private let latest = Atomic<Int>(0)

    init(_ key: SortKey, isOnlyKey: Bool) {
        self.isOnlyKey = isOnlyKey
        type = key.expression.type
        descending = key.descending
        nullsFirst = key.nullsFirst
    }

    /// Changes whenever `value` does; 0 as long as nothing is known.
    var version: Int { latest.load(ordering: .acquiring) }

    var current: (value: Value, version: Int)? {
        if version == 0 { return nil }
        return state.withLock { state in state.value.map { ($0, state.version) } }
    }

    /// Any worker's last row will do: as many rows come before it.
    func offer(_ value: Value) {
        state.withLock { state in
            if let known = state.value, !precedes(value, known) { return }
            state.value = value
            state.version += 1
            latest.store(state.version, ordering: .releasing)
        }
    }

    /// Forgets the rows of a run that is over: a pipeline may run again.
    func reset() {
        state.withLock { state in
            state.value = nil
            latest.store(0, ordering: .releasing)
        }
    }

    /// The comparison with the last row's value that rows fulfil which are still wanted.
    var comparison: ComparisonOperator {
        descending ? (isOnlyKey ? .greater : .greaterOrEqual) : (isOnlyKey ? .less : .lessOrEqual)
    }

    /// Whether a row with `left` comes before one with `right`.
    func precedes(_ left: Value, _ right: Value) -> Bool {
        if left.isNull || right.isNull { return left.isNull != right.isNull && left.isNull == nullsFirst }
        guard let order = Value.compare(left, right) else { return false }
        return descending ? order > 0 : order < 0
    }
}
