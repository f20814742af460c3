// Decoders of single encodings against plain reference loops, and on hostile bytes.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFormats

@Suite struct EncodingTests {
    /// Bytes with the slack that decoders need.
    private func padded(_ bytes: [UInt8]) -> [UInt8] { bytes + Array(repeating: 0xaa, count: Decompressor.slack) }

    /// Packs values least significant bit first.
    private func pack(_ values: [UInt32], _ width: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (values.count * width + 7) / 8)
        for (i, value) in values.enumerated() {
            for bit in 0..<width where value >> UInt32(bit) & 1 == 1 { bytes[(i * width + bit) / 8] |= 1 << UInt8((i * width + bit) % 8) }
        }
        return bytes
    }

    private func varint(_ value: Int) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 128 {
            bytes.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private func values(_ count: Int, _ width: Int, _ random: inout SplitMix) -> [UInt32] {
        (0..<count).map { _ in width == 0 ? 0 : UInt32(truncatingIfNeeded: random.next()) >> UInt32(32 - width) }
    }

    @Test(arguments: 0...32) func `every width is unpacked from every place`(width: Int) {
        var random = SplitMix(state: UInt64(width))
        let numbers = values(100, width, &random)
        let bytes = padded(pack(numbers, width))
        for start in [0, 1, 7, 8, 9, 63] {
            var out = [UInt32](repeating: 0, count: 100 - start)
            bytes.withUnsafeBytes { raw in
                if let base = raw.baseAddress { BitUnpacking.unpack(base, from: start, 100 - start, width: width, into: &out) }
            }
            #expect(out == Array(numbers[start...]))
        }
    }

    /// A hybrid stream of packed and repeated runs, and what it stands for.
    private func hybrid(_ width: Int, _ random: inout SplitMix) -> (bytes: [UInt8], values: [UInt32]) {
        var bytes: [UInt8] = []
        var all: [UInt32] = []
        for _ in 0..<20 {
            if Bool.random(using: &random) {
                let groups = Int.random(in: 1...20, using: &random)
                let run = values(groups * 8, width, &random)
                bytes += varint(groups << 1 | 1) + pack(run, width)
                all += run
            } else {
                let count = Int.random(in: 1...300, using: &random)
                let value = values(1, width, &random)[0]
                bytes += varint(count << 1)
                for i in 0..<(width + 7) / 8 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * i))) }
                all += Array(repeating: value, count: count)
            }
        }
        return (bytes, all)
    }

    @Test(arguments: [0, 1, 2, 5, 8, 12, 17, 32]) func `runs are read, skipped and picked`(width: Int) {
        var random = SplitMix(state: UInt64(100 + width))
        for _ in 0..<10 {
            let (bytes, expected) = hybrid(width, &random)
            padded(bytes).withUnsafeBytes { raw in
                guard let base = raw.baseAddress else { return }
                var cursor = RunLengthCursor(count: bytes.count, width: width)
                var place = 0
                while place < expected.count {
                    let count = min(Int.random(in: 1...200, using: &random), expected.count - place)
                    var out = [UInt32](repeating: 0, count: count)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0:
                        let isThere = cursor.read(count, of: base, into: &out)
                        #expect(isThere)
                        #expect(out == Array(expected[place..<place + count]))
                    case 1:
                        let isThere = cursor.skip(count, of: base)
                        #expect(isThere)
                    default:
                        let picks = (place..<place + count).filter { _ in Int.random(in: 0..<5, using: &random) == 0 } + [place + count - 1]
                        let unique = Array(Set(picks)).sorted()
                        let isThere = cursor.pick(unique.map { UInt32($0) }, unique.count, of: base, into: &out)
                        #expect(isThere)
                        #expect(Array(out[..<unique.count]) == unique.map { expected[$0] })
                    }
                    place += count
                    #expect(cursor.position == place)
                }
                if width > 0 {
                    var one: UInt32 = 0
                    let hasMore = cursor.read(1, of: base, into: &one)
                    #expect(!hasMore)
                }
            }
        }
    }

    @Test func `deltas are undone`() throws {
        // Block of 128 in 4 miniblocks, 5 values: 7, 5, 3, 1, 2 (the format's own example has these differences).
        let bytes = padded([128, 1, 4, 5, 14, 3, 2, 0, 0, 0, 0b1100_0000, 0, 0, 0, 0, 0, 0, 0])
        let decoded = try bytes.withUnsafeBytes { raw throws in
            try DeltaBinaryPacked.decode(try #require(raw.baseAddress), bytes.count - Decompressor.slack, atLeast: 5)
        }
        let found = try #require(decoded)
        let numbers = (0..<5).map { found.values.lanes(as: Int64.self)[$0] }
        #expect(numbers == [7, 5, 3, 1, 2])
    }

    @Test func `validity comes out of definition levels`() throws {
        var random = SplitMix(state: 3)
        for width in [1, 2] {
            let (bytes, levels) = hybrid(width, &random)
            let maximum = 1 << width - 1
            let stream = padded(bytes)
            let nulls = try stream.withUnsafeBytes { raw throws in
                try PageNulls.read(try #require(raw.baseAddress), bytes.count, maximum: maximum, rows: levels.count)
            }
            let found = try #require(nulls)
            var rank = 0
            for (row, level) in levels.enumerated() {
                #expect(found.isValid(row) == (Int(level) == maximum))
                #expect(found.rank(row) == rank)
                if Int(level) == maximum { rank += 1 }
            }
            #expect(found.valueCount == rank)
        }
    }

    @Test func `half precision becomes single`() {
        #expect(LaneConversion.single(half: 0x3c00) == 1)
        #expect(LaneConversion.single(half: 0xc000) == -2)
        #expect(LaneConversion.single(half: 0x0001) == 0x1p-24)
        #expect(LaneConversion.single(half: 0x7c00) == .infinity)
        #expect(LaneConversion.single(half: 0x7e00).isNaN)
        #expect(LaneConversion.single(half: 0x8000).sign == .minus)
    }

    @Test func `a time of day that has nanoseconds does not fit into microseconds`() {
        func read(_ nanos: Int64) -> Int64? {
            var micros: Int64 = 0
            let fits = withUnsafeBytes(of: nanos) { source in
                withUnsafeMutableBytes(of: &micros) { out in
                    guard let from = source.baseAddress, let to = out.baseAddress else { return false }
                    return LaneConversion.nanos.convert(from, first: 0, picks: nil, 1, into: to)
                }
            }
            return fits ? micros : nil
        }
        #expect(read(86_399_999_999_000) == 86_399_999_999)
        #expect(read(1) == nil)
    }

    @Test(arguments: ["", "a", "plain ascii that is longer than eight", "grüße", "日本語", "🙂 smile", "\u{7ff}\u{800}\u{ffff}\u{10ffff}"])
    func `well-formed text is accepted`(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { UTF8Check.isValid($0) })
    }

    @Test(
        arguments: [
            [0x80], [0xc0, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0xff], [0x61, 0xc3],
        ] as [[UInt8]])
    func `malformed text is refused`(bytes: [UInt8]) {
        #expect(!bytes.withUnsafeBytes { UTF8Check.isValid($0) })
        let later = Array("eight by".utf8) + bytes
        #expect(!later.withUnsafeBytes { UTF8Check.isValid($0) })
    }

    @Test func `random streams are decoded or refused`() throws {
        var random = SplitMix(state: 11)
        let out = try Buffer(byteCount: 4096 * 16)
        for _ in 0..<fuzzCount * 20 {
            let count = Int.random(in: 1..<80, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) & (Bool.random(using: &random) ? 0x0f : 0xff) }
            try padded(bytes).withUnsafeBytes { raw in
                guard let base = raw.baseAddress else { return }
                var cursor = RunLengthCursor(count: count, width: Int.random(in: 0...32, using: &random))
                _ = out.withUnsafeBytes { cursor.read(1000, of: base, into: $0.assumingMemoryBound(to: UInt32.self)) }
                _ = cursor.skip(100_000, of: base)
                var texts = PlainTexts(count: count)
                _ = out.withUnsafeBytes { texts.read(100, of: base, into: $0.assumingMemoryBound(to: StringView.self)) }
                _ = try DeltaBinaryPacked.decode(base, count, atLeast: 1)
                _ = try DeltaTexts.lengths(base, count, atLeast: 1)
                _ = try DeltaTexts.prefixes(base, count, atLeast: 1)
                _ = try? PageNulls.read(base, count, maximum: 3, rows: 500)
                _ = try? LevelDecoding.hybrid(UnsafeRawBufferPointer(start: base, count: count), maximum: 3, count: 500)
            }
        }
    }
}
