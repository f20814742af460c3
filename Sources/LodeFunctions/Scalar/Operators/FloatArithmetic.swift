/// Arithmetic of real and double: IEEE 754, with division by zero, overflow and underflow errors as in PostgreSQL.

import Glibc
import LodeCore
import LodeVectors

enum FloatOperation: Sendable {
    case add, subtract, multiply, divide, remainder, power

    func body(_ type: SQLType) -> StrictBody {
        if type == .real { return { call throws(SQLError) in try self.run(Float.self, call, type) } }
        return { call throws(SQLError) in try self.run(Double.self, call, type) }
    }

    @inline(__always)
    private func run<Lane: BinaryFloatingPoint & BitwiseCopyable>(
        _: Lane.Type, _ call: StrictCall, _ type: SQLType
    ) throws(SQLError) -> Column {
        switch self {
        case .add: return try Self.checked(Lane.self, call, type, underflows: false) { $0 + $1 }
        case .subtract: return try Self.checked(Lane.self, call, type, underflows: false) { $0 - $1 }
        case .multiply: return try Self.checked(Lane.self, call, type, underflows: true) { $0 * $1 }
        case .divide:
            try Self.refuseZero(Lane.self, call)
            return try Self.checked(Lane.self, call, type, underflows: true) { $0 / $1 }
        case .remainder:
            try Self.refuseZero(Lane.self, call)
            return try call.map(Lane.self, Lane.self, to: type) { $0.truncatingRemainder(dividingBy: $1) }
        case .power: return try Self.powers(call, type)
        }
    }

    /// The operation over all lanes, then one look at the results: infinite and NaN ones (and zeros, if it can underflow) are rare, and
    /// only
    /// they are asked whether their operands were finite (and not zero).
    /// - Source: PostgreSQL, float.h, `float8_mul` and its kin.
    @inline(__always)
    private static func checked<Lane: BinaryFloatingPoint & BitwiseCopyable>(
        _: Lane.Type, _ call: StrictCall, _ type: SQLType, underflows: Bool, _ operation: (Lane, Lane) -> Lane
    ) throws(SQLError) -> Column {
        let result = try call.map(Lane.self, Lane.self, to: type, operation)
        let out = result.lanes(as: Lane.self)
        var suspects = 0, i = 0
        if underflows {
            while i < call.count {
                suspects &+= out[i] - out[i] == 0 && out[i] != 0 ? 0 : 1
                i &+= 1
            }
        } else {
            while i < call.count {
                suspects &+= out[i] - out[i] == 0 ? 0 : 1
                i &+= 1
            }
        }
        if suspects == 0 { return result }
        let left = call.lanes(0, Lane.self), right = call.lanes(1, Lane.self)
        for row in 0..<call.count where call.isValid(row) && (out[row] == 0 || out[row].isInfinite) {
            let a = left[row], b = right[row]
            if out[row] == 0 {
                if underflows, a != 0, b != 0, a.isFinite, b.isFinite { throw .floatUnderflow }
            } else if a.isFinite, b.isFinite {
                throw .floatOverflow
            }
        }
        return result
    }

    /// Zero divides nothing but NaN.
    @inline(__always)
    private static func refuseZero<Lane: BinaryFloatingPoint>(_: Lane.Type, _ call: StrictCall) throws(SQLError) {
        let dividends = call.lanes(0, Lane.self), divisors = call.lanes(1, Lane.self)
        let rows = call.isConstant(1) && call.validity == nil ? min(call.count, 1) : call.count
        var zeros = 0, i = 0
        while i < rows {
            zeros &+= divisors[i] == 0 ? 1 : 0
            i &+= 1
        }
        guard zeros > 0 else { return }
        for row in 0..<call.count where call.isValid(row) && divisors[row] == 0 && !dividends[row].isNaN { throw .divisionByZero }
    }

    /// `power` of doubles; complex results and 0 to a negative power are errors (PostgreSQL, dpow).
    private static func powers(_ call: StrictCall, _ type: SQLType) throws(SQLError) -> Column {
        let bases = call.lanes(0, Double.self), exponents = call.lanes(1, Double.self)
        return try call.mapValid(0.0, to: type) { (row) throws(SQLError) in
            let base = bases[row], exponent = exponents[row]
            if base == 0, exponent < 0 {
                throw SQLError(.numericValueOutOfRange, "zero raised to a negative power is undefined")
            }
            if base < 0, exponent != exponent.rounded(), exponent.isFinite {
                throw SQLError(.numericValueOutOfRange, "a negative number raised to a non-integer power yields a complex result")
            }
            let result = pow(base, exponent)
            if base.isFinite, exponent.isFinite {
                if result.isInfinite { throw .floatOverflow }
                if result == 0, base != 0 { throw .floatUnderflow }
            }
            return result
        }
    }
}
