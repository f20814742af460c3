/// A join condition as keys and the rest.

import LodeCore
import LodePlan
import LodeSyntax

/// Columns of both sides that USING makes one.
struct MergedPair {
    var name: String
    var left: PlanColumn
    var right: PlanColumn
    var span: SourceSpan
}

/// A join condition taken apart.
struct BoundJoinCondition {
    var keys: [JoinNode.Key] = []
    var rest: [BoundExpression] = []
    var pairs: [MergedPair] = []

    /// All of it as one expression, for joins that have no keys.
    var predicate: BoundExpression {
        .conjunction(keys.map { .comparison($0.matchesNull ? .isNotDistinct : .equal, $0.left, $0.right, nil) } + rest)
    }

    /// Equalities between an expression of one side and one of the other become keys.
    mutating func add(_ condition: BoundExpression, _ left: Set<ColumnID>, _ right: Set<ColumnID>) {
        for part in condition.conjuncts {
            guard case .comparison(let comparison, let a, let b, _) = part, comparison == .equal || comparison == .isNotDistinct,
                !part.hasSubquery, !part.isVolatile
            else {
                rest.append(part)
                continue
            }
            let first = a.columns, second = b.columns, matchesNull = comparison == .isNotDistinct
            if first.isEmpty || second.isEmpty {
                rest.append(part)
            } else if first.isSubset(of: left), second.isSubset(of: right) {
                keys.append(.init(a, b, matchesNull: matchesNull))
            } else if first.isSubset(of: right), second.isSubset(of: left) {
                keys.append(.init(b, a, matchesNull: matchesNull))
            } else {
                rest.append(part)
            }
        }
    }

    mutating func use(_ pairs: [MergedPair], _ binder: Binder) throws(SQLError) {
        self.pairs = pairs
        for pair in pairs {
            let (left, right) = try binder.matched(pair.left.reference, pair.right.reference, symbol: "=", at: pair.span)
            keys.append(.init(left, right))
        }
    }
}
