// Text lanes: their order, and copies of them.

import Testing

@testable import LodeVectors

@Suite struct StringViewTests {
    /// Around the lengths at which texts are held otherwise, with NUL bytes and bytes above 127.
    private static let texts: [[UInt8]] = {
        let long = Array("abcdefghijklmnopqrstuvwxyz".utf8)
        var texts = (0...20).map { Array(long.prefix($0)) }
        texts += [[0], [0, 0], [97, 0], [97, 98, 99, 100, 0], [97, 98, 99, 100, 200], [255], Array(repeating: 0, count: 13)]
        texts += [(12, [0]), (12, [0, 0]), (11, [122]), (15, [65])].map { Array(long.prefix($0)) + $1 }
        return texts
    }()

    private func view<R>(_ text: [UInt8], _ body: (StringView) -> R) -> R {
        text.withUnsafeBytes { bytes in body(bytes.baseAddress.map { StringView($0, count: text.count) } ?? StringView()) }
    }

    @Test func `views are in the order of their bytes`() {
        for left in Self.texts {
            for right in Self.texts {
                let order = view(left) { left in view(right) { StringView.compare(left, $0).signum() } }
                let expected = left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
                #expect(order == expected, "\(left) and \(right)")
            }
        }
    }

    @Test func `a copy has the bytes of the text, and nothing beyond its slack is touched`() {
        for text in Self.texts {
            var place = [UInt8](repeating: 7, count: text.count + StringView.copySlack + 1)
            place.withUnsafeMutableBytes { place in
                if let base = place.baseAddress { view(text) { $0.copy(to: base) } }
            }
            #expect(Array(place.prefix(text.count)) == text && place.last == 7)
        }
    }
}
