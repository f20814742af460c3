/// How far a scan of remote files asks ahead of its workers.

import LodeCore

/// Bytes that were asked for, or have come and are not read to the end. They are charged to the statement; where its memory is short, less
/// is asked for.
final class ReadAhead: Sendable {
    private struct State {
        var bytes = 0
        /// Morsels that were read to the end, and those of them in which filters left rows.
        var ended = 0, passed = 0
        /// Whether more was refused than is here, and nothing has ended since.
        var isFull = false
    }

    private let memory: MemoryBudget
    private let state = Lock(State())

    /// Of what a statement may reserve, no more than this part waits to be read.
    private static let share = 8
    /// So many morsels tell whether filters leave rows in most of them.
    private static let enough = 4
    /// Once they have told, so many times as much is asked for: what has come and waits to be read is no longer in flight.
    private static let growth = 3

    init(_ memory: MemoryBudget) { self.memory = memory }

    deinit { memory.release(state.withLock { $0.bytes }) }

    /// - Parameter most: what should be in flight in all; a first request is never too large.
    /// - Returns: whether so many bytes may be asked for.
    func take(_ bytes: Int, most: Int) -> Bool {
        state.withLock { state in
            let ahead = state.ended < Self.enough ? most : most * Self.growth
            guard state.bytes == 0 || state.bytes + bytes <= min(ahead, memory.limit / Self.share) else {
                state.isFull = true
                return false
            }
            // Nobody is to write to disk for what only may be wanted.
            guard memory.freeBytes / 2 >= bytes, memory.tryReserve(bytes) else { return false }
            state.bytes += bytes
            return true
        }
    }

    func giveBack(_ bytes: Int) {
        state.withLock { state in
            state.bytes -= bytes
            state.isFull = false
        }
        memory.release(bytes)
    }

    /// Notes whether filters have left rows in a morsel.
    func note(hasPassed: Bool) {
        state.withLock { state in
            state.ended += 1
            state.isFull = false
            if hasPassed { state.passed += 1 }
        }
    }

    /// Whether it is of no use to ask for more now.
    var isFull: Bool { state.withLock { $0.isFull } }

    /// Whether the columns that no filter looks at are mostly wanted.
    var wantsRest: Bool { state.withLock { $0.ended < Self.enough || $0.passed * 2 >= $0.ended } }
}
