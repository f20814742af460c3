/// A SELECT between binding and planning.

import LodePlan

/// A SELECT whose clauses are bound but not yet stacked.
struct BoundSelect {
    var names: [String] = []
    var items: [ProjectNode.Item] = []
    var filter: BoundExpression?
    var having: BoundExpression?
    var qualify: BoundExpression?
    var distinctOn: [BoundExpression] = []
    var sort: [SortKey] = []
    /// Columns of the projection that only sorting needs.
    var hidden: [ProjectNode.Item] = []
}
