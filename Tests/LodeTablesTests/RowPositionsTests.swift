// Sets of row numbers.

import Testing

@testable import LodeTables

@Suite struct RowPositionsTests {
    @Test func `a number is new once`() {
        var rows = RowPositions()
        #expect(rows.insert(70) && rows.insert(0) && rows.insert(63))
        #expect(!rows.insert(70))
        #expect(rows.count == 3)
        #expect(rows.contains(70) && rows.contains(0) && !rows.contains(1) && !rows.contains(6_400))
    }

    @Test func `what is no row number is no member`() {
        var rows = RowPositions([1])
        for row in [-1, .min, .max, 1 << 40] as [Int64] {
            #expect(rows.growth(for: row) == nil)
            #expect(!rows.insert(row))
            #expect(!rows.contains(row))
        }
        #expect(rows.count == 1)
    }

    @Test func `growth is told before`() {
        var rows = RowPositions()
        #expect(rows.growth(for: 64) == 16)
        _ = rows.insert(64)
        #expect(rows.growth(for: 127) == 0 && rows.byteCount == 16)
    }
}
