/// Leaves of booleans.

import LodeCore
import LodeVectors

/// A bit each, or runs.
final class BooleanLeaf: LeafEncoder {
    private var values: [UInt8] = []

    override var storedBytes: Int { values.count }
    override func reset() { values.removeAll(keepingCapacity: true) }

    override func appendValues(_ leaf: ShreddedLeaf) throws(SQLError) {
        let column = leaf.column.layout == .flat ? leaf.column : try leaf.column.flattened()
        let lanes = column.lanes(as: UInt8.self)
        if let rows = leaf.rows { for row in rows { values.append(lanes[Int(row)]) } } else {
            lanes.withUnsafePointer { values.append(contentsOf: UnsafeBufferPointer(start: $0, count: leaf.count)) }
        }
    }

    override func appendPage(_ range: Range<Int>, to sink: ByteSink) throws(SQLError) {
        if plainEncoding == .rle { return try appendRuns(range, to: sink) }
        var at = range.lowerBound
        while at < range.upperBound {
            var byte: UInt8 = 0
            for bit in 0..<min(8, range.upperBound - at) where values[at + bit] != 0 { byte |= 1 << UInt8(bit) }
            try sink.append(byte)
            at += 8
        }
    }

    /// Runs of one bit, after their length in four bytes.
    private func appendRuns(_ range: Range<Int>, to sink: ByteSink) throws(SQLError) {
        let buffer = try Buffer(byteCount: range.count * 4)
        let codes = buffer.lanes(as: UInt32.self)
        for (index, value) in values[range].enumerated() { codes[index] = value == 0 ? 0 : 1 }
        try sink.withLength { () throws(SQLError) in try RunLengthWriter.append(Lanes(codes), range.count, width: 1, to: sink) }
    }

    override func bounds(_ range: Range<Int>) -> LeafBounds? {
        if range.isEmpty { return nil }
        let slice = values[range]
        return LeafBounds(minimum: .boolean(!slice.contains(0)), maximum: .boolean(slice.contains { $0 != 0 }))
    }
}
