/// Arithmetic of real and double: IEEE 754, with division by zero an error as in PostgreSQL.

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
        case .add: return try call.map(Lane.self, Lane.self, to: type) { $0 + $1 }
        case .subtract: return try call.map(Lane.self, Lane.self, to: type) { $0 - $1 }
        case .multiply: return try call.map(Lane.self, Lane.self, to: type) { $0 * $1 }
        case .divide:
            try Self.refuseZero(Lane.self, call)
            return try call.map(Lane.self, Lane.self, to: type) { $0 / $1 }
        case .remainder:
            try Self.refuseZero(Lane.self, call)
            return try call.map(Lane.self, Lane.self, to: type) { $0.truncatingRemainder(dividingBy: $1) }
        case .power: return try Self.powers(call, type)
        }
    }

    @inline(__always)
    private static func refuseZero<Lane: BinaryFloatingPoint>(_: Lane.Type, _ call: StrictCall) throws(SQLError) {
        let divisors = call.lanes(1, Lane.self)
        let rows = call.isConstant(1) && call.validity == nil ? min(call.count, 1) : call.count
        var zeros = 0, i = 0
        while i < rows {
            zeros &+= divisors[i] == 0 ? 1 : 0
            i &+= 1
        }
        guard zeros > 0 else { return }
        for row in 0..<call.count where call.isValid(row) && divisors[row] == 0 { throw .divisionByZero }
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
            if result.isInfinite, base.isFinite, exponent.isFinite { throw .outOfRange(.double) }
            return result
        }
    }
}
