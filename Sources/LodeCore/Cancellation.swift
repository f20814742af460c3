/// How a running statement is told to stop.

import Synchronization

/// A flag that every worker looks at once a chunk, so that a statement ends within milliseconds.
package final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    package func cancel() { flag.store(true, ordering: .relaxed) }
    package func reset() { flag.store(false, ordering: .relaxed) }
    package var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// - Throws: `57014` once `cancel` was called.
    package func check() throws(SQLError) {
        if isCancelled { throw SQLError(.queryCanceled, "canceling statement due to user request") }
    }
}
