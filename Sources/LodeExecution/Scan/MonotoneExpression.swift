/// Expressions that rise or fall with one column, and what a comparison of them says about the column.

import LodeCore
import LodeFunctions
import LodePlan

/// An expression over one column that never falls as the column rises, or never rises.
///
/// Nothing is inverted: the column's value at which the expression crosses a constant is found by halving the column's domain,
/// about a hundred evaluations. Values at which the expression fails are neither below nor above.
struct MonotoneExpression {
    let column: ColumnID
    private let type: SQLType
    private let rises: Bool
    private let expression: BoundExpression
    private let functions: FunctionContext

    init?(_ expression: BoundExpression, _ functions: FunctionContext) {
        guard let found = Self.direction(expression), Self.domain(found.type) != nil else { return nil }
        column = found.column
        type = found.type
        rises = found.rises
        self.expression = expression
        self.functions = functions
    }

    // MARK: What is monotone

    private typealias Direction = (column: ColumnID, type: SQLType, rises: Bool)

    private static func direction(_ expression: BoundExpression) -> Direction? {
        switch expression {
        case .column(let id, let type): return (id, type, true)
        case .cast(let operand, let type, _, _): return keepsOrder(operand.type, type) ? direction(operand) : nil
        case .call(let call) where call.volatility != .volatile: return direction(call)
        default: return nil
        }
    }

    private static func direction(_ call: ScalarCall) -> Direction? {
        switch (call.name, call.arguments.count) {
        case ("+", 2), ("-", 2), ("*", 2), ("/", 2): return arithmetic(call.name, call.arguments[0], call.arguments[1])
        case ("-", 1) where call.arguments[0].type.isNumeric: return direction(call.arguments[0]).map { ($0.column, $0.type, !$0.rises) }
        case ("year", 1), ("isoyear", 1), ("decade", 1), ("century", 1), ("millennium", 1), ("last_day", 1):
            return isLocal(call.arguments[0].type) ? direction(call.arguments[0]) : nil
        case ("date_trunc", 2), ("date_part", 2):
            guard case .constant(.text(let field), _) = call.arguments[0], isLocal(call.arguments[1].type),
                call.name == "date_trunc" || ["year", "isoyear", "decade", "century", "millennium"].contains(field.string.lowercased())
            else { return nil }
            return direction(call.arguments[1])
        case ("round_seconds", 2):
            guard case .constant = call.arguments[1], isLocal(call.arguments[0].type) else { return nil }
            return direction(call.arguments[0])
        case ("floor", 1), ("ceil", 1), ("round", 1), ("trunc", 1):
            return call.arguments[0].type.isNumeric ? direction(call.arguments[0]) : nil
        default: return nil
        }
    }

    private static func arithmetic(_ symbol: String, _ left: BoundExpression, _ right: BoundExpression) -> Direction? {
        if case .constant(let value, _) = right {
            guard let inner = direction(left) else { return nil }
            switch symbol {
            case "+", "-": return isShift(left.type, right.type, value) ? inner : nil
            default:
                guard left.type.isNumeric, let sign = sign(value) else { return nil }
                return (inner.column, inner.type, inner.rises == (sign > 0))
            }
        }
        guard case .constant(let value, _) = left, let inner = direction(right) else { return nil }
        switch symbol {
        case "+": return isShift(right.type, left.type, value) ? inner : nil
        case "-":
            guard (left.type.isNumeric && right.type.isNumeric) || (left.type == .date && right.type == .date) else { return nil }
            return (inner.column, inner.type, !inner.rises)
        case "*":
            guard right.type.isNumeric, let sign = sign(value) else { return nil }
            return (inner.column, inner.type, inner.rises == (sign > 0))
        default: return nil
        }
    }

    /// Whether adding or subtracting a constant leaves the order as it is.
    private static func isShift(_ moved: SQLType, _ by: SQLType, _ value: Value) -> Bool {
        switch (moved, value) {
        case (_, .integer), (_, .decimal), (_, .double): return moved.isNumeric || (moved == .date && by.isInteger)
        case (.date, .date): return true
        // Two moments of a month's last days may change places when they are cut to a shorter month.
        case (.timestamp, .interval(let interval)), (.timestampNanos, .interval(let interval)): return interval.months == 0
        case (.date, .interval): return true
        default: return false
        }
    }

