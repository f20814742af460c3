/// What binding the clauses of one SELECT gathers, before the plan is built from it.

import LodeCore
import LodePlan
import LodeSyntax

/// Aggregates, window calls and unnested lists, each replaced by a fresh column where it was written.
final class SelectBlock {
    struct Alias {
        var name: Identifier
        var expression: Expression
    }

    /// A window call with the windows that it runs over.
    struct WindowUse {
        var partition: [BoundExpression]
        var order: [SortKey]
        var call: WindowCall
    }

    let select: Select
    /// Select items by alias, in order.
    var aliases: [Alias] = []
    /// Items before this one may be used by alias in the select list; all of them in other clauses.
    var visibleAliases = Int.max
    var windowsByName: [String: WindowSpecification] = [:]

    var groups: [ProjectNode.Item] = []
    var groupingSets: [[Int]]?
    var setColumn: PlanColumn?
    /// Whether GROUP BY was written, even an empty one.
    var isGrouped = false
    var aggregates: [AggregateCall] = []
    var windows: [WindowUse] = []
    /// Lists that `unnest` in the select list takes apart.
    var unnestedLists: [BoundExpression] = []
    var unnestedColumns: [PlanColumn] = []
    /// Columns of this block's FROM.
    var from = FromScope()

    init(_ select: Select) { self.select = select }

    var aggregatesRows: Bool { isGrouped || !aggregates.isEmpty || select.having != nil }
    var computedIDs: Set<ColumnID> {
        Set(aggregates.map(\.column.id) + windows.map(\.call.column.id) + unnestedColumns.map(\.id))
    }
}
