// 128-bit integers and decimals as doubles.

import LodeCore
import Testing

@Suite struct NearestDoubleTests {
    /// Numbers around every power of two, where rounding can go wrong.
    private static let numbers: [Int128] = {
        var list: [Int128] = [0, 1, -1, .max, .min, .max - 1, .min + 1]
        var random: UInt64 = 0x9e37_79b9_7f4a_7c15
        for bit in 0..<127 {
            let power = (1 as Int128) << Int128(bit)
            list += [power - 1, power, power + 1, -power, 1 - power]
            for lower in [bit - 52, bit - 53, bit - 54, bit - 64] where lower >= 0 {
                let half = (1 as Int128) << Int128(lower)
                list += [power + half, power + half - 1, power + (half << 1) + half, -(power + half) - 1].filter {
                    $0.magnitude < 1 << 126 || bit < 125
                }
            }
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            list.append(power + Int128(random) % max(1, power))
        }
        return list
    }()

    @Test func `the nearest double is what the standard library finds`() {
        for number in Self.numbers { #expect(Double(nearest: number) == Double(number), "\(number)") }
    }

    @Test(arguments: [1, 2, 10, 18, 19, 20, 22, 23, 30, 38]) func `a decimal's double is that of its text`(scale: Int) {
        for number in Self.numbers {
            #expect(Decimal128.toDouble(number, scale: scale) == Double(Decimal128.text(number, scale: scale)), "\(number) \(scale)")
        }
    }
}
