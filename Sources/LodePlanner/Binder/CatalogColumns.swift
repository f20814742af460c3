/// Which columns of tables a result shows as they are.

import LodeCore
import LodePlan

/// Follows columns through projections and groups down to the scans. What is computed, or is of several tables, has no origin.
struct CatalogColumns {
    private var known: [ColumnID: CatalogColumn]
    private var sources: [ColumnID: ColumnID]

    /// - Parameter written: what is known of some columns by how they were written.
    init(_ plan: LogicalPlan, _ written: [ColumnID: CatalogColumn]) {
        var known = written, sources: [ColumnID: ColumnID] = [:]
        func pass(_ items: [ProjectNode.Item]) {
            for item in items {
                if case .column(let source, _) = item.expression, source != item.column.id { sources[item.column.id] = source }
            }
        }
        plan.visit { node in
            switch node {
            case .scan(let scan):
                let origins = scan.relation.origins
                for output in scan.outputs where output.path.isEmpty && output.index < origins.count {
                    known[output.column.id] = origins[output.index]
                }
            case .project(let project): pass(project.items)
            case .aggregate(let aggregate): pass(aggregate.groups)
            default: break
            }
        }
        self.known = known
        self.sources = sources
    }

    func of(_ columns: [PlanColumn]) -> [CatalogColumn?] {
        if known.isEmpty { return [] }
        return columns.map { column in
            var id = column.id
            // Every step leads down in the plan.
            while known[id] == nil, let source = sources[id] { id = source }
            return known[id]
        }
    }
}
