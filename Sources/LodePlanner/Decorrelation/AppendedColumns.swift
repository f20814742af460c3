/// Decorrelation without a join: what is computed from the left row alone is added to it.

import LodeCore
import LodePlan

/// LATERAL (and scalar subqueries) over a single row or over lists of the left row.
///
///     Dependent Join                       Project o.*, o.a + 1
///     ├─ Scan o                     ──▶    └─ Scan o
///     └─ Project o.a + 1
///        └─ Values (1 row)
///
/// A LEFT join over a list must give NULLs for an empty one: there a projection may pass on elements only, and a second list
/// or a filter is left to the general way.
struct AppendedColumns {
    private let join: DependentJoinNode

    init(_ join: DependentJoinNode) { self.join = join }

    /// Nil if the right side is of another shape.
    var plan: LogicalPlan? {
        switch join.kind {
        case .inner:
            guard let appended = append(join.right) else { return nil }
            return join.predicate == .true ? appended : .filter(FilterNode(input: appended, predicate: join.predicate))
        case .left, .single: return join.predicate == .true ? append(join.right) : nil
        case .right, .full, .semi, .anti, .mark: return nil
        }
    }

    private func append(_ plan: LogicalPlan) -> LogicalPlan? {
        switch plan {
        case .values(let values) where values.rows.count == 1:
            if values.columns.isEmpty { return join.left }
            let items = zip(values.columns, values.rows[0]).map { ProjectNode.Item($0, $1) }
            return .project(ProjectNode(input: join.left, items: ProjectNode.Item.passing(join.left.columns) + items))
        case .project(let project):
            guard mayComputeAbove(project), let input = append(project.input) else { return nil }
            return .project(ProjectNode(input: input, items: ProjectNode.Item.passing(join.left.columns) + project.items))
        case .filter(let filter) where join.kind == .inner:
            guard let input = append(filter.input) else { return nil }
            return plan.replacing(children: [input])
        case .unnest(var unnest):
            if join.kind == .single || (join.kind == .left && hasList(unnest.input)) { return nil }
            guard let input = append(unnest.input) else { return nil }
            unnest.input = input
            if join.kind == .left { unnest.keepsEmpty = true }
            return .unnest(unnest)
        case .dependentJoin(var inner):
            // One value beside the row: a scalar or boolean subquery in the select list of the one row.
            switch inner.kind {
            case .single, .mark: break
            default: return nil
            }
            guard !hasList(inner.left), let left = append(inner.left) else { return nil }
            inner.left = left
            return .dependentJoin(inner)
        default: return nil
        }
    }

    private func mayComputeAbove(_ project: ProjectNode) -> Bool {
        guard join.kind == .left, case .unnest(let unnest) = project.input else { return join.kind != .left || !hasList(project.input) }
        let elements = Set((unnest.elements + (unnest.ordinality.map { [$0] } ?? [])).map(\.id))
        return project.items.allSatisfy { if case .column(let id, _) = $0.expression { elements.contains(id) } else { false } }
    }

    private func hasList(_ plan: LogicalPlan) -> Bool {
        if case .unnest = plan { return true }
        return plan.children.contains(where: hasList)
    }
}
