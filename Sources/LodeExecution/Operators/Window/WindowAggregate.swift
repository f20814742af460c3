/// Aggregates over frames, by any of the aggregate functions: states are combined, never taken back.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors

/// Chooses the cheapest way that the frame allows.
///
///     whole partition    one state a partition
///     from its start     running states: each is the one before it and one row more
///     any other          a tree of states; a frame is put together from at most two nodes a level
final class WindowAggregate: WindowValues {
    private enum Way {
        case partitions
        case running
        case tree([StateBlock])
    }

    private let function: BoundAggregate
    private let piece: WindowPiece
    private let frames: WindowFrames
    private let context: ExecutionContext
    private let way: Way
    /// By partition, or by row: the states that results are read from.
    private let states: StateBlock
    private let empty: StateBlock

    init(
        _ function: BoundAggregate, _ call: WindowShape.Call, _ piece: WindowPiece, _ frames: WindowFrames, _ context: ExecutionContext
    ) throws(SQLError) {
        self.function = function
        self.piece = piece
        self.frames = frames
        self.context = context
        empty = try StateBlock(function, count: 1, context)
        let isWhole = frames.isWholePartition
        let first = try StateBlock(function, count: isWhole ? piece.partitionCount : piece.count, context)
        try Self.fill(first, function, call, piece, byPartition: isWhole)
        if isWhole {
            way = .partitions
            states = first
        } else if frames.isPrefix {
            way = .running
            states = try Self.running(first, function, piece, context)
        } else {
            way = .tree(try Self.levels(first, function, context))
            states = first
        }
    }

    /// Adds every row to the state of its partition, or to one of its own.
    private static func fill(
        _ states: StateBlock, _ function: BoundAggregate, _ call: WindowShape.Call, _ piece: WindowPiece, byPartition: Bool
    ) throws(SQLError) {
        let memory = try Buffer(byteCount: Chunk.capacity * MemoryLayout<UnsafeMutableRawPointer>.stride)
        let targets = memory.lanes(as: UnsafeMutableRawPointer.self)
        var first = 0
        while first < piece.count {
            var count = min(Chunk.capacity, piece.count - first)
            for i in 0..<count { targets[i] = states[byPartition ? Int(piece.partitionOf[first + i]) : first + i] }
            var arguments: [Column] = []
            for place in call.arguments { arguments.append(try piece.gather.column(place, piece.rows + first, count)) }
            if let filter = call.filter {
                let rows = try Selection(capacity: count)
                try ComparisonSelect.isTrue(try piece.gather.column(filter, piece.rows + first, count), count, rows)
                for i in 0..<rows.count { targets[i] = targets[Int(rows[i])] }
                for index in arguments.indices { arguments[index] = try arguments[index].gather(rows) }
                first += count
                count = rows.count
            } else {
                first += count
            }
            if count > 0 { try function.update(Lanes(targets), 0, arguments, count) }
        }
    }

    /// Running states: each combines the one before it in the partition, then its own row. Combining goes pair by pair in
    /// order, so one call does a whole vector.
    private static func running(
        _ own: StateBlock, _ function: BoundAggregate, _ piece: WindowPiece, _ context: ExecutionContext
    ) throws(SQLError) -> StateBlock {
        let states = try StateBlock(function, count: piece.count, context)
        let pairs = try StatePairs(function, context)
        for partition in 0..<piece.partitionCount {
            for row in piece.partitionStarts[partition]..<piece.partitionStarts[partition + 1] {
                if row > piece.partitionStarts[partition] { try pairs.add(states[row - 1], states[row]) }
                try pairs.add(own[row], states[row])
            }
        }
        try pairs.flush()
        return states
    }

    /// Level k has a state for every 2^k rows, as far as all of them exist.
    private static func levels(_ leaves: StateBlock, _ function: BoundAggregate, _ context: ExecutionContext) throws(SQLError)
        -> [StateBlock]
    {
        var levels = [leaves]
        let pairs = try StatePairs(function, context)
        while let below = levels.last, below.count >= 2 {
            let level = try StateBlock(function, count: below.count / 2, context)
            for node in 0..<level.count {
                try pairs.add(below[2 * node], level[node])
                try pairs.add(below[2 * node + 1], level[node])
            }
            try pairs.flush()
            levels.append(level)
        }
        return levels
    }

    func values(_ first: Int, _ count: Int) throws(SQLError) -> Column {
        let memory = try Buffer(byteCount: count * MemoryLayout<UnsafeMutableRawPointer>.stride)
        let sources = memory.lanes(as: UnsafeMutableRawPointer.self)
        switch way {
        case .partitions:
            for i in 0..<count { sources[i] = states[Int(piece.partitionOf[first + i])] }
        case .running:
            for i in 0..<count {
                let (low, high) = frames.bounds(first + i)
                sources[i] = low < high ? states[high - 1] : empty[0]
            }
        case .tree(let levels):
            let results = try StateBlock(function, count: count, context)
            let pairs = try StatePairs(function, context)
            for i in 0..<count {
                var failure: SQLError?
                frames.forEachRange(first + i) { low, high in
                    do throws(SQLError) {
                        try Self.cover(low, high, levels) { node throws(SQLError) in try pairs.add(node, results[i]) }
                    } catch { failure = error }
                }
                if let failure { throw failure }
                sources[i] = results[i]
            }
            try pairs.flush()
            return try withExtendedLifetime(results) { () throws(SQLError) in try function.finalize(Lanes(sources), 0, count) }
        }
        return try function.finalize(Lanes(sources), 0, count)
    }

    /// The fewest nodes that make up a range, from left to right.
    private static func cover(
        _ low: Int, _ high: Int, _ levels: [StateBlock], _ body: (UnsafeMutableRawPointer) throws(SQLError) -> Void
    ) throws(SQLError) {
        var row = low
        while row < high {
            var level = row == 0 ? levels.count - 1 : min(row.trailingZeroBitCount, levels.count - 1)
            while 1 << level > high - row || row >> level >= levels[level].count { level -= 1 }
            try body(levels[level][row >> level])
            row += 1 << level
        }
    }
}
