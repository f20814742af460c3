/// Calling back when several things have happened.

import Synchronization

/// Counts down from a number, and calls once at zero, on the thread that comes last.
final class Countdown: Sendable {
    private let left: Atomic<Int>
    private let body: @Sendable () -> Void

    init(_ number: Int, _ body: @escaping @Sendable () -> Void) {
        left = Atomic(number)
        self.body = body
    }

    func count() {
        if left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { body() }
    }
}
