/// Comparisons as booleans and as filters, over every type and layout.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

@Suite struct ComparisonTests {
    private static let samples: [(SQLType, [String?])] = [
        (.boolean, ["false", "true", nil]), (.tinyint, ["-3", "0", "7", nil]), (.smallint, ["-300", "0", nil]),
        (.integer, ["-70000", "1", nil]), (.bigint, ["-5000000000", "5000000000", nil]),
        (.decimal(precision: 10, scale: 2), ["-1.50", "0.00", "2.25", nil]),
        (.decimal(precision: 30, scale: 2), ["-1.50", "12345678901234567890.25", nil]),
        (.real, ["-1.5", "2.5", "NaN", nil]), (.double, ["-1.5", "1e300", "NaN", nil]),
        (.varchar, ["", "a", "ab", "abcdefghijklm", "abcdefghijklmn", "b", "é", nil]), (.date, ["1969-01-01", "2024-01-01", nil]),
        (.timestamp, ["2024-01-01 00:00:00", "2024-01-01 00:00:01", nil]), (.interval, ["29 days", "1 month 1 day", nil]),
        (.uuid, ["00000000-0000-0000-0000-000000000001", "f0000000-0000-0000-0000-000000000001", nil]),
    ]

    /// Each list is ascending, so that positions say what must hold.
    @Test func `every comparison of every type, in every layout, agrees with the order`() throws {
        for (type, texts) in Self.samples {
            let values = try type == .varchar
                ? texts.map { $0.map { Value.text($0) } ?? .null }
                : texts.map { try $0.map { try Argument.of(type, $0).values[0] } ?? .null }
            let pairs = values.indices.flatMap { i in values.indices.map { (i, $0) } }
            let left = try Column.make(type, pairs.map { values[$0.0] }), right = try Column.make(type, pairs.map { values[$0.1] })
            for comparison in ComparisonOperator.allCases {
                let expected = pairs.map { Self.expected(comparison, $0.0, $0.1, nullIndex: values.count - 1) }
                for l in [left, try Calls.dictionary(left)] {
                    for r in [right, try Calls.dictionary(right)] { try check(comparison, type, l, r, expected) }
                    for (index, value) in values.enumerated() {
                        let constant = try Column.constant(value, type, count: pairs.count)
                        let against = pairs.map { Self.expected(comparison, $0.0, index, nullIndex: values.count - 1) }
                        try check(comparison, type, l, constant, against)
                        let swapped = pairs.map { Self.expected(comparison, index, $0.0, nullIndex: values.count - 1) }
                        try check(comparison, type, constant, l, swapped)
                    }
                }
            }
        }
    }

    private static func expected(_ comparison: ComparisonOperator, _ i: Int, _ j: Int, nullIndex: Int) -> Bool? {
        switch comparison {
        case .isDistinct: i != j
        case .isNotDistinct: i == j
        default: i == nullIndex || j == nullIndex ? nil : comparison.holds(i - j)
        }
    }

    private func check(_ comparison: ComparisonOperator, _ type: SQLType, _ left: Column, _ right: Column, _ expected: [Bool?]) throws {
        let count = expected.count
        let booleans = try Comparison.kernel(comparison, type)(left, right, count)
        let got = (0..<count).map { row -> Bool? in if case .boolean(let flag) = booleans.value(at: row) { flag } else { nil } }
        #expect(got == expected, "\(type) \(comparison)")
        let survivors = try Selection(capacity: count)
        try ComparisonSelect.kernel(comparison, type)(left, right, count, survivors)
        let rows = (0..<count).filter { expected[$0] == true }.map { UInt32($0) }
        #expect((0..<survivors.count).map { survivors[$0] } == rows, "\(type) \(comparison) as a filter")
        let even = try Selection(capacity: count)
        for row in stride(from: 0, to: count, by: 2) {
            even[even.count] = UInt32(row)
            even.count += 1
        }
        try ComparisonSelect.refinement(comparison, type)(left, right, count, even)
        #expect((0..<even.count).map { even[$0] } == rows.filter { $0 % 2 == 0 }, "\(type) \(comparison) as a refinement")
    }

    @Test func `decimals of different scales compare by value`() throws {
        #expect(try Calls.run("=", .dec(5, 2, "1.50"), .dec(5, 1, "1.5")) == ["true"])
        #expect(try Calls.run("<", .int(1, 2), .dec(3, 1, "1.5")) == ["true", "false"])
    }

    @Test func `char ignores the blanks that pad it`() throws {
        let padded = Argument(.char(5), .text("ab   "))
        #expect(try Calls.run("=", padded, .text("ab")) == ["true"])
    }

    @Test func `lists compare element by element`() throws {
        let list = SQLType.list(.integer)
        let left = Argument(list, .list([.integer(1), .integer(2)]), .list([.integer(1)]), .null)
        let right = Argument(list, .list([.integer(1), .integer(3)]), .list([]), .list([]))
        #expect(try Calls.run("<", left, right) == ["true", "false", "NULL"])
    }

    @Test func `booleans filter`() throws {
        let column = try Column.make(.boolean, [.boolean(true), .null, .boolean(false), .boolean(true)])
        let survivors = try Selection(capacity: 4)
        try ComparisonSelect.isTrue(column, 4, survivors)
        #expect((0..<survivors.count).map { survivors[$0] } == [0, 3])
        try ComparisonSelect.keepTrue(try .constant(.boolean(false), .boolean, count: 4), 4, survivors)
        #expect(survivors.count == 0)
    }
}
