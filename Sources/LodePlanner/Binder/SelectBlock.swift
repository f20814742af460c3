/// What binding the clauses of one SELECT gathers, before the plan is built from it.

import LodeCore
import LodePlan
import LodeSyntax

/// Lists that are read side by side, an element a row.
struct UnnestedLists {
    var lists: [BoundExpression] = []
    var columns: [PlanColumn] = []

    mutating func add(_ list: BoundExpression, _ column: PlanColumn) {
        lists.append(list)
        columns.append(column)
    }

    /// The column of a list that is read already.
    func column(of list: BoundExpression) -> PlanColumn? { lists.firstIndex(of: list).map { columns[$0] } }

    func over(_ plan: LogicalPlan) -> LogicalPlan {
        lists.isEmpty ? plan : .unnest(UnnestNode(input: plan, lists: lists, elements: columns))
    }
}

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
    /// What set-returning functions in GROUP BY give: rows below the aggregation.
    var groupedLists = UnnestedLists()
    /// What set-returning functions in the select list and ORDER BY give: rows above it.
    var unnestedLists = UnnestedLists()
    /// Columns of this block's FROM.
    var from = FromScope()

    init(_ select: Select) { self.select = select }

    var aggregatesRows: Bool { isGrouped || !aggregates.isEmpty || select.having != nil }
    var computedIDs: Set<ColumnID> {
        Set(aggregates.map(\.column.id) + windows.map(\.call.column.id) + unnestedLists.columns.map(\.id))
    }

    /// Whether a column has the rows of a set-returning function.
    func isElement(_ id: ColumnID) -> Bool { (groupedLists.columns + unnestedLists.columns).contains { $0.id == id } }
}
