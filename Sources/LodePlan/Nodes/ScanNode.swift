/// Reading a table or files.

import LodeCore

package struct ScanNode: PlanNode {
    package var relation: ScannedRelation
    /// What the scan returns, in order, each with its position in `relation.schema`. Column pruning shortens it.
    package var outputs: [ScanOutput]
    /// A conjunction over `outputs`, applied while reading. Rows that are returned satisfy it.
    package var filters: [BoundExpression]
    /// At most this many rows are wanted, if known.
    package var limit: Int?
    /// Filters that joins above fill while the query runs, each by its number, on one of `outputs`.
    package var dynamicFilters: [DynamicFilterUse]
    /// Filters that top-Ns above tighten while the query runs.
    package var topNFilters: [DynamicFilterUse] = []
    /// What estimates go by; nil until join ordering has asked the relation.
    package var statistics: RelationStatistics?

    package init(
        _ relation: ScannedRelation, outputs: [ScanOutput], filters: [BoundExpression] = [], limit: Int? = nil,
        dynamicFilters: [DynamicFilterUse] = []
    ) {
        self.relation = relation
        self.outputs = outputs
        self.filters = filters
        self.limit = limit
        self.dynamicFilters = dynamicFilters
    }

    package var children: [LogicalPlan] { [] }
    package var columns: [PlanColumn] { outputs.map(\.column) }
    package var innerColumns: [PlanColumn] { columns }
    package var expressions: [BoundExpression] { filters }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan { .scan(self) }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        var copy = self
        copy.filters = expressions
        return .scan(copy)
    }
    package var title: String { "Scan" }
    package var details: [String] {
        var lines = [relation.displayName, "columns: " + outputs.map(\.column.name).joined(separator: ", ")]
        if !filters.isEmpty { lines.append("filter: " + BoundExpression.conjunction(filters).text(naming: columns)) }
        if let limit { lines.append("limit: \(limit)") }
        if !dynamicFilters.isEmpty {
            lines.append(
                "join filter: " + dynamicFilters.compactMap { use in columns.first { $0.id == use.column }?.name }.joined(separator: ", "))
        }
        if !topNFilters.isEmpty {
            lines.append(
                "top-N filter: " + topNFilters.compactMap { use in columns.first { $0.id == use.column }?.name }.joined(separator: ", "))
        }
        return lines
    }

    /// The scan with what metadata tells of its columns: lists files and opens them. The only step of planning that estimates wait for.
    /// - Parameter isJoined: whether so much hangs on it that the catalog is asked, too.
    package func readingStatistics(_ relations: Relations, isJoined: Bool = true) -> ScanNode {
        var copy = self
        // Of fields in structs and of hidden columns nothing is known.
        let columns = Set(outputs.filter { $0.path.isEmpty && $0.index < relation.schema.count }.map(\.index))
        let known = relations[relation]
        copy.statistics = known?.estimates(of: columns.sorted(), asking: isJoined)
        return copy
    }

    package func pruned(to wanted: Set<ColumnID>) -> LogicalPlan? {
        var copy = self
        let read = requiredColumns(for: wanted)
        copy.outputs = outputs.filter { read.contains($0.column.id) }
        return .scan(copy)
    }
}

package struct ScanOutput: Sendable, Hashable {
    package var column: PlanColumn
    /// Position in the source's schema, or behind it in its hidden fields.
    package var index: Int
    /// Names that lead from that column into structs; empty for the column itself.
    package var path: [String]

    package init(_ column: PlanColumn, index: Int, path: [String] = []) {
        self.column = column
        self.index = index
        self.path = path
    }
}

/// A scan's side of a filter that a hash join makes from its build side, or a top-N from its last row.
package struct DynamicFilterUse: Sendable, Hashable {
    package var filter: Int
    package var column: ColumnID

    package init(filter: Int, column: ColumnID) {
        self.filter = filter
        self.column = column
    }
}
