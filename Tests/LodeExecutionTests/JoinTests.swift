// Joins of every kind against the definition: each row with each row.

import LodeCore
import LodePlan
import LodeVectors
import Testing

@testable import LodeExecution

@Suite struct JoinTests {
    enum Keys: CaseIterable { case dense, wide, text, pair, double, none }

    private static let kinds: [JoinNode.Kind] = {
        let mark = PlanColumn(ColumnID(900_000), "mark", .boolean)
        return [
            .inner, .left, .right, .full, .semi, .anti, .mark(mark, isNullAware: false), .mark(mark, isNullAware: true),
        ]
    }()

    /// Rows of two keys and a number; one key in five is NULL.
    private func rows(_ count: Int, _ dice: inout Dice, _ keys: Keys, spread: Int) -> [[Value]] {
        (0..<count).map { _ in
            func key() -> Value {
                if dice.roll(5) == 0 { return .null }
                let number = dice.roll(spread)
                switch keys {
                case .dense, .pair, .none: return .integer(Int64(number))
                case .wide: return .integer(Int64(number) * 1_000_000_007_000)
                case .text: return .text(number % 2 == 0 ? "k\(number)" : "a longer key, number \(number)")
                case .double: return .double(number == 0 ? -0.0 : number == 1 ? .nan : Double(number))
                }
            }
            return [key(), key(), .integer(Int64(dice.roll(10)))]
        }
    }

    private func type(_ keys: Keys) -> SQLType {
        switch keys {
        case .dense, .pair, .none: .integer
        case .wide: .bigint
        case .text: .varchar
        case .double: .double
        }
    }

    /// nil is unknown.
    private func equal(_ l: Value, _ r: Value, matchesNull: Bool) -> Bool? {
        if l.isNull || r.isNull { return matchesNull ? l.isNull && r.isNull : nil }
        if case .double(let a) = l, case .double(let b) = r { return a == b || (a.isNaN && b.isNaN) }
        return l == r
    }

    private func and(_ parts: [Bool?]) -> Bool? { parts.contains(false) ? false : parts.contains(nil) ? nil : true }

    private func naive(
        _ kind: JoinNode.Kind, _ left: [[Value]], _ right: [[Value]], keyCount: Int, matchesNull: Bool, residual: Bool
    ) -> [[Value]] {
        func test(_ l: [Value], _ r: [Value]) -> Bool? {
            if residual, case .integer(let a) = l[2], case .integer(let b) = r[2], a >= b { return false }
            return and((0..<keyCount).map { equal(l[$0], r[$0], matchesNull: matchesNull) })
        }
        let nulls = [Value](repeating: .null, count: 3)
        var result: [[Value]] = [], hit = Set<Int>()
        for l in left {
            let verdicts = right.map { test(l, $0) }
            let matches = verdicts.indices.filter { verdicts[$0] == true }
            hit.formUnion(matches)
            switch kind {
            case .inner, .right: result += matches.map { l + right[$0] }
            case .left, .full, .single: result += matches.isEmpty ? [l + nulls] : matches.map { l + right[$0] }
            case .semi: if !matches.isEmpty { result.append(l) }
            case .anti: if matches.isEmpty { result.append(l) }
            case .mark(_, let isNullAware):
                let unknown = isNullAware && verdicts.contains(nil)
                result.append(l + [!matches.isEmpty ? .boolean(true) : unknown ? .null : .boolean(false)])
            }
        }
        if kind == .right || kind == .full { result += right.indices.filter { !hit.contains($0) }.map { nulls + right[$0] } }
        return result
    }

