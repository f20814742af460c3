/// What is to happen at a time: a statement's timeout, the end of somebody's patience.

import Glibc

/// One thread of the process sleeps until the next alarm is due. It is started by the first.
package enum Alarm {
    /// Stands for an alarm that was set.
    package struct Setting: Sendable {
        fileprivate let number: Int

        /// Takes it back, if it was not given yet.
        package func cancel() { Clock.shared.cancel(number) }
    }

    /// Calls `body` after this many nanoseconds, on the alarms' thread: it must be short and must not wait.
    package static func after(_ nanoseconds: Int, _ body: @escaping @Sendable () -> Void) -> Setting {
        let (due, overflow) = MonotonicClock.now().addingReportingOverflow(max(0, nanoseconds))
        return Setting(number: Clock.shared.set(overflow ? Int.max : due, body))
    }

    private final class Clock: Sendable {
        static let shared = Clock()

        private struct Entry {
            var due: Int
            var body: @Sendable () -> Void
        }

        private struct State {
            var entries: [Int: Entry] = [:]
            var nextNumber = 0
            var isStarted = false
            /// When the thread wakes up by itself.
            var wakes = Int.max
        }

        private let state = Lock(State())
        private let changed = Semaphore()

        func set(_ due: Int, _ body: @escaping @Sendable () -> Void) -> Int {
            let (number, starts, isNext) = state.withLock { state in
                state.nextNumber += 1
                state.entries[state.nextNumber] = Entry(due: due, body: body)
                defer { state.isStarted = true }
                return (state.nextNumber, !state.isStarted, due < state.wakes)
            }
            if starts { PosixThread { self.run() }.start() } else if isNext { changed.signal() }
            return number
        }

        func cancel(_ number: Int) {
            let dropped = state.withLock { $0.entries.removeValue(forKey: number) }
            withExtendedLifetime(dropped) {}
        }

        private func run() {
            while true {
                let (due, next) = state.withLock { state in
                    let now = MonotonicClock.now()
                    let numbers = state.entries.filter { $0.value.due <= now }.sorted { $0.value.due < $1.value.due }.map(\.key)
                    let due = numbers.compactMap { state.entries.removeValue(forKey: $0)?.body }
                    state.wakes = state.entries.values.map(\.due).min() ?? Int.max
                    return (due, state.wakes)
                }
                for body in due { body() }
                if !due.isEmpty { continue }
                if next == Int.max { changed.wait() } else { _ = changed.wait(until: next) }
            }
        }
    }
}

/// The calendar's time, which somebody may set.
package enum WallClock {
    /// Microseconds since 1970-01-01 UTC.
    package static func micros() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

/// Nanoseconds that only go forward.
package enum MonotonicClock {
    package static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec &* 1_000_000_000 &+ time.tv_nsec
    }
}
