/// Column statistics as the catalog keeps them.

import LodeCore
import LodeTables

/// A line for each column: name, least and greatest value, NULLs, rows, and `e` if the bounds are values of the data.
enum StatisticsText {
    /// Nil if nothing is known.
    static func write(_ statistics: [String: ColumnStatistics]) -> String? {
        let lines = statistics.sorted { $0.key < $1.key }.map { name, known in
            FieldText.write([
                name, text(known.minimum), text(known.maximum), known.nullCount.map { String($0) },
                known.rowCount.map { String($0) }, known.boundsAreExact ? "e" : nil,
            ])
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    /// The types by which `read` understands values.
    static func types(_ schema: Schema) -> [String: SQLType] {
        Dictionary(schema.fields.map { ($0.name, $0.type) }) { first, _ in first }
    }

    /// Columns that `types` lacks are left out, as is what cannot be read: statistics are never needed.
    /// - Parameter rowCount: of the file; what a line says itself wins.
    static func read(_ text: String, _ types: [String: SQLType], rowCount: Int?) -> [String: ColumnStatistics] {
        var statistics: [String: ColumnStatistics] = [:]
        for line in text.split(separator: "\n") {
            let fields = FieldText.read(line)
            guard fields.count == 6, let name = fields[0], let type = types[name] else { continue }
            statistics[name] = ColumnStatistics(
                minimum: fields[1].flatMap { PartitionText.read($0, as: type) },
                maximum: fields[2].flatMap { PartitionText.read($0, as: type) }, nullCount: fields[3].flatMap { Int($0) },
                rowCount: fields[4].flatMap { Int($0) } ?? rowCount, boundsAreExact: fields[5] != nil)
        }
        return statistics
    }

    /// Values that don't read back as themselves are left out.
    private static func text(_ value: Value?) -> String? {
        switch value {
        case nil, .null?, .list?, .structure?, .map?, .interval?: nil
        case .text(let text)?: text.utf8.contains(0) ? nil : text.string
        case let value?: PartitionText.write(value)
        }
    }
}
