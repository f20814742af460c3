import Testing

@testable import LodeObjectStore

@Suite struct RangeCoalescingTests {
    private let coalescing = RangeCoalescing(gap: 10, longest: 100)

    @Test func `ranges with small gaps become one`() {
        #expect(coalescing.plan([20..<30, 0..<10, 50..<60]) == [0..<30, 50..<60])
        #expect(coalescing.plan([0..<20, 5..<10, 3..<3]) == [0..<20])
        #expect(coalescing.plan([]) == [])
    }

    @Test func `long ranges become several of equal length`() {
        #expect(coalescing.plan([0..<250]) == [0..<83, 83..<166, 166..<250])
        #expect(coalescing.plan([7..<107]) == [7..<107])
    }

    @Test func `ranges of answers are read strictly`() {
        #expect(ContentRange("bytes 0-9/100")?.range == 0..<10 && ContentRange("bytes */0")?.total == 0)
        for bad in ["bytes 9-0/100", "bytes 0-100/100", "0-9/100", "bytes 0-9/*", "bytes -1-2/3", nil] { #expect(ContentRange(bad) == nil) }
    }
}
