/// What a Delta log knows of the columns of a file.

import LodeCore
import LodeVectors

/// Rows and bounds of one data file, as a writer measured them.
/// - Source: Delta PROTOCOL.md, "Per-file Statistics".
struct DeltaFileStatistics: Sendable {
    /// Rows that the file was written with.
    var rowCount: Int?
    /// By the table's names (`FieldPath`).
    var columns: [String: ColumnStatistics] = [:]
}

/// Reads statistics of the columns that are wanted.
struct DeltaStatisticsReader: Sendable {
    /// A column or a field of structs that has statistics.
    struct Leaf: Sendable {
        /// By the table's names.
        var name: String
        var type: SQLType
        /// By the files' names.
        var path: [String]
    }

    /// Members of statistics by the files' names.
    private indirect enum Node: Sendable {
        case leaf(Int)
        case fields([String: Node])
    }

    let leaves: [Leaf]
    private let root: Node

    /// - Parameter wanted: names of columns and fields; nil for all.
    init(_ schema: DeltaSchema, partitionColumns: [Field], only wanted: Set<String>? = nil) {
        var leaves: [Leaf] = []
        let keys = Set(partitionColumns.map(\.name))
        let columns = zip(schema.columns, schema.schema.fields).filter { !keys.contains($0.0.name) }
        root = .fields(Self.members(columns.map { ($0.0, $0.1.type) }, [], [], wanted, &leaves))
        self.leaves = leaves
    }

    private static func members(
        _ columns: [(MappedColumn, SQLType)], _ names: [String], _ path: [String], _ wanted: Set<String>?, _ leaves: inout [Leaf]
    ) -> [String: Node] {
        var found: [String: Node] = [:]
        for (column, type) in columns {
            let names = names + [column.name], path = path + [column.fileName]
            if case .structure(let fields) = type {
                let inner = Self.members(zip(column.parts, fields.map(\.type)).map { ($0.0, $0.1) }, names, path, wanted, &leaves)
                if !inner.isEmpty { found[column.fileName] = .fields(inner) }
            } else if !type.isNested, wanted?.contains(FieldPath.name(names)) ?? true {
                found[column.fileName] = .leaf(leaves.count)
                leaves.append(Leaf(name: FieldPath.name(names), type: type, path: path))
            }
        }
        return found
    }

    /// What is known of one leaf, put together from the three parts of statistics.
    struct Measure {
        var minimum: Value?, maximum: Value?
        var nullCount: Int?
    }

    // MARK: JSON

    /// Statistics as JSON; what can't be understood counts as not known.
    func read(_ text: String, isDeleted: Bool) -> DeltaFileStatistics {
        var measures = Array(repeating: Measure(), count: leaves.count)
        var rowCount: Int?, isTight = true
        do throws(SQLError) {
            try JSONReader.read(text) { (reader) throws(SQLError) in
                try reader.object { (reader, name) throws(SQLError) in
                    if try reader.takeNull() { return }
                    switch name {
                    case "numRecords": rowCount = Int(try reader.integer())
                    case "tightBounds": isTight = try reader.boolean()
                    case "minValues":
                        try walk(&reader, root) { measures[$0].minimum = value($1, leaves[$0].type, isMaximum: false) }
                    case "maxValues":
                        try walk(&reader, root) { measures[$0].maximum = value($1, leaves[$0].type, isMaximum: true) }
                    case "nullCount": try walk(&reader, root) { measures[$0].nullCount = Int($1) }
                    default: try reader.skip()
                    }
                }
            }
        } catch {
            // Statistics are an aid: a file of which nothing is known is read.
            return DeltaFileStatistics()
        }
        return statistics(measures, rowCount, isTight: isTight && !isDeleted)
    }

    private func walk(_ reader: inout JSONReader, _ node: Node, _ found: (Int, String) -> Void) throws(SQLError) {
        switch node {
        case .leaf(let index):
            if reader.isObject { return try reader.skip() }
            if let text = try reader.scalarText() { found(index, text) }
        case .fields(let members):
            guard reader.isObject else { return try reader.skip() }
            try reader.object { (reader, name) throws(SQLError) in
                guard let member = members[name] else { return try reader.skip() }
                try walk(&reader, member, found)
            }
        }
    }

    // MARK: All kinds

    /// - Parameter isTight: whether counts and bounds are those of the rows that are left; else only counts of none and of all say
    ///   something.
    func statistics(_ measures: [Measure], _ rowCount: Int?, isTight: Bool) -> DeltaFileStatistics {
        var result = DeltaFileStatistics(rowCount: rowCount.flatMap { DeltaAdd.counts.contains($0) ? $0 : nil })
        for (leaf, measure) in zip(leaves, measures) {
            var nulls = measure.nullCount.flatMap { $0 >= 0 ? $0 : nil }
            if !isTight, let count = nulls, count != 0, count != rowCount { nulls = nil }
            if nulls == nil, measure.minimum == nil, measure.maximum == nil { continue }
            let isAllNull = nulls != nil && nulls == rowCount
            result.columns[leaf.name] = ColumnStatistics(
                minimum: isAllNull ? nil : measure.minimum, maximum: isAllNull ? nil : measure.maximum, nullCount: nulls,
                rowCount: result.rowCount, boundsAreExact: isTight && Self.isExact(leaf.type))
        }
        return result
    }

