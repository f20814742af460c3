/// The members of lists and maps as columns of their own.

import LodeCore
import LodeVectors

enum ListMembers {
    /// The same lists over children that hold only the members which valid rows refer to, in row order.
    static func compacted(_ column: Column, _ count: Int, _ validity: Buffer?) throws(SQLError) -> Column {
        let ranges = column.lanes(as: ListRange.self)
        var total = 0
        for row in 0..<count where Validity.isValid(validity, row) && !column.isNull(row) { total += Int(ranges[row].count) }
        let selection = try Selection(capacity: total)
        let lanes = try LaneResult<ListRange>(count)
        for row in 0..<count {
            let isUsed = Validity.isValid(validity, row) && !column.isNull(row)
            let range = isUsed ? ranges[row] : ListRange(offset: 0, count: 0)
            lanes.lanes[row] = ListRange(offset: UInt32(truncatingIfNeeded: selection.count), count: range.count)
            for index in 0..<Int(range.count) {
                selection[selection.count] = range.offset &+ UInt32(truncatingIfNeeded: index)
                selection.count += 1
            }
        }
        var children: [Column] = []
        for child in column.children { children.append(try child.gather(selection)) }
        return Column(flat: column.type, count: count, lanes: lanes.buffer, validity: column.rowValidity, children: children)
    }
}
