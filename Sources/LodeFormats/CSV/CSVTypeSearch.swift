/// Finding out the types of columns from their strings.

import LodeCore
import LodeVectors

/// What one column's values can all be. Fed value by value; asks only for what is still possible.
struct CSVTypeSearch {
    /// In order of preference.
    enum Kind: UInt16, CaseIterable {
        case boolean = 1
        case bigint = 2
        /// Whole numbers beyond bigint: decimal(38,0).
        case huge = 128
        case double = 4
        case date = 8
        case time = 16
        case timestamp = 32
        case timestamptz = 64
    }

    /// Strings that often stand for "no value".
    static let nullWords: [[UInt8]] = ["NULL", "null", "NA", "N/A", "n/a", "\\N", "None", "none", "#N/A"].map { Array($0.utf8) }

    /// The types that sniffing chooses from, but for varchar.
    static let candidates: [SQLType] = [
        .boolean, .tinyint, .smallint, .integer, .bigint, .decimal(precision: 38, scale: 0), .real, .double, .date, .time, .timestamp,
        .timestamptz, .timestampNanos, .timestamptzNanos,
    ]

    private(set) var possible: UInt16 = 255
    private(set) var values = 0
    /// Of the values while all are bigint.
    private var minimum = Int64.max
    private var maximum = Int64.min
    /// Whether some value is a number in digits, not in words such as `nan` and `inf`.
    private var sawDigits = false
    /// Whether all values are of one character.
    private var isShort = true
    private var allowed: [SQLType]?
    /// Which null words were among the values.
    private(set) var nullWordsSeen: Set<Int> = []
    private var dateFormats: [DateFormat]
    private var timestampFormats: [DateFormat]
    private var fixedDateFormat: DateFormat?
    private var fixedTimestampFormat: DateFormat?
    private var isISODate = true
    private var isISOTimestamp = true
    /// Whether a timestamp has nanoseconds, and whether all lie in the years that these reach.
    private var sawNanos = false
    private var fitNanos = true

    private static let dayOrders = [
        "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%m.%d.%Y", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y",
        "%m-%d-%y", "%d.%m.%y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y",
    ]
    private static let clocks = [" %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M:%S %p", " %I:%M %p"]
    static let allDateFormats: [DateFormat] = dayOrders.compactMap { try? DateFormat($0) }
    static let allTimestampFormats: [DateFormat] =
        (dayOrders.flatMap { day in clocks.map { day + $0 } } + ["%Y-%m-%d %I:%M:%S %p", "%Y-%m-%dT%H:%M"]).compactMap {
            try? DateFormat($0)
        }

    init(_ options: CSVReadOptions) {
        dateFormats = Self.allDateFormats
        timestampFormats = Self.allTimestampFormats
        fixedDateFormat = options.dateFormat
        fixedTimestampFormat = options.timestampFormat
        allowed = options.typeCandidates
        if let allowed {
            func has(_ types: SQLType...) -> Bool { allowed.contains { types.contains($0) } }
            if !has(.boolean) { possible &= ~Kind.boolean.rawValue }
            if !has(.tinyint, .smallint, .integer, .bigint) { possible &= ~Kind.bigint.rawValue }
            if !has(.decimal(precision: 38, scale: 0)) { possible &= ~Kind.huge.rawValue }
            if !has(.real, .double) { possible &= ~Kind.double.rawValue }
            if !has(.date) { possible &= ~Kind.date.rawValue }
            if !has(.time) { possible &= ~Kind.time.rawValue }
            if !has(.timestamp, .timestampNanos) { possible &= ~Kind.timestamp.rawValue }
            if !has(.timestamptz, .timestamptzNanos) { possible &= ~Kind.timestamptz.rawValue }
        }
    }

    /// For the strings of JSON: only ISO 8601 dates, times and timestamps, or the formats given, and whole numbers if wanted.
    init(dateFormat: DateFormat?, timestampFormat: DateFormat?, numbers: Bool) {
        dateFormats = []
        timestampFormats = []
        fixedDateFormat = dateFormat
        fixedTimestampFormat = timestampFormat
        possible = Kind.date.rawValue | Kind.time.rawValue | Kind.timestamp.rawValue | Kind.timestamptz.rawValue
        if numbers { possible |= Kind.bigint.rawValue }
    }

    /// Makes it text.
    mutating func giveUp() { possible = 0 }

    var isText: Bool { possible == 0 }

    /// Whether nothing but `t` or `f` was seen, which names a column as well as it says true or false.
    var isLetter: Bool { possible == Kind.boolean.rawValue && isShort }

    /// `text` is not NULL and not empty; sixteen bytes behind it may be read.
    mutating func take(_ text: UnsafePointer<UInt8>, _ count: Int) {
        if possible == 0 { return }
        let bytes = UnsafeBufferPointer(start: text, count: count)
        if count <= 4, let word = Self.nullWords.firstIndex(where: { $0.count == count && bytes.elementsEqual($0) }) {
            nullWordsSeen.insert(word)
            return
        }
        let before = possible
        var now: UInt16 = 0
        for kind in Kind.allCases where before & kind.rawValue != 0 && accepts(kind, text, count) { now |= kind.rawValue }
        values += 1
        isShort = isShort && count == 1
        possible = now
    }

