// Grouping against a model in plain Swift: keys of every shape, DISTINCT, FILTER, ORDER BY, sets, many groups, little memory.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors
import Testing

@testable import LodeExecution

@Suite struct AggregateTests {
    let fixture = OperatorFixture()

    func call(
        _ name: String, _ arguments: [BoundExpression], distinct: Bool = false, filter: BoundExpression? = nil, order: [SortKey] = []
    ) throws -> AggregateCall {
        let function = try fixture.aggregate(name, arguments.map(\.type))
        return AggregateCall(
            column: PlanColumn(fixture.ids.fresh(), name, function.returns), name: name, function: function, arguments: arguments,
            isDistinct: distinct, filter: filter, order: order)
    }

    func item(_ expression: BoundExpression) -> ProjectNode.Item {
        ProjectNode.Item(PlanColumn(fixture.ids.fresh(), "k", expression.type), expression)
    }

    /// Groups by `keys` (column numbers) and gives keys, count and the sum of the last column.
    func model(_ rows: [[Value]], _ keys: [Int]) -> [[Value]: (count: Int, sum: Int64)] {
        var groups: [[Value]: (count: Int, sum: Int64)] = [:]
        for row in rows {
            let key = keys.map { row[$0] }
            var group = groups[key] ?? (0, 0)
            group.count += 1
            if case .integer(let number)? = row.last { group.sum += number }
            groups[key] = group
        }
        return groups
    }

    static let keyTypes: [[SQLType]] = [
        [.integer], [.bigint], [.varchar], [.boolean], [.smallint, .tinyint], [.bigint, .bigint], [.varchar, .integer],
        [.decimal(precision: 30, scale: 2)], [.double, .varchar, .date], [.uuid, .boolean], [.timestamp, .real],
    ]

    func value(_ type: SQLType, _ number: Int) -> Value {
        switch type {
        case .boolean: .boolean(number % 2 == 0)
        case .tinyint: .integer(Int64(number % 100))
        case .smallint, .integer, .bigint: .integer(Int64(number * 7919 % 30_000))
        case .decimal(_, let scale): .decimal(Int128(number) * 1_000_000_007, scale: scale)
        case .real, .double: .double(Double(number) / 4)
        case .varchar: .text(number % 3 == 0 ? "k\(number)" : "a key that does not fit a lane \(number)")
        case .date: .date(Int32(number))
        case .timestamp: .timestamp(Int64(number) * 1_000_000)
        case .uuid: .uuid(UInt128(number))
        default: .null
        }
    }

    @Test(arguments: keyTypes, [1, 2])
    func `groups are those of the model, NULL being one of them`(types: [SQLType], threads: Int) throws {
        var dice = Dice(UInt64(types.count))
        let rows: [[Value]] = (0..<4000).map { _ in
            types.map { dice.roll(9) == 0 ? .null : value($0, dice.roll(40)) } + [.integer(Int64(dice.roll(1000)))]
        }
        let columns = types.enumerated().map { ("c\($0)", $1) } + [("v", SQLType.bigint)]
        let input = try fixture.table(columns, rows, chunkRows: 500)
        let node = AggregateNode(
            input: input, groups: types.indices.map { item(fixture.column(input, $0)) },
            aggregates: [try call("count", []), try call("sum", [fixture.column(input, types.count)])])
        let found = try OperatorFixture.run(.aggregate(node), threads: threads)
        let expected = model(rows, Array(types.indices))
        #expect(found.count == expected.count)
        for row in found {
            let group = try #require(expected[Array(row.prefix(types.count))])
            #expect(row[types.count] == .integer(Int64(group.count)))
            #expect(sumText(row[types.count + 1]) == group.sum)
        }
    }

    func sumText(_ value: Value) -> Int64? {
        switch value {
        case .integer(let number): number
        case .decimal(let number, 0): Int64(exactly: number)
        default: nil
        }
    }

    @Test func `more groups than a worker's table holds are merged`() throws {
        // Every key comes three times, far apart: tables forget, partitions are merged.
        let count = 200_000
        let rows: [[Value]] = (0..<3).flatMap { _ in
            (0..<count).map { [.integer(Int64($0 &* 2_654_435_761 % 4_294_967_296)), .integer(1)] }
        }
        let input = try fixture.table([("k", .bigint), ("v", .bigint)], rows, chunkRows: 2048)
        let node = AggregateNode(
            input: input, groups: [item(fixture.column(input, 0))], aggregates: [try call("sum", [fixture.column(input, 1)])])
        let found = try OperatorFixture.run(.aggregate(node))
        #expect(found.count == count)
        #expect(found.allSatisfy { sumText($0[1]) == 3 })
        #expect(Set(found.map { $0[0] }).count == count)
    }

    @Test func `memory that is refused is an error that names the operator`() throws {
        let rows: [[Value]] = (0..<50_000).map { [.integer(Int64($0))] }
        let input = try fixture.table([("k", .bigint)], rows, chunkRows: 2048)
        let node = AggregateNode(input: input, groups: [item(fixture.column(input, 0))], aggregates: [])
        let error = try #require(throws: SQLError.self) { try OperatorFixture.run(.aggregate(node), memory: 1 << 20) }
        #expect(error.state == .outOfMemory)
        #expect(error.message.contains("aggregation"))
    }

