/// The limit on what a statement's large state may occupy.

import Synchronization

/// Bytes reserved out of `memory_limit`, shared by every statement of an engine.
///
/// Operators reserve before they grow. A refusal is an error for the caller to turn into a spill or to report.
package final class MemoryBudget: Sendable {
    private let used = Atomic<Int>(0)
    private let highest = Atomic<Int>(0)
    package let limit: Int

    package init(limit: Int) { self.limit = limit }

    package var reservedBytes: Int { used.load(ordering: .relaxed) }
    package var peakBytes: Int { highest.load(ordering: .relaxed) }

    /// Takes `bytes`; false when that would exceed the limit.
    package func tryReserve(_ bytes: Int) -> Bool {
        let now = used.add(bytes, ordering: .relaxed).newValue
        if now > limit {
            used.subtract(bytes, ordering: .relaxed)
            return false
        }
        highest.max(now, ordering: .relaxed)
        return true
    }

    /// Takes `bytes` for `purpose` ("hash join", "sort").
    /// - Throws: `53200` when that would exceed the limit.
    package func reserve(_ bytes: Int, for purpose: @autoclosure () -> String) throws(SQLError) {
        guard tryReserve(bytes) else { throw refusal(bytes, purpose()) }
    }

    /// The error for `bytes` that `purpose` wanted in vain.
    package func refusal(_ bytes: Int, _ purpose: String) -> SQLError {
        SQLError(
            .outOfMemory, "out of memory: \(purpose) needs \(bytes) more bytes",
            detail: "\(reservedBytes) of memory_limit = \(limit) bytes are in use.",
            hint: "Raise it with SET memory_limit = '…', or reduce the rows that reach this operator.")
    }

    /// Counts `bytes` that are taken already, beyond the limit if it must be; false when they are beyond it. They are given back by
    /// `release`
    /// like all others.
    package func count(_ bytes: Int) -> Bool {
        let now = used.add(bytes, ordering: .relaxed).newValue
        highest.max(now, ordering: .relaxed)
        return now <= limit
    }

    package func release(_ bytes: Int) { used.subtract(bytes, ordering: .relaxed) }
}
