/// What the values of a partition tell of the columns from which they are computed.

import LodeCore

/// Partition columns such as `day date GENERATED ALWAYS AS (CAST(ts AS date))`: a predicate on `ts` rules partitions out.
///
///     day = 2024-01-31   ─▶   ts between 2024-01-31 00:00 and 2024-02-01 00:00
///
/// What an expression means is known of those that are usual; of others nothing is concluded.
/// - Source: Delta PROTOCOL.md, "Generated Columns"; Delta's documentation, "Use generated columns" (partition filters).
package struct GeneratedPartitions: Hashable, Sendable {
    /// The parts of a calendar date, the largest first.
    private enum Part: String, Hashable, Sendable { case year, month, day }

    private enum Meaning: Hashable, Sendable {
        /// The day of a date or timestamp.
        case date
        /// The beginning of a unit.
        case truncated(String)
        case part(Part)
    }

    private struct Rule: Hashable, Sendable {
        var partition: Int
        var source: Field
        var meaning: Meaning
    }

    private var rules: [Rule] = []

    /// - Parameters:
    ///   - expressions: SQL, by the names of the columns that they compute.
    ///   - partitionColumns: in the order of the values.
    package init(_ expressions: [String: String], _ schema: Schema, partitionColumns: [Field]) {
        for (partition, column) in partitionColumns.enumerated() {
            guard let text = expressions[column.name], let (name, meaning) = Self.read(text), let index = schema.index(of: name),
                schema.fields[index].type.isCalendar, column.type == .date || column.type.isTimestamp || column.type.isInteger
            else { continue }
            rules.append(Rule(partition: partition, source: schema.fields[index], meaning: meaning))
        }
    }

    package var isEmpty: Bool { rules.isEmpty }

    /// Bounds of a column in the rows of a partition; nil if nothing is known.
    package func statistics(of column: String, _ values: [Value]) -> ColumnStatistics? {
        let own = rules.filter { PartitionPruning.sameName($0.source.name, column) && $0.partition < values.count }
        guard let source = own.first?.source else { return nil }
        for rule in own where values[rule.partition].isNull { return ColumnStatistics(nullCount: 1, rowCount: 1) }
        for rule in own {
            switch rule.meaning {
            case .date: if let days = Self.days(values[rule.partition]) { return Self.bounds(source.type, days, days) }
            case .truncated(let unit):
                if let days = Self.days(values[rule.partition]), let last = Self.last(unit, days) {
                    return Self.bounds(source.type, days, last)
                }
            case .part: continue
            }
        }
        return Self.bounds(source.type, of: own, values)
    }

    // MARK: Bounds

    private static func days(_ value: Value) -> Int32? {
        switch value {
        case .date(let days): days
        case .timestamp(let micros): Int32(exactly: floorDivided(micros, CivilDate.microsPerDay))
        default: nil
        }
    }

    private static func floorDivided(_ number: Int64, _ divisor: Int64) -> Int64 {
        number / divisor - (number % divisor < 0 ? 1 : 0)
    }

    /// The last day of a unit that begins on a day.
    private static func last(_ unit: String, _ first: Int32) -> Int32? {
        let length: Int32? = switch unit {
        case "hour", "minute", "second", "day": 1
        case "week": 7
        case "month", "mon", "mm": 31
        case "quarter": 92
        case "year", "yyyy", "yy": 366
        default: nil
        }
        guard let length else { return nil }
        let (last, overflow) = first.addingReportingOverflow(length - 1)
        return overflow ? nil : last
    }

    /// By year, or year and month, or year, month and day.
    private static func bounds(_ type: SQLType, of rules: [Rule], _ values: [Value]) -> ColumnStatistics? {
        func number(_ part: Part) -> Int? {
            guard let rule = rules.first(where: { $0.meaning == .part(part) }), case .integer(let number) = values[rule.partition] else {
                return nil
            }
            return Int(exactly: number)
        }
        guard let year = number(.year), (1...9999).contains(year) else { return nil }
        let month = number(.month).flatMap { (1...12).contains($0) ? $0 : nil }
        let day = month == nil ? nil : number(.day).flatMap { (1...31).contains($0) ? $0 : nil }
        guard let first = PartitionText.read(text(year, month ?? 1, day ?? 1), as: .date) else { return nil }
        guard case .date(let days) = first else { return nil }
        return bounds(type, days, days + (day != nil ? 0 : month != nil ? 30 : 365))
    }

    private static func text(_ year: Int, _ month: Int, _ day: Int) -> String {
        func padded(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// Days of a calendar as bounds of a column. Which day an instant is on depends on a zone that nobody noted: it may be one day off.
    private static func bounds(_ type: SQLType, _ first: Int32, _ last: Int32) -> ColumnStatistics? {
        if type == .date { return ColumnStatistics(minimum: .date(first), maximum: .date(last)) }
        guard type == .timestamp || type == .timestamptz else { return nil }
        let slack: Int64 = type.isZoned ? 1 : 0
        let (low, isLow) = (Int64(first) - slack).multipliedReportingOverflow(by: CivilDate.microsPerDay)
        let (high, isHigh) = (Int64(last) + 1 + slack).multipliedReportingOverflow(by: CivilDate.microsPerDay)
        return isLow || isHigh ? nil : ColumnStatistics(minimum: .timestamp(low), maximum: .timestamp(high - 1))
    }

    // MARK: Expressions

    /// The column that an expression reads, and what it makes of it.
    private static func read(_ sql: String) -> (String, Meaning)? {
        var words = words(of: sql)
        while words.count > 2, words.first == "(", words.last == ")" { words = Array(words.dropFirst().dropLast()) }
        func name(_ word: String) -> String? { word.first.map { $0.isLetter || $0 == "_" || $0 == "\"" } == true ? plain(word) : nil }
        switch words.map({ $0.lowercased() }) {
        case let w where w.count == 6 && w[0] == "cast" && w[1] == "(" && w[3] == "as" && w[4] == "date" && w[5] == ")":
            return name(words[2]).map { ($0, .date) }
        case let w where w.count == 4 && ["date", "to_date"].contains(w[0]) && w[1] == "(" && w[3] == ")":
            return name(words[2]).map { ($0, .date) }
        case let w where w.count == 4 && w[1] == "(" && w[3] == ")":
            guard let part = Part(rawValue: w[0] == "dayofmonth" ? "day" : w[0]) else { return nil }
            return name(words[2]).map { ($0, .part(part)) }
        case let w where w.count == 6 && w[0] == "extract" && w[1] == "(" && w[3] == "from" && w[5] == ")":
            guard let part = Part(rawValue: w[2]) else { return nil }
            return name(words[4]).map { ($0, .part(part)) }
        case let w where w.count == 6 && w[0] == "date_trunc" && w[1] == "(" && w[3] == "," && w[5] == ")":
            guard w[2].hasPrefix("'") else { return nil }
            return name(words[4]).map { ($0, .truncated(String(w[2].dropFirst().dropLast()))) }
        default: return nil
        }
    }

    /// Words, quoted names and texts as they are, and signs.
    private static func words(of sql: String) -> [String] {
        var words: [String] = [], word = "", quote: Character?
        for character in sql {
            if let open = quote {
                word.append(character)
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
                word.append(character)
            } else if character.isLetter || character.isNumber || character == "_" {
                word.append(character)
            } else {
                if !word.isEmpty { words.append(word) }
                word = ""
                if !character.isWhitespace { words.append(String(character)) }
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    private static func plain(_ word: String) -> String { word.hasPrefix("\"") ? String(word.dropFirst().dropLast()) : word }
}
