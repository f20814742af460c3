/// The cheapest order of a region's joins.

import LodeCore
import LodePlan

/// Dynamic programming over connected sets of relations while that is affordable, greedy beyond.
///
/// The cost of a join is the rows that it gives, reads on its probe side, and, weighted double, builds a table from.
/// - Source: Moerkotte, Neumann: "Analysis of Two Existing and One New Dynamic Programming Algorithm …", VLDB 2006.
struct JoinSearch {
    struct Candidate {
        var plan: LogicalPlan
        var estimate: RelationEstimate
        var cost: Double
    }

    private let graph: JoinGraph
    private let leaves: [Candidate]
    private static let exhaustiveLimit = 11

    init(_ graph: JoinGraph, _ estimator: CardinalityEstimator) {
        self.graph = graph
        leaves = graph.relations.map { relation in
            var estimator = estimator
            return Candidate(plan: relation, estimate: estimator.estimate(relation), cost: 0)
        }
    }

    func best() -> LogicalPlan? {
        leaves.count <= Self.exhaustiveLimit ? exhaustive() ?? greedy() : greedy()
    }

    /// All ways to split every connected set in two; nil if the graph is not connected.
    private func exhaustive() -> LogicalPlan? {
        let count = leaves.count
        let all = (UInt64(1) << UInt64(count)) - 1
        var best: [UInt64: Candidate] = [:]
        for index in 0..<count { best[1 << UInt64(index)] = leaves[index] }
        if count == 1 { return leaves[0].plan }
        for set in 3...all where set.nonzeroBitCount > 1 {
            // Every split once: the part with the lowest bit is `first`.
            let lowest = set & (~set &+ 1)
            var part = (set &- 1) & set
            while part > 0 {
                if part & lowest != 0, let first = best[part], let second = best[set ^ part], isConnected(part, set ^ part) {
                    best[set] =
                        best[set].map { cheaper($0, first, part, second, set ^ part) } ?? joined(first, part, second, set ^ part)
                }
                part = (part &- 1) & set
            }
        }
        return best[all].map { finish($0.plan) }
    }

    /// Joins the pair that gives the fewest rows until one is left; pairs without a condition come last.
    private func greedy() -> LogicalPlan? {
        var open = leaves.indices.map { (set: UInt64(1) << UInt64($0), candidate: leaves[$0]) }
        while open.count > 1 {
            var choice: (i: Int, j: Int, candidate: Candidate, connected: Bool)?
            for i in open.indices {
                for j in open.indices where j > i {
                    let connected = isConnected(open[i].set, open[j].set)
                    if !connected, choice?.connected ?? false { continue }
                    let candidate = joined(open[i].candidate, open[i].set, open[j].candidate, open[j].set)
                    if choice == nil || (connected && !(choice?.connected ?? false))
                        || candidate.estimate.rows < (choice?.candidate.estimate.rows ?? .infinity)
                    {
                        choice = (i, j, candidate, connected)
                    }
                }
            }
            guard let choice else { return nil }
            let set = open[choice.i].set | open[choice.j].set
            open.remove(at: choice.j)
            open.remove(at: choice.i)
            open.append((set, choice.candidate))
        }
        return open.first.map { finish($0.candidate.plan) }
    }

    private func isConnected(_ a: UInt64, _ b: UInt64) -> Bool {
        graph.conditions.contains { $0.relations & a != 0 && $0.relations & b != 0 && $0.relations & ~(a | b) == 0 }
    }

    private func joined(_ a: Candidate, _ aSet: UInt64, _ b: Candidate, _ bSet: UInt64) -> Candidate {
        let expressions = conditions(between: aSet, bSet)
        let rows = JoinEstimate.rows(a.estimate, b.estimate, expressions)
        let cost = cost(a, b, rows, hasKeys: expressions.contains(where: Self.isEquality))
        return Candidate(
            plan: plan(a, b, expressions, rows), estimate: JoinEstimate.combined(a.estimate, b.estimate, rows), cost: cost)
    }

    /// `known`, or the join of `a` and `b` if that is cheaper. The rows of a set are estimated once: they don't depend on
    /// the order in which it was put together.
    private func cheaper(_ known: Candidate, _ a: Candidate, _ aSet: UInt64, _ b: Candidate, _ bSet: UInt64) -> Candidate {
        let expressions = conditions(between: aSet, bSet)
        let cost = cost(a, b, known.estimate.rows, hasKeys: expressions.contains(where: Self.isEquality))
        if cost >= known.cost { return known }
        return Candidate(plan: plan(a, b, expressions, known.estimate.rows), estimate: known.estimate, cost: cost)
    }

    private func conditions(between a: UInt64, _ b: UInt64) -> [BoundExpression] {
        graph.conditions.filter { $0.relations & a != 0 && $0.relations & b != 0 && $0.relations & ~(a | b) == 0 }.map(\.expression)
    }

    private static func isEquality(_ expression: BoundExpression) -> Bool {
        if case .comparison(.equal, _, _, _) = expression { true } else { false }
    }

    private func cost(_ a: Candidate, _ b: Candidate, _ rows: Double, hasKeys: Bool) -> Double {
        let probe = max(a.estimate.rows, b.estimate.rows), build = min(a.estimate.rows, b.estimate.rows)
        return a.cost + b.cost + rows + (hasKeys ? probe * 0.5 + build * 2 : probe * build)
    }

    /// The smaller side is built, which is the right one.
    private func plan(_ a: Candidate, _ b: Candidate, _ expressions: [BoundExpression], _ rows: Double) -> LogicalPlan {
        let (probe, build) = a.estimate.rows >= b.estimate.rows ? (a, b) : (b, a)
        let parts = JoinCondition(expressions, probe.plan.columnIDs, build.plan.columnIDs)
        return .join(
            JoinNode(
                kind: .inner, left: probe.plan, right: build.plan, keys: parts.keys, residual: parts.residual, estimatedRows: rows))
    }

    /// Conditions over fewer than two relations (constants, one side alone) still hold above.
    private func finish(_ plan: LogicalPlan) -> LogicalPlan {
        let rest = graph.conditions.filter { $0.relations.nonzeroBitCount < 2 }.map(\.expression)
        return rest.isEmpty ? plan : .filter(FilterNode(input: plan, predicate: .conjunction(rest)))
    }
}
