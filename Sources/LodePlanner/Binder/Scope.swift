/// Where a name may be found: scopes nest as queries do.

import LodeCore
import LodePlan

/// The names that an expression sees, and the SELECT block whose calls it adds to.
final class Scope {
    let parent: Scope?
    let from: FromScope
    /// The block that collects aggregates and windows; nil in FROM, VALUES and for lambda parameters.
    let block: SelectBlock?
    /// Where in `block` we are.
    let clause: Clause
    let commonTables: CommonTableList?
    /// Whether the scope only holds a lambda's parameters: calls and clauses are those of the parent.
    let isLambda: Bool
    /// Relations of the same FROM that are only seen by LATERAL, for a hint.
    let unreachable: FromScope?

    init(
        parent: Scope?, from: FromScope, block: SelectBlock? = nil, clause: Clause, commonTables: CommonTableList? = nil,
        isLambda: Bool = false, unreachable: FromScope? = nil
    ) {
        self.parent = parent
        self.from = from
        self.block = block
        self.clause = clause
        self.commonTables = commonTables ?? parent?.commonTables
        self.isLambda = isLambda
        self.unreachable = unreachable
    }

    static var empty: Scope { Scope(parent: nil, from: FromScope(), clause: .scalar) }

    /// The same names in another clause.
    func entering(_ clause: Clause) -> Scope {
        Scope(
            parent: parent, from: from, block: block, clause: clause, commonTables: commonTables, isLambda: isLambda,
            unreachable: unreachable)
    }

    /// The same scope with further CTEs.
    func with(_ commonTables: CommonTableList?) -> Scope {
        Scope(
            parent: parent, from: from, block: block, clause: clause, commonTables: commonTables, isLambda: isLambda,
            unreachable: unreachable)
    }

    /// The scope that clauses belong to: lambdas are looked through.
    var query: Scope {
        var scope = self
        while scope.isLambda, let parent = scope.parent { scope = parent }
        return scope
    }
}
