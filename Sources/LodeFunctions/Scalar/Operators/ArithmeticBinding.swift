/// Which kernel an arithmetic operator is for given types.

import LodeCore
import LodeVectors

enum ArithmeticBinding {
    /// The wider of two integer types; a bare NULL takes the other's type.
    static func integerType(_ types: [SQLType]) -> SQLType? {
        let known = types.filter { $0 != .null }
        guard let first = known.first else { return .integer }
        guard known.allSatisfy({ $0.isInteger }) else { return nil }
        return known.dropFirst().reduce(first) { Casts.commonType($0, $1) ?? $0 }
    }

    /// Real if both are at most real, else double; nil unless one of them is real or double and both are numbers.
    static func floatType(_ types: [SQLType]) -> SQLType? {
        guard types.contains(.double) || types.contains(.real), types.allSatisfy({ $0.isNumeric || $0 == .null }) else { return nil }
        return types.allSatisfy { $0 == .real || $0 == .null || $0 == .tinyint || $0 == .smallint } ? .real : .double
    }

    private static func isDecimalPair(_ types: [SQLType]) -> Bool {
        types.contains { $0.isDecimal } && types.allSatisfy { $0.isDecimal || $0.isInteger || $0 == .null }
    }

    /// A bare NULL as the type of the other operand.
    private static func settled(_ types: [SQLType]) -> [SQLType] {
        guard types.count == 2 else { return types }
        return [types[0] == .null ? types[1] : types[0], types[1] == .null ? types[0] : types[1]]
    }

    static func add(_ given: [SQLType]) throws(SQLError) -> BoundScalar {
        let types = settled(given)
        if let type = integerType(types) { return .strict([type, type], type, canFail: true, IntegerOperation.add.body(type)) }
        if let type = floatType(types) { return .strict([type, type], type, canFail: true, FloatOperation.add.body(type)) }
        if let sum = DecimalSum(types[0], types[1], subtracts: false) {
            return .strict([sum.left, sum.right], sum.result, canFail: sum.canOverflow) { call throws(SQLError) in try sum.compute(call) }
        }
        if let bound = TemporalArithmetic.add(types[0], types[1]) { return bound }
        throw .noFunction("+", given)
    }

    static func subtract(_ given: [SQLType]) throws(SQLError) -> BoundScalar {
        let types = settled(given)
        if let type = integerType(types) { return .strict([type, type], type, canFail: true, IntegerOperation.subtract.body(type)) }
        if let type = floatType(types) { return .strict([type, type], type, canFail: true, FloatOperation.subtract.body(type)) }
        if let sum = DecimalSum(types[0], types[1], subtracts: true) {
            return .strict([sum.left, sum.right], sum.result, canFail: sum.canOverflow) { call throws(SQLError) in try sum.compute(call) }
        }
        if let bound = TemporalArithmetic.subtract(types[0], types[1]) { return bound }
        throw .noFunction("-", given)
    }

    static func multiply(_ given: [SQLType]) throws(SQLError) -> BoundScalar {
        if let bound = TemporalArithmetic.multiply(given[0], given[1]) { return bound }
        let types = settled(given)
        if let type = integerType(types) { return .strict([type, type], type, canFail: true, IntegerOperation.multiply.body(type)) }
        if let type = floatType(types) { return .strict([type, type], type, canFail: true, FloatOperation.multiply.body(type)) }
        if let product = try DecimalProduct(types[0], types[1]) {
            return .strict([product.left, product.right], product.result, canFail: product.canOverflow) { call throws(SQLError) in
                try product.compute(call)
            }
        }
        throw .noFunction("*", given)
    }

    static func divide(_ given: [SQLType]) throws(SQLError) -> BoundScalar {
        if let bound = TemporalArithmetic.divide(given[0], given[1]) { return bound }
        let types = settled(given)
        if let type = integerType(types) {
            return .strict([type, type], type, canFail: true, IntegerOperation.divide.body(type)).safe(when: divides)
        }
        if isDecimalPair(types) {
            return .strict([.double, .double], .double, canFail: true, FloatOperation.divide.body(.double)).safe(when: divides)
        }
        if let type = floatType(types) {
            return .strict([type, type], type, canFail: true, FloatOperation.divide.body(type)).safe(when: divides)
        }
        throw .noFunction("/", given)
    }