    /// Whether bounds of the type are values of the data: texts are cut off, timestamps cut to milliseconds, of floating-point numbers
    /// NaN may be left out, and some writers make such numbers of long decimals.
    private static func isExact(_ type: SQLType) -> Bool {
        if case .decimal(let precision, _) = type { return precision <= exactDigits }
        return type.isInteger || type == .date || type == .boolean
    }

    /// Decimal digits that a number in floating point keeps.
    private static let exactDigits = 15

    /// A bound that is written as text; nil if it says nothing.
    private func value(_ text: String, _ type: SQLType, isMaximum: Bool) -> Value? {
        switch type {
        case .varchar: return Self.text(text, isMaximum: isMaximum)
        case .double: return Self.double(text, isMaximum: isMaximum).map { .double($0) }
        case .decimal(let precision, let scale): return DeltaPartitionValue.decimal(text, precision: precision, scale: scale)
        // What variants lie between is encoded in a way of its own.
        case .varbinary, .json: return nil
        case .timestamptz:
            guard let (plain, offset) = Self.zone(text), case .timestamp(let micros)? = PartitionText.read(plain, as: .timestamp) else {
                return nil
            }
            let (instant, overflow) = micros.subtractingReportingOverflow(offset)
            return overflow ? nil : bound(.timestamp(instant), isMaximum: isMaximum)
        case .timestamp: return PartitionText.read(text, as: type).map { bound($0, isMaximum: isMaximum) }
        default: return PartitionText.read(text, as: type).flatMap { $0.isNull ? nil : $0 }
        }
    }

    /// Texts of so many characters may have been cut off; what begins with them lies below the greatest character behind them.
    private static let shortestPrefix = 32

    private static func text(_ text: String, isMaximum: Bool) -> Value {
        .text(isMaximum && text.unicodeScalars.count >= shortestPrefix ? text + "\u{10ffff}" : text)
    }

    /// A bound of doubles. Before the column was widened it was of floats, which are written with fewer digits than their value as a double
    /// has: the bound takes both in.
    private static func double(_ text: String, isMaximum: Bool) -> Double? {
        guard let number = Double(text), let short = Float(text), short.isFinite else { return Double(text) }
        return isMaximum ? max(number, Double(short)) : min(number, Double(short))
    }

    /// The text of a timestamp without the zone at its end, and the zone's offset in microseconds.
    private static func zone(_ text: String) -> (String, Int64)? {
        guard let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }), text[..<sign].contains(":") else { return (text, 0) }
        let parts = text[text.index(after: sign)...].split(separator: ":")
        guard (1...2).contains(parts.count), parts.allSatisfy({ $0.utf8.count == 2 }), let hours = Int64(parts[0]),
            let minutes = parts.count == 2 ? Int64(parts[1]) : 0
        else { return nil }
        let micros = (hours * 60 + minutes) * 60_000_000
        return (String(text[..<sign]), text[sign] == "-" ? -micros : micros)
    }

    /// A bound as the statistics have it, and what it says of the values.
    private func bound(_ value: Value, isMaximum: Bool) -> Value {
        // Truncated to milliseconds: what was greatest may lie up to one of them above.
        guard isMaximum, case .timestamp(let micros) = value, micros <= .max - 999 else { return value }
        return .timestamp(micros + 999)
    }

    private static func midnight(_ days: Int32) -> Int64? {
        let (micros, overflow) = Int64(days).multipliedReportingOverflow(by: CivilDate.microsPerDay)
        return overflow ? nil : micros
    }

    /// A bound that is stored in a column of a checkpoint, in the table's type; nil if it is of another kind.
    func bound(_ value: Value, _ type: SQLType, isMaximum: Bool) -> Value? {
        switch (value, type) {
        case (.integer(let number), .double), (.integer(let number), .real): .double(Double(number))
        case (.integer(let number), .decimal): .decimal(Int128(number), scale: 0)
        case (.integer, _) where type.isInteger: value
        case (.double, .double), (.double, .real), (.decimal, .decimal), (.date, .date), (.boolean, .boolean): value
        case (.text(let text), .varchar): Self.text(text.string, isMaximum: isMaximum)
        case (.date(let days), .timestamp): Self.midnight(days).map { bound(.timestamp($0), isMaximum: isMaximum) }
        case (.timestamp, .timestamp), (.timestamp, .timestamptz): bound(value, isMaximum: isMaximum)
        default: nil
        }
    }
}
