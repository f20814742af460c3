/// Repetition and definition levels, one byte each.

import LodeCore
import LodeVectors

/// Decodes whole level streams. Levels fit a byte: schemas are nested at most `SchemaTree.maximumDepth` deep.
enum LevelDecoding {
    /// Levels in the old packing: most significant bit first, no size in front.
    static func bitPacked(_ bytes: UnsafeRawBufferPointer, maximum: Int, count: Int) throws(SQLError) -> Buffer {
        let width = Int.bitWidth - maximum.leadingZeroBitCount
        let (bits, overflow) = count.multipliedReportingOverflow(by: width)
        guard !overflow, bits <= bytes.count * 8 else { throw SQLError(.dataCorrupted, "corrupt Parquet file: levels end too early") }
        let levels = try Buffer(byteCount: max(count, 1))
        let out = levels.lanes(as: UInt8.self)
        for i in 0..<count {
            var level: UInt8 = 0
            for bit in i * width..<(i + 1) * width { level = level << 1 | (bytes[bit >> 3] >> UInt8(7 - bit & 7)) & 1 }
            out[i] = level
        }
        return levels
    }

    /// Levels in the hybrid encoding.
    static func hybrid(_ bytes: UnsafeRawBufferPointer, maximum: Int, count: Int) throws(SQLError) -> Buffer {
        guard count <= DeltaBinaryPacked.maximumCount else {
            throw SQLError(.programLimitExceeded, "a page of \(count) nested values is too large")
        }
        let levels = try Buffer(byteCount: max(count, 1))
        let out = levels.lanes(as: UInt8.self)
        guard let base = bytes.baseAddress else {
            guard count == 0 else { throw SQLError(.dataCorrupted, "corrupt Parquet file: a page without levels") }
            return levels
        }
        let width = Int.bitWidth - maximum.leadingZeroBitCount
        var cursor = RunLengthCursor(count: bytes.count, width: width)
        var done = 0
        var highest: UInt8 = 0
        let isComplete = cursor.runs(count, of: base) { length, repeated, bits, index in
            if let repeated {
                let level = UInt8(truncatingIfNeeded: min(repeated, 255))
                (out + done).update(repeating: level, count: length)
                highest = max(highest, level)
            } else {
                var i = 0
                while i < length {
                    let level = UInt8(truncatingIfNeeded: BitUnpacking.value(bits, index &+ i, width: width))
                    out[done &+ i] = level
                    highest = max(highest, level)
                    i &+= 1
                }
            }
            done &+= length
        }
        guard isComplete, Int(highest) <= maximum else {
            throw SQLError(.dataCorrupted, "corrupt Parquet file: the levels of a page are damaged")
        }
        return levels
    }
}
