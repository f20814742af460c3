/// Conjunctions that no row satisfies: `x = 1 and x = 2`, `x > 5 and x < 3`.

import LodeCore
import LodePlan

/// Bounds of each column against constants, taken together conjunct by conjunct.
struct Contradiction {
    private struct Range {
        var low: Value?
        var lowIsOpen = false
        var high: Value?
        var highIsOpen = false
        /// The values that IN and `=` leave.
        var values: [Value]?
        var mustBeNull = false
        var mustNotBeNull = false
    }

    private var ranges: [BoundExpression: Range] = [:]

    /// Whether the conjunction is never true. False where that can't be told.
    static func isNeverTrue(_ conjuncts: [BoundExpression]) -> Bool {
        var known = Contradiction()
        for conjunct in conjuncts {
            switch conjunct {
            case .constant(.boolean(true), _): continue
            case .constant(let value, _): if value.isNull || value == .boolean(false) { return true }
            default: known.learn(conjunct)
            }
        }
        return known.ranges.values.contains(where: isEmpty)
    }

    private mutating func learn(_ conjunct: BoundExpression) {
        // Blank-padded strings are equal in more ways than their values.
        if case .char? = conjunct.children.first?.type { return }
        switch conjunct {
        case .comparison(let op, let operand, .constant(let value, _), _) where !operand.isVolatile: learn(operand, op, value)
        case .isIn(let operand, let list) where !operand.isVolatile:
            var values: [Value] = []
            for item in list {
                guard case .constant(let value, _) = item else { return }
                if !value.isNull { values.append(value) }
            }
            keep(operand, values)
        case .isNull(let operand) where !operand.isVolatile: ranges[operand, default: Range()].mustBeNull = true
        case .not(.isNull(let operand)) where !operand.isVolatile: ranges[operand, default: Range()].mustNotBeNull = true
        default: return
        }
    }

    private mutating func learn(_ operand: BoundExpression, _ op: ComparisonOperator, _ value: Value) {
        var range = ranges[operand, default: Range()]
        switch op {
        case .equal:
            keep(operand, [value])
            return
        case .less, .lessOrEqual:
            if let high = range.high, let order = Value.compare(value, high), order > 0 || (order == 0 && op == .lessOrEqual) { break }
            (range.high, range.highIsOpen) = (value, op == .less)
        case .greater, .greaterOrEqual:
            if let low = range.low, let order = Value.compare(value, low), order < 0 || (order == 0 && op == .greaterOrEqual) { break }
            (range.low, range.lowIsOpen) = (value, op == .greater)
        case .notEqual: break
        case .isDistinct, .isNotDistinct: return
        }
        range.mustNotBeNull = true
        ranges[operand] = range
    }

    private mutating func keep(_ operand: BoundExpression, _ values: [Value]) {
        var range = ranges[operand, default: Range()]
        range.values = range.values.map { known in known.filter { value in values.contains { Value.compare($0, value) == 0 } } } ?? values
        range.mustNotBeNull = true
        ranges[operand] = range
    }

    private static func isEmpty(_ range: Range) -> Bool {
        if range.mustBeNull, range.mustNotBeNull { return true }
        if let low = range.low, let high = range.high, let order = Value.compare(low, high) {
            if order > 0 || (order == 0 && (range.lowIsOpen || range.highIsOpen)) { return true }
        }
        guard let values = range.values else { return false }
        return values.allSatisfy { value in
            if let low = range.low, let order = Value.compare(value, low), order < 0 || (order == 0 && range.lowIsOpen) { return true }
            if let high = range.high, let order = Value.compare(value, high), order > 0 || (order == 0 && range.highIsOpen) { return true }
            return false
        }
    }
}
