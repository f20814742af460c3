/// The cheapest order of a region's joins.

import LodeCore
import LodePlan

/// Dynamic programming over connected sets of relations while that is affordable, greedy beyond.
///
/// The cost of a join is the rows that it gives, reads on its probe side, and, weighted double, builds a table from.
/// - Source: Moerkotte, Neumann: "Analysis of Two Existing and One New Dynamic Programming Algorithm …", VLDB 2006.
struct JoinSearch {
    /// How a set is put together.
    indirect enum Tree {
        case leaf(Int)
        case join(Tree, Tree)
    }

    struct Candidate {
        var set: RelationSet
        var tree: Tree
        var rows: Double
        var cost: Double
    }

    let graph: JoinGraph
    let cardinality: SetCardinality
    /// By relation: those that share a condition with it, and those that share a key.
    private var neighbours: [RelationSet]
    private var keyNeighbours: [RelationSet]
    /// The relations that are joined by conditions alone. There is always one: what others are attached to.
    private let plain: RelationSet
    /// Conditions over three relations or more.
    private let wide: [RelationSet]
    private static let exhaustiveLimit = 11

    init(_ graph: JoinGraph, _ estimates: [RelationEstimate]) {
        self.graph = graph
        cardinality = SetCardinality(graph, estimates)
        var all = Array(repeating: RelationSet(), count: graph.relations.count), keys = all
        func connect(_ set: RelationSet, _ lists: inout [RelationSet]) {
            for index in set { lists[index].formUnion(set.subtracting(RelationSet(index))) }
        }
        for kind in graph.classes {
            connect(kind.relations, &all)
            connect(kind.relations, &keys)
        }
        for condition in graph.conditions where condition.relations.count == 2 {
            connect(condition.relations, &all)
            if condition.sides != nil { connect(condition.relations, &keys) }
        }
        neighbours = all
        keyNeighbours = keys
        plain = graph.relations.indices.reduce(into: RelationSet()) { if graph.relations[$1].attachment == nil { $0.insert($1) } }
        wide = graph.conditions.map(\.relations).filter { $0.count > 2 }
    }

    /// A tree over all relations; nil if there is none.
    func best() -> Tree? {
        var parts: [Candidate] = []
        for component in components() {
            let isSmall = component.count <= Self.exhaustiveLimit
            parts.append((isSmall ? exhaustive(component) : nil) ?? greedy(leaves(component)))
        }
        if parts.isEmpty { return nil }
        let whole = parts.count == 1 ? parts[0] : greedy(parts)
        return whole.set.count == graph.relations.count ? whole.tree : nil
    }

    private func leaves(_ set: RelationSet) -> [Candidate] {
        set.map { leaf($0) }
    }

    private func leaf(_ index: Int) -> Candidate {
        Candidate(set: RelationSet(index), tree: .leaf(index), rows: cardinality.estimates[index].rows, cost: 0)
    }

    /// Sets of relations that conditions connect, attached ones with those that they need.
    private func components() -> [RelationSet] {
        var result: [RelationSet] = []
        var edges = graph.relations.indices.map { neighbours[$0].union(RelationSet($0)) } + wide
        for (index, relation) in graph.relations.enumerated() {
            if let attachment = relation.attachment { edges.append(attachment.needs.union(RelationSet(index))) }
        }
        for edge in edges {
            var merged = edge
            result.removeAll { part in
                if part.isDisjoint(with: merged) { return false }
                merged.formUnion(part)
                return true
            }
            result.append(merged)
        }
        // Those that are attached to nothing in particular, but to each other, go to the first that has plain relations.
        let lonely = result.filter { $0.isDisjoint(with: plain) }
        guard !lonely.isEmpty, let first = result.firstIndex(where: { $0.intersects(plain) }) else { return result }
        for set in lonely { result[first].formUnion(set) }
        return result.filter { $0.intersects(plain) }
    }

    /// The relation of a set of one, if it can only be attached to others.
    private func attached(_ set: RelationSet) -> Int? {
        guard let index = set.only, graph.relations[index].attachment != nil else { return nil }
        return index
    }

    /// Whether relation `index` may be attached to `set`.
    private func mayAttach(_ index: Int, to set: RelationSet) -> Bool {
        graph.relations[index].attachment.map { $0.needs.isSubset(of: set) } ?? false
    }

    /// All ways to split every connected set in two; nil if some part can't be connected.
    private func exhaustive(_ component: RelationSet) -> Candidate? {
        let members = Array(component)
        let count = members.count
        if count == 1 { return leaf(members[0]) }
        let size = 1 << count
        var table = tableau(of: members)
        for set in 3..<size where set & (set - 1) != 0 {
            let low = set & -set, rest = set ^ low
            table.unite(low, rest)
            // Every split once: the part with the lowest bit is `first`.
            var next = 0
            repeat {
                let part = next
                next = (part &- rest) & rest
                if part == rest { continue }
                let one = low | part, two = rest ^ part
                guard table.cost[one] < .infinity, table.cost[two] < .infinity, let own = joinCost(one, two, &table) else { continue }
                let total = table.cost[one] + table.cost[two] + own + table.rows[set]
                if total < table.cost[set] {
                    table.cost[set] = total
                    table.split[set] = one
                }
            } while next != 0
        }
        guard table.cost[size - 1] < .infinity else { return nil }
        func tree(_ set: Int) -> Tree {
            if set & (set - 1) == 0 { return .leaf(members[set.trailingZeroBitCount]) }
            return .join(tree(table.split[set]), tree(set ^ table.split[set]))
        }
        return Candidate(set: component, tree: tree(size - 1), rows: table.rows[size - 1], cost: table.cost[size - 1])
    }

