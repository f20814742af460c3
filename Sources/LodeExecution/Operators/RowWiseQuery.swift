/// Queries that look at one row at a time, over rows in memory: computed at once, without pipelines.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

/// A scan of a `ChunksRelation`, filters and projections. For a few thousand rows, making pipelines takes longer than computing.
package struct RowWiseQuery {
    private enum Step {
        case filter(RowFilter)
        case project(ExpressionList)
    }

    private let chunks: [Chunk]
    private let scanned: [Int]
    /// In the order in which they are done.
    private let steps: [Step]
    private let cancellation: Cancellation

    /// - Returns: nil for a plan that has anything else.
    package init?(_ plan: LogicalPlan, _ context: ExecutionContext) throws(SQLError) {
        var steps: [Step] = []
        var node = plan
        while true {
            switch node {
            case .filter(let filter):
                steps.append(.filter(try RowFilter(filter.predicate, columns: filter.input.columns, functions: context.functions)))
                node = filter.input
            case .project(let project):
                let items = project.items.map(\.expression)
                steps.append(.project(try ExpressionList(items, columns: project.input.columns, functions: context.functions)))
                node = project.input
            case .scan(let scan):
                guard let rows = context.relations[scan.relation] as? ChunksRelation else { return nil }
                if !scan.filters.isEmpty {
                    let filter = BoundExpression.conjunction(scan.filters)
                    steps.append(.filter(try RowFilter(filter, columns: scan.columns, functions: context.functions)))
                }
                chunks = rows.chunks
                scanned = scan.outputs.map(\.index)
                self.steps = steps.reversed()
                cancellation = context.cancellation
                return
            default: return nil
            }
        }
    }

    /// The rows of the result, in the order of the table's.
    /// - Throws: what expressions raise; `57014` once cancelled.
    package func rows() throws(SQLError) -> [Chunk] {
        var result: [Chunk] = []
        for chunk in chunks {
            try cancellation.check()
            if let chunk = try rows(of: Chunk(columns: scanned.map { chunk.columns[$0] }, count: chunk.count)) { result.append(chunk) }
        }
        return result
    }

    private func rows(of chunk: Chunk) throws(SQLError) -> Chunk? {
        var chunk = chunk
        for step in steps {
            switch step {
            case .filter(let filter):
                guard let rows = try filter.select(chunk) else { continue }
                if rows.count == 0 { return nil }
                chunk = try chunk.gather(rows)
            case .project(let items): chunk = Chunk(columns: try items.evaluate(chunk), count: chunk.count)
            }
        }
        return chunk
    }
}
