/// Inputs that are not tables: literal rows, number series, and the results of CTEs.

import LodeCore

/// Literal rows; one row of no columns is the input of a SELECT without FROM.
package struct ValuesNode: PlanNode {
    package var columns: [PlanColumn]
    /// Each row has an expression a column, without column references (but for those of an outer query).
    package var rows: [[BoundExpression]]
    /// The table whose metadata they were taken from, if they were.
    package var metadataOf: String?

    package init(columns: [PlanColumn], rows: [[BoundExpression]], metadataOf: String? = nil) {
        self.columns = columns
        self.rows = rows
        self.metadataOf = metadataOf
    }

    package static let singleRow = ValuesNode(columns: [], rows: [[]])

    package var children: [LogicalPlan] { [] }
    package var expressions: [BoundExpression] { rows.flatMap { $0 } }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan { .values(self) }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        var copy = self
        let width = columns.count
        if width > 0 { copy.rows = rows.indices.map { Array(expressions[($0 * width)..<(($0 + 1) * width)]) } }
        return .values(copy)
    }
    package var title: String { "Values" }
    package var details: [String] {
        ["\(rows.count) row\(rows.count == 1 ? "" : "s")" + (metadataOf.map { " from the metadata of \($0)" } ?? "")]
    }

    package var maxRows: Int? { rows.count }
    package var alwaysHasRow: Bool { !rows.isEmpty }
    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate { .unknown(columns, rows: Double(rows.count)) }
}

/// `generate_series(start, stop, step)` (stop included) and `range` (stop excluded), over integers or timestamps.
package struct SeriesNode: PlanNode {
    package var column: PlanColumn
    /// start, stop, step; all constant or of an outer query.
    package var arguments: [BoundExpression]
    package var includesStop: Bool

    package init(column: PlanColumn, arguments: [BoundExpression], includesStop: Bool) {
        self.column = column
        self.arguments = arguments
        self.includesStop = includesStop
    }

    package var children: [LogicalPlan] { [] }
    package var columns: [PlanColumn] { [column] }
    package var expressions: [BoundExpression] { arguments }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan { .series(self) }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan {
        var copy = self
        copy.arguments = expressions
        return .series(copy)
    }
    package var title: String { "Series" }
    package var details: [String] { [arguments.map { $0.text(naming: []) }.joined(separator: ", ")] }

    package func estimate(_ inputs: [RelationEstimate]) -> RelationEstimate { .unknown(columns, rows: length) }

    private var length: Double {
        func number(_ index: Int) -> Double? {
            guard index < arguments.count, case .constant(.integer(let value), _) = arguments[index] else { return nil }
            return Double(value)
        }
        guard let start = number(0), let stop = number(1) else { return 1000 }
        let step = number(2) ?? 1
        return step == 0 ? 1 : max(1, ((stop - start) / step).rounded(.down) + 1)
    }
}

/// The rows of a CTE that a `WithNode` or `RecursiveNode` above computes.
package struct CTEScanNode: PlanNode {
    package var cte: Int
    package var name: String
    /// New ids for the columns of the CTE, in its order.
    package var columns: [PlanColumn]

    package init(cte: Int, name: String, columns: [PlanColumn]) {
        self.cte = cte
        self.name = name
        self.columns = columns
    }

    package var children: [LogicalPlan] { [] }
    package var expressions: [BoundExpression] { [] }
    package func replacing(children: [LogicalPlan]) -> LogicalPlan { .cteScan(self) }
    package func replacing(expressions: [BoundExpression]) -> LogicalPlan { .cteScan(self) }
    package var title: String { "CTE Scan" }
    package var details: [String] { [name] }
}
