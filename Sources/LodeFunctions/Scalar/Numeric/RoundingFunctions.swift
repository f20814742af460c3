/// Signs, absolute values and rounding.

import Glibc
import LodeCore
import LodeVectors

extension ScalarFunction {
    static let rounding: [ScalarFunction] = [
        ScalarFunction(
            "abs", "numeric", "The number without its sign.",
            source: "PostgreSQL 17, 9.3", examples: [("abs(-17.4)", "17.4"), ("abs(-3)", "3")],
            .generic([.any]) { (types) throws(SQLError) in try NumericFunctions.absolute(types) }),
        ScalarFunction(
            "sign", "numeric", "-1, 0 or 1.", source: "PostgreSQL 17, 9.3", examples: [("sign(-8.4)", "-1"), ("sign(0)", "0")],
            .strict([.bigint], .integer, canFail: false) { call throws(SQLError) in
                try call.map(Int64.self, to: .integer) { Int32($0.signum()) }
            },
            .strict([.double], .integer, canFail: false) { call throws(SQLError) in
                try call.map(Double.self, to: .integer) { $0 > 0 ? Int32(1) : ($0 < 0 ? -1 : 0) }
            }),
        rounding(
            "ceil", aliases: ["ceiling"], "The least whole number that is not less.", .up, [("ceil(1.2)", "2"), ("ceil(-1.2)", "-1")]),
        rounding("floor", "The greatest whole number that is not greater.", .down, [("floor(-1.2)", "-2")]),
        places(
            "round",
            "The nearest number with so many places; halves go away from zero, without places those of doubles to the even number.",
            .nearest,
            [("round(2.5)", "3"), ("round(2.5::double)", "2"), ("round(42.4382, 2)", "42.4400"), ("round(1234, -2)", "1200")]),
        places(
            "trunc", aliases: ["truncate"], "The number with places beyond so many (0 if not given) dropped.", .towardZero,
            [("trunc(-42.8)", "-42"), ("trunc(42.4382, 2)", "42.4300")]),
    ]

    private static func rounding(
        _ name: String, aliases: [String] = [], _ summary: String, _ rule: NumericFunctions.Rule, _ examples: [(String, String)]
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "numeric", summary, source: "PostgreSQL 17, 9.3", examples: examples,
            .generic([.any]) { (types) throws(SQLError) in try NumericFunctions.whole(name, types, rule) })
    }

    private static func places(
        _ name: String, aliases: [String] = [], _ summary: String, _ rule: NumericFunctions.Rule, _ examples: [(String, String)]
    ) -> ScalarFunction {
        ScalarFunction(
            name, aliases: aliases, "numeric", summary, source: "PostgreSQL 17, 9.3", examples: examples,
            .generic([.any]) { (types) throws(SQLError) in try NumericFunctions.whole(name, types, rule) },
            .generic([.any, .integer]) { (types) throws(SQLError) in try NumericFunctions.places(name, types, rule) })
    }
}

enum NumericFunctions {
    enum Rule: Sendable {
        case up, down, nearest, towardZero

        func apply(_ number: Double) -> Double {
            switch self {
            case .up: number.rounded(.up)
            case .down: number.rounded(.down)
            case .nearest: number.rounded(.toNearestOrEven)
            case .towardZero: number.rounded(.towardZero)
            }
        }

        /// `number` as a multiple of `unit`, divided by it.
        func divide(_ number: Int128, _ unit: Int128) -> Int128 {
            let (quotient, remainder) = number.quotientAndRemainder(dividingBy: unit)
            switch self {
            case .up: return remainder > 0 ? quotient + 1 : quotient
            case .down: return remainder < 0 ? quotient - 1 : quotient
            case .towardZero: return quotient
            case .nearest:
                if remainder > 0 { return remainder >= unit - remainder ? quotient + 1 : quotient }
                return remainder < 0 && -remainder >= unit + remainder ? quotient - 1 : quotient
            }
        }
    }

    static func absolute(_ types: [SQLType]) throws(SQLError) -> BoundScalar {
        switch types[0] {
        case .tinyint, .smallint, .integer, .bigint, .null:
            let type = types[0] == .null ? SQLType.integer : types[0]
            let negate = try ArithmeticBinding.negate([type]).kernel
            return BoundScalar(parameters: [type], returns: type, canFail: true) { arguments, count, context throws(SQLError) in
                let column = try arguments[0].flattened()
                let numbers = IntegerLanes(column, keptBy: column)
                let selection = try Selection(capacity: count)
                for row in 0..<count where numbers[row] < 0 && !column.isNull(row) {
                    selection[selection.count] = UInt32(row)
                    selection.count += 1
                }
                if selection.count == 0 { return column }
                let negated = try negate([try column.gather(selection)], selection.count, context)
                return try scatter(negated, into: column, selection)
            }
        case .real:
            return .strict(types, .real, canFail: false) { call throws(SQLError) in
                try call.map(Float.self, to: .real) { abs($0) }
            }
        case .double:
            return .strict(types, .double, canFail: false) { call throws(SQLError) in
                try call.map(Double.self, to: .double) { abs($0) }
            }
        case .decimal:
            let type = types[0]
            if type.physical == .int64 {
                return .strict(types, type, canFail: false) { call throws(SQLError) in
                    try call.map(Int64.self, to: type) { $0 < 0 ? 0 &- $0 : $0 }
                }
            }
            return .strict(types, type, canFail: false) { call throws(SQLError) in
                try call.map(Int128.self, to: type) { $0 < 0 ? 0 &- $0 : $0 }
            }
        default: throw .noFunction("abs", types)
        }
    }

