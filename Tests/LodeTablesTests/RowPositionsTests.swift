// Sets of row numbers.

import Testing

@testable import LodeTables

@Suite struct RowPositionsTests {
    @Test func `a number is new once`() {
        var rows = RowPositions()
        let isNew = [70, 0, 63, 70].map { rows.insert($0) }
        #expect(isNew == [true, true, true, false])
        #expect(rows.count == 3)
        #expect(rows.contains(70) && rows.contains(0) && !rows.contains(1) && !rows.contains(6_400))
    }

    @Test func `what is no row number is no member`() {
        var rows = RowPositions([1])
        for row in [-1, .min, .max, 1 << 40] as [Int64] {
            #expect(rows.growth(for: row) == nil)
            let isNew = rows.insert(row)
            #expect(!isNew)
            #expect(!rows.contains(row))
        }
        #expect(rows.count == 1)
    }

    @Test func `places of numbers that are no members`() {
        let rows = RowPositions([1, 64, 70]), numbers: [Int64] = [0, 1, 63, 64, 70, 71, 6_400, -1, .max]
        let places = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: numbers.count)
        defer { places.deallocate() }
        let count = numbers.withUnsafeBufferPointer { numbers -> Int in
            guard let first = numbers.baseAddress, let place = places.baseAddress else { return 0 }
            return rows.select(first, numbers.count, without: place)
        }
        #expect(Array(places.prefix(count)) == [0, 2, 5, 6, 7, 8])
    }

    @Test func `growth is told before`() {
        var rows = RowPositions()
        #expect(rows.growth(for: 64) == 16)
        _ = rows.insert(64)
        #expect(rows.growth(for: 127) == 0 && rows.byteCount == 16)
    }

    @Test func `what is left out, and what is not in it`() {
        let rows = RowPositions([1, 64, 70])
        let left = rows.subtracting(RowPositions([64, 65, 1_000]))
        #expect(left.count == 2 && left.contains(1) && left.contains(70) && !left.contains(64))
        let others = rows.complement(below: 71)
        #expect(others.count == 68 && others.contains(0) && others.contains(69) && !others.contains(70) && !others.contains(71))
        #expect(rows.complement(below: 0).count == 0)
        #expect(RowPositions().complement(below: 64).count == 64)
    }
}
