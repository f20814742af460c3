/// HyperLogLog sketches, and their bytes as Trino keeps them.

import LodeCore
import Testing

@Suite struct HyperLogLogTests {
    private static func sketch(_ numbers: some Sequence<Int64>) -> HyperLogLog {
        var sketch = HyperLogLog()
        for number in numbers { withUnsafeBytes(of: number.littleEndian) { sketch.add(XXHash64.hash($0)) } }
        return sketch
    }

    @Test func `few values are counted`() {
        let sketch = Self.sketch([1, 2, 3, 2, 1])
        #expect(sketch.estimate == 3)
        // The sparse form: 2, 12 bits of an index, and entries in the order of their hashes.
        #expect(sketch.bytes.prefix(4) == [2, 12, 3, 0])
        #expect(sketch.bytes.count == 16)
        #expect(HyperLogLog.estimate(sketch.bytes) == 3)
    }

    @Test func `many values are within some percent, in bytes too`() {
        var sketch = Self.sketch(stride(from: 0, to: 60_000, by: 2))
        sketch.merge(Self.sketch(stride(from: 1, to: 60_000, by: 2)))
        #expect(abs(sketch.estimate - 60_000) < 3_000)
        // The dense form: 3, 12 bits of an index, a baseline, half a byte for each of 4,096 registers, and those that exceed it.
        #expect(sketch.bytes.prefix(2) == [3, 12])
        #expect(sketch.bytes.count >= 3 + 2_048 + 2)
        #expect(HyperLogLog.estimate(sketch.bytes) == sketch.estimate)
    }

    @Test func `registers that exceed what half a byte holds are told apart`() {
        // Sixteen registers of 1, one of which is 40: 15 above the baseline, and 24 beside.
        let bytes: [UInt8] = [3, 4, 1, 0xf0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 24]
        let plain: [UInt8] = [3, 4, 1, 0xf0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(HyperLogLog.estimate(bytes) != nil)
        #expect(HyperLogLog.estimate(plain) != nil)
        #expect(HyperLogLog.estimate([3, 4, 1, 0xf0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 16, 0, 24]) == nil)
    }

    @Test(arguments: [[], [2], [3, 12, 0], [0, 12, 0, 0], [3, 60, 0], [3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0]])
    func `what is no sketch has no estimate`(bytes: [UInt8]) {
        #expect(HyperLogLog.estimate(bytes) == nil)
    }
}
