/// Where a thread that has nothing to do waits until another one has something for it.

import Glibc

/// Permits that are given and taken one by one. One that is given before anybody waits is kept, so that no wake-up is lost.
package final class Semaphore: @unchecked Sendable {
    private let permits: UnsafeMutablePointer<sem_t>

    package init() {
        permits = .allocate(capacity: 1)
        sem_init(permits, 0, 0)
    }

    deinit {
        sem_destroy(permits)
        permits.deallocate()
    }

    package func signal() { sem_post(permits) }

    package func wait() {
        while sem_wait(permits) != 0 {}
    }

    /// Waits no longer than until `deadline`, in nanoseconds of the monotonic clock; less where somebody sets the calendar's clock.
    /// - Returns: whether there was a permit.
    package func wait(until deadline: Int) -> Bool {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let left = max(0, deadline &- MonotonicClock.now()) &+ time.tv_nsec
        time.tv_sec += left / 1_000_000_000
        time.tv_nsec = left % 1_000_000_000
        while sem_timedwait(permits, &time) != 0 {
            if errno != EINTR { return false }
        }
        return true
    }
}
