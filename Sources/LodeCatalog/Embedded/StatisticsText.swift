/// Column statistics as the catalog keeps them.

import LodeCore
import LodeTables

/// `{"amount": {"min": "1.5", "max": "9", "nulls": 0, "exact": true}}`; values as partition text.
enum StatisticsText {
    private struct Entry: Codable {
        var min: String?
        var max: String?
        var nulls: Int?
        var rows: Int?
        var exact: Bool?
    }

    /// Nil if nothing is known.
    static func write(_ statistics: [String: ColumnStatistics]) -> String? {
        var entries: [String: Entry] = [:]
        for (name, known) in statistics {
            entries[name] = Entry(
                min: text(known.minimum), max: text(known.maximum), nulls: known.nullCount, rows: known.rowCount,
                exact: known.boundsAreExact ? true : nil)
        }
        return entries.isEmpty ? nil : JSONText.write(entries)
    }

    /// - Parameter schema: gives the values their types; columns that it lacks are left out.
    static func read(_ text: String, _ schema: Schema, rowCount: Int?) throws(SQLError) -> [String: ColumnStatistics] {
        let entries = try JSONText.read([String: Entry].self, text, "the statistics of a file")
        var statistics: [String: ColumnStatistics] = [:]
        for field in schema.fields {
            guard let entry = entries[field.name] else { continue }
            statistics[field.name] = ColumnStatistics(
                minimum: entry.min.flatMap { PartitionText.read($0, as: field.type) },
                maximum: entry.max.flatMap { PartitionText.read($0, as: field.type) }, nullCount: entry.nulls,
                rowCount: entry.rows ?? rowCount, boundsAreExact: entry.exact ?? false)
        }
        return statistics
    }

    /// Values that don't read back as themselves are left out.
    private static func text(_ value: Value?) -> String? {
        switch value {
        case nil, .null?, .list?, .structure?, .map?, .interval?: nil
        case .text(let text)?: text.utf8.contains(0) ? nil : text
        case let value?: PartitionText.write(value)
        }
    }
}
