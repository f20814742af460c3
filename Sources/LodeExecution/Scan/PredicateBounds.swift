/// From an expression to what statistics can refute.

import LodeCore
import LodePlan

enum PredicateBounds {
    /// A necessary condition of `expression`, over columns called by the names that `names` gives.
    ///
    /// Whatever can't be expressed becomes `.anything`. Casts are seen through only where they keep the order of values.
    static func predicate(_ expression: BoundExpression, _ names: [ColumnID: String]) -> ColumnPredicate {
        switch expression {
        case .constant(.boolean(true), _): return .anything
        case .constant: return .nothing
        case .and(let parts): return all(parts.map { predicate($0, names) })
        case .or(let parts): return any(parts.map { predicate($0, names) })
        case .comparison(let op, let left, let right, _): return comparison(op, left, right, names)
        case .isIn(let operand, let list):
            guard let name = column(operand, names) else { return .anything }
            var values: [Value] = []
            for item in list {
                guard case .constant(let value, _) = item else { return .anything }
                if !value.isNull { values.append(value) }
            }
            return values.isEmpty ? .nothing : .isIn(column: name, values)
        case .isNull(let operand): return column(operand, names).map { .isNull(column: $0) } ?? .anything
        case .not(.isNull(let operand)): return column(operand, names).map { .isNotNull(column: $0) } ?? .anything
        case .column(let id, .boolean): return names[id].map { .compare(column: $0, .equal, .boolean(true)) } ?? .anything
        case .not(.column(let id, .boolean)): return names[id].map { .compare(column: $0, .equal, .boolean(false)) } ?? .anything
        case .not(let inner): return negated(inner, names)
        case .call(let call): return prefix(call, names)
        default: return .anything
        }
    }

    /// The conjunction of several, without what says nothing.
    static func all(_ parts: [ColumnPredicate]) -> ColumnPredicate {
        let kept = parts.filter { $0 != .anything }
        return kept.isEmpty ? .anything : kept.contains(.nothing) ? .nothing : kept.count == 1 ? kept[0] : .all(kept)
    }

    private static func any(_ parts: [ColumnPredicate]) -> ColumnPredicate {
        let kept = parts.filter { $0 != .nothing }
        return kept.isEmpty ? .nothing : kept.contains(.anything) ? .anything : kept.count == 1 ? kept[0] : .any(kept)
    }

    private static func comparison(
        _ op: BoundExpression.Comparison, _ left: BoundExpression, _ right: BoundExpression, _ names: [ColumnID: String]
    ) -> ColumnPredicate {
        if case .constant = left {
            if case .constant = right { return .anything }
            return comparison(op.mirrored, right, left, names)
        }
        guard case .constant(let value, let type) = right, let name = column(left, names) else { return .anything }
        // Blank-padded text compares by rules of its own.
        if case .char = type { return .anything }
        if value.isNull {
            return op == .isNotDistinct ? .isNull(column: name) : op == .isDistinct ? .isNotNull(column: name) : .nothing
        }
        switch op {
        case .equal, .isNotDistinct: return .compare(column: name, .equal, value)
        case .notEqual: return .compare(column: name, .notEqual, value)
        case .less: return .compare(column: name, .less, value)
        case .lessOrEqual: return .compare(column: name, .lessOrEqual, value)
        case .greater: return .compare(column: name, .greater, value)
        case .greaterOrEqual: return .compare(column: name, .greaterOrEqual, value)
        case .isDistinct: return .anything
        }
    }

    private static func negated(_ inner: BoundExpression, _ names: [ColumnID: String]) -> ColumnPredicate {
        if case .comparison(let op, let left, let right, _) = inner, op != .isDistinct, op != .isNotDistinct {
            return comparison(op.negated, left, right, names)
        }
        return .anything
    }

    /// `x LIKE 'abc%'` and `starts_with(x, 'abc')`.
    private static func prefix(_ call: ScalarCall, _ names: [ColumnID: String]) -> ColumnPredicate {
        guard call.arguments.count >= 2, let name = column(call.arguments[0], names), case .constant(.text(let pattern), _) = call.arguments[1]
        else { return .anything }
        if call.name == "starts_with" { return .hasPrefix(column: name, pattern) }
        guard call.name == "like", call.arguments.count == 2 else { return .anything }
        let fixed = pattern.prefix { $0 != "%" && $0 != "_" && $0 != "\\" }
        if fixed.isEmpty { return .isNotNull(column: name) }
        return .hasPrefix(column: name, String(fixed))
    }

    private static func column(_ expression: BoundExpression, _ names: [ColumnID: String]) -> String? {
        if case .column(let id, _) = expression { return names[id] }
        return nil
    }
}
