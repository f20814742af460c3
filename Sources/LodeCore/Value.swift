/// One SQL value outside of a column: a literal, a statistic, a setting, a cell of a result.

/// A value without its type; `SQLType` travels beside it where it matters.
///
/// Equality and hashing are structural. For SQL's order see `Value.compare`.
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
    case text(String)
    case bytes([UInt8])
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since midnight.
    case time(Int64)
    /// timestamp and timestamptz: microseconds since 1970-01-01 (UTC).
    case timestamp(Int64)
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

    package var isNull: Bool { if case .null = self { true } else { false } }

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
        case (.text(let l), .text(let r)):
            var mine = l, other = r
            return mine.withUTF8 { a in other.withUTF8 { b in compareBytes(a, b) } }
        case (.bytes(let l), .bytes(let r)):
            return l.withUnsafeBufferPointer { a in r.withUnsafeBufferPointer { b in compareBytes(a, b) } }
        case (.date(let l), .date(let r)): return order(l, r)
        case (.time(let l), .time(let r)): return order(l, r)
        case (.timestamp(let l), .timestamp(let r)): return order(l, r)
        case (.interval(let l), .interval(let r)): return order(l.comparisonMicros, r.comparisonMicros)
        case (.uuid(let l), .uuid(let r)): return order(l, r)
        default: return nil
        }
    }

    private static func order<T: Comparable>(_ l: T, _ r: T) -> Int { l < r ? -1 : (l == r ? 0 : 1) }

    private static func compareBytes(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
        let shared = min(a.count, b.count)
        var i = 0
        while i < shared {
            if a[i] != b[i] { return a[i] < b[i] ? -1 : 1 }
            i += 1
        }
        return order(a.count, b.count)
    }
}
