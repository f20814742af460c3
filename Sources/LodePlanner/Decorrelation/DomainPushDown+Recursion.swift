/// The domain through recursive queries.

import LodeCore
import LodePlan

extension DomainPushDown {
    /// All rows of D recur at once: the rows of each round have D's columns beside them, so that a step goes on from rows of its own
    /// row of D, and UNION tells rows of different ones apart.
    ///
    ///     Recursive CTE r                        Recursive CTE r, D
    ///     ├─ Filter t.id = o.id           ──▶    ├─ Filter t.id = D.id
    ///     │  └─ Scan t                           │  └─ Join: D, t
    ///     └─ Join t.parent = r.id                └─ Join t.parent = r.id
    ///        ├─ Scan t                              ├─ Scan t
    ///        └─ CTE Scan r                          └─ CTE Scan r, D
    func pushIntoRecursion(_ node: RecursiveNode) throws(SQLError) -> Pushed {
        var inner = self
        inner.recursions.insert(node.cte)
        let anchor = try push(node.anchor), step = try inner.push(node.step)
        let columns = reads.map { context.copy(outer[$0]) }
        var pushed = node
        pushed.columns += columns
        pushed.anchor = .project(ProjectNode(input: anchor.plan, items: ProjectNode.Item.passing(node.anchor.columns + anchor.columns)))
        pushed.step = .project(ProjectNode(input: step.plan, items: ProjectNode.Item.passing(node.step.columns + step.columns)))
        return Pushed(plan: .recursive(pushed), columns: columns)
    }

    /// The rows of the round before, and the rows of D that they belong to.
    func pushIntoRound(_ node: CTEScanNode) -> Pushed {
        let columns = reads.map { context.copy(outer[$0]) }
        return Pushed(plan: .cteScan(CTEScanNode(cte: node.cte, name: node.name, columns: node.columns + columns)), columns: columns)
    }

    /// The right side of an inner dependent join, whose left side has D's columns: it sees the rows of a round that belong to them.
    func rounds(in plan: LogicalPlan, of columns: [PlanColumn]) -> LogicalPlan {
        if recursions.isEmpty { return plan }
        return plan.mapped { node in
            guard case .cteScan(let scan) = node, recursions.contains(scan.cte) else { return node }
            let round = pushIntoRound(scan)
            let own = LogicalPlan.filter(
                FilterNode(input: round.plan, predicate: .conjunction(zip(round.columns, columns).map { same($0, $1) })))
            return .project(ProjectNode(input: own, items: ProjectNode.Item.passing(scan.columns)))
        }
    }

    /// Whether rows of a round that belong to rows of D are read.
    func readsRound(_ plan: LogicalPlan) -> Bool {
        if recursions.isEmpty { return false }
        if case .cteScan(let scan) = plan { return recursions.contains(scan.cte) }
        return plan.children.contains(where: readsRound)
    }
}
