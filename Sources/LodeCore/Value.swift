/// One SQL value outside of a column: a literal, a statistic, a setting, a cell of a result.

/// A value without its type; `SQLType` travels beside it where it matters.
///
/// Equality and hashing are structural, and as SQL groups values: NaN is equal to itself. For SQL's order see `Value.compare`.
package enum Value: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// tinyint, smallint, integer and bigint.
    case integer(Int64)
    /// `unscaled * 10^-scale`.
    case decimal(Int128, scale: Int)
    /// real and double.
    case double(Double)
    /// varchar, char and json.
    case text(SQLText)
    case bytes([UInt8])
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since midnight.
    case time(Int64)
    /// timestamp and timestamptz: microseconds since 1970-01-01 (UTC).
    case timestamp(Int64)
    /// timestamp_ns and timestamptz_ns: nanoseconds since 1970-01-01 (UTC).
    case timestampNanos(Int64)
    case interval(Interval)
    case uuid(UInt128)
    case list([Value])
    case structure([Value])
    case map([MapEntry])

    package struct MapEntry: Hashable, Sendable {
        package var key: Value
        package var value: Value
        package init(key: Value, value: Value) {
            self.key = key
            self.value = value
        }
    }

    package static func text(_ string: String) -> Value { .text(SQLText(string)) }

    package var isNull: Bool { if case .null = self { true } else { false } }

    package static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let l), .boolean(let r)): l == r
        case (.integer(let l), .integer(let r)): l == r
        case (.decimal(let l, let ls), .decimal(let r, let rs)): l == r && ls == rs
        case (.double(let l), .double(let r)): l == r || (l.isNaN && r.isNaN)
        case (.text(let l), .text(let r)): l == r
        case (.bytes(let l), .bytes(let r)): l == r
        case (.date(let l), .date(let r)): l == r
        case (.time(let l), .time(let r)), (.timestamp(let l), .timestamp(let r)): l == r
        case (.timestampNanos(let l), .timestampNanos(let r)): l == r
        case (.interval(let l), .interval(let r)): l == r
        case (.uuid(let l), .uuid(let r)): l == r
        case (.list(let l), .list(let r)), (.structure(let l), .structure(let r)): l == r
        case (.map(let l), .map(let r)): l == r
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .boolean(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .decimal(let value, let scale):
            hasher.combine(value)
            hasher.combine(scale)
        case .double(let value): hasher.combine(value.isNaN ? .nan : value)
        case .text(let value): hasher.combine(value)
        case .bytes(let value): hasher.combine(value)
        case .date(let value): hasher.combine(value)
        case .time(let value), .timestamp(let value), .timestampNanos(let value): hasher.combine(value)
        case .interval(let value): hasher.combine(value)
        case .uuid(let value): hasher.combine(value)
        case .list(let values), .structure(let values): hasher.combine(values)
        case .map(let entries): hasher.combine(entries)
        }
    }

    /// Orders two values of the same type; nil if either is NULL or the kinds differ.
    ///
    /// Text compares by UTF-8 bytes, NaN is greater than every number and equal to itself (as in PostgreSQL).
    package static func compare(_ left: Value, _ right: Value) -> Int? {
        switch (left, right) {
        case (.boolean(let l), .boolean(let r)): return order(l ? 1 : 0, r ? 1 : 0)
        case (.integer(let l), .integer(let r)): return order(l, r)
        case (.decimal(let l, let ls), .decimal(let r, let rs)): return Decimal128.compare(l, ls, r, rs)
        case (.integer(let l), .decimal(let r, let rs)): return Decimal128.compare(Int128(l), 0, r, rs)
        case (.decimal(let l, let ls), .integer(let r)): return Decimal128.compare(l, ls, Int128(r), 0)
        case (.double(let l), .double(let r)):
            if l.isNaN || r.isNaN { return order(l.isNaN ? 1 : 0, r.isNaN ? 1 : 0) }
            return order(l, r)
        case (.text(let l), .text(let r)): return SQLText.compare(l, r)
        case (.bytes(let l), .bytes(let r)):
            return l.withUnsafeBufferPointer { a in r.withUnsafeBufferPointer { b in SQLText.compareBytes(a, b) } }
        case (.date(let l), .date(let r)): return order(l, r)
        case (.time(let l), .time(let r)): return order(l, r)
        case (.timestamp(let l), .timestamp(let r)), (.timestampNanos(let l), .timestampNanos(let r)): return order(l, r)
        case (.timestamp(let l), .timestampNanos(let r)): return Nanoseconds.compare(micros: l, nanos: r)
        case (.timestampNanos(let l), .timestamp(let r)): return -Nanoseconds.compare(micros: r, nanos: l)
        case (.interval(let l), .interval(let r)): return order(l.comparisonMicros, r.comparisonMicros)
        case (.uuid(let l), .uuid(let r)): return order(l, r)
        default: return nil
        }
    }

    private static func order<T: Comparable>(_ l: T, _ r: T) -> Int { l < r ? -1 : (l == r ? 0 : 1) }
}
