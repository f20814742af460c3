/// What follows from conditions: `a = b and b < 5` gives `a < 5`.

import LodeCore
import LodePlan

enum ImpliedConditions {
    /// `conjuncts` and the conditions against constants that hold for columns equal to theirs.
    ///
    /// Only conditions over one column and constants are copied: they prune scans, and cost little where they don't.
    static func extended(_ conjuncts: [BoundExpression]) -> [BoundExpression] {
        var classes: [[(id: ColumnID, type: SQLType)]] = []
        for conjunct in conjuncts {
            guard case .comparison(.equal, .column(let a, let type), .column(let b, let other), _) = conjunct, type == other else {
                continue
            }
            merge(&classes, (a, type), (b, type))
        }
        if classes.isEmpty { return conjuncts }
        var result = conjuncts
        var seen = Set(conjuncts)
        for conjunct in conjuncts {
            guard let id = onlyColumn(of: conjunct), let group = classes.first(where: { $0.contains { $0.id == id } }) else { continue }
            for member in group where member.id != id {
                let copy = conjunct.substituting([id: .column(member.id, member.type)])
                if seen.insert(copy).inserted { result.append(copy) }
            }
        }
        return result
    }

    /// What a disjunction says of some columns alone: `(a = 1 and b = 2) or (a = 3 and b = 4)` implies `a in (1, 3)`.
    ///
    /// Nil if it says nothing of them in some branch, or reads nothing else.
    static func restriction(of conjunct: BoundExpression, to columns: Set<ColumnID>) -> BoundExpression? {
        guard case .or(let branches) = conjunct, !conjunct.isVolatile, !conjunct.hasSubquery, !conjunct.columns.isSubset(of: columns) else {
            return nil
        }
        var parts: [BoundExpression] = []
        for branch in branches {
            let own = branch.conjuncts.filter { !$0.columns.isEmpty && $0.columns.isSubset(of: columns) }
            if own.isEmpty { return nil }
            parts.append(.conjunction(own))
        }
        return SimplifyExpressions.simplified(.or(parts)).earlyForm
    }

    /// The column of a comparison, IN or IS NOT NULL that looks at one column and constants only.
    private static func onlyColumn(of conjunct: BoundExpression) -> ColumnID? {
        switch conjunct {
        case .comparison(let op, .column(let id, _), .constant, _) where op != .isDistinct && op != .isNotDistinct && op != .notEqual: id
        case .isIn(.column(let id, _), let list) where list.allSatisfy({ if case .constant = $0 { true } else { false } }): id
        default: nil
        }
    }

    private static func merge(
        _ classes: inout [[(id: ColumnID, type: SQLType)]], _ a: (ColumnID, SQLType), _ b: (ColumnID, SQLType)
    ) {
        let first = classes.firstIndex { $0.contains { $0.id == a.0 } }
        let second = classes.firstIndex { $0.contains { $0.id == b.0 } }
        switch (first, second) {
        case (nil, nil): classes.append([a, b])
        case (let i?, nil): classes[i].append(b)
        case (nil, let j?): classes[j].append(a)
        case (let i?, let j?) where i != j:
            classes[i] += classes[j]
            classes.remove(at: j)
        default: break
        }
    }
}
