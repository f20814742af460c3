/// The groups of all workers, merged partition by partition.

import LodeCore
import LodeVectors

/// Holds the tables of the workers until their groups have been read.
final class AggregateResult: Sendable {
    let plan: AggregatePlan
    /// By worker, then by grouping set. Read-only once every worker has finished.
    private let tables = Lock<[TableSet]>([])

    /// What tasks computed for the one group of an aggregation without keys.
    private let partials = Lock<[Partial]>([])

    private struct Partial: Sendable {
        let state: Buffer
        let set: Int
        let call: Int
    }

    /// A worker's tables; immutable from the moment they are handed over, up to the states that one merging task owns.
    struct TableSet: @unchecked Sendable {
        let sets: [AggregateTables]
    }

    init(_ plan: AggregatePlan) { self.plan = plan }

    func take(_ sets: [AggregateTables]) { tables.withLock { $0.append(TableSet(sets: sets)) } }

    func workers(of set: Int) -> [AggregateTables] { tables.withLock { $0.map { $0.sets[set] } } }

    /// Rows of all workers, before merging: an upper bound on the groups.
    var rowCount: Int {
        tables.withLock { all in all.reduce(0) { sum, worker in sum + worker.sets.reduce(0) { $0 + $1.table.rows.count } } }
    }

    func partitionCount(of set: Int) -> Int { plan.sets[set].isEmpty ? 1 : 1 << AggregateTables.partitionBits }

    /// The groups of one partition of one set: addresses of rows, each group once. Called once a partition.
    func merge(_ set: Int, _ partition: Int, _ context: ExecutionContext) throws(SQLError) -> MergedGroups {
        let workers = workers(of: set)
        let sources = workers.filter { $0.table.rows.count(of: partition) > 0 }
        let merged = MergedGroups(plan, owners: workers.map(\.table.rows))
        let total = sources.reduce(0) { $0 + $1.table.rows.count(of: partition) }
        if total == 0 { return merged }
        let sides = plan.sides.indices.filter { !isParallelUngrouped(set, $0) }
        if sources.count == 1, !sources[0].table.hasForgotten, sides.isEmpty {
            sources[0].table.rows.forEachBatch(of: partition) { rows, count in merged.append(rows, count) }
            return merged
        }
        let layout = sources[0].table.layout
        let empty = GroupRows(layout, partitionBits: 0, memory: context.memory, purpose: "aggregation", destroy: nil)
        let table = try GroupTable(rows: empty, slotLimit: nil, memory: context.memory, purpose: "aggregation", expected: total)
        let combiner = try RowCombiner(plan, layout)
        for source in sources {
            try source.table.rows.forEachBatch(of: partition) { rows, count throws(SQLError) in
                try context.cancellation.check()
                try combiner.merge(rows, count, into: table, merged)
            }
        }
        for side in sides { try addSide(side, set, partition, table, context) }
        return merged
    }

    /// Whether a side table's values go to the state task by task instead of partition by partition of the groups.
    private func isParallelUngrouped(_ set: Int, _ side: Int) -> Bool {
        plan.sets[set].isEmpty && plan.sides[side].order.isEmpty
    }

    /// Adds what a side table kept of one partition to the states of its aggregate.
    private func addSide(
        _ index: Int, _ set: Int, _ partition: Int, _ table: GroupTable, _ context: ExecutionContext
    ) throws(SQLError) {
        let side = plan.sides[index], isGrouped = !plan.sets[set].isEmpty
        let found = try Buffer(byteCount: Chunk.capacity * 8)
        let targets = found.lanes(as: UnsafeMutableRawPointer.self)
        let call = plan.calls[side.call]
        try SideRows(plan, side, workers(of: set), index, isGrouped: isGrouped).forEachChunk(of: partition, context) {
            columns, count throws(SQLError) in
            if isGrouped {
                found.copyLanes(of: columns[0], count: count, to: 0)
            } else {
                try table.findOrCreate([], count: count, into: targets)
            }
            let arguments = Array(columns.dropFirst(isGrouped ? 1 : 0).prefix(side.arguments.count))
            try call.function.update(
                Lanes(targets), table.layout.stateOffset + call.stateOffset, arguments, count)
        }
    }

    /// One task a partition for DISTINCT aggregates without keys.
    func ungroupedTasks(_ context: ExecutionContext) throws(SQLError) -> [FinalTask] {
        var tasks: [FinalTask] = []
        for set in plan.sets.indices where plan.sets[set].isEmpty {
            let sides = plan.sides.indices.filter { isParallelUngrouped(set, $0) }
            if sides.isEmpty { continue }
            for partition in 0..<(1 << AggregateTables.partitionBits) {
                for side in sides {
                    tasks.append(ungroupedTask(side, set, partition, context))
                }
            }
        }
        return tasks
    }

    private func ungroupedTask(_ side: Int, _ set: Int, _ partition: Int, _ context: ExecutionContext) -> FinalTask {
        { () throws(SQLError) in try self.addUngrouped(side, set, partition, context) }
    }

    private func addUngrouped(
        _ index: Int, _ set: Int, _ partition: Int, _ context: ExecutionContext
    ) throws(SQLError) {
        let side = plan.sides[index]
        let call = plan.calls[side.call]
        let workers = workers(of: set)
        guard workers.contains(where: { $0.sides[index].rows.count(of: partition) > 0 }) else { return }
        let scratch = try Buffer.zeroed(byteCount: max(8, call.function.stateBytes))
        try SideRows(plan, side, workers, index, isGrouped: false).forEachChunk(of: partition, context) {
            columns, count throws(SQLError) in
            try scratch.withUnsafeBytes { state throws(SQLError) in
                try call.function.updateSingle(state, Array(columns.prefix(side.arguments.count)), count)
            }
        }
        partials.withLock { $0.append(Partial(state: scratch, set: set, call: side.call)) }
    }

    /// Adds what the tasks found to the one group. Called once, when they are done.
    func combinePartials() throws(SQLError) {
        let found = partials.withLock {
            let all = $0; $0 = []; return all
        }
        for partial in found {
            let call = plan.calls[partial.call]
            // The first worker's one row takes all values.
            let table = workers(of: partial.set)[0].table
            try partial.state.withUnsafeBytes { state throws(SQLError) in
                if let row = table.rows.firstRow(of: 0) {
                    try call.function.combineOne(state, into: row + table.layout.stateOffset + call.stateOffset)
                }
                call.function.destroyOne(state)
            }
        }
    }
}
