/// Common table expressions while a statement is bound.

import LodeCore
import LodePlan
import LodeSyntax

/// One CTE: bound when it is first referred to.
final class CommonTable {
    enum State {
        case unbound
        /// Its step is being bound: references read the rows of the round before.
        case recursing(number: Int, columns: [PlanColumn])
        /// Its plan is shared by all references.
        case shared(number: Int, columns: [PlanColumn])
        /// Each reference binds it anew: NOT MATERIALIZED, or it reads columns of an outer query.
        case inlined
    }

    let definition: With.CommonTable
    let isRecursive: Bool
    /// Where its names are looked up.
    let scope: Scope
    var state = State.unbound
    var names: [String] = []
    var wasReferred = false
    /// Whether its definition is being bound right now.
    var isOpen = false

    init(_ definition: With.CommonTable, isRecursive: Bool, scope: Scope) {
        self.definition = definition
        self.isRecursive = isRecursive
        self.scope = scope
    }
}
