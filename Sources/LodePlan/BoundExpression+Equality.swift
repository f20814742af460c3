/// When two expressions compute the same: what common sub-expressions and grouping rest on.

import LodeCore

/// Structural, regardless of source spans. Kernels are taken to be the same when name, arguments and result type are.
/// Subqueries are equal to nothing but copies of themselves.
extension BoundExpression: Hashable {
    package static func == (left: BoundExpression, right: BoundExpression) -> Bool {
        switch (left, right) {
        case (.column(let a, _), .column(let b, _)): a == b
        case (.constant(let a, let s), .constant(let b, let t)): a == b && s == t
        case (.parameter(let a, let s), .parameter(let b, let t)): a == b && s == t
        case (.comparison(let o, let a, let b, _), .comparison(let p, let c, let d, _)): o == p && a == c && b == d
        case (.and(let a), .and(let b)), (.or(let a), .or(let b)): a == b
        case (.not(let a), .not(let b)), (.isNull(let a), .isNull(let b)), (.attempt(let a), .attempt(let b)): a == b
        case (.isIn(let a, let list), .isIn(let b, let other)): a == b && list == other
        case (.cast(let a, let s, let tryA, _), .cast(let b, let t, let tryB, _)): s == t && tryA == tryB && a == b
        case (.conditional(let a, let x, let s), .conditional(let b, let y, let t)): a == b && x == y && s == t
        case (.coalesce(let a, _), .coalesce(let b, _)): a == b
        case (.call(let a), .call(let b)):
            a.name == b.name && a.function.returns == b.function.returns && a.arguments == b.arguments
                && a.volatility != .volatile
        case (.lambda(let p, let a), .lambda(let q, let b)): p == q && a == b
        case (.subquery(let a), .subquery(let b)): a.id == b.id && a.operands == b.operands
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .column(let id, _): hasher.combine(id)
        case .constant(let value, _): hasher.combine(value)
        case .parameter(let number, _): hasher.combine(number)
        case .comparison(let o, let a, let b, _):
            hasher.combine(o)
            hasher.combine(a)
            hasher.combine(b)
        case .and(let parts), .or(let parts), .coalesce(let parts, _): hasher.combine(parts)
        case .not(let a), .isNull(let a), .attempt(let a): hasher.combine(a)
        case .isIn(let a, let list):
            hasher.combine(a)
            hasher.combine(list)
        case .cast(let a, let type, _, _):
            hasher.combine(a)
            hasher.combine(type)
        case .conditional(let branches, let otherwise, _):
            hasher.combine(branches)
            hasher.combine(otherwise)
        case .call(let call):
            hasher.combine(call.name)
            hasher.combine(call.arguments)
        case .lambda(_, let body): hasher.combine(body)
        case .subquery(let query): hasher.combine(query.id)
        }
    }
}
