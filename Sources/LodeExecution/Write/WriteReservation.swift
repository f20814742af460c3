/// What rows on their way into files take of the memory limit.

import LodeCore
import Synchronization

/// Grows and shrinks with the rows that are held; gives everything back with its owner. A refusal is no error here: whoever holds
/// rows writes them, and goes on.
final class WriteReservation: Sendable {
    private let memory: MemoryBudget
    private let reserved = Atomic<Int>(0)

    init(_ memory: MemoryBudget) { self.memory = memory }

    deinit { memory.release(reserved.load(ordering: .relaxed)) }

    func tryReserve(_ bytes: Int) -> Bool {
        guard memory.tryReserve(bytes) else { return false }
        reserved.add(bytes, ordering: .relaxed)
        return true
    }

    /// - Throws: `53200` where rows can't be written to make room.
    func reserve(_ bytes: Int, for purpose: String) throws(SQLError) {
        if !tryReserve(bytes) { throw memory.refusal(bytes, purpose) }
    }

    func release(_ bytes: Int) {
        reserved.subtract(bytes, ordering: .relaxed)
        memory.release(bytes)
    }
}