    @Test func `no rows make one row without keys and none with them`() throws {
        let input = try fixture.table([("k", .bigint)], [])
        let counts = [try call("count", []), try call("sum", [fixture.column(input, 0)])]
        #expect(try OperatorFixture.run(.aggregate(AggregateNode(input: input, groups: [], aggregates: counts))) == [[.integer(0), .null]])
        let grouped = AggregateNode(input: input, groups: [item(fixture.column(input, 0))], aggregates: counts)
        #expect(try OperatorFixture.run(.aggregate(grouped)).isEmpty)
    }

    @Test(arguments: [true, false])
    func `distinct, filtered and plain aggregates stand side by side`(isGrouped: Bool) throws {
        var dice = Dice(77)
        let rows: [[Value]] = (0..<6000).map { _ in
            [.integer(Int64(dice.roll(5))), dice.roll(6) == 0 ? .null : .integer(Int64(dice.roll(50)))]
        }
        let input = try fixture.table([("k", .integer), ("v", .bigint)], rows, chunkRows: 600)
        let v = fixture.column(input, 1)
        let isSmall = BoundExpression.comparison(.less, v, .constant(.integer(10), .bigint), nil)
        let node = AggregateNode(
            input: input, groups: isGrouped ? [item(fixture.column(input, 0))] : [],
            aggregates: [
                try call("count", [v], distinct: true), try call("count", [v]), try call("count", [], filter: isSmall),
                try call("sum", [v], distinct: true, filter: isSmall),
            ])
        let found = try OperatorFixture.run(.aggregate(node))
        let keys: [Value?] = isGrouped ? (0..<5).map { .integer($0) } : [nil]
        #expect(found.count == keys.count)
        for key in keys {
            let own = rows.filter { key == nil || $0[0] == key }.map { $0[1] }.filter { !$0.isNull }
            let small = own.filter { if case .integer(let n) = $0 { n < 10 } else { false } }
            let row = try #require(found.first { key == nil || $0[0] == key }).suffix(4).map { sumText($0) }
            let distinctSum = Set(small).reduce(Int64(0)) { if case .integer(let n) = $1 { $0 + n } else { $0 } }
            #expect(row == [Int64(Set(own).count), Int64(own.count), Int64(small.count), distinctSum])
        }
    }

    @Test func `aggregates see their rows in the order that they ask for`() throws {
        let rows: [[Value]] = (0..<300).map { [.integer(Int64($0 % 3)), .integer(Int64($0 * 37 % 300)), .text("t\($0 * 37 % 300)")] }
        let input = try fixture.table([("k", .integer), ("o", .bigint), ("t", .varchar)], rows, chunkRows: 40)
        let o = fixture.column(input, 1), t = fixture.column(input, 2)
        let comma = BoundExpression.constant(.text(","), .varchar)
        for keys in [[0], []] {
            let node = AggregateNode(
                input: input, groups: keys.map { item(fixture.column(input, $0)) },
                aggregates: [
                    try call("string_agg", [t, comma], order: [SortKey(o, descending: true)]),
                    try call("string_agg", [t, comma], order: [SortKey(o)]),
                ])
            let found = try OperatorFixture.run(.aggregate(node))
            for row in found {
                let own = rows.filter { keys.isEmpty || $0[0] == row[0] }.sorted { (Value.compare($0[1], $1[1]) ?? 0) < 0 }
                let texts = own.map { if case .text(let text) = $0[2] { text.string } else { "" } }
                #expect(row[row.count - 2] == .text(texts.reversed().joined(separator: ",")))
                #expect(row[row.count - 1] == .text(texts.joined(separator: ",")))
            }
        }
    }

    @Test func `grouping sets give a row a group and set`() throws {
        let rows: [[Value]] = (0..<100).map { [.integer(Int64($0 % 2)), .integer(Int64($0 % 5)), .integer(1)] }
        let input = try fixture.table([("a", .integer), ("b", .integer), ("v", .bigint)], rows)
        let set = PlanColumn(fixture.ids.fresh(), "set", .bigint)
        let node = AggregateNode(
            input: input, groups: [item(fixture.column(input, 0)), item(fixture.column(input, 1))], sets: [[0, 1], [1], []], setColumn: set,
            aggregates: [try call("count", [])])
        let found = try OperatorFixture.run(.aggregate(node))
        #expect(found.count == 10 + 5 + 1)
        #expect(found.filter { $0[2] == .integer(1) }.allSatisfy { $0[0].isNull && $0[3] == .integer(20) })
        #expect(found.filter { $0[2] == .integer(2) } == [[.null, .null, .integer(2), .integer(100)]])
    }

    @Test func `lists and structs are keys too`() throws {
        let type = SQLType.list(.structure([Field("x", .integer), Field("y", .varchar)]))
        let keys: [Value] = [
            .list([.structure([.integer(1), .text("a")])]), .list([]), .null, .list([.structure([.null, .text("a text beyond a lane")])]),
        ]
        let input = try fixture.table([("k", type)], (0..<40).map { [keys[$0 % 4]] })
        let node = AggregateNode(input: input, groups: [item(fixture.column(input, 0))], aggregates: [try call("count", [])])
        let found = try OperatorFixture.run(.aggregate(node))
        #expect(Set(found) == Set(keys.map { [$0, .integer(10)] }))
    }
}
