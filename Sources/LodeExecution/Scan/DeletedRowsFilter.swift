/// Leaving out the rows of a file that were deleted without writing it anew.

import LodeCore
import LodeFormats
import LodeTables
import LodeVectors

/// Reads the numbers of the rows, which are never NULL, and keeps those that are not deleted.
final class DeletedRowsFilter: ScanFilter {
    let columns: [Int]
    let bounds = ColumnPredicate.anything
    let isPureOverOneColumn = false
    private let deleted: RowPositions

    /// - Parameter column: the place of the row numbers in the scan's projection.
    init(_ deleted: RowPositions, column: Int) {
        self.deleted = deleted
        columns = [column]
    }

    func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError) {
        guard let numbers = try columns.first?.flattened(), numbers.physical == .int64 else {
            throw .internalFault("row numbers are not integers")
        }
        survivors.count = numbers.lanes(as: Int64.self).withUnsafePointer { numbers in
            survivors.lanes.withUnsafePointer { deleted.select(numbers, count, without: $0) }
        }
    }
}
