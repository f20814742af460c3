/// Arrays in binary.

import LodeCore
import LodeVectors

/// - Source: PostgreSQL, `array_send`: dimensions, whether there are NULLs, the type of the elements, each dimension's length and lower
///   bound, the elements.
enum BinaryArray {
    /// What clients allow, and PostgreSQL has.
    static let maximumDimensions = 6

    static func append(_ array: CellEncoder, _ lane: Int, to sink: ByteSink) throws(SQLError) {
        var leaf = array, lengths: [Int] = [], depth = 0
        while case .list = leaf.source.type, let inner = leaf.members.first {
            depth += 1
            leaf = inner
        }
        try measure(array, lane, &lengths, level: 0, depth: depth)
        if lengths.contains(0) { lengths = [] }
        try sink.append(UInt32(truncatingIfNeeded: lengths.count))
        let flags = sink.count
        try sink.append(UInt32(0))
        try sink.append(WireType(leaf.column.type).id)
        for length in lengths {
            try sink.append(UInt32(truncatingIfNeeded: length))
            try sink.append(UInt32(1))
        }
        if lengths.isEmpty { return }
        var hasNull = false
        try appendElements(array, lane, &hasNull, to: sink)
        sink.store(hasNull ? 1 : 0, at: flags)
    }

    /// An int2vector or oidvector: one dimension, counted from 0, and never NULL within.
    static func append(vector: CellEncoder, _ lane: Int, to sink: ByteSink) throws(SQLError) {
        guard let elements = vector.members.first else { return }
        let range = vector.load(lane, as: ListRange.self)
        for word in [1, 0, WireType(elements.column.type).id, range.count, 0] { try sink.append(word) }
        var hasNull = false
        try appendElements(vector, lane, &hasNull, to: sink)
    }

    /// Finds the length of every dimension.
    /// - Throws: `2202E` if arrays within differ in length: no array of several dimensions has them.
    private static func measure(
        _ array: CellEncoder, _ lane: Int, _ lengths: inout [Int], level: Int, depth: Int
    ) throws(SQLError) {
        let range = array.load(lane, as: ListRange.self), count = Int(range.count)
        if level == lengths.count { lengths.append(count) }
        guard lengths[level] == count, depth <= maximumDimensions else {
            throw SQLError(
                .arraySubscriptError, "arrays of different lengths in one array cannot be sent in binary",
                hint: "Ask for text, or for to_json of the value.")
        }
        guard let inner = array.members.first, case .list = inner.source.type else { return }
        for row in Int(range.offset)..<(Int(range.offset) + count) {
            if inner.isNull(row) {
                throw SQLError(.arraySubscriptError, "an array that is NULL within an array cannot be sent in binary")
            }
            try measure(inner, inner.lane(row), &lengths, level: level + 1, depth: depth)
        }
    }

    private static func appendElements(
        _ array: CellEncoder, _ lane: Int, _ hasNull: inout Bool, to sink: ByteSink
    ) throws(SQLError) {
        guard let inner = array.members.first else { return }
        let range = array.load(lane, as: ListRange.self)
        for row in Int(range.offset)..<(Int(range.offset) + Int(range.count)) {
            if case .list = inner.source.type {
                try appendElements(inner, inner.lane(row), &hasNull, to: sink)
            } else {
                if inner.isNull(row) { hasNull = true }
                try inner.appendBinaryCell(row, to: sink)
            }
        }
    }
}
