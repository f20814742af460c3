/// The list of rules, in the order in which they run, each with its reason.

import LodeCore
import LodePlan

/// Runs every rule once, top to bottom, and verifies the plan after each.
package struct Optimizer {
    package static let rules: [any OptimizerRule] = [
        // Constants first: everything later sees simpler predicates.
        SimplifyExpressions(),
        // What can't fail is free to move.
        ProveArithmetic(),
        // Subqueries become joins, so that all other rules know nothing but joins.
        RewriteSubqueries(),
        // Decorrelation carries what a row has.
        DropHiddenColumns(),
        UnnestDependentJoins(),
        // Nobody reads or carries what nobody uses; all later rules have less to look at.
        PruneColumns(),
        // Of the structs that are left, files give single fields.
        ReadFields(),
        // Orders that nobody sees would keep joins apart.
        RemoveRedundantSort(),
        // Filters reach the scans, cross products find their keys, outer joins that can't show NULLs become inner.
        PushFilterDown(),
        // CTEs learn what their readers want.
        PushIntoCommonTables(),
        // Decorrelation and push-down leave conditions that fold.
        SimplifyExpressions(),
        // What was folded goes further down, into CTEs too.
        PushFilterDown(),
        // Conditions have met: some exclude each other.
        PropagateEmpty(),
        // What files say of themselves need not be computed.
        AnswerFromMetadata(),
        // Duplicates that nothing tells apart need not be made unique.
        RemoveRedundantDistinct(),
        // Joins in the order of least work, from what scans keep after their filters.
        OrderJoins(),
        // Join ordering moves predicates; those over one side alone go down again.
        PushFilterDown(),
        // Set operations that look for a row need not look for its copies.
        DistinctSetInputs(),
        // Filters stand where they will stay: right above the window whose numbers they look at.
        KeepFirstRows(),
        // Limits that do nothing hide what is below them.
        EliminateLimit(),
        // Limits meet the sorts and scans that can use them.
        PushLimitDown(),
        // Rows that count are chosen rather than made NULL.
        FilterConditionalAggregates(),
        // What several aggregates or columns compute is computed once.
        ShareCommonSubexpressions(),
        // Filters and conditions that went down have left columns behind.
        PruneColumns(),
        // Builds on the smaller side, now that widths and rows are known.
        ChooseBuildSide(),
        // Last: numbers that tie a join's build side to a scan must not be moved apart.
        AssignDynamicFilters(),
        // A top-N tells its scan which rows come too late, if nothing between them waits for all rows.
        AssignTopNFilters(),
    ]

    /// Called after each rule with its name and the plan; for plan tests and EXPLAIN (VERBOSE).
    package var trace: ((String, LogicalPlan) -> Void)?

    package init(trace: ((String, LogicalPlan) -> Void)? = nil) { self.trace = trace }

    /// - Throws: errors of constants in the statement (1/0), or `XX000` when a rule broke the plan.
    package func optimize(_ plan: LogicalPlan, _ context: RuleContext) throws(SQLError) -> LogicalPlan {
        var current = plan
        let promised = plan.columns
        try PlanVerifier.verify(current, after: "binding")
        for rule in Self.rules {
            current = try rule.apply(current, context)
            try PlanVerifier.verify(current, after: rule.name)
            try PlanVerifier.verify(current, gives: promised, after: rule.name)
            trace?(rule.name, current)
        }
        return current
    }
}
