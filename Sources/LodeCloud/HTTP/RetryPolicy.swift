/// How often and how fast something is tried again.

import LodeCore

/// Waits grow exponentially, by a random part of them, so that clients that failed together do not come back together.
/// - Source: AWS SDKs Reference Guide, "Retry behavior", standard mode.
package struct RetryPolicy: Sendable, Hashable {
    /// Attempts in all, the first included.
    package var attempts = 6
    package var firstDelayMillis = 50
    package var longestDelayMillis = 5_000
    /// After this much time no new attempt begins, and one that is under way ends.
    package var totalSeconds = 120
    /// An attempt ends when this long nothing has arrived.
    package var idleMillis = 10_000
    package var connectMillis = 5_000

    package init() {}

    package static let standard = RetryPolicy()

    /// For services of the machine itself, which answer at once or are not there.
    package static let nearby: RetryPolicy = {
        var policy = RetryPolicy()
        policy.attempts = 3
        policy.totalSeconds = 5
        policy.idleMillis = 2_000
        policy.connectMillis = 1_000
        return policy
    }()

    /// Nanoseconds to wait after `failures` failed attempts.
    func delay(after failures: Int, throttled: Bool, random: (ClosedRange<Int>) -> Int = { Int.random(in: $0) }) -> Int {
        let first = throttled ? firstDelayMillis * 4 : firstDelayMillis
        let bound = min(longestDelayMillis, first << min(max(0, failures - 1), 16))
        // Half of it is certain, so that a service that asks for rest gets some.
        return (bound / 2 + random(0...max(1, bound / 2))) * 1_000_000
    }
}

/// What retries may cost a service that is in trouble: each takes from the budget, each success gives back.
package final class RetryBudget: Sendable {
    private let tokens: Lock<Int>
    private let capacity: Int

    package init(capacity: Int = 500) {
        self.capacity = capacity
        tokens = Lock(capacity)
    }

    /// - Returns: whether one more retry is within the budget.
    func take(_ cost: Int) -> Bool {
        tokens.withLock { tokens in
            guard tokens >= cost else { return false }
            tokens -= cost
            return true
        }
    }

    func give(_ amount: Int) {
        tokens.withLock { $0 = min(capacity, $0 + amount) }
    }
}
