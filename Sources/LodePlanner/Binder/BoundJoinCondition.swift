/// A join condition as it was bound.

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

/// A join condition, conjunct by conjunct as it was written.
struct BoundJoinCondition {
    var conjuncts: [BoundExpression] = []
    var pairs: [MergedPair] = []

    /// All of it as one expression.
    var predicate: BoundExpression { .conjunction(conjuncts) }

    mutating func use(_ pairs: [MergedPair], _ binder: Binder) throws(SQLError) {
        self.pairs = pairs
        for pair in pairs {
            let (left, right) = try binder.matched(pair.left.reference, pair.right.reference, symbol: "=", at: pair.span)
            conjuncts.append(.comparison(.equal, left, right, pair.span))
        }
    }
}