    /// What joining two parts costs besides their own costs and the rows of the result, which are noted; nil if they can't be.
    private func joinCost(_ one: Int, _ two: Int, _ table: inout JoinTableau) -> Double? {
        if table.isAttached[one] || table.isAttached[two] {
            let (single, base) = table.isAttached[two] ? (two, one) : (one, two)
            guard !table.isAttached[base], let index = table.sets[single].only, mayAttach(index, to: table.sets[base]) else { return nil }
            note(one | two, &table)
            return attachmentCost(index, table.rows[base], table.rows[single])
        }
        guard table.near[one] & two != 0 || isWidelyConnected(table.sets[one], table.sets[two]) else { return nil }
        note(one | two, &table)
        return Self.joinCost(table.rows[one], table.rows[two], hasKeys: table.nearByKey[one] & two != 0)
    }

    private func note(_ set: Int, _ table: inout JoinTableau) {
        if table.rows[set] == 0 { table.rows[set] = cardinality.rows(table.sets[set]) }
    }

    /// The tableau with each of `members` alone.
    private func tableau(of members: [Int]) -> JoinTableau {
        var table = JoinTableau(members.count)
        for (position, index) in members.enumerated() {
            let bit = 1 << position
            table.sets[bit] = RelationSet(index)
            for (other, target) in members.enumerated() {
                if neighbours[index].contains(target) { table.near[bit] |= 1 << other }
                if keyNeighbours[index].contains(target) { table.nearByKey[bit] |= 1 << other }
            }
            table.cost[bit] = 0
            table.rows[bit] = max(cardinality.estimates[index].rows, 1)
            table.isAttached[bit] = graph.relations[index].attachment != nil
        }
        return table
    }

    private func isWidelyConnected(_ a: RelationSet, _ b: RelationSet) -> Bool {
        wide.contains { $0.intersects(a) && $0.intersects(b) && $0.isSubset(of: a.union(b)) }
    }

    /// Whether some relation of `set` has one of `other` in its list.
    private func isNear(_ set: RelationSet, _ other: RelationSet, _ lists: [RelationSet]) -> Bool {
        set.contains { lists[$0].intersects(other) }
    }

    /// Joins the pair that gives the fewest rows until one is left; pairs without a condition come last.
    private func greedy(_ parts: [Candidate]) -> Candidate {
        var open = parts
        // What each pair would give, by positions in `open`; a step changes those of one part.
        var pairs = open.indices.map { i in open.indices.map { $0 < i ? joined(open[i], open[$0]) : nil } }
        while open.count > 1 {
            var choice: (i: Int, j: Int, pair: Pair)?
            for i in open.indices {
                for j in 0..<i {
                    guard let pair = pairs[i][j] else { continue }
                    if let known = choice?.pair, !pair.isBetter(than: known) { continue }
                    choice = (i, j, pair)
                }
            }
            guard let choice else { break }
            open.remove(at: choice.i)
            pairs.remove(at: choice.i)
            for row in choice.i..<pairs.count { pairs[row].remove(at: choice.i) }
            open[choice.j] = choice.pair.candidate
            for other in open.indices where other != choice.j {
                let (high, low) = (max(other, choice.j), min(other, choice.j))
                pairs[high][low] = joined(open[high], open[low])
            }
        }
        return open[0]
    }

    private struct Pair {
        var candidate: Candidate
        var isConnected: Bool

        func isBetter(than other: Pair) -> Bool {
            if isConnected != other.isConnected { return isConnected }
            return (candidate.rows, candidate.cost) < (other.candidate.rows, other.candidate.cost)
        }
    }

    /// Nil if one is a relation that can't be attached to the other yet.
    private func joined(_ a: Candidate, _ b: Candidate) -> Pair? {
        let set = a.set.union(b.set)
        var own: Double
        var isConnected = true
        if let index = attached(b.set) ?? attached(a.set) {
            let (single, base) = attached(b.set) == nil ? (a, b) : (b, a)
            guard attached(base.set) == nil, mayAttach(index, to: base.set) else { return nil }
            own = attachmentCost(index, base.rows, single.rows)
        } else {
            isConnected = isNear(a.set, b.set, neighbours) || isWidelyConnected(a.set, b.set)
            own = Self.joinCost(a.rows, b.rows, hasKeys: isNear(a.set, b.set, keyNeighbours))
        }
        let rows = cardinality.rows(set)
        own += a.cost + b.cost + rows
        return Pair(candidate: Candidate(set: set, tree: .join(a.tree, b.tree), rows: rows, cost: own), isConnected: isConnected)
    }

    private static func joinCost(_ a: Double, _ b: Double, hasKeys: Bool) -> Double {
        let probe = max(a, b), build = min(a, b)
        return hasKeys ? probe * 0.5 + build * 2 : probe * build
    }

    private func attachmentCost(_ index: Int, _ base: Double, _ single: Double) -> Double {
        guard let attachment = graph.relations[index].attachment else { return 0 }
        let hasKeys = attachment.conditions.contains { if case .comparison(.equal, _, _, _) = $0 { true } else { false } }
        if !hasKeys { return base * max(single, 1) }
        switch attachment.kind {
        case .single, .mark: return base * 0.5 + single * 2
        case .inner, .left, .right, .full, .semi, .anti: return Self.joinCost(base, single, hasKeys: true)
        }
    }
}
