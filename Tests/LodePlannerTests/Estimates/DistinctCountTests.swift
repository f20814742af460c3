/// How many different values parts of a column have together.

import LodeCore
import Testing

@Suite struct DistinctCountTests {
    private func part(_ range: ClosedRange<Int64>, distinct: Int?, rows: Int = 1_000) -> ColumnStatistics {
        ColumnStatistics(
            minimum: .integer(range.lowerBound), maximum: .integer(range.upperBound), nullCount: 0, rowCount: rows, distinctCount: distinct)
    }

    private func count(_ parts: [ColumnStatistics]) -> Int? { ColumnStatistics.merged(parts)?.distinctCount }

    @Test func `parts with ranges apart add up`() {
        #expect(count([part(1...4, distinct: 4), part(5...8, distinct: 4), part(20...30, distinct: 3)]) == 11)
    }

    @Test func `parts of a sorted column share no more than their ends`() throws {
        // Row groups of 3 weeks each, which know 4 days.
        let parts = (0..<96).map { part(Int64(21 * $0)...Int64(21 * $0 + 21), distinct: 4, rows: 122_880) }
        let merged = try #require(ColumnStatistics.merged(parts))
        #expect((290...384).contains(merged.distinctCount ?? 0))
        #expect(merged.distinctBounds == 4...384)
    }

    @Test func `parts that repeat the same values do not add up`() {
        #expect(count(Array(repeating: part(1...100, distinct: 100), count: 50)) == 100)
        #expect(count(Array(repeating: part(1...18_000, distinct: 9_000, rows: 122_880), count: 50)) == 9_000)
    }

    @Test func `parts without repeats bring new values`() throws {
        let parts = Array(repeating: part(1...1_000_000, distinct: 999, rows: 1_000), count: 10)
        #expect(try #require(count(parts)) > 9_900)
    }

    @Test func `parts with some repeats are samples of one set`() throws {
        // 1,000 draws from 2,000 values give about 787 of them; 20,000 draws give nearly all.
        let found = try #require(count(Array(repeating: part(1...1_000_000, distinct: 787, rows: 1_000), count: 20)))
        #expect((1_900...2_050).contains(found))
    }

    @Test func `a range bounds what its numbers can be`() {
        #expect(count([part(1...10, distinct: 10), part(3...12, distinct: 10)]) == 12)
        #expect(ColumnStatistics.merged([part(1...10, distinct: 10), part(3...12, distinct: 10)])?.distinctBounds == 10...12)
    }

    @Test func `texts are placed by their order`() {
        func text(_ low: String, _ high: String) -> ColumnStatistics {
            ColumnStatistics(minimum: .text(low), maximum: .text(high), nullCount: 0, rowCount: 1_000, distinctCount: 10)
        }
        #expect(count([text("a", "c"), text("d", "f")]) == 20)
        #expect(count([text("a", "c"), text("a", "c")]) == 10)
    }

    @Test func `nothing is known where no part knows`() {
        #expect(count([part(1...10, distinct: nil), part(1...10, distinct: nil)]) == nil)
    }
}
