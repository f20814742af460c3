/// Memory of rows, reserved before it is taken.

import Glibc
import LodeCore

/// Bytes reserved for one owner, given back when it goes away. One worker at a time grows it.
package final class MemoryHold: @unchecked Sendable {
    private let budget: MemoryBudget
    private let purpose: String
    package private(set) var bytes = 0

    /// - Parameter purpose: the operator that an error names ("hash join").
    package init(_ budget: MemoryBudget, for purpose: String) {
        self.budget = budget
        self.purpose = purpose
    }

    /// - Throws: `53200` when the limit would be exceeded.
    package func grow(by more: Int) throws(SQLError) {
        try budget.reserve(more, for: purpose)
        bytes += more
    }

    deinit { budget.release(bytes) }
}

/// Rows that lie one after another.
package struct RowBlock: @unchecked Sendable {
    package let base: UnsafeMutableRawPointer
    package let capacity: Int
    package internal(set) var count: Int
    let buffer: Buffer
}

/// What the text and nested lanes of rows point at. A column gathered from the rows keeps this, not the rows.
package final class RowHeap: @unchecked Sendable {
    private let hold: MemoryHold
    private let arena = TextArena(blockBytes: 256 * 1024)
    private var reserved = 0
    private var copied = 0
    private var kept: [AnyObject] = []

    init(_ hold: MemoryHold) { self.hold = hold }

    /// Keeps a dictionary or a nested column. Chunks of one row group share their dictionary, hence the look back.
    func keep(_ owner: AnyObject) {
        if kept.suffix(8).contains(where: { $0 === owner }) { return }
        kept.append(owner)
    }

    /// A lane for a copy of a long text.
    @inline(__always)
    func copy(_ view: StringView) throws(SQLError) -> StringView {
        let count = view.count
        copied &+= count
        if copied > reserved { try reserveMore() }
        let place = try arena.reserve(count)
        memcpy(place, view.pointer, count)
        return StringView(UnsafeRawPointer(place), count: count)
    }

    @inline(never)
    private func reserveMore() throws(SQLError) {
        let wanted = max(256 * 1024, copied - reserved)
        try hold.grow(by: wanted)
        reserved += wanted
    }
}
