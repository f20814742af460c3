/// Snappy decompression: the innermost loop of most scans.

/// A decoder of raw Snappy streams that trusts nothing in them.
///
/// A stream is the decompressed length (varint) and then elements: literals (bytes that follow) and copies (of bytes that
/// were written before).
///
///     tag & 3   0 literal, length (tag >> 2) + 1; from 60 on the length - 1 follows in 1 to 4 bytes
///               1 copy, length 4 + (tag >> 2 & 7), offset 11 bits: tag >> 5 and one byte
///               2 copy, length (tag >> 2) + 1, offset 2 bytes         3 the same, offset 4 bytes
///
/// Short elements are moved 16 bytes at a time whatever their length, so that no branch depends on it: that writes and reads
/// up to 64 bytes past the place, which is why both buffers need `Decompressor.slack`.
/// - Source: google/snappy, format_description.txt.
enum Snappy {
    private typealias Block = SIMD16<UInt8>

    /// Decompresses `size` bytes at `source` into exactly `count` bytes at `destination`; false if the stream is damaged.
    static func decompress(
        _ source: UnsafeRawPointer, _ size: Int, into destination: UnsafeMutableRawPointer, _ count: Int
    ) -> Bool {
        var ip = source
        let ipEnd = source + size
        guard let announced = length(&ip, ipEnd), announced == count else { return false }
        var op = destination
        let opEnd = destination + count

        while ip < ipEnd {
            let tag = UInt(ip.load(as: UInt8.self))
            let kind = tag & 3
            if kind == 0 {
                var length = Int(bitPattern: tag &>> 2) &+ 1
                ip += 1
                if length <= 16 {
                    // Short literals: one block, checked after the fact against both ends.
                    guard length <= ipEnd - ip, length <= opEnd - op else { return false }
                    op.storeBytes(of: ip.loadUnaligned(as: Block.self), as: Block.self)
                } else {
                    if length > 60 {
                        let extra = length &- 60
                        guard extra <= ipEnd - ip else { return false }
                        let word = UInt(ip.loadUnaligned(as: UInt32.self))
                        length = Int(word & (UInt.max &>> UInt(bitPattern: 64 &- 8 &* extra))) &+ 1
                        ip += extra
                    }
                    guard length <= ipEnd - ip, length <= opEnd - op else { return false }
                    copyBlocks(ip, op, length)
                }
                ip += length
                op += length
                continue
            }
            let word = UInt((ip + 1).loadUnaligned(as: UInt32.self))
            let length: Int
            let offset: Int
            if kind == 1 {
                length = Int(bitPattern: (tag &>> 2) & 7) &+ 4
                offset = Int(bitPattern: (tag &>> 5) &<< 8 | (word & 0xff))
                ip += 2
            } else if kind == 2 {
                length = Int(bitPattern: tag &>> 2) &+ 1
                offset = Int(bitPattern: word & 0xffff)
                ip += 3
            } else {
                length = Int(bitPattern: tag &>> 2) &+ 1
                offset = Int(bitPattern: word)
                ip += 5
            }
            guard offset <= op - destination, length <= opEnd - op, ip <= ipEnd else { return false }
            let from = op - offset
            if offset >= 16 || offset >= length {
                op.storeBytes(of: from.loadUnaligned(as: Block.self), as: Block.self)
                if length > 16 {
                    (op + 16).storeBytes(of: (from + 16).loadUnaligned(as: Block.self), as: Block.self)
                    if length > 32 {
                        (op + 32).storeBytes(of: (from + 32).loadUnaligned(as: Block.self), as: Block.self)
                        (op + 48).storeBytes(of: (from + 48).loadUnaligned(as: Block.self), as: Block.self)
                    }
                }
            } else {
                guard offset > 0 else { return false }
                repeatPattern(op, offset, length)
            }
            op += length
        }
        return ip == ipEnd && op == opEnd
    }

    /// Where the bytes begin if the stream is one literal of `count` bytes, as for data that does not compress.
    static func onlyLiteral(_ source: UnsafeRawBufferPointer, count: Int) -> Int? {
        guard let start = source.baseAddress, source.count > count else { return nil }
        var ip = start
        let end = start + source.count
        guard length(&ip, end) == count, ip < end else { return nil }
        let tag = Int(ip.load(as: UInt8.self))
        guard tag & 3 == 0 else { return nil }
        var length = tag >> 2 + 1
        ip += 1
        if length > 60 {
            let extra = length - 60
            guard extra <= end - ip else { return nil }
            length = 1
            for i in 0..<extra { length += Int((ip + i).load(as: UInt8.self)) << (8 * i) }
            ip += extra
        }
        return length == count && end - ip == count ? ip - start : nil
    }

    /// The decompressed length that stands first; at most 32 bits.
    private static func length(_ ip: inout UnsafeRawPointer, _ end: UnsafeRawPointer) -> Int? {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while ip < end, shift < 35 {
            let byte = ip.load(as: UInt8.self)
            ip += 1
            result |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 { return result <= UInt64(UInt32.max) ? Int(result) : nil }
            shift &+= 7
        }
        return nil
    }

    /// Copies in blocks of 16; up to 15 bytes more than `length` are read and written.
    @inline(__always)
    private static func copyBlocks(_ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer, _ length: Int) {
        var i = 0
        while i < length {
            (to + i).storeBytes(of: (from + i).loadUnaligned(as: Block.self), as: Block.self)
            i &+= 16
        }
    }

    /// Repeats the `offset` (1...15) bytes before `op` until `length` bytes are written.
    @inline(__always)
    private static func repeatPattern(_ op: UnsafeMutableRawPointer, _ offset: Int, _ length: Int) {
        var i = 0
        while i < length {
            (op + i).storeBytes(of: (op + (i &- offset)).load(as: UInt8.self), as: UInt8.self)
            i &+= 1
        }
    }
}
