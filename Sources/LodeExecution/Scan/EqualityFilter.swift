/// Leaving out the rows of a file whose values were deleted by a later commit.

import LodeCore
import LodeFormats
import LodeVectors

/// Looks up the values that equality deletes compare, in the types of the table.
final class EqualityFilter: ScanFilter {
    /// How rows come to one of the values.
    enum Input {
        /// A place in the scan's projection.
        case file(Int, FileCast?)
        /// The same in all rows.
        case constant(Column)
    }

    let columns: [Int]
    let bounds = ColumnPredicate.anything
    let isPureOverOneColumn = false
    private let keys: NumberedKeys
    private let number: Int64
    private let inputs: [Input]

    /// - Parameters:
    ///   - keys: what was deleted, and by which commit.
    ///   - number: the commit that the file came with.
    ///   - inputs: one for each part of the keys.
    init(_ keys: NumberedKeys, after number: Int64, _ inputs: [Input]) {
        self.keys = keys
        self.number = number
        self.inputs = inputs
        columns = inputs.compactMap { if case .file(let place, _) = $0 { place } else { nil } }
    }

    func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError) {
        var values: [Column] = [], next = 0
        for input in inputs {
            switch input {
            case .file(_, let cast):
                values.append(try cast?.apply(columns[next], count) ?? columns[next])
                next += 1
            case .constant(let value): values.append(Column(repeating: value, count: count))
            }
        }
        try keys.keepRows(notAbove: number, values, count: count, into: survivors)
    }
}
