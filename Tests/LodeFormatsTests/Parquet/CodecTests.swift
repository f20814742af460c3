// Codecs there and back; the own Snappy decoder against the library, on valid, damaged and random streams.

import CSnappy
import LodeCore
import LodeVectors
import Testing

@testable import LodeFormats

@Suite struct CodecTests {
    /// Compressible bytes of several kinds.
    private func sample(_ count: Int, _ random: inout SplitMix) -> [UInt8] {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1: return (0..<count).map { UInt8(truncatingIfNeeded: $0 / 50) }
        case 2:
            let words = ["carefully ", "final ", "deposits ", "x", "ironic packages ", "1234"]
            var bytes: [UInt8] = []
            while bytes.count < count { bytes += Array(words[Int.random(in: 0..<words.count, using: &random)].utf8) }
            return Array(bytes[..<count])
        case 3:
            // Numbers of eight bytes with small values.
            return (0..<count).map { $0 % 8 < 2 ? UInt8.random(in: 0...255, using: &random) : 0 }
        default:
            let period = Int.random(in: 1...20, using: &random)
            return (0..<count).map { UInt8(truncatingIfNeeded: $0 % period &* 37) }
        }
    }

    private func compress(_ codec: Codec, _ bytes: [UInt8]) throws -> [UInt8] {
        let compressor = try Compressor(codec)
        let capacity = compressor.bound(bytes.count)
        let room = try Buffer(byteCount: capacity)
        let count = try bytes.withUnsafeBytes { bytes in
            try room.withUnsafeBytes { try compressor.compress(bytes, into: $0, capacity: capacity) }
        }
        return self.bytes(room, 0..<count)
    }

    /// Decompresses between guard bytes, which must survive beyond the slack.
    private func decompress(_ codec: Codec, _ bytes: [UInt8], _ count: Int) throws -> [UInt8] {
        let source = try (bytes + Array(repeating: 0, count: Decompressor.slack)).withUnsafeBytes { try Buffer(copying: $0) }
        let room = try Buffer(byteCount: count + Decompressor.slack + 64)
        room.lanes(as: UInt8.self).update(repeating: 0xee, count: room.byteCount)
        defer {
            let guards = self.bytes(room, count + Decompressor.slack..<room.byteCount)
            #expect(guards.allSatisfy { $0 == 0xee })
        }
        try source.withUnsafeBytes { source in
            try room.withUnsafeBytes { room in
                try Decompressor().decompress(codec, UnsafeRawBufferPointer(start: source, count: bytes.count), into: room, count: count)
            }
        }
        return self.bytes(room, 0..<count)
    }

    private func bytes(_ buffer: Buffer, _ range: Range<Int>) -> [UInt8] {
        buffer.withUnsafeBytes { Array(UnsafeRawBufferPointer(start: $0 + range.lowerBound, count: range.count)) }
    }

    @Test(arguments: Codec.writable) func `what is compressed comes back`(codec: Codec) throws {
        var random = SplitMix(state: 1)
        for count in [0, 1, 10, 100, 1000, 70_000, 200_000] {
            let bytes = sample(count, &random)
            let packed = try compress(codec, bytes)
            #expect(try decompress(codec, packed, count) == bytes)
            if count > 0 {
                #expect(throws: SQLError.self) { try decompress(codec, packed, count + 1) }
                #expect(throws: SQLError.self) { try decompress(codec, packed, count - 1) }
                #expect(throws: SQLError.self) { try decompress(codec, Array(packed.dropLast()), count) }
            }
        }
    }

    @Test func `checksums are CRC-32 whatever the length`() {
        var random = SplitMix(state: 7)
        let bytes = sample(3000, &random)
        for count in Array(0...200) + [255, 256, 257, 1024, 2999, 3000] {
            bytes.withUnsafeBytes { all in
                let part = UnsafeRawBufferPointer(rebasing: all[..<count])
                var remainder: UInt32 = .max
                for byte in part {
                    remainder ^= UInt32(byte)
                    for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1 }
                }
                #expect(Checksum.crc32(part) == ~remainder, "\(count) bytes")
                let first = UnsafeRawBufferPointer(rebasing: part[..<(count / 3)]),
                    rest = UnsafeRawBufferPointer(rebasing: part[(count / 3)...])
                #expect(Checksum.crc32(rest, after: Checksum.crc32(first)) == ~remainder, "\(count) bytes in two parts")
            }
        }
    }

    @Test func `gzip members follow one another`() throws {
        let packed = try compress(.gzip, Array("first ".utf8)) + compress(.gzip, Array("second".utf8))
        #expect(try decompress(.gzip, packed, 12) == Array("first second".utf8))
    }

    @Test func `Hadoop's framing of LZ4 is understood`() throws {
        let block = try compress(.lz4Raw, Array("hello hello hello hello".utf8))
        let framed: [UInt8] = [0, 0, 0, 23, 0, 0, 0, UInt8(block.count)] + block
        #expect(try decompress(.lz4, framed, 23) == Array("hello hello hello hello".utf8))
        #expect(try decompress(.lz4, block, 23) == Array("hello hello hello hello".utf8))
    }

    private func library(_ bytes: [UInt8], _ count: Int) -> [UInt8]? {
        var out = [UInt8](repeating: 0, count: max(count, 1))
        var length = count
        let status = bytes.withUnsafeBytes { source in
            out.withUnsafeMutableBytes {
                snappy_uncompress(
                    source.bindMemory(to: CChar.self).baseAddress, bytes.count, $0.bindMemory(to: CChar.self).baseAddress, &length)
            }
        }
        return status == SNAPPY_OK && length == count ? Array(out[..<count]) : nil
    }

    @Test func `Snappy agrees with the library on valid and on damaged streams`() throws {
        var random = SplitMix(state: 5)
        for _ in 0..<fuzzCount * 4 {
            let bytes = sample(Int.random(in: 1..<5000, using: &random), &random)
            var packed = try compress(.snappy, bytes)
            #expect(try decompress(.snappy, packed, bytes.count) == bytes)
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                packed[Int.random(in: 2..<max(packed.count, 3), using: &random) % packed.count] = UInt8.random(in: 0...255, using: &random)
            }
            #expect((try? decompress(.snappy, packed, bytes.count)) == library(packed, bytes.count))
        }
    }

    @Test func `Snappy agrees with the library on random elements`() throws {
        var random = SplitMix(state: 6)
        for _ in 0..<fuzzCount * 20 {
            // A length, a literal, and tags that are often copies of what is there.
            let count = Int.random(in: 20..<400, using: &random)
            var packed: [UInt8] = [UInt8(count & 127 | 128), UInt8(count >> 7), 15 << 2] + (0..<16).map { UInt8($0) }
            for _ in 0..<Int.random(in: 1..<40, using: &random) {
                packed += [UInt8.random(in: 0...255, using: &random), UInt8.random(in: 0...24, using: &random), 0].prefix(
                    Int.random(in: 1...3, using: &random))
            }
            #expect((try? decompress(.snappy, packed, count)) == library(packed, count))
        }
    }

    @Test func `a stream of one literal is recognized`() throws {
        let bytes = (0..<100).map { UInt8($0) }
        let packed: [UInt8] = [100, 60 << 2, 99] + bytes
        #expect(packed.withUnsafeBytes { Snappy.onlyLiteral($0, count: 100) } == 3)
        #expect(packed.dropLast().withUnsafeBytes { Snappy.onlyLiteral($0, count: 100) } == nil)
        #expect(packed.withUnsafeBytes { Snappy.onlyLiteral($0, count: 99) } == nil)
        #expect((packed + [0]).withUnsafeBytes { Snappy.onlyLiteral($0, count: 100) } == nil)
    }

    @Test func `what a frame's header announces is not allocated unless its bytes can hold it`() throws {
        let gigabyte = 1 << 30
        let header: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0xe0] + (0..<8).map { UInt8(truncatingIfNeeded: gigabyte >> ($0 * 8)) }
        #expect(!header.withUnsafeBytes { Decompressor.isPossible(.zstd, $0, count: gigabyte) })
        let packed = try compress(.zstd, Array(repeating: 7, count: 1 << 22))
        #expect(packed.withUnsafeBytes { Decompressor.isPossible(.zstd, $0, count: 1 << 22) })
    }

    @Test func `options name codecs, and unknown ones are told what there is`() throws {
        #expect(try Codec.named("ZSTD") == .zstd)
        #expect(try Codec.named("none") == .uncompressed)
        #expect(throws: SQLError.self) { try Codec.named("zip") }
        #expect(throws: SQLError.self) { try Codec.named("lzo") }
    }
}
