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
    /// Relations with a column in which no value repeats, among those that are compared.
    private let keyed: [Int]
    /// By relation: by how much attaching it multiplies the rows.
    private let attachedFactors: [Double]

    init(_ graph: JoinGraph, _ estimates: [RelationEstimate]) {
        self.graph = graph
        self.estimates = estimates
        domains = graph.classes.map { kind in kind.members.map { JoinEstimate.domain($0.expression, estimates[$0.relation]) } }
        let found = domains
        keyed = graph.relations.indices.filter { index in
            zip(graph.classes, found).contains { kind, domains in zip(kind.members, domains).contains { $0.relation == index && $1.isKey } }
        }
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
        return max(rows / surplus(set), 1)
    }

    /// The values of the key by which relation `index` joins the relations in `set`.
    private func keyValues(_ index: Int, _ set: RelationSet) -> Double {
        var plain = 1.0
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
        }
        if parts.count < 2 { return max(plain, 1) }
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
        return max(best, 1)
    }

    /// By how many times relations with a key have more rows than keys that their partners in `set` can have, once all else has dropped
    /// rows of theirs: what is left over finds no partner.
    private func surplus(_ set: RelationSet) -> Double {
        var result = 1.0
        for index in keyed where set.contains(index) {
            var excess = 1.0, kept = 1.0
            for (position, kind) in graph.classes.enumerated() where kind.relations.contains(index) {
                let partners = kind.relations.intersection(set).subtracting(RelationSet(index))
                guard !partners.isEmpty, let own = kind.members.firstIndex(where: { $0.relation == index }) else { continue }
                let places = kind.members.indices.filter { set.contains(kind.members[$0].relation) }
                let values = JoinEstimate.shared(places.map { domains[position][$0] })
                if domains[position][own].isKey {
                    excess = max(excess, estimates[index].rows / values)
                } else {
                    kept *= min(1, rowCount(partners) / values)
                }
            }
            if excess == 1 { continue }
            for (place, condition) in graph.conditions.enumerated()
            where condition.relations.contains(index) && condition.relations.isSubset(of: set) {
                kept *= min(1, conditionParts[place] * rowCount(condition.relations.subtracting(RelationSet(index))))
            }
            result *= max(1, excess * kept)
        }
        return result
    }

    /// The pairs of rows of some relations; attached ones give one each.
    private func rowCount(_ set: RelationSet) -> Double {
        set.reduce(1.0) { $0 * (graph.relations[$1].attachment == nil ? max(1, estimates[$1].rows) : 1) }
    }
}
