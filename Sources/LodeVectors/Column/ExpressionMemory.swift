/// Counting what expressions make against the memory limit of their statement.

import LodeCore

/// Operators reserve for themselves before they grow. A function does not: one call may make a list or a text out of a number. While
/// such a call runs on a thread, its large blocks of memory count until they are freed.
package enum ExpressionMemory {
    @TaskLocal private static var budget: MemoryBudget?

    /// Of the statement for which the calling thread works: for those that are not handed one.
    @TaskLocal package static var statement: MemoryBudget?

    /// Smaller blocks are of the size of a chunk, which nobody counts.
    package static let largeBytes = 4 << 20

    /// Runs `body`, counting its large blocks against `budget`.
    package static func counting<R>(_ budget: MemoryBudget, _ body: () throws(SQLError) -> R) throws(SQLError) -> R {
        do {
            return try Self.$budget.withValue(budget) { try body() }
        } catch let error as SQLError { throw error } catch { throw .internalFault("\(error)") }
    }

    /// The same against the memory of the thread's statement, if it has one.
    package static func countingForStatement<R>(_ body: () throws(SQLError) -> R) throws(SQLError) -> R {
        guard let statement else { return try body() }
        return try counting(statement, body)
    }

    /// Takes the bytes of a block that is about to be made; nil if it does not count.
    /// - Throws: `53200` where the limit does not allow them.
    static func reserve(_ bytes: Int) throws(SQLError) -> Reservation? {
        guard bytes >= largeBytes, let budget else { return nil }
        try budget.reserve(bytes, for: "an expression")
        return Reservation(budget, bytes)
    }

    /// Bytes that are given back with its last reference.
    final class Reservation: Sendable {
        private let budget: MemoryBudget
        private let bytes: Int

        init(_ budget: MemoryBudget, _ bytes: Int) {
            self.budget = budget
            self.bytes = bytes
        }

        deinit { budget.release(bytes) }
    }
}
