/// What the rows of a query say about the rows of a table.

import LodeCore

/// Which columns of a query tell what becomes of a table's rows:
///
///     | new row | file, number | is written | old row | returned |
///
/// Each row of the query takes away at most one row of the table, which file and number name, and adds at most one, in whatever
/// partition it belongs to. Formats may write the files anew or note the deleted numbers: the query is the same.
package struct RowChanges: Sendable, Hashable {
    /// What happens when a row of the table is to go a second time.
    package enum Repetition: Sendable, Hashable {
        /// The first row of the query counts.
        case ignored
        /// `21000`.
        case refused
    }

    /// The new row, with a column for each of the table's, and behind them, where rows keep numbers, the row's and that of its last change;
    /// empty where rows only go.
    package var newRow: Range<Int>
    /// The path of the file that has the row that goes, and behind it the row's number there, from 0; both NULL where none goes. Nil
    /// where rows only come.
    package var file: Int?
    /// Whether there is a new row; nil for always.
    package var isWritten: Int?
    /// The row that goes, with a column for each of the table's; empty where nobody asks what it was.
    package var oldRow: Range<Int>
    /// What RETURNING gives.
    package var returned: Range<Int>
    package var repetition: Repetition

    package init(
        newRow: Range<Int>, file: Int? = nil, isWritten: Int? = nil, oldRow: Range<Int> = 0..<0,
        returned: Range<Int>, repetition: Repetition = .ignored
    ) {
        self.newRow = newRow
        self.file = file
        self.isWritten = isWritten
        self.oldRow = oldRow
        self.returned = returned
        self.repetition = repetition
    }

    /// The column with the number of the row that goes.
    package var number: Int? { file.map { $0 + 1 } }
}
