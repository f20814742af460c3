/// Integers as differences from their predecessors.

import LodeCore
import LodeVectors

/// Decodes DELTA_BINARY_PACKED streams whole.
///
///     block size, miniblocks a block, count, first value          varints, the last one zigzag
///     block:  least difference (zigzag), a width byte a miniblock, the miniblocks' bits
///
/// - Source: Parquet format, Encodings, "Delta Encoding".
enum DeltaBinaryPacked {
    /// More values than this in one page are refused: a few bytes can announce any number of them.
    static let maximumCount = 1 << 26
    /// Writers make blocks of some hundred values; two bytes can hold a block of any size.
    private static let maximumBlock = 1 << 16

    /// Decodes one stream.
    /// - Returns: the values, wrapped to 64 bits, and the bytes that the stream takes; nil if it is damaged or has fewer
    ///   than `count` values.
    static func decode(
        _ bytes: UnsafeRawPointer, _ byteCount: Int, atLeast count: Int
    ) throws(SQLError) -> (values: Buffer, count: Int, bytes: Int)? {
        var cursor = VarintCursor(bytes, byteCount)
        guard let blockSize = cursor.number(), let miniblocks = cursor.number(), let total = cursor.number(),
            let first = cursor.zigzag(), miniblocks > 0, blockSize > 0, blockSize % miniblocks == 0,
            (blockSize / miniblocks) % 8 == 0, blockSize <= maximumBlock, total >= count, total <= maximumCount
        else { return nil }
        let perMiniblock = blockSize / miniblocks
        let buffer = try Buffer(byteCount: max(total, 1) * 8)
        let out = buffer.lanes(as: Int64.self)
        out[0] = first
        var done = min(total, 1)
        var value = first
        while done < total {
            guard let least = cursor.zigzag(), let widths = cursor.take(miniblocks) else { return nil }
            var m = 0
            while m < miniblocks, done < total {
                let width = Int((widths + m).load(as: UInt8.self))
                let take = min(perMiniblock, total &- done)
                // The last miniblock is padded to its full size, but some writers cut the padding off.
                guard width <= 64, let bits = cursor.takeUpTo(perMiniblock &* width / 8, atLeast: (take &* width &+ 7) / 8)
                else { return nil }
                var i = 0
                while i < take {
                    let delta = Int64(bitPattern: BitUnpacking.wideValue(bits, i, width: width))
                    value = value &+ least &+ delta
                    out[done &+ i] = value
                    i &+= 1
                }
                done &+= take
                m &+= 1
            }
        }
        return (buffer, total, cursor.position)
    }
}

/// A checked cursor over varints.
struct VarintCursor {
    private let base: UnsafeRawPointer
    private let end: Int
    private(set) var position = 0

    init(_ base: UnsafeRawPointer, _ count: Int) {
        self.base = base
        end = count
    }

    private mutating func varint() -> UInt64? {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while position < end, shift < 64 {
            let byte = base.load(fromByteOffset: position, as: UInt8.self)
            position &+= 1
            result |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 { return result }
            shift &+= 7
        }
        return nil
    }

    /// A count or size.
    mutating func number() -> Int? { varint().flatMap { Int(exactly: $0) } }

    mutating func zigzag() -> Int64? {
        varint().map { Int64(bitPattern: $0 &>> 1) ^ -Int64(bitPattern: $0 & 1) }
    }

    mutating func take(_ count: Int) -> UnsafeRawPointer? { takeUpTo(count, atLeast: count) }

    mutating func takeUpTo(_ count: Int, atLeast: Int) -> UnsafeRawPointer? {
        guard atLeast <= end &- position else { return nil }
        let place = base + position
        position = min(position &+ count, end)
        return place
    }
}
