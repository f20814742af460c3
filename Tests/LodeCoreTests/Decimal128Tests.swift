// Exact decimals of up to 38 digits.

import LodeCore
import Testing

@Suite struct Decimal128Tests {
    private let largest = Decimal128.power(38) - 1

    @Test func `dropping digits rounds half away from zero`() {
        for (unscaled, result) in [(125, 13), (-125, -13), (124, 12), (-124, -12), (5, 1), (-5, -1), (4, 0)] as [(Int128, Int128)] {
            #expect(Decimal128.rescale(unscaled, from: 2, to: 1) == result)
        }
        #expect(Decimal128.rescale(largest, from: 38, to: 0) == 1)
        #expect(Decimal128.rescale(1, from: 60, to: 0) == 0)
    }

    @Test func `what does not fit 128 bits is nil, not a trap`() {
        #expect(Decimal128.rescale(largest, from: 0, to: 1) == nil)
        #expect(Decimal128.rescale(.min, from: 0, to: 38) == nil)
        #expect(Decimal128.rescale(0, from: 0, to: 77) == 0)
        #expect(Decimal128.rescale(.min, from: 1, to: 0) != nil)
    }

    @Test func `precision counts digits of either sign`() {
        #expect(Decimal128.fits(999, precision: 3) && Decimal128.fits(-999, precision: 3))
        #expect(!Decimal128.fits(1000, precision: 3) && !Decimal128.fits(.min, precision: 38))
        #expect(Decimal128.fits(largest, precision: 38))
    }

    @Test func `values of different scales compare even where rescaling overflows`() {
        #expect(Decimal128.compare(largest, 0, largest, 38) == 1)
        #expect(Decimal128.compare(-largest, 0, largest, 38) == -1)
        #expect(Decimal128.compare(1, 38, largest, 0) == -1)
        #expect(Decimal128.compare(10, 1, 1, 0) == 0)
    }

    @Test func `text has every digit of the scale`() {
        for (unscaled, scale, text) in [
            (-1230, 2, "-12.30"), (5, 3, "0.005"), (-5, 1, "-0.5"), (0, 2, "0.00"), (7, 0, "7"),
        ] as [(Int128, Int, String)] {
            #expect(Decimal128.text(unscaled, scale: scale) == text)
        }
        #expect(Decimal128.text(largest, scale: 38) == "0." + String(repeating: "9", count: 38))
    }
}
