/// Takes hidden columns out of scans where nobody names them.

import LodeCore
import LodePlan

/// Binding gives a scan all columns that a name could bring forth, `filename` for instance.
///
/// - Sound because: nothing reaches a hidden column but an expression that names it.
/// - Order: once subqueries are joins, so that every expression is in sight; before decorrelation, which carries whole rows.
struct DropHiddenColumns: OptimizerRule {
    static let name = "drop_hidden_columns"

    func apply(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        var hasHidden = false
        var named: Set<ColumnID> = []
        plan.visit { node in
            if case .scan(let scan) = node, !scan.relation.hiddenFields.isEmpty { hasHidden = true }
            for expression in node.expressions { named.formUnion(expression.columns) }
        }
        if !hasHidden { return plan }
        return plan.mapped { node in
            guard case .scan(var scan) = node else { return node }
            let shown = scan.relation.schema.count
            scan.outputs.removeAll { $0.index >= shown && !named.contains($0.column.id) }
            return .scan(scan)
        }
    }
}
