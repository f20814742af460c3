// INTERSECT, EXCEPT, DISTINCT ON, UNNEST and series.

import LodeCore
import LodePlan
import LodeVectors
import Testing

@testable import LodeExecution

@Suite struct SetAndSeriesTests {
    private func counts(_ rows: [[Value]]) -> [[Value]: Int] { rows.reduce(into: [:]) { $0[$1, default: 0] += 1 } }

    @Test func `intersect and except, with and without ALL, treat NULLs as equal`() throws {
        var dice = Dice(8)
        func rows(_ count: Int) -> [[Value]] {
            (0..<count).map { _ in [dice.roll(4) == 0 ? .null : .integer(Int64(dice.roll(6))), .text("t\(dice.roll(2))")] }
        }
        let l = rows(60), r = rows(25)
        for kind in [SetOperationNode.Kind.intersect, .intersectAll, .except, .exceptAll] {
            let fixture = OperatorFixture()
            let left = try fixture.table([("a", .integer), ("b", .varchar)], l),
                right = try fixture.table([("a", .integer), ("b", .varchar)], r)
            let node = SetOperationNode(
                kind: kind, inputs: [left, right],
                columns: [PlanColumn(fixture.ids.fresh(), "a", .integer), PlanColumn(fixture.ids.fresh(), "b", .varchar)])
            let found = counts(try OperatorFixture.run(.setOperation(node)))
            let a = counts(l), b = counts(r)
            for (row, count) in a {
                let other = b[row] ?? 0
                let wanted =
                    switch kind {
                    case .intersect: min(1, other)
                    case .intersectAll: min(count, other)
                    case .except: other == 0 ? 1 : 0
                    default: max(0, count - other)
                    }
                #expect(found[row] ?? 0 == wanted, "\(kind) \(row)")
            }
            #expect(found.keys.allSatisfy { a[$0] != nil })
        }
    }

    @Test func `distinct on keeps the first row of each group`() throws {
        let fixture = OperatorFixture()
        let rows: [[Value]] = (0..<50).map { [.integer(Int64($0 % 5)), .integer(Int64(($0 * 7) % 50))] }
        let plan = try fixture.table([("g", .integer), ("v", .integer)], rows)
        let node = DistinctOnNode(
            input: plan, keys: [fixture.column(plan, 0)], order: [SortKey(fixture.column(plan, 1), descending: true)])
        let found = try OperatorFixture.run(.distinctOn(node))
        #expect(found.count == 5)
        for row in found {
            let best = rows.filter { $0[0] == row[0] }.map { $0[1] }.max { (Value.compare($0, $1) ?? 0) < 0 }
            #expect(row[1] == best)
        }
    }

    @Test func `unnest fills shorter lists with NULL and may keep empty rows`() throws {
        for keepsEmpty in [false, true] {
            let fixture = OperatorFixture()
            let plan = try fixture.table(
                [("n", .integer), ("l", .list(.integer)), ("m", .list(.varchar))],
                [
                    [.integer(1), .list([.integer(10), .null]), .list([.text("a long text behind a pointer")])],
                    [.integer(2), .null, .list([])],
                    [.integer(3), .list([]), .list([.text("x"), .text("y")])],
                ])
            let node = UnnestNode(
                input: plan, lists: [fixture.column(plan, 1), fixture.column(plan, 2)],
                elements: [PlanColumn(fixture.ids.fresh(), "i", .integer), PlanColumn(fixture.ids.fresh(), "t", .varchar)],
                ordinality: PlanColumn(fixture.ids.fresh(), "o", .bigint), keepsEmpty: keepsEmpty)
            let found = try OperatorFixture.run(.unnest(node)).map { [$0[0], $0[3], $0[4], $0[5]] }
            var wanted: [[Value]] = [
                [.integer(1), .integer(10), .text("a long text behind a pointer"), .integer(1)], [.integer(1), .null, .null, .integer(2)],
                [.integer(3), .null, .text("x"), .integer(1)], [.integer(3), .null, .text("y"), .integer(2)],
            ]
            if keepsEmpty { wanted.insert([.integer(2), .null, .null, .null], at: 2) }
            #expect(found == wanted)
        }
    }

    private func series(_ type: SQLType, _ arguments: [(Value, SQLType)], includesStop: Bool = true) throws -> [Value] {
        let fixture = OperatorFixture()
        let node = SeriesNode(
            column: PlanColumn(fixture.ids.fresh(), "s", type), arguments: arguments.map { .constant($0.0, $0.1) },
            includesStop: includesStop)
        return try OperatorFixture.run(.series(node)).map { $0[0] }
    }

    private func integers(_ start: Int64, _ stop: Int64, _ step: Int64, includesStop: Bool = true) throws -> [Value] {
        try series(.bigint, [(.integer(start), .bigint), (.integer(stop), .bigint), (.integer(step), .bigint)], includesStop: includesStop)
    }

    @Test func `series of integers go up, down and nowhere`() throws {
        #expect(try integers(1, 5, 2) == [.integer(1), .integer(3), .integer(5)])
        #expect(try integers(1, 5, 2, includesStop: false) == [.integer(1), .integer(3)])
        #expect(try integers(5, 1, -3) == [.integer(5), .integer(2)])
        #expect(try integers(5, 1, 1).isEmpty)
        #expect(try integers(.max - 1, .max, 1) == [.integer(.max - 1), .integer(.max)])
        #expect(try integers(1, 300_000, 1) == (1...300_000).map { .integer($0) })
        #expect(try series(.bigint, [(.integer(1), .bigint), (.null, .bigint), (.integer(1), .bigint)]).isEmpty)
    }

    @Test func `a step of zero is an error`() throws {
        let error = #expect(throws: SQLError.self) { try integers(1, 5, 0) }
        #expect(error?.state == .invalidParameterValue)
    }

    @Test func `series of times step by days and months`() throws {
        let day: Int64 = 86_400_000_000
        let days = try series(
            .timestamp, [(.timestamp(0), .timestamp), (.timestamp(day * 2), .timestamp), (.interval(Interval(days: 1)), .interval)])
        #expect(days == [.timestamp(0), .timestamp(day), .timestamp(day * 2)])
        // 2020-01-31, then the end of February, from which on it is the 29th.
        let start = CivilDate.days(year: 2020, month: 1, day: 31), stop = CivilDate.days(year: 2020, month: 3, day: 29)
        let months = try series(
            .timestamp,
            [(.timestamp(start * day), .timestamp), (.timestamp(stop * day), .timestamp), (.interval(Interval(months: 1)), .interval)])
        #expect(months == [.timestamp(start * day), .timestamp((start + 29) * day), .timestamp(stop * day)])
    }
}
