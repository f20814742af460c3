/// CTEs that are computed once.

import LodeCore
import LodePlan

/// A CTE whose plan is complete, on its way to the top of the statement's plan.
struct SharedCommonTable {
    var number: Int
    var name: String
    var plan: LogicalPlan
    /// MATERIALIZED was written.
    var isFixed: Bool
}

enum CommonTables {
    /// Puts CTEs on top of the plan, each below those that it needs; one that is read once goes where it is read.
    static func attach(_ tables: [SharedCommonTable], to plan: LogicalPlan) -> LogicalPlan {
        if tables.isEmpty { return plan }
        // Later tables read earlier ones: what only unused tables read is unused too.
        var reads: [Int: Int] = [:]
        func count(_ tree: LogicalPlan) {
            tree.visitNodes { node, isRepeated in
                if case .cteScan(let scan) = node { reads[scan.cte, default: 0] += isRepeated ? 2 : 1 }
            }
        }
        count(plan)
        for table in tables.reversed() where reads[table.number] != nil { count(table.plan) }
        var moved: [Int: LogicalPlan] = [:]
        var kept: [SharedCommonTable] = []
        for var table in tables {
            table.plan = placing(moved, in: table.plan)
            switch reads[table.number] ?? 0 {
            case 0: continue
            case 1 where !table.isFixed && !table.plan.isVolatile: moved[table.number] = table.plan
            default: kept.append(table)
            }
        }
        var result = placing(moved, in: plan)
        for table in kept.reversed() {
            result = .with(WithNode(cte: table.number, name: table.name, definition: table.plan, body: result))
        }
        return result
    }

    private static func placing(_ moved: [Int: LogicalPlan], in plan: LogicalPlan) -> LogicalPlan {
        if moved.isEmpty { return plan }
        let rewritten = try? plan.rewritingNodes { node throws(SQLError) in
            guard case .cteScan(let scan) = node, let definition = moved[scan.cte] else { return node }
            let items = zip(scan.columns, definition.columns).map { ProjectNode.Item($0, $1.reference) }
            return .project(ProjectNode(input: definition, items: items))
        }
        return rewritten ?? plan
    }
}
