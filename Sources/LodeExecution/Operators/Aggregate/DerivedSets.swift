/// Grouping sets whose groups come from those of a larger set, instead of from the rows.

import LodeCore
import LodeVectors

/// ROLLUP and CUBE group by parts of one list of keys: the groups by all of them are mostly far fewer than the rows, and their
/// states add up to those of the coarser sets.
///
///     rows ──▶ (a, b, c) ──▶ (a, b) ──▶ (a) ──▶ ()
enum DerivedSets {
    /// The sets, by position, that must see every row: those that no other set covers; all of them where states can't be read
    /// twice, or depend on the order of rows, which groups don't keep.
    static func fed(_ plan: AggregatePlan) -> [Int] {
        let all = Array(plan.sets.indices)
        guard plan.sets.count > 1, plan.sides.isEmpty, !plan.hasStateOwners, !plan.dependsOnOrder else { return all }
        return all.filter { index in
            let own = Set(plan.sets[index])
            return !all.contains { other in
                let keys = Set(plan.sets[other])
                return keys.isSuperset(of: own) && (keys.count > own.count || other < index)
            }
        }
    }

    /// Fills the tables that saw no rows, each from the smallest one that has its keys.
    static func fill(_ tables: [AggregateTables], fed: [Int], _ cancellation: Cancellation) throws(SQLError) {
        var filled = fed
        let rest = tables.indices.filter { !fed.contains($0) }
        // Larger sets first: they are what smaller ones come from.
        for index in rest.sorted(by: { tables[$0].set.count > tables[$1].set.count }) {
            let own = Set(tables[index].set)
            let covering = filled.filter { own.isSubset(of: tables[$0].set) }
            guard let finer = covering.min(by: { tables[$0].table.rows.count < tables[$1].table.rows.count }) else {
                throw .internalFault("a grouping set that no other covers saw no rows")
            }
            try tables[index].addGroups(of: tables[finer], cancellation)
            filled.append(index)
        }
    }
}

extension AggregateTables {
    /// Adds the groups of a table whose set has all keys of this one, by their states.
    func addGroups(of finer: AggregateTables, _ cancellation: Cancellation) throws(SQLError) {
        let places = set.compactMap { finer.set.firstIndex(of: $0) }
        let base = table.layout.stateOffset
        // The states of both lie in one order, but not equally far from the start of their rows.
        let shift = finer.table.layout.stateOffset - base
        for partition in 0..<(1 << finer.table.rows.partitionBits) {
            try cancellation.check()
            try finer.table.rows.forEachBatch(of: partition) { groups, count throws(SQLError) in
                let sources = (0..<count).map { groups[$0] + shift }
                try findTargets(ofGroups: groups, count, finer, places)
                try sources.withUnsafeBufferPointer { sources throws(SQLError) in
                    guard let first = sources.baseAddress else { return }
                    let finer = Lanes(first, keptBy: sources)
                    for call in plan.stateCalls { try call.function.combine(finer, targets, base + call.stateOffset, count) }
                }
            }
        }
    }
}
