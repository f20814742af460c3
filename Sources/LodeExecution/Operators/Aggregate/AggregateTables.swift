/// One worker's tables for one grouping set.

import LodeCore
import LodeVectors

/// The groups that a worker has seen, and the rows that wait for DISTINCT and ORDER BY.
final class AggregateTables {
    /// The highest bits of a hash that choose the partition.
    static let partitionBits = 6
    /// A table of a worker stays within the second-level cache: 2^17 entries of 8 bytes.
    static let slotLimit = 1 << 17

    let plan: AggregatePlan
    let set: [Int]
    let table: GroupTable
    let sides: [GroupTable]
    private let codes: GroupCodes
    private let rowBuffer: Buffer
    private let sideBuffer: Buffer
    private let order: Selection
    private let runs: GroupRuns
    /// The one row of a set without keys.
    private var single: UnsafeMutableRawPointer?

    init(_ plan: AggregatePlan, set: [Int], memory: MemoryBudget) throws(SQLError) {
        self.plan = plan
        self.set = set
        let layout = try plan.layout(of: set)
        let groups = GroupRows(
            layout, partitionBits: set.isEmpty ? 0 : Self.partitionBits, memory: memory, purpose: "aggregation",
            destroy: plan.destroyer(layout))
        table = try GroupTable(rows: groups, slotLimit: Self.slotLimit, memory: memory, purpose: "aggregation")
        var sides: [GroupTable] = []
        for side in plan.sides {
            let kept = GroupRows(
                try plan.layout(of: side, in: set), partitionBits: Self.partitionBits, memory: memory,
                purpose: side.isDistinct ? "distinct aggregation" : "ordered aggregation", destroy: nil)
            sides.append(try GroupTable(rows: kept, slotLimit: Self.slotLimit, memory: memory, purpose: "distinct aggregation"))
        }
        self.sides = sides
        codes = try GroupCodes(table: table)
        rowBuffer = try Buffer(byteCount: Chunk.capacity * 8)
        sideBuffer = try Buffer(byteCount: Chunk.capacity * 8)
        order = try Selection(capacity: Chunk.capacity)
        runs = try GroupRuns()
        if set.isEmpty {
            let found = rowBuffer, rows = found.lanes(as: UnsafeMutableRawPointer.self)
            try table.findOrCreate([], count: 1, into: rows)
            single = rows[0]
        }
    }

    /// By row of the chunk: the row of its group.
    private var rows: MutableLanes<UnsafeMutableRawPointer> {
        @_lifetime(borrow self) get { rowBuffer.lanes(as: UnsafeMutableRawPointer.self, keptBy: self) }
    }

    private var sideRows: MutableLanes<UnsafeMutableRawPointer> {
        @_lifetime(borrow self) get { sideBuffer.lanes(as: UnsafeMutableRawPointer.self, keptBy: self) }
    }

    /// Adds the rows of a chunk, given as the columns that the plan's inputs compute.
    func add(_ columns: [Column], count: Int) throws(SQLError) {
        if let single {
            try addAll(columns, count, to: single)
        } else {
            var keys: [Column] = []
            keys.reserveCapacity(set.count)
            for key in set { keys.append(try NestedKeys.encode(columns[key])) }
            try addGrouped(keys, columns, count)
        }
    }

    /// Finds the rows of the groups to which groups of a finer set belong, whose keys at `places` are this set's.
    func findTargets(
        ofGroups groups: Lanes<UnsafeMutableRawPointer>, _ count: Int, _ finer: AggregateTables, _ places: [Int]
    ) throws(SQLError) {
        if let single {
            rows.update(repeating: single, count: count)
        } else {
            let keys = try finer.table.layout.columns(groups, count, owners: [finer.table.rows])
            try table.findOrCreate(places.map { keys[$0] }, count: count, into: rows)
        }
    }

    /// What `findTargets` found.
    var targets: Lanes<UnsafeMutableRawPointer> {
        @_lifetime(borrow self) get { Lanes(rows) }
    }

    private func addAll(_ columns: [Column], _ count: Int, to row: UnsafeMutableRawPointer) throws(SQLError) {
        let base = table.layout.stateOffset
        for call in plan.stateCalls where call.side == nil {
            let (arguments, kept) = try filtered(call.arguments, call.filter, columns, count)
            if kept > 0 { try call.function.updateSingle(row + base + call.stateOffset, arguments, kept) }
        }
        for (index, side) in plan.sides.enumerated() {
            try addSide(index, side, [], columns, count, nil)
        }
    }

