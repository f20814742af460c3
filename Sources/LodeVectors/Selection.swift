/// Which rows of a chunk survive.

import LodeCore

/// Row numbers, ascending when a filter made them; repeated or in any order when a join did.
@usableFromInline
package final class Selection: @unchecked Sendable {
    @usableFromInline let buffer: Buffer
    package let capacity: Int
    package var count: Int

    /// Room for `capacity` row numbers; `count` starts at 0.
    package init(capacity: Int) throws(SQLError) {
        buffer = try Buffer(byteCount: capacity * 4)
        self.capacity = capacity
        count = 0
    }

    /// The row numbers; the first `count` count.
    @inlinable @inline(__always)
    package var lanes: MutableLanes<UInt32> {
        @_lifetime(borrow self) get { buffer.lanes(as: UInt32.self, keptBy: self) }
    }

    /// Row number `index`.
    @inlinable @inline(__always)
    package subscript(index: Int) -> UInt32 {
        get { lanes[index] }
        set { lanes[index] = newValue }
    }

    /// All of `0 ..< count`.
    package func takeAll(_ count: Int) { take(0, count) }

    package static func range(_ offset: Int, _ count: Int) throws(SQLError) -> Selection {
        let selection = try Selection(capacity: count)
        selection.take(offset, count)
        return selection
    }

    private func take(_ offset: Int, _ count: Int) {
        let rows = lanes
        var i = 0
        while i < count {
            rows[i] = UInt32(truncatingIfNeeded: offset &+ i)
            i &+= 1
        }
        self.count = count
    }
}
