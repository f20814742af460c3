/// Which rows of a chunk survive.

import LodeCore

/// Row numbers, ascending when a filter made them; repeated or in any order when a join did.
package final class Selection: @unchecked Sendable {
    package let rows: UnsafeMutablePointer<UInt32>
    package let capacity: Int
    package var count: Int
    private let buffer: Buffer

    /// Room for `capacity` row numbers; `count` starts at 0.
    package init(capacity: Int) throws(SQLError) {
        buffer = try Buffer(byteCount: capacity * 4)
        rows = buffer.base.assumingMemoryBound(to: UInt32.self)
        self.capacity = capacity
        count = 0
    }

    /// All of `0 ..< count`.
    package func takeAll(_ count: Int) {
        var i = 0
        while i < count {
            rows[i] = UInt32(truncatingIfNeeded: i)
            i &+= 1
        }
        self.count = count
    }

    package static func range(_ offset: Int, _ count: Int) throws(SQLError) -> Selection {
        let selection = try Selection(capacity: count)
        var i = 0
        while i < count {
            selection.rows[i] = UInt32(truncatingIfNeeded: offset &+ i)
            i &+= 1
        }
        selection.count = count
        return selection
    }
}
