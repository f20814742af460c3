/// From an expression to what statistics can refute.

import LodeCore
import LodeFunctions
import LodePlan

/// A necessary condition of expressions, over columns called by the names that `names` gives.
///
/// Whatever can't be expressed becomes `.anything`. Casts and functions are seen through where they keep the order of values.
struct PredicateBounds {
    private let names: [ColumnID: String]
    private let functions: FunctionContext

    /// Of longer lists of values of an expression nothing is derived: each value takes a search.
    private static let maxSearches = 16

    static func predicate(_ expression: BoundExpression, _ names: [ColumnID: String], _ functions: FunctionContext) -> ColumnPredicate {
        PredicateBounds(names: names, functions: functions).predicate(expression)
    }

    private func predicate(_ expression: BoundExpression) -> ColumnPredicate {
        switch expression {
        case .constant(.boolean(true), _): return .anything
        case .constant: return .nothing
        case .and(let parts): return .conjunction(parts.map(predicate))
        case .or(let parts): return .disjunction(parts.map(predicate))
        case .comparison(let op, let left, let right, _): return comparison(op, left, right)
        case .isIn(let operand, let list): return membership(operand, list)
        case .isNull(let operand): return column(operand).map { .isNull(column: $0) } ?? .anything
        case .column(let id, .boolean): return names[id].map { .compare(column: $0, .equal, .boolean(true)) } ?? .anything
        case .not(let inner): return negated(inner)
        case .call(let call): return prefix(call)
        // An early form: the condition itself is tested above, so what it rules out is not missed.
        case .coalesce(let parts, _) where parts.count == 2 && parts[1] == .true:
            guard case .attempt(let condition) = parts[0] else { return .anything }
            return predicate(condition)
        default: return .anything
        }
    }

    private func negated(_ inner: BoundExpression) -> ColumnPredicate {
        switch inner {
        case .isNull(let operand): column(operand).map { .isNotNull(column: $0) } ?? .anything
        case .column(let id, .boolean): names[id].map { .compare(column: $0, .equal, .boolean(false)) } ?? .anything
        case .comparison(let op, let left, let right, _) where op != .isDistinct && op != .isNotDistinct:
            comparison(op.negated, left, right)
        case .and(let parts): .disjunction(parts.map(negated))
        case .or(let parts): .conjunction(parts.map(negated))
        case .not(let doubled): predicate(doubled)
        default: .anything
        }
    }

    private func membership(_ operand: BoundExpression, _ list: [BoundExpression]) -> ColumnPredicate {
        var values: [Value] = []
        for item in list {
            guard case .constant(let value, _) = item else { return .anything }
            if !value.isNull { values.append(value) }
        }
        if values.isEmpty { return .nothing }
        if let name = column(operand) { return .isIn(column: name, AscendingValues(values)) }
        guard values.count <= Self.maxSearches, case .constant(_, let type)? = list.first else { return .anything }
        return .disjunction(values.map { comparison(.equal, operand, .constant($0, type)) })
    }

    private func comparison(_ op: ComparisonOperator, _ left: BoundExpression, _ right: BoundExpression) -> ColumnPredicate {
        if case .constant = left {
            if case .constant = right { return .anything }
            return comparison(op.mirrored, right, left)
        }
        guard case .constant(let value, let type) = right else { return .anything }
        // Blank-padded text compares by rules of its own.
        if case .char = type { return .anything }
        guard let name = column(left) else { return implied(op, left, value) }
        if value.isNull {
            return op == .isNotDistinct ? .isNull(column: name) : op == .isDistinct ? .isNotNull(column: name) : .nothing
        }
        if op == .isDistinct { return .anything }
        return .compare(column: name, op == .isNotDistinct ? .equal : op, value)
    }

    /// What a comparison of an expression says about the column in it.
    private func implied(_ op: ComparisonOperator, _ expression: BoundExpression, _ value: Value) -> ColumnPredicate {
        if value.isNull { return op == .isDistinct || op == .isNotDistinct ? .anything : .nothing }
        if op == .equal, let prefix = startOfText(expression, value) { return prefix }
        guard let monotone = MonotoneExpression(expression, functions), let name = names[monotone.column] else { return .anything }
        return monotone.implied(op, value, name)
    }

    /// `left(x, 3) = 'abc'` and `substring(x, 1, 3) = 'abc'`: either way the text begins so.
    private func startOfText(_ expression: BoundExpression, _ value: Value) -> ColumnPredicate? {
        guard case .call(let call) = expression, case .text(let start) = value, let first = call.arguments.first, let name = column(first),
            case .constant(.integer(let count), _)? = call.arguments.last, count >= 0
        else { return nil }
        switch (call.name, call.arguments.count) {
        case ("left", 2): return .hasPrefix(column: name, start)
        case ("substring", 3):
            guard case .constant(.integer(1), _) = call.arguments[1] else { return nil }
            return .hasPrefix(column: name, start)
        default: return nil
        }
    }

    /// `x LIKE 'abc%'` and `starts_with(x, 'abc')`.
    private func prefix(_ call: ScalarCall) -> ColumnPredicate {
        guard call.arguments.count >= 2, let name = column(call.arguments[0]), case .constant(.text(let pattern), _) = call.arguments[1]
        else { return .anything }
        if call.name == "starts_with" { return .hasPrefix(column: name, pattern) }
        guard call.name == "like", call.arguments.count == 2 else { return .anything }
        let fixed = pattern.string.unicodeScalars.prefix { $0 != "%" && $0 != "_" && $0 != "\\" }
        if fixed.isEmpty { return .isNotNull(column: name) }
        if fixed.count == pattern.string.unicodeScalars.count { return .compare(column: name, .equal, .text(pattern)) }
        return .hasPrefix(column: name, SQLText(String(fixed)))
    }

    /// The column that an expression is, by its values.
    private func column(_ expression: BoundExpression) -> String? {
        switch expression {
        case .column(_, .char): nil
        case .column(let id, _): names[id]
        case .cast(let operand, let type, _, _): Self.keepsValues(operand.type, type) ? column(operand) : nil
        default: nil
        }
    }

    /// Whether a cast gives every value as it was, but for the type: numbers that become wider.
    static func keepsValues(_ from: SQLType, _ to: SQLType) -> Bool {
        if from == to { return true }
        if case .decimal(let precision, let scale) = to {
            if case .decimal(let own, let ownScale) = from { return scale >= ownScale && precision - scale >= own - ownScale }
            return digits(from).map { $0 <= precision - scale } ?? false
        }
        if from == .real { return to == .double }
        guard let mine = digits(from), let theirs = digits(to) else { return false }
        return mine <= theirs
    }

    /// Decimal digits of the widest integer of a type.
    private static func digits(_ type: SQLType) -> Int? {
        switch type {
        case .tinyint: 3
        case .smallint: 5
        case .integer: 10
        case .bigint: 19
        default: nil
        }
    }
}
