/// Calls functions the way a query does, in every layout of their arguments.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

/// A typed list of values: one argument of a call.
struct Argument {
    var type: SQLType
    var values: [Value]

    init(_ type: SQLType, _ values: Value...) {
        self.type = type
        self.values = values
    }

    init(_ type: SQLType, _ values: [Value]) {
        self.type = type
        self.values = values
    }
}

extension Argument {
    static func text(_ values: String?...) -> Argument { Argument(.varchar, values.map { $0.map { .text($0) } ?? .null }) }
    static func int(_ values: Int?...) -> Argument { Argument(.integer, values.map { $0.map { .integer(Int64($0)) } ?? .null }) }
    static func big(_ values: Int?...) -> Argument { Argument(.bigint, values.map { $0.map { .integer(Int64($0)) } ?? .null }) }
    static func double(_ values: Double?...) -> Argument { Argument(.double, values.map { $0.map { .double($0) } ?? .null }) }

    /// `dec("1.50")` has the type that its digits say.
    static func dec(_ precision: Int, _ scale: Int, _ values: String?...) -> Argument {
        Argument(
            .decimal(precision: precision, scale: scale),
            values.map { text in
                guard var text else { return .null }
                var unscaled: Int128 = 0
                let outcome = text.withUTF8 {
                    ParseDecimal.int128($0.baseAddress!, $0.count, scale: scale, limit: Decimal128.power(38), &unscaled)
                }
                precondition(outcome == .parsed)
                return .decimal(unscaled, scale: scale)
            })
    }

    /// Text read as the type: `of(.date, "2024-02-29")`.
    static func of(_ type: SQLType, _ values: String?...) throws -> Argument {
        let texts = Argument(.varchar, values.map { $0.map { .text($0) } ?? .null })
        let column = try Column.make(.varchar, texts.values)
        let kernel = try #require(Casts.kernel(from: .varchar, to: type, isTry: false))
        let cast = try kernel([column], values.count, Calls.context())
        return Argument(type, (0..<values.count).map { cast.value(at: $0) })
    }
}

enum Calls {
    static func context(zone: String = "UTC", now: Int64 = 1_704_067_200_000_000) -> FunctionContext {
        FunctionContext(transactionMicros: now, timeZone: zone)
    }

    /// The overload that these types choose, and the cost of the casts.
    static func bind(_ name: String, _ types: [SQLType]) throws -> BoundScalar {
        let function = try #require(FunctionRegistry.scalars[name], "no function \(name)")
        var best: (cost: Int, bound: BoundScalar)?
        var lastError: (any Error)?
        for overload in function.overloads where overload.signature.accepts(count: types.count) {
            guard let cost = cost(overload.signature, types) else { continue }
            do {
                let bound = try overload.bind(types)
                if cost < best?.cost ?? .max { best = (cost, bound) }
            } catch { lastError = error }
        }
        if let best { return best.bound }
        throw lastError ?? SQLError.noFunction(name, types)
    }

    private static func cost(_ signature: Signature, _ types: [SQLType]) -> Int? {
        var total = 0
        for (index, type) in types.enumerated() {
            let parameter = index < signature.parameters.count ? signature.parameters[index] : signature.variadic ?? .any
            switch parameter {
            case .exact(let wanted):
                guard let cost = Casts.implicitCost(from: type, to: wanted) else { return nil }
                total += cost * 10
            case .list: guard type == .null || { if case .list = type { true } else { false } }() else { return nil }
            case .map: guard type == .null || { if case .map = type { true } else { false } }() else { return nil }
            case .anyDecimal: guard type.isDecimal else { return nil }
            default: total += 5
            }
        }
        return total
    }

    /// The results of a call, as text; the call is made with flat, constant and dictionary arguments, which must agree.
    static func run(_ name: String, _ arguments: Argument..., zone: String = "UTC") throws -> [String] {
        try run(name, arguments, zone: zone)
    }

    static func run(_ name: String, _ arguments: [Argument], zone: String = "UTC") throws -> [String] {
        let count = arguments.map(\.values.count).max() ?? 1
        let bound = try bind(name, arguments.map(\.type))
        #expect(bound.parameters.count == arguments.count)
        let context = context(zone: zone)
        var columns: [Column] = []
        for (argument, parameter) in zip(arguments, bound.parameters) {
            let whole =
                argument.values.count == 1 && count > 1
                ? try Column.constant(argument.values[0], argument.type, count: count) : try Column.make(argument.type, argument.values)
            let cast = try #require(Casts.kernel(from: argument.type, to: parameter, isTry: false), "\(argument.type) to \(parameter)")
            columns.append(try cast([whole], count, context))
        }
        let result = try bound.kernel(columns, count, context)
        #expect(result.count == count)
        #expect(result.type == bound.returns, "\(name) says \(bound.returns) and gives \(result.type)")
        let texts = try self.texts(result, context)
        // Each row alone, as constants, must give the same.
        for row in 0..<count {
            let constants = try columns.map { try Column.constant($0.value(at: row), $0.type, count: 3) }
            let alone = try self.texts(try bound.kernel(constants, 3, context), context)
            #expect(alone == Array(repeating: texts[row], count: 3), "\(name) of constants, row \(row)")
        }
        // The first argument as a dictionary.
        if let first = columns.first, !first.type.isNested, first.type != .null, count > 0 {
            let coded = try dictionary(first)
            let encoded = try self.texts(try bound.kernel([coded] + columns.dropFirst(), count, context), context)
            #expect(encoded == texts, "\(name) of a dictionary")
        }
        return texts
    }

    /// The same values behind codes.
    static func dictionary(_ column: Column) throws -> Column {
        var distinct: [Value] = [], codes: [Int32] = []
        for row in 0..<column.count {
            let value = column.value(at: row)
            if value.isNull {
                codes.append(0)
            } else if let known = distinct.firstIndex(of: value) {
                codes.append(Int32(known))
            } else {
                codes.append(Int32(distinct.count))
                distinct.append(value)
            }
        }
        let buffer = try codes.withUnsafeBytes { try Buffer(copying: $0) }
        let flat = try column.flattened()
        return Column(codes: buffer, count: column.count, dictionary: try Column.make(column.type, distinct), validity: flat.validityBuffer)
    }

    static func texts(_ column: Column, _ context: FunctionContext) throws -> [String] {
        let zone = try TimeZoneRules.named(context.timeZone)
        let renderer = ValueText(column, zone: { zone.offsetSeconds(atUTC: $0) })
        return try (0..<column.count).map { row in
            if column.isNull(row) || column.type == .null { return "NULL" }
            let sink = try ByteSink()
            try renderer.append(row, to: sink)
            return sink.string
        }
    }

    static func cast(_ argument: Argument, to type: SQLType, isTry: Bool = false, zone: String = "UTC") throws -> [String] {
        let kernel = try #require(Casts.kernel(from: argument.type, to: type, isTry: isTry))
        let context = context(zone: zone)
        let column = try Column.make(argument.type, argument.values)
        let result = try kernel([column], column.count, context)
        #expect(result.type == type)
        let texts = try self.texts(result, context)
        if !argument.type.isNested, argument.type != .null {
            #expect(try self.texts(try kernel([try dictionary(column)], column.count, context), context) == texts)
        }
        return texts
    }

    /// The SQLSTATE of the error that a body throws.
    static func state(_ body: () throws -> Void) -> SQLState? {
        do { try body() } catch { return (error as? SQLError)?.state }
        return nil
    }
}
