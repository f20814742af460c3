/// Sums of one expression plus different constants are computed once.

import LodeCore
import LodeFunctions
import LodePlan

/// Finds `sum(x + 1)`, `sum(x - 2)`, `sum(x)` among the aggregates of an aggregation, and gives them one argument, `x`, and so one state.
enum ShiftedSums {
    static func sharing(_ calls: [AggregateCall]) -> [AggregateCall] {
        let shifts = calls.map(shift)
        var uses: [BoundExpression: (sums: Int, shifted: Int)] = [:]
        for case let found? in shifts {
            uses[found.base, default: (0, 0)].sums += 1
            uses[found.base, default: (0, 0)].shifted += found.isAddition ? 1 : 0
        }
        return zip(calls, shifts).map { call, found in
            guard let found, let use = uses[found.base], use.sums > 1, use.shifted > 0, let function = function(found) else { return call }
            var call = call
            call.function = function
            call.arguments = [found.base]
            return call
        }
    }

    private struct Shift {
        let base: BoundExpression
        /// In units of the last digit of `type`.
        var amount: Int128 = 0
        /// The type of the sum of `base` and `amount`.
        let type: SQLType
        var isAddition = false
        var span: SourceSpan?
    }

    private static func function(_ shift: Shift) -> BoundAggregate? {
        if case .decimal(_, let scale) = shift.type {
            return .sum(ofDecimal: shift.base.type, scaledTo: scale, shiftedBy: shift.amount)
        }
        return Int64(exactly: shift.amount).flatMap { .sum(of: shift.base.type, shiftedBy: $0, at: shift.span) }
    }

    /// The argument of a sum as an expression and what is added to it; nothing for an argument that is no such addition.
    ///
    /// Additions of decimals count only where none can overflow.
    private static func shift(_ call: AggregateCall) -> Shift? {
        guard call.name == "sum", !call.isDistinct, call.order.isEmpty, let argument = call.arguments.first, !argument.isVolatile,
            argument.type.isInteger || argument.type.isDecimal
        else { return nil }
        let whole = Shift(base: argument, type: argument.type)
        guard case .call(let addition) = argument, addition.arguments.count == 2, argument.type.isInteger || !addition.canFail else {
            return whole
        }
        let left = addition.arguments[0], right = addition.arguments[1]
        let found: (base: BoundExpression, amount: Int128?) =
            switch (addition.name, left, right) {
            case ("+", _, .constant(let value, _)): (left, units(value, argument.type))
            case ("+", .constant(let value, _), _): (right, units(value, argument.type))
            case ("-", _, .constant(let value, _)): (left, units(value, argument.type).map { -$0 })
            default: (argument, nil)
            }
        guard let amount = found.amount, found.base.type.isInteger == argument.type.isInteger else { return whole }
        return Shift(base: found.base, amount: amount, type: argument.type, isAddition: true, span: addition.span)
    }

    /// A constant in units of the last digit of `type`.
    private static func units(_ value: Value, _ type: SQLType) -> Int128? {
        let scale = if case .decimal(_, let scale) = type { scale } else { 0 }
        switch value {
        case .integer(let number): return times(Int128(number), Decimal128.power(scale))
        case .decimal(let unscaled, let own) where own <= scale: return times(unscaled, Decimal128.power(scale - own))
        default: return nil
        }
    }

    private static func times(_ number: Int128, _ factor: Int128) -> Int128? {
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }
}
