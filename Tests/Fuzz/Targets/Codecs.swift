// Decompression: of anything without harm, of what was compressed without loss.

import CSnappy
import LodeCore
import LodeVectors

@testable import LodeFormats

extension FuzzTargets {
    /// The own Snappy decoder against the library.
    static let snappy = FuzzTarget(name: "snappy") { input in
        let source = try Buffer(copying: input)
        let chars = source.base.assumingMemoryBound(to: CChar.self)
        var announced = 0
        let isSized = snappy_uncompressed_length(chars, input.count, &announced) == SNAPPY_OK
        guard isSized else {
            let room = try Buffer(byteCount: 64)
            return try require(!Snappy.decompress(source.base, input.count, into: room.base, 64), "a stream without a length is refused")
        }
        guard announced <= 1 << 20 else { return }
        let room = try Buffer(byteCount: announced)
        let isGood = Snappy.decompress(source.base, input.count, into: room.base, announced)
        let expected = try Buffer(byteCount: announced)
        var count = announced
        let isExpected = snappy_uncompress(chars, input.count, expected.base.assumingMemoryBound(to: CChar.self), &count) == SNAPPY_OK
        try require(isGood == isExpected, isGood ? "a damaged stream is refused" : "a good stream is read")
        guard isGood else { return }
        try require(room.bytes.elementsEqual(expected.bytes), "the bytes are those of the library")
        if let start = Snappy.onlyLiteral(source.bytes, count: announced) {
            try require(source.bytes[start...].elementsEqual(expected.bytes), "a lone literal is found where it lies")
        }
    } mutate: { input, random in
        // Compress the bytes that a stream stands for, or any: damage is then done to streams that go deep.
        guard random.below(8) == 0 else { return nil }
        return try? compress(.snappy, input)
    }

    /// All codecs, as pages use them.
    static let codecs = FuzzTarget(name: "codecs") { input in
        var input = FuzzInput(input)
        let choice = input.byte()
        let codec = Codec.allDecoded[(choice & 15) % Codec.allDecoded.count]
        if choice & 0x80 != 0, Codec.writable.contains(codec) {
            let plain = [UInt8](input.rest)
            let packed = try compress(codec, plain)
            guard let back = try decompress(codec, packed, plain.count) else { throw BrokenRule("\(codec) gives back what it got") }
            try require(back == plain, "\(codec) gives back what it got")
            return
        }
        let count = input.short() << (choice >> 4 & 3)
        _ = try decompress(codec, [UInt8](input.rest), count)
    } mutate: { input, random in
        guard let first = input.first, random.below(4) == 0, first & 0x80 == 0 else { return nil }
        let codec = Codec.allDecoded[Int(first & 15) % Codec.allDecoded.count]
        guard Codec.writable.contains(codec), let packed = try? compress(codec, Array(input.dropFirst(3))) else { return nil }
        let count = input.count - 3
        return [first & 0x0f, UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)] + packed
    }

    private static func compress(_ codec: Codec, _ bytes: [UInt8]) throws -> [UInt8] {
        let compressor = try Compressor(codec)
        let room = try Buffer(byteCount: compressor.bound(bytes.count))
        let source = try bytes.withUnsafeBytes { try Buffer(copying: $0) }
        let count = try compressor.compress(source.bytes, into: room.base, capacity: room.byteCount)
        return Array(room.bytes.prefix(count))
    }

    /// Nil if the bytes are damaged, as a page would find out.
    private static func decompress(_ codec: Codec, _ bytes: [UInt8], _ count: Int) throws -> [UInt8]? {
        let source = try bytes.withUnsafeBytes { try Buffer(copying: $0) }
        guard Decompressor.isPossible(codec, source.bytes, count: count) else { return nil }
        let room = try Buffer(byteCount: count)
        do {
            try Decompressor().decompress(codec, source.bytes, into: room.base, count: count)
        } catch {
            try clean(error)
            return nil
        }
        return Array(room.bytes)
    }
}

extension Codec {
    fileprivate static let allDecoded: [Codec] = [.snappy, .zstd, .gzip, .lz4Raw, .lz4, .uncompressed, .brotli]
}
