/// What is known of a CSV file before its rows are read.

import LodeCore
import LodeVectors

/// A dialect and columns: a value that can be shown (`sniff_csv`).
package struct CSVProfile: Hashable, Sendable, CustomStringConvertible {
    package var dialect: CSVDialect
    package var columns: [CSVColumn]
    /// Offset of the first row in the text.
    package var dataStart: Int
    /// The names of the header as written in the file, if it has one.
    package var header: [String]
    /// How the first line ends, escaped: `\n`, `\r\n` or `\r`.
    package var newlines: String
    /// Whether there is neither a header nor a row.
    package var isEmpty: Bool

    /// The pattern of the first column that has one, among those whose type passes.
    package func format(of isWanted: (SQLType) -> Bool) -> String? {
        columns.first { $0.format != nil && isWanted($0.type) }?.format?.pattern
    }

    /// Options of `read_csv` by which a file is read like this without sniffing; where options can't say it, those by which
    /// sniffing finds the same.
    package var description: String {
        var parts = [dialect.description]
        let dates = columns.filter { $0.type == .date }, times = columns.filter { $0.type.isTimestamp }
        // One option holds for all columns, so all must have one format; and a null text that was found holds only where it was found.
        if dialect.foundNullTexts.isEmpty, Set(dates.map(\.format)).count < 2, Set(times.map(\.format)).count < 2 {
            parts.insert("auto_detect = false", at: 0)
            parts.append("columns = \(FormatOption.named(columns.map { .init($0.name, .value(.text("\($0.type)"))) }))")
        }
        if let format = dates.first?.format { parts.append("dateformat = \(FormatOption.literal(format.pattern))") }
        if let format = times.first?.format { parts.append("timestampformat = \(FormatOption.literal(format.pattern))") }
        return parts.joined(separator: ", ")
    }
}
