/// How many rows a set of relations of a region gives when joined, in whatever order.

import LodeCore
import LodePlan

/// The product of the relations' rows and of the parts that the conditions among them keep: the same for all orders, so it
/// is computed once for a set.
///
/// - A class of equal columns keeps `1 / domain` for every relation after its first.
/// - Several classes between the same two relations are a composite key, which has no more values than the smaller of the
///   two tables has rows.
struct SetCardinality {
    let estimates: [RelationEstimate]
    private let graph: JoinGraph
    /// By class and member: the distinct values of the member's domain.
    private let domains: [[JoinEstimate.Domain]]
    private let conditionParts: [Double]
    /// By relation: by how much attaching it multiplies the rows.
    private let attachedFactors: [Double]

    init(_ graph: JoinGraph, _ estimates: [RelationEstimate]) {
        self.graph = graph
        self.estimates = estimates
        domains = graph.classes.map { kind in kind.members.map { JoinEstimate.domain($0.expression, estimates[$0.relation]) } }
        let all = estimates.reduce(into: RelationEstimate(rows: 1, baseRows: 1)) { all, one in
            all.columns.merge(one.columns) { a, _ in a }
        }
        conditionParts = graph.conditions.map { condition in
            guard let sides = condition.sides, case .comparison(_, let a, let b, _) = condition.expression,
                let left = sides.0.only, let right = sides.1.only
            else { return Selectivity(all).fraction(condition.expression) }
            let one = JoinEstimate.domain(a, estimates[left])
            let other = JoinEstimate.domain(b, estimates[right])
            return 1 / JoinEstimate.shared([one, other])
        }
        attachedFactors = graph.relations.indices.map { index in
            guard let attachment = graph.relations[index].attachment else { return 1 }
            var left = RelationEstimate(rows: 1, baseRows: 1)
            for other in attachment.needs {
                left.rows = max(left.rows, estimates[other].rows)
                left.baseRows = max(left.baseRows, estimates[other].baseRows)
                left.columns.merge(estimates[other].columns) { a, _ in a }
            }
            return JoinEstimate.factor(attachment.kind, left, estimates[index], attachment.conditions)
        }
    }

    func rows(_ set: RelationSet) -> Double {
        var joined = RelationSet()
        var rows = 1.0
        for index in set {
            if graph.relations[index].attachment != nil {
                rows *= attachedFactors[index]
                continue
            }
            rows *= estimates[index].rows
            if !joined.isEmpty { rows /= keyValues(index, joined) }
            joined.insert(index)
        }
        for (index, condition) in graph.conditions.enumerated() where !condition.relations.isEmpty && condition.relations.isSubset(of: set)
        {
            rows *= conditionParts[index]
        }
        return max(rows, 1)
    }

    /// The values of the key by which relation `index` joins the relations in `set`.
    private func keyValues(_ index: Int, _ set: RelationSet) -> Double {
        var plain = 1.0, surplus = 1.0
        var parts: [(values: Double, relations: RelationSet)] = []
        for (position, kind) in graph.classes.enumerated() {
            let relations = kind.relations
            guard relations.contains(index), relations.intersects(set) else { continue }
            var members: [JoinEstimate.Domain] = []
            for (place, member) in kind.members.enumerated() where member.relation == index || set.contains(member.relation) {
                members.append(domains[position][place])
            }
            let values = JoinEstimate.shared(members)
            parts.append((values, relations.intersection(set)))
            plain *= values
            surplus = max(surplus, self.surplus(position, values, index, set))
        }
        if parts.count < 2 { return max(plain, 1) * surplus }
        // The relation that shares most keys with this one bounds their combinations.
        var best = plain
        for other in set {
            var together = 1.0, apart = 1.0, count = 0
            for part in parts {
                if part.relations.contains(other) {
                    together *= part.values
                    count += 1
                } else {
                    apart *= part.values
                }
            }
            guard count > 1 else { continue }
            best = min(best, apart * min(together, max(1, min(estimates[index].baseRows, estimates[other].baseRows))))
        }
        return max(best, 1) * surplus
    }

    /// Rows whose keys the other relations of class `position` can't have, counted when the class gets its second relation.
    private func surplus(_ position: Int, _ values: Double, _ index: Int, _ set: RelationSet) -> Double {
        let kind = graph.classes[position]
        let isFirst = kind.relations.intersection(set).count == 1
        var result = 1.0
        for (place, member) in kind.members.enumerated() where member.relation == index || (isFirst && set.contains(member.relation)) {
            result *= JoinEstimate.surplus(domains[position][place], rows: estimates[member.relation].rows, shared: values)
        }
        return result
    }
}
