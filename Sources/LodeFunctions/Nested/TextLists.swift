/// Lists of strings as results.

import LodeCore
import LodeVectors

enum TextLists {
    /// One list a row: the body appends parts of the row's text, or NULLs.
    static func make(
        _ call: StrictCall, _ body: (Int, StringView, inout [StringView?]) throws(SQLError) -> Void
    ) throws(SQLError) -> Column {
        let texts = call.texts(0)
        let ranges = try LaneResult<ListRange>(call.count)
        var all: [StringView?] = []
        for row in 0..<call.count {
            let start = all.count
            if call.isValid(row) { try body(row, texts[row], &all) }
            guard all.count <= Int(UInt32.max) else { throw SQLError(.programLimitExceeded, "a chunk of lists has too many elements") }
            ranges.lanes[row] = ListRange(offset: UInt32(start), count: UInt32(all.count - start))
        }
        let members = try TextResult(all.count)
        var nulls = NullMask(all.count)
        for (index, view) in all.enumerated() {
            if let view { members.lanes[index] = view } else { try nulls.set(index) }
        }
        let child = members.column(validity: nulls.buffer, heaps: call.argumentHeaps)
        return Column(flat: .list(.varchar), count: call.count, lanes: ranges.buffer, children: [child])
    }
}
