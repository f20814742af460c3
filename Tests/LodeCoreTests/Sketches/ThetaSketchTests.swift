/// Theta sketches: the bytes that Apache DataSketches' own library gives for the same values, and its estimates.

import LodeCore
import Testing

@Suite struct ThetaSketchTests {
    private static func sketch(_ texts: [String]) -> ThetaSketch {
        var sketch = ThetaSketch()
        for text in texts { Array(text.utf8).withUnsafeBytes { sketch.add($0) } }
        return sketch
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(arguments: [
        (["a", "b", "c"], "02030300001acc930300000000000000b70c6ee5a8af4008857f40b689c7e53417c11d528507017b"),
        (["a", "a"], "01030300001acc9317c11d528507017b"),
        ([], "01030300001ecc93"),
        (["0123456789abcdefghij"], "01030300001acc9335cd91dce88fca65"),
    ])
    func `the bytes are those of the library`(texts: [String], bytes: String) {
        #expect(Self.hex(Self.sketch(texts).bytes) == bytes)
    }

    @Test func `numbers are hashed as their bytes`() {
        var sketch = ThetaSketch()
        for number in Int64(1)...3 { withUnsafeBytes(of: number.littleEndian) { sketch.add($0) } }
        #expect(Self.hex(sketch.bytes) == "02030300001acc93030000000000000015f97dcbbd86a105c397fc1281709d1eba40b3c1da06695d")
    }

    @Test func `many values are estimated within some percent`() {
        var left = ThetaSketch(), right = ThetaSketch()
        for number in Int64(0)..<100_000 {
            withUnsafeBytes(of: number.littleEndian) {
                if number % 2 == 0 { left.add($0) }
                // Values that both have count once.
                if number % 3 != 0 { right.add($0) }
                if number % 6 == 3 { left.add($0) }
            }
        }
        left.merge(right)
        #expect(abs(left.estimate - 100_000) < 5_000)
        #expect(ThetaSketch.estimate(left.bytes) == left.estimate)
    }

    @Test func `bytes of others are estimated by what their preamble says`() {
        // A third of all hashes is below theta, and 1000 are kept: 3000.
        let theta: [UInt8] = (0..<8).map { UInt8(truncatingIfNeeded: (Int64.max / 3) >> ($0 * 8)) }
        #expect(ThetaSketch.estimate([3, 3, 3, 0, 0, 0x1a, 0xcc, 0x93, 0xe8, 3, 0, 0, 0, 0, 0, 0] + theta) == 3000)
        // Compressed: 40 bits an entry, and two bytes of a count.
        #expect(ThetaSketch.estimate([2, 4, 3, 40, 2, 0x1a, 0xcc, 0x93] + theta + [0xe8, 3]) == 3000)
        #expect(ThetaSketch.estimate([1, 4, 3, 40, 1, 0x1a, 0xcc, 0x93, 7]) == 7)
    }

    @Test(arguments: [
        [], [3], [3, 3, 9, 0, 0, 0, 0, 0], [3, 3, 3, 0, 0, 0, 0, 0, 1], [2, 4, 3, 0, 9, 0, 0, 0, 0], [9, 9, 3, 0, 0, 0, 0, 0],
    ])
    func `what is no sketch has no estimate`(bytes: [UInt8]) {
        #expect(ThetaSketch.estimate(bytes) == nil)
    }
}
