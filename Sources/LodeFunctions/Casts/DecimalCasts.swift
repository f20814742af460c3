/// Decimals to and from other numbers.

import LodeCore
import LodeVectors

package enum DecimalCasts {
    /// Why a text that PostgreSQL's numeric takes is no decimal: files have no bits for such values, and no other engine reads them.
    package static func notANumber(_ text: String) -> SQLError? {
        let words = ["nan", "inf", "infinity", "+inf", "-inf", "+infinity", "-infinity"]
        let word = String(text.lowercased().drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        return words.contains(word) ? notANumber : nil
    }

    package static var notANumber: SQLError {
        SQLError(.numericValueOutOfRange, "NaN and infinity are no values of decimal", hint: "Use double precision.")
    }

    /// More or fewer digits; digits that are dropped round half away from zero.
    static func betweenDecimals(_ from: SQLType, _ to: SQLType, _ isTry: Bool) -> StrictBody? {
        guard case .decimal(let p, let s) = from, case .decimal(let q, let t) = to else { return nil }
        if t >= s, q - t >= p - s { return widen(from, to, Decimal128.power(t - s)) }
        return { call throws(SQLError) in
            let numbers = call.decimals(0)
            return try store(call, to, isTry) { Decimal128.rescale(numbers[$0], from: s, to: t) }
        }
    }

    /// Every value fits: one multiplication a lane, none when the scale stays.
    private static func widen(_ from: SQLType, _ to: SQLType, _ factor: Int128) -> StrictBody {
        let short = Int64(truncatingIfNeeded: factor)
        switch (from.physical, to.physical) {
        case (.int64, .int64): return { call throws(SQLError) in try call.map(Int64.self, to: to) { $0 &* short } }
        case (.int64, .int128):
            if factor == 1 { return { call throws(SQLError) in try call.map(Int64.self, to: to) { Int128($0) } } }
            return { call throws(SQLError) in try call.map(Int64.self, to: to) { Int128($0) &* factor } }
        default: return { call throws(SQLError) in try call.map(Int128.self, to: to) { $0 &* factor } }
        }
    }

    /// Lanes of a decimal type from unscaled numbers; nil and what doesn't fit fail.
    @inline(__always)
    static func store(
        _ call: StrictCall, _ to: SQLType, _ isTry: Bool, _ unscaled: (Int) throws(SQLError) -> Int128?
    ) throws(SQLError) -> Column {
        guard case .decimal(let precision, _) = to else { throw .internalFault("a decimal kernel for \(to)") }
        let limit = Decimal128.power(precision)
        if to.physical == .int64 {
            return try call.convert(Int64(0), to: to, isTry: isTry) { (row) throws(SQLError) -> Int64? in
                guard let value = try unscaled(row), value < limit, value > -limit else { return nil }
                return Int64(truncatingIfNeeded: value)
            } failure: { _ in
                overflow(to)
            }
        }
        return try call.convert(Int128(0), to: to, isTry: isTry) { (row) throws(SQLError) -> Int128? in
            guard let value = try unscaled(row), value < limit, value > -limit else { return nil }
            return value
        } failure: { _ in
            overflow(to)
        }
    }

    static func overflow(_ type: SQLType) -> SQLError {
        guard case .decimal(let precision, let scale) = type else { return .outOfRange(type) }
        return SQLError(
            .numericValueOutOfRange, "numeric field overflow",
            detail:
                "A field with precision \(precision), scale \(scale) must round to an absolute value less than 10^\(precision - scale).")
    }

    static func fromDecimal(_ from: SQLType, _ to: SQLType, _ isTry: Bool) -> StrictBody? {
        guard case .decimal(_, let scale) = from else { return nil }
        switch to {
        case .tinyint: return { call throws(SQLError) in try integer(Int8.self, call, scale, to, isTry) }
        case .smallint: return { call throws(SQLError) in try integer(Int16.self, call, scale, to, isTry) }
        case .integer: return { call throws(SQLError) in try integer(Int32.self, call, scale, to, isTry) }
        case .bigint: return { call throws(SQLError) in try integer(Int64.self, call, scale, to, isTry) }
        case .double: return { call throws(SQLError) in try double(call, scale, to) }
        case .real:
            return { call throws(SQLError) in
                let doubles = try double(call, scale, .double)
                let inner = StrictCall(arguments: [doubles], count: call.count, validity: call.validity, context: call.context)
                return try inner.map(Double.self, to: .real) { Float($0) }
            }
        default: return nil
        }
    }

    @inline(__always)
    private static func integer<R: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
        _: R.Type, _ call: StrictCall, _ scale: Int, _ to: SQLType, _ isTry: Bool
    ) throws(SQLError) -> Column {
        let numbers = call.decimals(0)
        return try call.convert(R(0), to: to, isTry: isTry) { (row) -> R? in
            Decimal128.rescale(numbers[row], from: scale, to: 0).flatMap { R(exactly: $0) }
        } failure: { _ in
            .outOfRange(to)
        }
    }

    /// One division of exactly held numbers is correctly rounded; only longer ones take the slow way.
    private static func double(_ call: StrictCall, _ scale: Int, _ to: SQLType) throws(SQLError) -> Column {
        guard call.arguments[0].physical == .int64 else {
            return try call.map(Int128.self, to: to) { Decimal128.toDouble($0, scale: scale) }
        }
        let divisor = Double(nearest: Decimal128.power(scale))
        let exact: Int64 = 1 << 53
        return try call.map(Int64.self, to: to) {
            $0 <= exact && $0 >= -exact ? Double($0) / divisor : Decimal128.toDouble(Int128($0), scale: scale)
        }
    }

    static func toDecimal(_ from: SQLType, _ to: SQLType, _ isTry: Bool) -> StrictBody? {
        guard case .decimal(let precision, let scale) = to else { return nil }
        if from.isInteger, let held = DecimalTypes.precision(of: from) {
            let factor = Decimal128.power(scale)
            if held.precision <= precision - scale { return widenInteger(from, to, factor) }
            return { call throws(SQLError) in
                let numbers = call.integers(0)
                return try store(call, to, isTry) { (row) -> Int128? in
                    let (product, overflow) = Int128(numbers[row]).multipliedReportingOverflow(by: factor)
                    return overflow ? nil : product
                }
            }
        }
        guard from == .real || from == .double else { return nil }
        return { call throws(SQLError) in
            if from == .real {
                let numbers = call.lanes(0, Float.self)
                return try store(call, to, isTry) { unscaled($0, numbers[$0].description, Double(numbers[$0]), scale) }
            }
            let numbers = call.lanes(0, Double.self)
            return try store(call, to, isTry) { unscaled($0, nil, numbers[$0], scale) }
        }
    }

    private static func widenInteger(_ from: SQLType, _ to: SQLType, _ factor: Int128) -> StrictBody {
        let short = Int64(truncatingIfNeeded: factor)
        let isShort = to.physical == .int64
        switch from {
        case .tinyint:
            return { call throws(SQLError) in
                isShort ? try call.map(Int8.self, to: to) { Int64($0) &* short } : try call.map(Int8.self, to: to) { Int128($0) &* factor }
            }
        case .smallint:
            return { call throws(SQLError) in
                isShort
                    ? try call.map(Int16.self, to: to) { Int64($0) &* short } : try call.map(Int16.self, to: to) { Int128($0) &* factor }
            }
        case .integer:
            return { call throws(SQLError) in
                isShort
                    ? try call.map(Int32.self, to: to) { Int64($0) &* short } : try call.map(Int32.self, to: to) { Int128($0) &* factor }
            }
        default: return { call throws(SQLError) in try call.map(Int64.self, to: to) { Int128($0) &* factor } }
        }
    }

    /// A double as an unscaled decimal, rounding half away from zero what its shortest text says (0.285 to two places is 0.29, as in
    /// PostgreSQL, although the double is a little less).
    private static func unscaled(_ row: Int, _ text: String?, _ number: Double, _ scale: Int) -> Int128? {
        guard number.isFinite else { return nil }
        let scaled = number * Double(nearest: Decimal128.power(scale))
        let whole = scaled.rounded(.towardZero)
        let isNearHalf = abs(abs(scaled - whole) - 0.5) < 1e-4
        if text == nil, !isNearHalf, abs(scaled) < 4_503_599_627_370_496 {
            return Int128(Int64(scaled.rounded(.toNearestOrAwayFromZero)))
        }
        var result: Int128 = 0
        var digits = text ?? number.description
        let outcome = digits.withUTF8 { bytes in
            bytes.baseAddress.map { ParseDecimal.int128($0, bytes.count, scale: scale, limit: Decimal128.power(38), &result) }
        }
        return outcome == .parsed ? result : nil
    }
}

/// Integers of a flat or constant column of any width, widened one by one: for loops that are not hot.
struct IntegerLanes: ~Escapable {
    private let bytes: Lanes<UInt8>
    private let mask: Int
    private let physical: PhysicalType

    @_lifetime(borrow owner)
    init<Owner>(_ column: Column, keptBy owner: borrowing Owner) {
        bytes = column.lanes(as: UInt8.self, keptBy: owner)
        mask = column.layout == .constant ? 0 : -1
        physical = column.physical
    }

    @inline(__always)
    subscript(_ row: Int) -> Int64 {
        let i = row & mask
        switch physical {
        case .int8: return Int64(bytes.bound(to: Int8.self)[i])
        case .int16: return Int64(bytes.bound(to: Int16.self)[i])
        case .int32: return Int64(bytes.bound(to: Int32.self)[i])
        default: return bytes.bound(to: Int64.self)[i]
        }
    }
}