    /// Nil for zero, NaN and what is no number.
    private static func sign(_ value: Value) -> Int? {
        switch value {
        case .integer(let number): number == 0 ? nil : number > 0 ? 1 : -1
        case .decimal(let number, _): number == 0 ? nil : number > 0 ? 1 : -1
        case .double(let number): number > 0 ? 1 : number < 0 ? -1 : nil
        default: nil
        }
    }

    /// Dates and times that no time zone moves about.
    private static func isLocal(_ type: SQLType) -> Bool { type.isCalendar && !type.isZoned }

    private static func keepsOrder(_ from: SQLType, _ to: SQLType) -> Bool {
        if from == to { return true }
        if from.isNumeric { return to.isNumeric }
        return isLocal(from) && isLocal(to)
    }

    // MARK: The column's domain, as numbers

    private static func domain(_ type: SQLType) -> ClosedRange<Int128>? {
        switch type {
        case .tinyint: Int128(Int8.min)...Int128(Int8.max)
        case .smallint: Int128(Int16.min)...Int128(Int16.max)
        case .integer, .date: Int128(Int32.min)...Int128(Int32.max)
        case .bigint, .timestamp, .timestampNanos: Int128(Int64.min)...Int128(Int64.max)
        case .decimal(let precision, _) where precision <= 36: (1 - Decimal128.power(precision))...(Decimal128.power(precision) - 1)
        default: nil
        }
    }

    private func value(_ number: Int128) -> Value {
        switch type {
        case .date: .date(Int32(truncatingIfNeeded: number))
        case .timestamp: .timestamp(Int64(truncatingIfNeeded: number))
        case .timestampNanos: .timestampNanos(Int64(truncatingIfNeeded: number))
        case .decimal(_, let scale): .decimal(number, scale: scale)
        default: .integer(Int64(truncatingIfNeeded: number))
        }
    }

    // MARK: Bounds

    /// What `expression op constant` implies for the column called `name`.
    func implied(_ op: ComparisonOperator, _ constant: Value, _ name: String) -> ColumnPredicate {
        guard let domain = Self.domain(type) else { return .anything }
        // The order of the expression to the constant, turned over where it falls.
        let order = { (number: Int128) -> Int? in
            let own = expression.substituting([column: .constant(value(number), type)])
            guard let result = try? ConstantFolder.evaluate(own, functions), let order = Value.compare(result, constant) else { return nil }
            return rises ? order : -order
        }
        var low: Int128?, high: Int128?
        switch rises ? op : op.mirrored {
        case .equal, .isNotDistinct:
            low = Self.last(in: domain) { order($0).map { $0 < 0 } }
            high = Self.first(in: domain) { order($0).map { $0 > 0 } }
        case .greaterOrEqual: low = Self.last(in: domain) { order($0).map { $0 < 0 } }
        case .greater: low = Self.last(in: domain) { order($0).map { $0 <= 0 } }
        case .lessOrEqual: high = Self.first(in: domain) { order($0).map { $0 > 0 } }
        case .less: high = Self.first(in: domain) { order($0).map { $0 >= 0 } }
        case .notEqual, .isDistinct: return .anything
        }
        if let low, let high {
            if high - low <= 1 { return .nothing }
            if high - low == 2 { return .compare(column: name, .equal, value(low + 1)) }
        }
        return .conjunction([
            low.map { .compare(column: name, .greater, value($0)) } ?? .anything,
            high.map { .compare(column: name, .less, value($0)) } ?? .anything,
        ])
    }

    /// The last number for which `isLow` is surely true, given that it is true for all numbers up to some.
    private static func last(in domain: ClosedRange<Int128>, _ isLow: (Int128) -> Bool?) -> Int128? {
        var known: Int128?
        var low = domain.lowerBound, high = domain.upperBound
        while low <= high {
            let middle = low + (high - low) / 2
            // Where it fails, it is more likely to be one of the ends of the domain.
            let verdict = isLow(middle)
            if verdict == true { known = middle }
            if verdict ?? (middle < 0) { low = middle + 1 } else { high = middle - 1 }
        }
        return known
    }

    /// The first number for which `isHigh` is surely true, given that it is true for all numbers from some on.
    private static func first(in domain: ClosedRange<Int128>, _ isHigh: (Int128) -> Bool?) -> Int128? {
        let mirrored = -domain.upperBound ... -domain.lowerBound
        return last(in: mirrored) { isHigh(-$0) }.map { -$0 }
    }
}