    /// The column with the rows of a selection replaced.
    private static func scatter(_ values: Column, into column: Column, _ selection: Selection) throws(SQLError) -> Column {
        let stride = column.physical.stride
        let lanes = try Buffer(byteCount: max(16, column.count * stride))
        lanes.copyLanes(of: column, count: column.count, to: 0)
        for index in 0..<selection.count { lanes.copyLanes(of: values, index, count: 1, to: Int(selection[index])) }
        return Column(flat: column.type, count: column.count, lanes: lanes, validity: column.validityBuffer)
    }

    /// Rounding to whole numbers: integers stay, decimals lose their scale, others are doubles.
    static func whole(_ name: String, _ types: [SQLType], _ rule: Rule) throws(SQLError) -> BoundScalar {
        let type = types[0]
        switch type {
        case .tinyint, .smallint, .integer, .bigint:
            return .strict([type], type, canFail: false) { call throws(SQLError) in
                call.arguments[0]
            }
        case .decimal(let precision, let scale):
            let result = SQLType.decimal(precision: max(1, min(38, precision - scale + (scale > 0 ? 1 : 0))), scale: 0)
            let unit = Decimal128.power(scale)
            return .strict([type], result, canFail: false) { call throws(SQLError) in
                let numbers = call.decimals(0)
                return try DecimalResult.map(call, to: result) { (row) throws(SQLError) in rule.divide(numbers[row], unit) }
            }
        case .real, .double, .null:
            return .strict([.double], .double, canFail: false) { call throws(SQLError) in
                try call.map(Double.self, to: .double) { rule.apply($0) }
            }
        default: throw .noFunction(name, types)
        }
    }

    /// Rounding to places: the type stays.
    static func places(_ name: String, _ types: [SQLType], _ rule: Rule) throws(SQLError) -> BoundScalar {
        let type = types[0]
        switch type {
        case .tinyint, .smallint, .integer, .bigint:
            return .strict([.bigint, .integer], .bigint, canFail: true) { call throws(SQLError) in
                let numbers = call.lanes(0, Int64.self), places = call.lanes(1, Int32.self)
                return try call.mapValid(Int64(0), to: .bigint) { (row) throws(SQLError) in
                    let value = rounded(Int128(numbers[row]), -Int(places[row]), rule)
                    guard let result = Int64(exactly: value) else { throw .outOfRange(.bigint) }
                    return result
                }
            }
        case .decimal(let precision, let scale):
            let result = SQLType.decimal(precision: min(38, precision + 1), scale: scale)
            return .strict([type, .integer], result, canFail: true) { call throws(SQLError) in
                let numbers = call.decimals(0), places = call.lanes(1, Int32.self)
                return try DecimalResult.map(call, to: result) { (row) throws(SQLError) in
                    rounded(numbers[row], scale - Int(places[row]), rule)
                }
            }
        case .real, .double, .null:
            return .strict([.double, .integer], .double, canFail: false) { call throws(SQLError) in
                try call.map(Double.self, Int32.self, to: .double) { rounded($0, Int($1), rule) }
            }
        default: throw .noFunction(name, types)
        }
    }

    /// The last `dropped` digits made zero.
    private static func rounded(_ number: Int128, _ dropped: Int, _ rule: Rule) -> Int128 {
        if dropped <= 0 { return number }
        if dropped > 38 { return 0 }
        let unit = Decimal128.power(dropped)
        return rule.divide(number, unit) &* unit
    }

    private static func rounded(_ number: Double, _ places: Int, _ rule: Rule) -> Double {
        if !number.isFinite { return number }
        guard places <= 300, places >= -308 else { return places > 0 ? number : 0 }
        let unit = pow(10, Double(abs(places)))
        let scaled = places >= 0 ? number * unit : number / unit
        guard scaled.isFinite, abs(scaled) < 4_503_599_627_370_496 else { return number }
        // What is a half but for the last bit (1.005 * 100) counts as one, as its shortest text says.
        let nearest = scaled.rounded(.toNearestOrAwayFromZero)
        var result = rule.apply(scaled)
        if case .nearest = rule, abs(abs(scaled - scaled.rounded(.towardZero)) - 0.5) < 1e-9 * max(1, abs(scaled)) {
            result = (scaled + (scaled < 0 ? -1e-9 : 1e-9) * max(1, abs(scaled))).rounded(.toNearestOrAwayFromZero)
        } else if abs(scaled - nearest) < 1e-12 * abs(scaled) {
            result = nearest
        }
        return places >= 0 ? result / unit : result * unit
    }
}
