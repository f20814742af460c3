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
            uses[found.base, default: (0, 0)].shifted += found.amount == 0 ? 0 : 1
        }
        return zip(calls, shifts).map { call, found in
            guard let found, let use = uses[found.base], use.sums > 1, use.shifted > 0 else { return call }
            guard let function = BoundAggregate.sum(of: found.base.type, shiftedBy: found.amount, at: found.span) else { return call }
            var call = call
            call.function = function
            call.arguments = [found.base]
            return call
        }
    }

    private struct Shift {
        let base: BoundExpression
        let amount: Int64
        let span: SourceSpan?
    }

    /// The argument of a sum of integers as an expression and what is added to it; 0 for an argument that is no such addition.
    private static func shift(_ call: AggregateCall) -> Shift? {
        guard call.name == "sum", !call.isDistinct, call.order.isEmpty, let argument = call.arguments.first, argument.type.isInteger,
            !argument.isVolatile
        else { return nil }
        guard case .call(let addition) = argument, addition.arguments.count == 2 else { return Shift(base: argument, amount: 0, span: nil) }
        let left = addition.arguments[0], right = addition.arguments[1]
        switch (addition.name, left, right) {
        case ("+", _, .constant(.integer(let amount), _)): return Shift(base: left, amount: amount, span: addition.span)
        case ("+", .constant(.integer(let amount), _), _): return Shift(base: right, amount: amount, span: addition.span)
        case ("-", _, .constant(.integer(let amount), _)) where amount != .min:
            return Shift(base: left, amount: -amount, span: addition.span)
        default: return Shift(base: argument, amount: 0, span: nil)
        }
    }
}