    mutating func take(_ value: [UInt8]?) {
        guard let value, !value.isEmpty else { return }
        let padded = value + [UInt8](repeating: 0, count: 16)
        padded.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { take(base, value.count) }
        }
    }

    private mutating func accepts(_ kind: Kind, _ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var long: Int64 = 0, number = 0.0
        switch kind {
        case .boolean:
            switch count {
            case 1: return "tTfF".utf8.contains(text[0])
            case 4, 5: return isWord(text, count, "true") || isWord(text, count, "false")
            default: return false
            }
        case .bigint:
            guard !hasLeadingZero(text, count), ParseInteger.int64(text, count, &long) == .parsed, !hasLetterOrMark(text, count) else {
                return false
            }
            minimum = min(minimum, long)
            maximum = max(maximum, long)
            return true
        case .huge:
            var wide: Int128 = 0
            guard !hasLeadingZero(text, count), isWhole(text, count) else { return false }
            return count <= 18 || ParseDecimal.int128(text, count, scale: 0, limit: Decimal128.power(38), &wide) == .parsed
        case .double:
            guard !hasLeadingZero(text, count), ParseDouble.double(text, count, &number) == .parsed else { return false }
            // NaN and infinity are words first: a column of nothing but them is text.
            if isNamedNumber(text, count) { return number.isNaN || number.isInfinite }
            sawDigits = true
            return true
        case .time:
            return count >= 7 && count <= 15 && text[0] &- 48 < 10 && ParseTime.time(text, count, &long) == .parsed && isClock(text, count)
        case .date: return acceptsDate(text, count)
        case .timestamp: return acceptsTimestamp(text, count)
        case .timestamptz:
            guard count >= 20, ParseDate.iso(text) != .min, text[10] == 32 || text[10] == 84, hasZone(text, count) else { return false }
            return ParseTimestamp.timestamptz(text, count, zones: nil, &long) == .parsed && keepNanos(text, count, long)
        }
    }

    /// Notes what `micros`, as which a text was read, have too few digits for; true.
    private mutating func keepNanos(_ text: UnsafePointer<UInt8>, _ count: Int, _ micros: Int64) -> Bool {
        sawNanos = sawNanos || ParseNanos.hasNanos(text, count)
        fitNanos = fitNanos && Nanoseconds.join(micros) != nil
        return true
    }

    private mutating func acceptsDate(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var days: Int32 = 0
        if let fixedDateFormat { return fixedDateFormat.read(text, count) != nil }
        if isISODate, CSVValue.isoDate(text, count, &days) == .parsed {
            dateFormats = []
            return true
        }
        if values > 0, dateFormats.isEmpty { return false }
        isISODate = false
        guard count >= 6, count <= 12 else { return false }
        dateFormats.removeAll { $0.read(text, count) == nil }
        return !dateFormats.isEmpty
    }

    private mutating func acceptsTimestamp(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var micros: Int64 = 0
        if let fixedTimestampFormat { return reads(fixedTimestampFormat, text, count) }
        if isISOTimestamp, count >= 10, ParseDate.iso(text) != .min, count == 10 || !hasZone(text, count),
            ParseTimestamp.timestamp(text, count, &micros) == .parsed
        {
            timestampFormats = []
            return keepNanos(text, count, micros)
        }
        if values > 0, timestampFormats.isEmpty { return false }
        isISOTimestamp = false
        guard count >= 12, count <= 30 else { return false }
        let open = timestampFormats
        timestampFormats = open.filter { reads($0, text, count) }
        return !timestampFormats.isEmpty
    }

    private mutating func reads(_ format: DateFormat, _ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard let reading = format.read(text, count) else { return false }
        sawNanos = sawNanos || reading.nanosMore != 0
        fitNanos = fitNanos && Nanoseconds.join(reading.micros) != nil
        return true
    }

    private func isWord(_ text: UnsafePointer<UInt8>, _ count: Int, _ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        for index in 0..<count where text[index] | 32 != word.utf8Start[index] { return false }
        return true
    }

    /// `007` is a code, not a number.
    private func hasLeadingZero(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var at = 0
        // White space as readers of numbers pass over it.
        while at < count, text[at] == 32 || text[at] &- 9 < 5 || text[at] == 45 || text[at] == 43 { at += 1 }
        return at + 1 < count && text[at] == 48 && text[at + 1] &- 48 < 10
    }

    private func hasLetterOrMark(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        for index in 0..<count where (text[index] | 32) &- 97 < 26 || text[index] == 95 { return true }
        return false
    }

    /// An optional sign and digits.
    private func isWhole(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let start = text[0] == 43 || text[0] == 45 ? 1 : 0
        for index in start..<max(start, count) where text[index] &- 48 > 9 { return false }
        return count > start
    }

    private func isNamedNumber(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        for index in 0..<count where (text[index] | 32) &- 97 < 26 && text[index] | 32 != 101 { return true }
        return false
    }

    private func isClock(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var colons = 0
        for index in 0..<count where text[index] == 58 { colons += 1 }
        return colons == 2
    }

    /// `Z`, or a sign behind the time.
    private func hasZone(_ text: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count > 16 else { return false }
        for index in 13..<count where text[index] == 43 || text[index] == 45 || text[index] | 32 == 122 { return true }
        return false
    }

    /// The best type that all values had; text if there were none.
    func column(_ name: String) -> CSVColumn {
        var kinds = Kind.allCases.filter { possible & $0.rawValue != 0 }
        if !sawDigits { kinds.removeAll { $0 == .double } }
        let integer = integerType
        if integer == nil { kinds.removeAll { $0 == .bigint } }
        if timestampType(.timestamp) == nil { kinds.removeAll { $0 == .timestamp } }
        if timestampType(.timestamptz) == nil { kinds.removeAll { $0 == .timestamptz } }
        guard values > 0, let kind = kinds.first else {
            var text = CSVColumn(name, .varchar, isSniffed: true)
            text.isGuess = values == 0
            return text
        }
        switch kind {
        case .boolean: return CSVColumn(name, .boolean, isSniffed: true)
        case .bigint: return CSVColumn(name, integer ?? .bigint, isSniffed: true)
        case .huge: return CSVColumn(name, .decimal(precision: 38, scale: 0), isSniffed: true)
        case .double: return CSVColumn(name, allowed.map { $0.contains(.double) } ?? true ? .double : .real, isSniffed: true)
        case .date: return CSVColumn(name, .date, format: fixedDateFormat ?? (isISODate ? nil : dateFormats.first), isSniffed: true)
        case .time: return CSVColumn(name, .time, isSniffed: true)
        case .timestamp:
            return CSVColumn(
                name, timestampType(.timestamp) ?? .varchar,
                format: fixedTimestampFormat ?? (isISOTimestamp ? nil : timestampFormats.first), isSniffed: true)
        case .timestamptz: return CSVColumn(name, timestampType(.timestamptz) ?? .varchar, isSniffed: true)
        }
    }

    /// The type, or that in nanoseconds where a value has some; nil if neither is allowed or holds all values.
    private func timestampType(_ type: SQLType) -> SQLType? {
        func isAllowed(_ type: SQLType) -> Bool { allowed.map { $0.contains(type) } ?? true }
        if !sawNanos, isAllowed(type) { return type }
        return type.inNanos.flatMap { fitNanos && isAllowed($0) ? $0 : nil }
    }

    /// The smallest allowed integer type that has all values; nil if none has.
    private var integerType: SQLType? {
        guard let allowed else { return .bigint }
        let bounds: [(SQLType, Int64, Int64)] = [
            (.tinyint, Int64(Int8.min), Int64(Int8.max)), (.smallint, Int64(Int16.min), Int64(Int16.max)),
            (.integer, Int64(Int32.min), Int64(Int32.max)), (.bigint, .min, .max),
        ]
        return bounds.first { allowed.contains($0.0) && minimum >= $0.1 && maximum <= $0.2 }?.0
    }

    // MARK: Formats

    /// The formats that all dates so far have; nil if they are ISO 8601, of a format that was given, or there are none.
    var openDateFormats: [DateFormat]? { isOpen(.date, isISODate, fixedDateFormat) ? dateFormats : nil }
    var openTimestampFormats: [DateFormat]? { isOpen(.timestamp, isISOTimestamp, fixedTimestampFormat) ? timestampFormats : nil }

    private func isOpen(_ kind: Kind, _ isISO: Bool, _ fixed: DateFormat?) -> Bool {
        values > 0 && possible & kind.rawValue != 0 && !isISO && fixed == nil
    }

    /// Leaves only the formats that other columns of the file have too, if there are such.
    private mutating func keep(dates: [DateFormat], timestamps: [DateFormat]) {
        if openDateFormats != nil, dateFormats.contains(where: dates.contains) { dateFormats.removeAll { !dates.contains($0) } }
        if openTimestampFormats != nil, timestampFormats.contains(where: timestamps.contains) {
            timestampFormats.removeAll { !timestamps.contains($0) }
        }
    }

    /// Lets the columns of a file agree on how dates are written: `01/02/2024` in one means what `31/12/2024` in another shows.
    static func agreed(_ columns: [CSVTypeSearch]) -> [CSVTypeSearch] {
        func common(_ formats: [[DateFormat]]) -> [DateFormat] {
            (formats.first ?? []).filter { format in formats.allSatisfy { $0.contains(format) } }
        }
        let dates = common(columns.compactMap(\.openDateFormats)), timestamps = common(columns.compactMap(\.openTimestampFormats))
        if dates.isEmpty, timestamps.isEmpty { return columns }
        var agreed = columns
        for index in agreed.indices { agreed[index].keep(dates: dates, timestamps: timestamps) }
        return agreed
    }
}
