/// What a partition field or a sort order makes of a column's values.

import LodeCore

/// - Source: Iceberg spec, "Partition Transforms".
package enum IcebergTransform: Hashable, Sendable {
    case identity
    case bucket(Int64)
    case truncate(Int64)
    case year, month, day, hour
    case void
    /// One that the specification doesn't have: nothing is known of its values.
    case unknown(String)

    /// As the metadata has it. What can't be read is an unknown transform, which readers ignore.
    package init(_ text: String) {
        switch text {
        case "identity": self = .identity
        case "year": self = .year
        case "month": self = .month
        case "day": self = .day
        case "hour": self = .hour
        case "void": self = .void
        default:
            if let count = Self.argument(text, "bucket") {
                self = .bucket(count)
            } else if let width = Self.argument(text, "truncate") {
                self = .truncate(width)
            } else {
                self = .unknown(text)
            }
        }
    }

    /// As the metadata has it.
    package var text: String {
        switch self {
        case .identity: "identity"
        case .bucket(let count): "bucket[\(count)]"
        case .truncate(let width): "truncate[\(width)]"
        case .year: "year"
        case .month: "month"
        case .day: "day"
        case .hour: "hour"
        case .void: "void"
        case .unknown(let text): text
        }
    }

    private static func argument(_ text: String, _ name: String) -> Int64? {
        guard text.hasPrefix(name + "["), text.hasSuffix("]") else { return nil }
        guard let number = Int64(text.dropFirst(name.count + 1).dropLast()), (1...Int64(Int32.max)).contains(number) else { return nil }
        return number
    }

    /// The type of the values that it gives; nil if it can't be applied to the type.
    package func resultType(of source: SQLType) -> SQLType? {
        switch (self, source) {
        case (.identity, .list), (.identity, .structure), (.identity, .map): nil
        case (.identity, _), (.void, _): source
        case (.bucket, .boolean), (.bucket, .real), (.bucket, .double): nil
        case (.bucket, _) where Self.isPrimitive(source): .integer
        case (.truncate, .integer), (.truncate, .bigint), (.truncate, .smallint), (.truncate, .tinyint): source
        case (.truncate, .decimal), (.truncate, .varchar), (.truncate, .varbinary): source
        case (.year, _) where Self.hasDays(source), (.month, _) where Self.hasDays(source): .integer
        case (.day, _) where Self.hasDays(source): .date
        case (.hour, _) where Self.hasDays(source) && source != .date: .integer
        default: nil
        }
    }

    private static func isPrimitive(_ type: SQLType) -> Bool {
        switch type {
        case .list, .structure, .map, .json, .interval, .null, .catalog: false
        default: true
        }
    }

    static func hasDays(_ type: SQLType) -> Bool {
        switch type {
        case .date, .timestamp, .timestamptz, .timestampNanos, .timestamptzNanos: true
        default: false
        }
    }

    /// What it makes of a value of a type; nil where that is not known.
    package func apply(_ value: Value, _ type: SQLType) -> Value? {
        if case .unknown = self { return nil }
        if value.isNull || self == .void { return .null }
        guard let value = Self.fitted(value, type) else { return nil }
        switch self {
        case .identity: return value
        case .bucket(let count): return Self.hash(value).map { .integer(Int64($0 & .max) % count) }
        case .truncate(let width): return Self.truncated(value, width)
        case .year: return IcebergPeriod.year.number(of: value).map { .integer($0) }
        case .month: return IcebergPeriod.month.number(of: value).map { .integer($0) }
        case .day: return IcebergPeriod.day.number(of: value).flatMap { Int32(exactly: $0) }.map { .date($0) }
        case .hour: return IcebergPeriod.hour.number(of: value).map { .integer($0) }
        case .void, .unknown: return nil
        }
    }

    /// A value that a condition compares with a column of a type, as the column has it; nil if the column can't have it.
    private static func fitted(_ value: Value, _ type: SQLType) -> Value? {
        switch (value, type) {
        case (.integer(let number), .decimal(_, let scale)):
            Decimal128.rescale(Int128(number), from: 0, to: scale).map { .decimal($0, scale: scale) }
        case (.decimal(let number, let from), .decimal(_, let scale)):
            exactly(number, from, scale).map { .decimal($0, scale: scale) }
        case (.integer, _): type.isInteger ? value : nil
        case (.boolean, .boolean), (.double, .double), (.double, .real), (.text, .varchar), (.bytes, .varbinary): value
        case (.date, .date), (.time, .time), (.uuid, .uuid): value
        case (.timestamp, .timestamp), (.timestamp, .timestamptz): value
        case (.timestampNanos, .timestampNanos), (.timestampNanos, .timestamptzNanos): value
        default: nil
        }
    }

    private static func exactly(_ number: Int128, _ from: Int, _ to: Int) -> Int128? {
        guard let moved = Decimal128.rescale(number, from: from, to: to) else { return nil }
        return Decimal128.compare(number, from, moved, to) == 0 ? moved : nil
    }

    // MARK: Buckets

    /// - Source: Iceberg spec, "Appendix B: 32-bit Hash Requirements".
    static func hash(_ value: Value) -> Int32? {
        switch value {
        case .integer(let number): Murmur3.hash(number)
        case .decimal(let number, _): Murmur3.hash(bytes(of: number))
        case .date(let days): Murmur3.hash(Int64(days))
        case .time(let micros), .timestamp(let micros): Murmur3.hash(micros)
        case .timestampNanos(let nanos): Murmur3.hash(Nanoseconds.split(nanos).micros)
        case .text(let text): Murmur3.hash(text.utf8)
        case .uuid(let number): Murmur3.hash((0..<16).map { UInt8(truncatingIfNeeded: number >> UInt128(120 - $0 * 8)) })
        case .bytes(let bytes): Murmur3.hash(bytes)
        default: nil
        }
    }

    /// Two's complement, the most significant byte first, in as few bytes as hold it.
    package static func bytes(of number: Int128) -> [UInt8] {
        var count = 1
        while count < 16, !(-(Int128(1) << Int128(count * 8 - 1))..<(Int128(1) << Int128(count * 8 - 1))).contains(number) { count += 1 }
        return (0..<count).map { UInt8(truncatingIfNeeded: number >> Int128((count - 1 - $0) * 8)) }
    }

    // MARK: Truncation

    /// - Source: Iceberg spec, "Truncate Transform Details".
    private static func truncated(_ value: Value, _ width: Int64) -> Value? {
        switch value {
        case .integer(let number):
            let (start, overflow) = number.subtractingReportingOverflow(((number % width) + width) % width)
            return overflow ? nil : .integer(start)
        case .decimal(let number, let scale):
            let width = Int128(width)
            let (start, overflow) = number.subtractingReportingOverflow(((number % width) + width) % width)
            return overflow ? nil : .decimal(start, scale: scale)
        case .text(let text):
            let start = text.string.unicodeScalars.prefix(Int(width))
            return .text(SQLText(String(String.UnicodeScalarView(start))))
        case .bytes(let bytes): return .bytes(Array(bytes.prefix(Int(width))))
        default: return nil
        }
    }
}
