// Sorting and top-N against Swift's own sort.

import LodeCore
import LodePlan
import LodeVectors
import Testing

@testable import LodeExecution

@Suite struct SortTests {
    private static let types: [SQLType] = [
        .boolean, .tinyint, .smallint, .integer, .bigint, .double, .real, .decimal(precision: 12, scale: 2),
        .decimal(precision: 30, scale: 4), .varchar, .date, .timestamp, .interval,
    ]

    private func value(_ type: SQLType, _ dice: inout Dice) -> Value {
        if dice.roll(6) == 0 { return .null }
        let number = Int64(dice.roll(60)) - 30
        switch type {
        case .boolean: return .boolean(number > 0)
        case .bigint:
            return .integer(dice.roll(8) == 0 ? (number > 0 ? .max - number : .min - number) : number * 1_000_000_000_000)
        case .double, .real: return .double(number == 0 ? .nan : number == 1 ? -.infinity : number == 2 ? -0.0 : Double(number) / 4)
        case .decimal(let precision, let scale): return .decimal(Int128(number) * (precision > 18 ? 1 << 70 : 1), scale: scale)
        case .varchar:
            let short = "p\(number % 5)"
            return .text(number < 0 ? short : number == 3 ? "" : short + " the same long beginning" + String(number))
        case .date: return .date(Int32(number * 100))
        case .timestamp: return .timestamp(number * 1_000_000)
        case .interval: return .interval(Interval(months: Int32(number % 3), days: Int32(number % 40), micros: 0))
        default: return .integer(number)
        }
    }

    private func isBefore(_ l: [Value], _ r: [Value], _ keys: [(Int, Bool, Bool)]) -> Bool {
        for (column, descending, nullsFirst) in keys {
            let a = l[column], b = r[column]
            if a.isNull || b.isNull {
                if a.isNull != b.isNull { return a.isNull == nullsFirst }
                continue
            }
            let order = Value.compare(a, b) ?? 0
            if order != 0 { return descending ? order > 0 : order < 0 }
        }
        return false
    }

    @Test func `all types, directions and places of NULL`() throws {
        var dice = Dice(3)
        for (index, type) in Self.types.enumerated() {
            let second = Self.types[(index * 5 + 3) % Self.types.count]
            for variant in 0..<4 {
                let fixture = OperatorFixture()
                let rows = (0..<700).map { [value(type, &dice), value(second, &dice), .integer(Int64($0))] }
                let plan = try fixture.table([("a", type), ("b", second), ("n", .integer)], rows, chunkRows: 64)
                let keys = [(0, variant & 1 != 0, variant & 2 != 0), (1, variant & 2 != 0, variant & 1 != 0), (2, false, false)]
                let sortKeys = keys.map { SortKey(fixture.column(plan, $0.0), descending: $0.1, nullsFirst: $0.2) }
                let expected = rows.sorted { isBefore($0, $1, keys) }
                for limit in [nil, 0, 1, 50, 699, 5000] {
                    let found = try OperatorFixture.run(.sort(SortNode(input: plan, keys: sortKeys, limit: limit)))
                    let wanted = Array(expected.prefix(limit ?? expected.count))
                    #expect("\(found)" == "\(wanted)", "\(type), \(second), variant \(variant), limit \(String(describing: limit))")
                }
            }
        }
    }

    @Test func `a long input is split, merged and pruned`() throws {
        var dice = Dice(9)
        let fixture = OperatorFixture()
        let rows = (0..<150_000).map { _ in [Value.integer(Int64(dice.roll(1 << 40))), .integer(Int64(dice.roll(100)))] }
        let plan = try fixture.table([("a", .bigint), ("b", .integer)], rows, chunkRows: 2048)
        let sorted = rows.map { $0[0] }.sorted { (Value.compare($0, $1) ?? 0) < 0 }
        for limit in [nil, 10, 3000] {
            for threads in [1, 2, 3] {
                let node = SortNode(input: plan, keys: [SortKey(fixture.column(plan, 0))], limit: limit)
                let found = try OperatorFixture.run(.sort(node), threads: threads).map { $0[0] }
                #expect(found == Array(sorted.prefix(limit ?? sorted.count)))
            }
        }
    }

    @Test(arguments: [3, 700]) func `ties of a long input are put in order by whoever merges`(values: Int) throws {
        var dice = Dice(17)
        let fixture = OperatorFixture()
        // The first key fills the word, so that the second decides ties alone: few large groups, then many small ones.
        let rows = (0..<150_000).map { _ in [Value.integer(Int64(dice.roll(values)) << 40), .integer(Int64(dice.roll(1 << 20)))] }
        let plan = try fixture.table([("a", .bigint), ("b", .integer)], rows, chunkRows: 2048)
        let keys = [(0, false, false), (1, true, false)]
        let sorted = rows.sorted { isBefore($0, $1, keys) }
        for threads in [1, 2, 3] {
            let node = SortNode(input: plan, keys: [SortKey(fixture.column(plan, 0)), SortKey(fixture.column(plan, 1), descending: true)])
            #expect(try OperatorFixture.run(.sort(node), threads: threads) == sorted)
        }
    }

    @Test func `an empty input stays empty`() throws {
        let fixture = OperatorFixture()
        let plan = try fixture.table([("a", .bigint)], [])
        #expect(try OperatorFixture.run(.sort(SortNode(input: plan, keys: [SortKey(fixture.column(plan, 0))]))).isEmpty)
    }

    @Test func `keys are computed and not shown`() throws {
        let fixture = OperatorFixture()
        let plan = try fixture.table([("a", .integer)], [[.integer(1)], [.null], [.integer(3)]])
        let key = SortKey(.isNull(fixture.column(plan, 0)), descending: true)
        #expect(try OperatorFixture.run(.sort(SortNode(input: plan, keys: [key]))).first == [.null])
    }
}
