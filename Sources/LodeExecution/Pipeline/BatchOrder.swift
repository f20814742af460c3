/// Which batches of a parallel source are still being read: what puts its rows back into order.

import LodeCore


/// Producers say where they are; a sink that keeps order asks for the lowest batch that may still give rows.
///
/// A worker takes batches in ascending order, and all chunks of a batch have gone through the pipeline when its worker
/// begins the next one.
package final class BatchOrder: Sendable {
    private struct State {
        var open: [Int] = []
        /// No batch below it is taken any more.
        var floor = 0
    }

    private let state = Lock(State())
    /// Answers instead, for a source that is made of others.
    private let composed: (@Sendable () -> Int)?
    /// Raised when `lowestOpen` may have changed: what those wait for who are ahead.
    package let moved: Signal

    package init() {
        composed = nil
        moved = Signal()
    }

    package init(moved: Signal, lowestOpen: @escaping @Sendable () -> Int) {
        composed = lowestOpen
        self.moved = moved
    }

    /// Begins anew: the source is opened again.
    package func reset() { state.withLock { $0 = State() } }

    /// A worker leaves `finished` and begins `taken`, and from now on no batch below `floor` is begun.
    package func move(from finished: Int?, to taken: Int?, floor: Int) {
        state.withLock { state in
            if let finished { state.open.removeAll { $0 == finished } }
            if let taken { state.open.append(taken) }
            state.floor = max(state.floor, floor)
        }
        moved.raise()
    }

    /// Gives out consecutive batch numbers to a worker that leaves `finished`; nil when `take` gives no more work.
    package func advance<Work>(from finished: Int?, _ take: () -> Work?) -> (batch: Int, work: Work)? {
        defer { moved.raise() }
        return state.withLock { state in
            if let finished { state.open.removeAll { $0 == finished } }
            guard let work = take() else {
                state.floor = Int.max
                return nil
            }
            let batch = state.floor
            state.floor += 1
            state.open.append(batch)
            return (batch, work)
        }
    }

    package var lowestOpen: Int {
        if let composed { return composed() }
        return state.withLock { state in min(state.open.min() ?? Int.max, state.floor) }
    }
}