    static func integerDivide(_ given: [SQLType]) throws(SQLError) -> BoundScalar {
        let types = settled(given)
        if let type = integerType(types) {
            return .strict([type, type], type, canFail: true, IntegerOperation.divide.body(type)).safe(when: divides)
        }
        guard types.allSatisfy({ $0.isNumeric }) else { throw .noFunction("//", given) }
        if let quotient = DecimalQuotient(types[0], types[1]) { return quotient.whole }
        let divide = FloatOperation.divide.body(.double)
        return .strict([.double, .double], .double, canFail: true) { call throws(SQLError) in
            let quotients = try divide(call)
            let inner = StrictCall(arguments: [quotients], count: call.count, validity: call.validity, context: call.context)
            return try inner.map(Double.self, to: .double) { $0.rounded(.down) }
        }
    }

    static func remainder(_ given: [SQLType]) throws(SQLError) -> BoundScalar {
        let types = settled(given)
        if let type = integerType(types) {
            return .strict([type, type], type, canFail: true, IntegerOperation.remainder.body(type)).safe(when: divides)
        }
        if let type = floatType(types) { return .strict([type, type], type, canFail: true, FloatOperation.remainder.body(type)) }
        guard let quotient = DecimalQuotient(types[0], types[1]) else { throw .noFunction("%", given) }
        return quotient.remainder
    }

    /// Division of integers by a constant: there is no zero, and nothing grows. (-1 turns the least integer over.)
    private static func divides(_ constants: [Value?]) -> Bool {
        if case .integer(let divisor) = constants[1] { divisor > 0 || divisor < -1 } else { false }
    }

    static func power(_ types: [SQLType]) throws(SQLError) -> BoundScalar {
        guard types.allSatisfy({ $0.isNumeric || $0 == .null }) else { throw .noFunction("^", types) }
        return .strict([.double, .double], .double, canFail: true, FloatOperation.power.body(.double))
    }

    static func plus(_ types: [SQLType]) throws(SQLError) -> BoundScalar {
        guard let type = types.first, type.isNumeric || type == .interval || type == .null else { throw .noFunction("+", types) }
        let result = type == .null ? SQLType.integer : type
        return .strict([result], result, canFail: false) { call throws(SQLError) in call.arguments[0] }
    }

    static func negate(_ types: [SQLType]) throws(SQLError) -> BoundScalar {
        guard let type = types.first else { throw .noFunction("-", types) }
        switch type {
        case .null, .integer: return .strict([.integer], .integer, canFail: true, negation(Int32.self, .integer))
        case .tinyint: return .strict([type], type, canFail: true, negation(Int8.self, type))
        case .smallint: return .strict([type], type, canFail: true, negation(Int16.self, type))
        case .bigint: return .strict([type], type, canFail: true, negation(Int64.self, type))
        case .real: return .strict([type], type, canFail: false) { call throws(SQLError) in try call.map(Float.self, to: type) { -$0 } }
        case .double: return .strict([type], type, canFail: false) { call throws(SQLError) in try call.map(Double.self, to: type) { -$0 } }
        case .decimal:
            if type.physical == .int64 {
                return .strict([type], type, canFail: false) { call throws(SQLError) in try call.map(Int64.self, to: type) { 0 &- $0 } }
            }
            return .strict([type], type, canFail: false) { call throws(SQLError) in try call.map(Int128.self, to: type) { 0 &- $0 } }
        case .interval:
            return .strict([type], type, canFail: true) { call throws(SQLError) in
                let intervals = call.lanes(0, Interval.self)
                return try call.mapValid(Interval(), to: type) { (row) throws(SQLError) in
                    try CalendarArithmetic.add(Interval(), intervals[row], -1)
                }
            }
        default: throw .noFunction("-", types)
        }
    }

    @inline(__always)
    private static func negation<Lane: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
        _: Lane.Type, _ type: SQLType
    ) -> StrictBody where Lane: SendableMetatype {
        { call throws(SQLError) in
            let numbers = call.lanes(0, Lane.self)
            return try call.mapValid(Lane(0), to: type) { (row) throws(SQLError) in
                let (result, overflow) = Lane(0).subtractingReportingOverflow(numbers[row])
                if overflow { throw .outOfRange(type) }
                return result
            }
        }
    }

    static func bitNot(_ types: [SQLType]) throws(SQLError) -> BoundScalar {
        guard let type = integerType(types) else { throw .noFunction("~", types) }
        switch type {
        case .tinyint: return .strict([type], type, canFail: false) { call throws(SQLError) in try call.map(Int8.self, to: type) { ~$0 } }
        case .smallint: return .strict([type], type, canFail: false) { call throws(SQLError) in try call.map(Int16.self, to: type) { ~$0 } }
        case .integer: return .strict([type], type, canFail: false) { call throws(SQLError) in try call.map(Int32.self, to: type) { ~$0 } }
        default: return .strict([type], type, canFail: false) { call throws(SQLError) in try call.map(Int64.self, to: type) { ~$0 } }
        }
    }
}
