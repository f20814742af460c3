/// Snappy decompression: the innermost loop of most scans.

import Glibc

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

    /// Where decoding has got to. Passed by value: an address taken of the two cursors would keep them out of registers.
    private struct Place {
        var input: UnsafeRawPointer
        var output: UnsafeMutableRawPointer
    }

    /// Decompresses `size` bytes at `source` into exactly `count` bytes at `destination`; false if the stream is damaged.
    static func decompress(
        _ source: UnsafeRawPointer, _ size: Int, into destination: UnsafeMutableRawPointer, _ count: Int
    ) -> Bool {
        var ip = source
        let ipEnd = source + size
        guard let declared = length(&ip, ipEnd), declared == count else { return false }
        var op = destination
        let opEnd = destination + count

        // While both ends are far, an element can be taken without asking whether it fits.
        if size > 64, count > 256 {
            guard let place = fastElements(ip, ipEnd - 64, ipEnd, op, opEnd - 192, opEnd, destination) else { return false }
            (ip, op) = (place.input, place.output)
        }
        while ip < ipEnd {
            guard let place = anyElement(ip, ipEnd, op, opEnd, destination) else { return false }
            (ip, op) = (place.input, place.output)
        }
        return op == opEnd
    }

    /// Decodes elements until one of the ends is near. Short literals are followed by their copy in one go.
    @inline(__always)
    private static func fastElements(
        _ input: UnsafeRawPointer, _ ipFast: UnsafeRawPointer, _ ipEnd: UnsafeRawPointer,
        _ output: UnsafeMutableRawPointer, _ opFast: UnsafeMutableRawPointer, _ opEnd: UnsafeMutableRawPointer,
        _ start: UnsafeMutableRawPointer
    ) -> Place? {
        var ip = input, op = output
        while ip < ipFast, op < opFast {
            var tag = UInt(ip.load(as: UInt8.self))
            if tag & 3 == 0 {
                if tag >= 64 {
                    guard let place = anyElement(ip, ipEnd, op, opEnd, start) else { return nil }
                    (ip, op) = (place.input, place.output)
                    continue
                }
                op.storeBytes(of: (ip + 1).loadUnaligned(as: Block.self), as: Block.self)
                let length = Int(bitPattern: tag &>> 2) &+ 1
                ip += length &+ 1
                op += length
                tag = UInt(ip.load(as: UInt8.self))
                if tag & 3 == 0 { continue }
            }
            let kind = tag & 3
            if kind == 3 {
                guard let place = anyElement(ip, ipEnd, op, opEnd, start) else { return nil }
                (ip, op) = (place.input, place.output)
                continue
            }
            let word = UInt((ip + 1).loadUnaligned(as: UInt16.self))
            // Both kinds of copy by arithmetic: which one comes next can't be predicted.
            let near = 0 &- (kind & 1)
            let length = Int(bitPattern: (tag &>> 2) & (63 ^ near & 56) &+ 1 &+ near & 3)
            let offset = Int(bitPattern: word & (0xffff ^ near & 0xff00) | (tag & 0xe0) &<< 3 & near)
            ip += Int(bitPattern: kind) &+ 1
            guard offset <= op - start, copy(op, offset, length) else { return nil }
            op += length
        }
        return Place(input: ip, output: op)
    }

    /// Decodes one element of any kind, checking everything.
    @inline(never)
    private static func anyElement(
        _ input: UnsafeRawPointer, _ ipEnd: UnsafeRawPointer, _ output: UnsafeMutableRawPointer,
        _ opEnd: UnsafeMutableRawPointer, _ start: UnsafeMutableRawPointer
    ) -> Place? {
        var ip = input, op = output
        let tag = UInt(ip.load(as: UInt8.self))
        let kind = tag & 3
        if kind == 0 {
            var length = Int(bitPattern: tag &>> 2) &+ 1
            ip += 1
            if length > 60 {
                let extra = length &- 60
                guard extra <= ipEnd - ip else { return nil }
                let word = UInt(ip.loadUnaligned(as: UInt32.self))
                length = Int(word & (UInt.max &>> UInt(bitPattern: 64 &- 8 &* extra))) &+ 1
                ip += extra
            }
            guard length <= ipEnd - ip, length <= opEnd - op else { return nil }
            if length > 128 { memcpy(op, ip, length) } else { copyBlocks(ip, op, length) }
            ip += length
            op += length
            return Place(input: ip, output: op)
        }
        let word = UInt((ip + 1).loadUnaligned(as: UInt32.self))
        let length: Int
        let offset: Int
        if kind == 1 {
            length = Int(bitPattern: (tag &>> 2) & 7) &+ 4
            offset = Int(bitPattern: (tag &>> 5) &<< 8 | (word & 0xff))
            ip += 2
        } else {
            length = Int(bitPattern: tag &>> 2) &+ 1
            offset = Int(bitPattern: kind == 2 ? word & 0xffff : word)
            ip += kind == 2 ? 3 : 5
        }
        guard offset <= op - start, length <= opEnd - op, ip <= ipEnd, copy(op, offset, length) else { return nil }
        op += length
        return Place(input: ip, output: op)
    }

    /// Copies `length` (1...64) bytes from `offset` bytes before `op`; false if the offset is 0.
    ///
    /// What was written a moment ago is loaded in the pieces that it was stored in where that can be: a load across several
    /// young stores waits for all of them.
    @inline(__always)
    private static func copy(_ op: UnsafeMutableRawPointer, _ offset: Int, _ length: Int) -> Bool {
        let from = op - offset
        if offset >= 16 {
            op.storeBytes(of: from.loadUnaligned(as: Block.self), as: Block.self)
            if length > 16 {
                (op + 16).storeBytes(of: (from + 16).loadUnaligned(as: Block.self), as: Block.self)
                if length > 32 {
                    (op + 32).storeBytes(of: (from + 32).loadUnaligned(as: Block.self), as: Block.self)
                    (op + 48).storeBytes(of: (from + 48).loadUnaligned(as: Block.self), as: Block.self)
                }
            }
            return true
        }
        if offset >= length, length >= 4 {
            if length <= 8 {
                let low = from.loadUnaligned(as: UInt32.self)
                let high = (from + (length &- 4)).loadUnaligned(as: UInt32.self)
                op.storeBytes(of: low, as: UInt32.self)
                (op + (length &- 4)).storeBytes(of: high, as: UInt32.self)
            } else {
                let low = from.loadUnaligned(as: UInt64.self)
                let high = (from + (length &- 8)).loadUnaligned(as: UInt64.self)
                op.storeBytes(of: low, as: UInt64.self)
                (op + (length &- 8)).storeBytes(of: high, as: UInt64.self)
            }
            return true
        }
        if offset == 8 {
            let word = from.loadUnaligned(as: UInt64.self)
            var i = 0
            repeat {
                (op + i).storeBytes(of: word, as: UInt64.self)
                i &+= 8
            } while i < length
            return true
        }
        return repeatPattern(op, offset, length)
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

    /// Repeats the `offset` (1...15) bytes before `op` until `length` bytes are written; false if the offset is 0.
    private static func repeatPattern(_ op: UnsafeMutableRawPointer, _ offset: Int, _ length: Int) -> Bool {
        guard offset > 0 else { return false }
        // Eight bytes of the pattern, then a step that is the largest multiple of it within them.
        let from = op - offset
        if offset >= 8 {
            var i = 0
            while i < length {
                (op + i).storeBytes(of: (from + i).loadUnaligned(as: UInt64.self), as: UInt64.self)
                i &+= 8
            }
            return true
        }
        var word: UInt64 = 0
        var i = 0
        while i < offset {
            word |= UInt64((from + i).load(as: UInt8.self)) &<< UInt64(truncatingIfNeeded: i &* 8)
            i &+= 1
        }
        var width = offset
        while width < 8 {
            word |= word &<< UInt64(truncatingIfNeeded: width &* 8)
            width &*= 2
        }
        let step = offset &* (8 / offset)
        i = 0
        while i < length {
            (op + i).storeBytes(of: word, as: UInt64.self)
            i &+= step
        }
        return true
    }
}
