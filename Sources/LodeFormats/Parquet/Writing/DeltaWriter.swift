/// Writing integers as bit-packed differences.

import LodeCore
import LodeVectors

/// - Source: Parquet format, Encodings, "Delta Encoding (DELTA_BINARY_PACKED)".
enum DeltaWriter {
    private static let blockValues = 128
    private static let miniblocks = 4

    /// Appends `count` values. Differences wrap, as the format says.
    static func append(_ values: UnsafePointer<Int64>, _ count: Int, is32Bit: Bool, to sink: ByteSink) throws(SQLError) {
        try RunLengthWriter.varint(UInt64(blockValues), sink)
        try RunLengthWriter.varint(UInt64(miniblocks), sink)
        try RunLengthWriter.varint(UInt64(count), sink)
        try zigzag(count > 0 ? values[0] : 0, sink)
        var at = 1
        var deltas = [Int64](repeating: 0, count: blockValues)
        while at < count {
            let inBlock = min(blockValues, count - at)
            var minimum = Int64.max
            for index in 0..<inBlock {
                var delta = values[at + index] &- values[at + index - 1]
                // Differences of 32-bit columns are 32-bit numbers.
                if is32Bit { delta = Int64(Int32(truncatingIfNeeded: delta)) }
                deltas[index] = delta
                minimum = min(minimum, delta)
            }
            try zigzag(minimum, sink)
            try block(deltas, inBlock, minimum, is32Bit, sink)
            at += inBlock
        }
    }

    private static func block(
        _ deltas: [Int64], _ count: Int, _ minimum: Int64, _ is32Bit: Bool, _ sink: ByteSink
    ) throws(SQLError) {
        let size = blockValues / miniblocks
        var widths: [Int] = []
        for mini in 0..<miniblocks {
            var all: UInt64 = 0
            for index in (mini * size)..<((mini + 1) * size) where index < count { all |= above(deltas[index], minimum, is32Bit) }
            widths.append(64 - all.leadingZeroBitCount)
        }
        for width in widths { try sink.append(UInt8(width)) }
        for mini in 0..<miniblocks where mini * size < count {
            let width = widths[mini]
            let out = try sink.reserve(size * width / 8)
            (out).update(repeating: 0, count: size * width / 8)
            for index in 0..<size where mini * size + index < count {
                put(above(deltas[mini * size + index], minimum, is32Bit), at: index * width, out)
            }
            sink.advance(size * width / 8)
        }
    }

    private static func above(_ delta: Int64, _ minimum: Int64, _ is32Bit: Bool) -> UInt64 {
        let difference = delta &- minimum
        return is32Bit ? UInt64(UInt32(truncatingIfNeeded: difference)) : UInt64(bitPattern: difference)
    }

    private static func put(_ value: UInt64, at bit: Int, _ out: UnsafeMutablePointer<UInt8>) {
        var byte = bit / 8, shift = bit % 8, rest = value
        while rest != 0 {
            out[byte] |= UInt8(truncatingIfNeeded: rest &<< UInt64(shift))
            rest &>>= UInt64(8 - shift)
            shift = 0
            byte += 1
        }
    }

    private static func zigzag(_ value: Int64, _ sink: ByteSink) throws(SQLError) {
        try RunLengthWriter.varint(UInt64(bitPattern: (value &<< 1) ^ (value &>> 63)), sink)
    }
}
