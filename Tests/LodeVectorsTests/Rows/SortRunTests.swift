// Sorted runs against comparison alone, with many ties.

import LodeCore
import Testing

@testable import LodeVectors

@Suite struct SortRunTests {
    private static let types: [SQLType] = [.boolean, .varchar, .bigint, .decimal(precision: 30, scale: 0), .double, .interval, .integer]

    private func value(_ type: SQLType, _ i: Int) -> Value {
        let number = i &* 7919 % 13
        if number == 3 { return .null }
        return switch type {
        case .boolean: .boolean(number > 6)
        case .varchar: .text(number < 5 ? "same long beginning of a text " + String(repeating: "x", count: number * 9) : String(number))
        case .decimal: .decimal(Int128(number - 6) << (number % 2 == 0 ? 64 : 3), scale: 0)
        case .double: .double(number == 4 ? .nan : number == 5 ? -0.0 : Double(number - 6))
        case .interval: .interval(Interval(months: Int32(number - 6)))
        default: .integer(Int64(number - 6))
        }
    }

    @Test func `ties are put in order by the keys behind, whatever their types`() throws {
        let budget = MemoryBudget(limit: 1 << 30)
        let layout = RowLayout(headerBytes: 8, types: Self.types + [.integer])
        for start in Self.types.indices {
            for variant in 0..<4 {
                let keys =
                    (0..<3).map {
                        RowSortKey(column: (start + $0) % Self.types.count, descending: ($0 + variant) % 2 == 0, nullsFirst: variant > 1)
                    }
                    + [RowSortKey(column: Self.types.count, descending: variant == 1, nullsFirst: false)]
                let store = try RowStore(layout, budget, for: "test")
                let prefix = SortPrefix(layout, keys)
                let words = try Buffer(byteCount: 1500 * 8)
                let lanes = words.lanes(as: UInt64.self)
                var columns = try Self.types.enumerated().map { index, type in
                    try Column.make(type, (0..<1500).map { value(type, $0 / (index + 1)) })
                }
                columns.append(try Column.make(.integer, (0..<1500).map { .integer(Int64($0 &* 31 % 1500)) }))
                try store.append(columns, 1500)
                let gaveWay = prefix.words(keys.map { columns[$0.column] }, 1500, into: lanes)
                for i in 0..<1500 { store.freshRows[i].storeBytes(of: lanes[i], as: UInt64.self) }
                let order = RowSortOrder(layout, keys)
                let run = try SortRun.sorted(store, order, tieFrom: gaveWay ? 0 : prefix.exactKeys, Cancellation(), budget, for: "test")
                let entries = run.entries
                for i in 1..<1500 where order.compare(entries[i - 1].row, entries[i].row) > 0 {
                    Issue.record("keys from \(Self.types[start]), variant \(variant): row \(i) is out of order")
                    break
                }
                let agree = (0..<1500).allSatisfy { entries[$0].word == entries[$0].row.load(as: UInt64.self) }
                #expect(agree)
            }
        }
    }
}
