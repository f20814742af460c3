/// What the scan on the probe side learns of a finished build side.

import LodeCore
import LodeVectors

/// Fills one dynamic filter from one key of the build rows.
final class JoinFilter: Sendable {
    let filter: DynamicFilter
    /// Position among the join's keys, hence among the rows' columns.
    let key: Int
    /// Whether a Bloom filter is not worth making.
    private let isBounds: Bool

    init(filter: DynamicFilter, key: Int, isBounds: Bool) {
        self.filter = filter
        self.key = key
        self.isBounds = isBounds
    }

    /// Beyond this many keys a Bloom filter no longer fits any cache and costs about what it saves.
    private static let bloomLimit = 8 << 20
    /// Build sides of more rows are known by their bounds alone where statistics are tested.
    private static let maxKeys = 4096

    func publish(_ built: BuiltSide, _ context: ExecutionContext) throws(SQLError) {
        let stores = built.stores, gather = built.gather
        let rows = stores.reduce(0) { $0 + $1.count }
        guard rows > 0 else { return filter.publish(.init(isEmpty: true)) }
        let type = gather.layout.types[key]
        let hasRange = JoinKeyRange.applies(to: type)
        var range = JoinKeyRange()
        // Where nearly every number between the bounds is a key, the bounds say it all.
        let isDense = built.keyRange.map { range in
            !range.isEmpty && Int128(range.maximum) - Int128(range.minimum) < Int128(rows) * 10 / 9
        }
        let bloom = rows <= Self.bloomLimit && isDense != true && !isBounds ? try BloomFilter(keys: rows) : nil
        if bloom == nil, let known = built.keyRange {
            range = known
        } else {
            try collect(stores, gather, &range, bloom, context)
        }
        let bounds = hasRange && !range.isEmpty
        let keys = rows <= Self.maxKeys && Self.hasPlainValues(type) ? try keys(stores, gather) : nil
        filter.publish(
            .init(
                isEmpty: false, minimum: bounds ? Self.value(range.minimum, type) : nil,
                maximum: bounds ? Self.value(range.maximum, type) : nil, keys: keys, bloom: bloom))
    }

    private func keys(_ stores: [RowStore], _ gather: RowGather) throws(SQLError) -> AscendingValues {
        var found: [Value] = []
        try RowWalk.forEach(stores) { pointers, count throws(SQLError) in
            let values = try gather.column(key, pointers, count)
            for row in 0..<count { found.append(values.value(at: row)) }
        }
        return AscendingValues(found)
    }

    /// Whether equal values are the same value: not so for numbers with NaN and two zeros, and for blank-padded strings.
    private static func hasPlainValues(_ type: SQLType) -> Bool {
        switch type.base {
        case .tinyint, .smallint, .integer, .bigint, .decimal, .date, .time, .timestamp, .timestamptz, .timestampNanos, .timestamptzNanos,
            .varchar, .varbinary, .uuid: true
        default: false
        }
    }

    private func collect(
        _ stores: [RowStore], _ gather: RowGather, _ range: inout JoinKeyRange, _ bloom: BloomFilter?, _ context: ExecutionContext
    ) throws(SQLError) {
        let hashes = try Buffer(byteCount: Chunk.capacity * 8)
        let words = hashes.lanes(as: UInt64.self)
        let hasRange = JoinKeyRange.applies(to: gather.layout.types[key])
        var found = range
        try RowWalk.forEach(stores) { pointers, count throws(SQLError) in
            try context.cancellation.check()
            let values = try gather.column(key, pointers, count)
            if hasRange { found.add(values) }
            if let bloom {
                try Hashing.hash([values], count: count, into: words)
                bloom.insert(Lanes(words), count: count)
            }
        }
        range = found
    }

    /// An integer lane as a value of its type.
    private static func value(_ lane: Int64, _ type: SQLType) -> Value? {
        switch type.base {
        case .tinyint, .smallint, .integer, .bigint: .integer(lane)
        case .decimal(_, let scale): .decimal(Int128(lane), scale: scale)
        case .date: .date(Int32(truncatingIfNeeded: lane))
        case .time: .time(lane)
        case .timestamp, .timestamptz: .timestamp(lane)
        case .timestampNanos, .timestamptzNanos: .timestampNanos(lane)
        default: nil
        }
    }
}

/// Visits all rows of stores, a chunk's worth of addresses at a time.
enum RowWalk {
    static func forEach(_ stores: [RowStore], _ body: (RowPointers, Int) throws(SQLError) -> Void) throws(SQLError) {
        let memory = try Buffer(byteCount: Chunk.capacity * MemoryLayout<UnsafeMutableRawPointer>.stride)
        let pointers = memory.lanes(as: UnsafeMutableRawPointer.self)
        for store in stores {
            for (index, block) in store.blocks.enumerated() {
                var first = 0
                while first < block.count {
                    let count = min(Chunk.capacity, block.count - first)
                    store.addresses(index, first, count, into: pointers)
                    try body(pointers, count)
                    first += count
                }
            }
        }
    }
}
