/// How long a worker may stay with a step.

import LodeCore

/// Over when its time is up *and* somebody else waits for a worker.
struct WorkSlice {
    private let end: Int
    private let pool: PoolCore?

    init(of pool: PoolCore, from start: Int) {
        self.pool = pool
        end = start &+ FairQueue.sliceNanoseconds
    }

    /// For a thread that does everything by itself.
    static let endless = WorkSlice()

    private init() {
        pool = nil
        end = .max
    }

    var isOver: Bool { (pool?.isContended ?? false) && MonotonicClock.now() >= end }
}