    private func addGrouped(_ keys: [Column], _ columns: [Column], _ count: Int) throws(SQLError) {
        let isCoded = try codes.find(keys, count: count)
        let isAdded = isCoded ? try addByCode(columns, count) : false
        if isAdded, plan.addsRunsOnly { return }
        if isCoded { codes.rows(count, into: rows) } else { try table.findOrCreate(keys, count: count, into: rows) }
        try addByRow(columns, count, filteredOnly: isAdded)
        if plan.sides.isEmpty { return }
        let hashes = try Buffer(byteCount: count * 8)
        let grouping = hashes.lanes(as: UInt64.self)
        for i in 0..<count { grouping[i] = rows[i].load(as: UInt64.self) }
        // Rows of groups never move: their addresses are the keys.
        let groups = Column(flat: .bigint, count: count, lanes: rowBuffer)
        for (index, side) in plan.sides.enumerated() { try addSide(index, side, [groups], columns, count, Lanes(grouping)) }
    }

    /// Each row to the state of its group; for calls with a filter only, if the others have seen the rows.
    private func addByRow(_ columns: [Column], _ count: Int, filteredOnly: Bool) throws(SQLError) {
        let base = table.layout.stateOffset
        for call in plan.stateCalls where call.side == nil {
            guard let filter = call.filter else {
                if filteredOnly { continue }
                try call.function.update(Lanes(rows), base + call.stateOffset, call.arguments.map { columns[$0] }, count)
                continue
            }
            try ComparisonSelect.isTrue(columns[filter], count, order)
            if order.count == 0 { continue }
            var arguments: [Column] = []
            for argument in call.arguments { arguments.append(try columns[argument].gather(order)) }
            var j = 0
            while j < order.count {
                sideRows[j] = rows[Int(order[j])]
                j &+= 1
            }
            try call.function.update(Lanes(sideRows), base + call.stateOffset, arguments, order.count)
        }
    }

    /// Where few groups share a chunk: the rows of each group side by side, then one call a group, which adds them without
    /// going through memory for every row. False, without effect, where that would not pay.
    private func addByCode(_ columns: [Column], _ count: Int) throws(SQLError) -> Bool {
        let domain = codes.codeCount
        if plan.stateCalls.isEmpty { return true }
        guard domain <= GroupRuns.maxCodes, !plan.runCalls.isEmpty else { return false }
        let codes = codes
        guard runs.sort(codes.codes, count, domain: domain) else { return false }
        var gathered: [Column] = []
        gathered.reserveCapacity(plan.runColumns.count)
        for column in plan.runColumns { gathered.append(try columns[column].gatherValues(runs.order)) }
        let base = table.layout.stateOffset
        var slices = gathered
        for code in 0..<domain {
            let range = runs.range(code)
            if range.isEmpty { continue }
            let row = codes.row(of: code)
            for index in gathered.indices { slices[index] = try gathered[index].run(range.lowerBound, range.count) }
            for call in plan.runCalls {
                try call.function.updateSingle(row + base + call.stateOffset, call.columns.map { slices[$0] }, range.count)
            }
        }
        return true
    }

    private func addSide(
        _ index: Int, _ side: AggregatePlan.Side, _ keys: [Column], _ columns: [Column], _ count: Int,
        _ grouping: Lanes<UInt64>?
    ) throws(SQLError) {
        var kept = keys, rowCount = count
        for column in side.columns { kept.append(try NestedKeys.encode(columns[column])) }
        // Without keys, rows that must be sorted together go to one partition.
        let zero = try Buffer.zeroed(byteCount: rowCount * 8), buffer = try Buffer(byteCount: rowCount * 8)
        var hashes = grouping
        if grouping == nil, !side.order.isEmpty { hashes = Lanes(zero.lanes(as: UInt64.self)) }
        if let filter = side.filter {
            let selection = try Selection(capacity: count)
            try ComparisonSelect.isTrue(columns[filter], count, selection)
            rowCount = selection.count
            if rowCount == 0 { return }
            for position in kept.indices { kept[position] = try kept[position].gather(selection) }
            if let grouping {
                let target = buffer.lanes(as: UInt64.self)
                for j in 0..<rowCount { target[j] = grouping[Int(selection[j])] }
                hashes = Lanes(target)
            }
        }
        if side.isDistinct {
            try sides[index].findOrCreate(kept, count: rowCount, into: sideRows, grouping: hashes)
        } else if let hashes {
            try sides[index].append(kept, count: rowCount, grouping: hashes)
        }
    }

    private func filtered(
        _ positions: [Int], _ filter: Int?, _ columns: [Column], _ count: Int
    ) throws(SQLError) -> ([Column], Int) {
        guard let filter else { return (positions.map { columns[$0] }, count) }
        try ComparisonSelect.isTrue(columns[filter], count, order)
        var arguments: [Column] = []
        for position in positions { arguments.append(try columns[position].gather(order)) }
        return (arguments, order.count)
    }
}

extension Column {
    /// Rows `start ..< start + length` of a flat or constant column, without copying lanes where there are no nulls.
    func run(_ start: Int, _ length: Int) throws(SQLError) -> Column {
        if layout == .constant { return Column(repeating: self, count: length) }
        if mayHaveNulls || type.isNested { return try gather(try Selection.range(start, length)) }
        return slice(start, length)
    }
}
