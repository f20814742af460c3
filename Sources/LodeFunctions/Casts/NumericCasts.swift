/// Numbers to numbers, and to and from booleans.

import LodeCore
import LodeVectors

enum NumericCasts {
    static func body(_ from: SQLType, _ to: SQLType, _ isTry: Bool) -> StrictBody? {
        switch (from.isDecimal, to.isDecimal) {
        case (true, true): return DecimalCasts.betweenDecimals(from, to, isTry)
        case (true, false): return DecimalCasts.fromDecimal(from, to, isTry)
        case (false, true): return DecimalCasts.toDecimal(from, to, isTry)
        case (false, false): break
        }
        switch from {
        case .tinyint: return { call throws(SQLError) in try fromInteger(Int8.self, call, to, isTry) }
        case .smallint: return { call throws(SQLError) in try fromInteger(Int16.self, call, to, isTry) }
        case .integer: return { call throws(SQLError) in try fromInteger(Int32.self, call, to, isTry) }
        case .bigint: return { call throws(SQLError) in try fromInteger(Int64.self, call, to, isTry) }
        case .real: return { call throws(SQLError) in try fromFloat(Float.self, call, to, isTry) }
        case .double: return { call throws(SQLError) in try fromFloat(Double.self, call, to, isTry) }
        default: return nil
        }
    }

    @inline(__always)
    private static func fromInteger<A: FixedWidthInteger & SignedInteger>(
        _: A.Type, _ call: StrictCall, _ to: SQLType, _ isTry: Bool
    ) throws(SQLError) -> Column {
        switch to {
        case .tinyint: return try narrow(A.self, Int8.self, call, to, isTry)
        case .smallint: return try narrow(A.self, Int16.self, call, to, isTry)
        case .integer: return try narrow(A.self, Int32.self, call, to, isTry)
        case .bigint: return try call.map(A.self, to: to) { Int64(truncatingIfNeeded: $0) }
        case .real: return try call.map(A.self, to: to) { Float($0) }
        default: return try call.map(A.self, to: to) { Double($0) }
        }
    }

    @inline(__always)
    private static func narrow<A: FixedWidthInteger & SignedInteger, R: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
        _: A.Type, _: R.Type, _ call: StrictCall, _ to: SQLType, _ isTry: Bool
    ) throws(SQLError) -> Column {
        if R.bitWidth >= A.bitWidth { return try call.map(A.self, to: to) { R(truncatingIfNeeded: $0) } }
        let numbers = call.lanes(0, A.self)
        return try call.convert(R(0), to: to, isTry: isTry) { R(exactly: numbers[$0]) } failure: { _ in .outOfRange(to) }
    }

    @inline(__always)
    private static func fromFloat<A: BinaryFloatingPoint>(
        _: A.Type, _ call: StrictCall, _ to: SQLType, _ isTry: Bool
    ) throws(SQLError) -> Column {
        switch to {
        case .tinyint: return try round(A.self, Int8.self, call, to, isTry)
        case .smallint: return try round(A.self, Int16.self, call, to, isTry)
        case .integer: return try round(A.self, Int32.self, call, to, isTry)
        case .bigint: return try round(A.self, Int64.self, call, to, isTry)
        case .real:
            let numbers = call.lanes(0, A.self)
            return try call.convert(Float(0), to: to, isTry: isTry) { (row) -> Float? in
                let number = numbers[row], result = Float(number)
                return (result.isInfinite && !number.isInfinite) || (result == 0 && number != 0) ? nil : result
            } failure: { _ in .outOfRange(to) }
        default: return try call.map(A.self, to: to) { Double($0) }
        }
    }

    /// Rounds half to even, as PostgreSQL's `rint`.
    @inline(__always)
    private static func round<A: BinaryFloatingPoint, R: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
        _: A.Type, _: R.Type, _ call: StrictCall, _ to: SQLType, _ isTry: Bool
    ) throws(SQLError) -> Column {
        let numbers = call.lanes(0, A.self)
        return try call.convert(R(0), to: to, isTry: isTry) { R(exactly: numbers[$0].rounded(.toNearestOrEven)) } failure: { _ in
            .outOfRange(to)
        }
    }

    static func boolean(_ from: SQLType, _ to: SQLType) -> StrictBody? {
        if from == .boolean {
            switch to {
            case .tinyint: return { call throws(SQLError) in try call.map(UInt8.self, to: to) { Int8($0 & 1) } }
            case .smallint: return { call throws(SQLError) in try call.map(UInt8.self, to: to) { Int16($0 & 1) } }
            case .integer: return { call throws(SQLError) in try call.map(UInt8.self, to: to) { Int32($0 & 1) } }
            case .bigint: return { call throws(SQLError) in try call.map(UInt8.self, to: to) { Int64($0 & 1) } }
            case .real: return { call throws(SQLError) in try call.map(UInt8.self, to: to) { Float($0 & 1) } }
            case .double: return { call throws(SQLError) in try call.map(UInt8.self, to: to) { Double($0 & 1) } }
            case .json: return CastToJSON.body(from)
            default: return nil
            }
        }
        switch from {
        case .tinyint: return { call throws(SQLError) in try call.map(Int8.self, to: to) { $0 != 0 ? UInt8(1) : 0 } }
        case .smallint: return { call throws(SQLError) in try call.map(Int16.self, to: to) { $0 != 0 ? UInt8(1) : 0 } }
        case .integer: return { call throws(SQLError) in try call.map(Int32.self, to: to) { $0 != 0 ? UInt8(1) : 0 } }
        case .bigint: return { call throws(SQLError) in try call.map(Int64.self, to: to) { $0 != 0 ? UInt8(1) : 0 } }
        case .real: return { call throws(SQLError) in try call.map(Float.self, to: to) { $0 != 0 ? UInt8(1) : 0 } }
        case .double: return { call throws(SQLError) in try call.map(Double.self, to: to) { $0 != 0 ? UInt8(1) : 0 } }
        default: return nil
        }
    }
}
