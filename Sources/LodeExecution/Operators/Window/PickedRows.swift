/// Values taken from other rows of a piece: what lag, lead and first_value return.

import LodeCore
import LodeVectors

/// A column of a piece, and which of its rows are not NULL, for IGNORE NULLS.
struct PickedRows {
    let column: Column
    /// The rows that count, ascending; nil if all do.
    private let valid: [Int]?
    /// By row (and one past the last): how many rows before it count.
    private let before: [Int32]

    init(_ column: Column, ignoringNulls: Bool) {
        self.column = column
        guard ignoringNulls, column.mayHaveNulls else {
            valid = nil
            before = []
            return
        }
        var rows: [Int] = [], counts = [Int32](repeating: 0, count: column.count + 1)
        for row in 0..<column.count {
            counts[row] = Int32(truncatingIfNeeded: rows.count)
            if !column.isNull(row) { rows.append(row) }
        }
        counts[column.count] = Int32(truncatingIfNeeded: rows.count)
        valid = rows
        before = counts
    }

    /// How many rows of the range count.
    func count(_ low: Int, _ high: Int) -> Int {
        valid == nil ? max(0, high - low) : max(0, Int(before[high]) - Int(before[low]))
    }

    /// The `index`-th (from 0) of the range's rows that count.
    func row(_ low: Int, _ index: Int) -> Int {
        guard let valid else { return low + index }
        return valid[Int(before[low]) + index]
    }

    /// The values of `rows`; negative ones are NULL.
    func values(_ rows: [Int]) throws(SQLError) -> Column { try column.gather(optional: rows) }
}