    private func check(_ keys: Keys, _ kind: JoinNode.Kind, left: Int, right: Int, matchesNull: Bool, residual: Bool, buildsLeft: Bool)
        throws
    {
        var dice = Dice(UInt64(left * 31 + right * 7 + 5))
        let fixture = OperatorFixture()
        let spread = max(2, (left + right) / 6)
        let l = rows(left, &dice, keys, spread: spread), r = rows(right, &dice, keys, spread: spread)
        let names = [("a", type(keys)), ("b", type(keys)), ("v", SQLType.integer)]
        let leftPlan = try fixture.table(names, l), rightPlan = try fixture.table(names, r)
        let keyCount = keys == .pair ? 2 : keys == .none ? 0 : 1
        var join = JoinNode(
            kind: kind, left: leftPlan, right: rightPlan,
            keys: (0..<keyCount).map {
                JoinNode.Key(fixture.column(leftPlan, $0), fixture.column(rightPlan, $0), matchesNull: matchesNull)
            },
            residual: residual ? .comparison(.less, fixture.column(leftPlan, 2), fixture.column(rightPlan, 2), nil) : nil)
        join.buildsLeft = buildsLeft
        let expected = naive(kind, l, r, keyCount: keyCount, matchesNull: matchesNull, residual: residual)
        for threads in [1, 2] {
            let found = try OperatorFixture.run(.join(join), threads: threads)
            #expect(
                OperatorFixture.bag(found) == OperatorFixture.bag(expected), "\(keys) \(kind.name) \(left)x\(right) residual \(residual)")
        }
    }

    @Test(arguments: Keys.allCases)
    func `every kind of join gives what comparing all rows with all rows gives`(keys: Keys) throws {
        for kind in Self.kinds {
            for (left, right) in [(0, 0), (0, 9), (9, 0), (1, 1), (40, 30), (30, 150)] {
                for residual in [false, true] {
                    try check(keys, kind, left: left, right: right, matchesNull: false, residual: residual, buildsLeft: false)
                }
            }
        }
    }

    @Test(arguments: [Keys.dense, .text, .pair])
    func `keys that match NULL find it`(keys: Keys) throws {
        for kind in Self.kinds {
            try check(keys, kind, left: 40, right: 50, matchesNull: true, residual: false, buildsLeft: false)
            try check(keys, kind, left: 40, right: 50, matchesNull: true, residual: true, buildsLeft: false)
        }
    }

    @Test(arguments: [Keys.dense, .wide, .pair])
    func `semi, anti and mark joins may build on the left`(keys: Keys) throws {
        for kind in Self.kinds.dropFirst(4) {
            for (left, right) in [(0, 9), (9, 0), (40, 90)] {
                for residual in [false, true] {
                    try check(keys, kind, left: left, right: right, matchesNull: false, residual: residual, buildsLeft: true)
                }
            }
        }
    }

    @Test func `a long chain fills whole chunks`() throws {
        let fixture = OperatorFixture()
        let left = try fixture.table([("a", .integer)], (0..<3).map { [.integer(Int64($0))] })
        let right = try fixture.table([("b", .integer)], (0..<5000).map { [.integer(Int64($0 % 2))] }, chunkRows: 2048)
        let join = JoinNode(kind: .inner, left: left, right: right, keys: [.init(fixture.column(left, 0), fixture.column(right, 0))])
        #expect(try OperatorFixture.run(.join(join)).count == 5000)
    }

    @Test func `a second match of a scalar subquery is an error`() throws {
        for (residual, buildRows) in [(false, 2), (true, 2)] {
            let fixture = OperatorFixture()
            let left = try fixture.table([("a", .integer)], [[.integer(1)], [.integer(2)]])
            let right = try fixture.table([("b", .integer)], Array(repeating: [.integer(1)], count: buildRows))
            let condition = BoundExpression.comparison(.lessOrEqual, fixture.column(left, 0), fixture.column(right, 0), nil)
            let join = JoinNode(
                kind: .single, left: left, right: right, keys: [.init(fixture.column(left, 0), fixture.column(right, 0))],
                residual: residual ? condition : nil)
            let error = #expect(throws: SQLError.self) { try OperatorFixture.run(.join(join)) }
            #expect(error?.state == .cardinalityViolation)
        }
    }

    @Test func `a scalar subquery without a match gives NULL`() throws {
        let fixture = OperatorFixture()
        let left = try fixture.table([("a", .integer)], [[.integer(1)], [.integer(2)]])
        let right = try fixture.table([("b", .integer), ("c", .varchar)], [[.integer(1), .text("a text that is not inline")]])
        let join = JoinNode(kind: .single, left: left, right: right, keys: [.init(fixture.column(left, 0), fixture.column(right, 0))])
        let rows = try OperatorFixture.run(.join(join))
        #expect(
            OperatorFixture.bag(rows)
                == OperatorFixture.bag([
                    [.integer(1), .integer(1), .text("a text that is not inline")], [.integer(2), .null, .null],
                ]))
    }

    @Test func `a build side beyond the memory limit is refused by the name of the operator`() throws {
        let fixture = OperatorFixture()
        let left = try fixture.table([("a", .integer)], [[.integer(1)]])
        let right = try fixture.table([("b", .integer)], (0..<4000).map { [.integer(Int64($0))] }, chunkRows: 2000)
        let join = JoinNode(kind: .inner, left: left, right: right, keys: [.init(fixture.column(left, 0), fixture.column(right, 0))])
        let error = #expect(throws: SQLError.self) { try OperatorFixture.run(.join(join), memory: 20_000) }
        #expect(error?.state == .outOfMemory)
        #expect(error?.message.contains("hash join") == true)
    }

    @Test func `columns that nobody needs are not given`() throws {
        let fixture = OperatorFixture()
        let left = try fixture.table([("a", .integer), ("x", .varchar)], [[.integer(1), .text("x")]])
        let right = try fixture.table([("b", .integer), ("y", .varchar)], [[.integer(1), .text("y")]])
        let join = JoinNode(kind: .inner, left: left, right: right, keys: [.init(fixture.column(left, 0), fixture.column(right, 0))])
        let project = ProjectNode(
            input: .join(join), items: [.init(PlanColumn(fixture.ids.fresh(), "z", .varchar), fixture.column(right, 1))])
        #expect(try OperatorFixture.run(.project(project)) == [[.text("y")]])
    }
}
