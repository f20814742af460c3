// Window functions against the definition: every frame gathered row by row.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors
import Testing

@testable import LodeExecution

@Suite struct WindowTests {
    /// Partition, order key, value; in the order of partition and key, with NULL keys last.
    private func rows(_ count: Int, _ dice: inout Dice) -> [[Value]] {
        (0..<count).map { index in
            [
                .integer(Int64(dice.roll(4))), dice.roll(8) == 0 ? .null : .integer(Int64(dice.roll(12))),
                dice.roll(5) == 0 ? .null : .integer(Int64(dice.roll(50))), .integer(Int64(index)),
            ]
        }
    }

    private static let columns: [(String, SQLType)] = [("p", .integer), ("k", .bigint), ("v", .bigint), ("n", .bigint)]

    private func run(
        _ rows: [[Value]], _ function: WindowCall.Function, _ type: SQLType, frame: WindowFrame = .standard, ignoresNulls: Bool = false,
        isUnordered: Bool = false, filtered: Bool = false, _ arguments: (LogicalPlan) -> [BoundExpression]
    ) throws -> [[Value]] {
        let fixture = OperatorFixture()
        let plan = try fixture.table(Self.columns, rows, chunkRows: 33)
        let filter: BoundExpression? = filtered ? .comparison(.less, fixture.column(plan, 2), .constant(.integer(25), .bigint), nil) : nil
        let call = WindowCall(
            column: PlanColumn(fixture.ids.fresh(), "w", type), name: "w", function: function, arguments: arguments(plan), frame: frame,
            ignoresNulls: ignoresNulls, filter: filter)
        // The row number makes the order total, except where peers are wanted.
        let node = WindowNode(
            input: plan, partition: [fixture.column(plan, 0)], order: isUnordered ? [] : [SortKey(fixture.column(plan, 1))], calls: [call])
        return try OperatorFixture.run(.window(node))
    }

    /// The results of a frame function by the definition, for rows in the order of the result.
    private func expected(_ rows: [[Value]], _ frame: WindowFrame, _ value: ([[Value]]) -> Value) -> [Value] {
        func offset(_ bound: WindowFrame.Bound) -> Int {
            guard case .constant(.integer(let number), _)? = bound.offset else { return 0 }
            return Int(number)
        }
        return rows.indices.map { i in
            let part = rows.indices.filter { rows[$0][0] == rows[i][0] }
            let groups = part.reduce(into: [Value]()) { if $0.last != rows[$1][1] || $0.isEmpty { $0.append(rows[$1][1]) } }
            func position(_ j: Int) -> Int { frame.mode == .rows ? j : groups.firstIndex(of: rows[j][1]) ?? 0 }
            func key(_ j: Int) -> Int64? { if case .integer(let number) = rows[j][1] { number } else { nil } }
            func within(_ bound: WindowFrame.Bound, _ j: Int, isStart: Bool) -> Bool {
                let sign = isStart ? 1 : -1
                switch bound {
                case .unboundedPreceding: return isStart
                case .unboundedFollowing: return !isStart
                case .currentRow: return (position(j) - position(i)) * sign >= 0
                case .preceding, .following:
                    let isBack = if case .preceding = bound { true } else { false }
                    let distance = isBack ? -offset(bound) : offset(bound)
                    guard frame.mode == .range else { return (position(j) - position(i) - distance) * sign >= 0 }
                    guard let a = key(i) else { return (position(j) - position(i)) * sign >= 0 }
                    guard let b = key(j) else { return isStart }
                    return (Int(b - a) - distance) * sign >= 0
                }
            }
            let kept = part.filter { j in
                guard within(frame.start, j, isStart: true), within(frame.end, j, isStart: false) else { return false }
                // An offset's frame never has NULL keys, unless the row's own key is NULL or the bound is open.
                if frame.mode == .range, key(i) != nil, key(j) == nil, frame.end.offset != nil { return false }
                let isPeer = rows[j][1] == rows[i][1]
                switch frame.exclusion {
                case .none: return true
                case .currentRow: return j != i
                case .group: return !isPeer
                case .ties: return !isPeer || j == i
                }
            }
            return value(kept.map { rows[$0] })
        }
    }

    private static let frames: [WindowFrame] = {
        func constant(_ number: Int) -> BoundExpression { .constant(.integer(Int64(number)), .bigint) }
        let bounds: [(WindowFrame.Bound, WindowFrame.Bound)] = [
            (.unboundedPreceding, .currentRow), (.unboundedPreceding, .unboundedFollowing), (.currentRow, .unboundedFollowing),
            (.preceding(constant(2)), .currentRow), (.preceding(constant(3)), .following(constant(1))),
            (.following(constant(1)), .following(constant(3))), (.preceding(constant(4)), .preceding(constant(2))),
            (.unboundedPreceding, .following(constant(2))), (.currentRow, .currentRow),
        ]
        return bounds.flatMap { bound in
            [WindowFrame.Mode.rows, .range, .groups].flatMap { mode in
                [WindowFrame.Exclusion.none, .currentRow, .group, .ties].map {
                    WindowFrame(mode: mode, start: bound.0, end: bound.1, exclusion: $0)
                }
            }
        }
    }()

    @Test func `sums over every kind of frame`() throws {
        var dice = Dice(1)
        let rows = rows(120, &dice)
        let sum = try OperatorFixture().aggregate("sum", [.bigint])
        for (index, frame) in Self.frames.enumerated() {
            let filtered = index % 5 == 0
            let found = try run(rows, .aggregate(sum), sum.returns, frame: frame, filtered: filtered) { [$0.columns[2].reference] }
            let wanted = expected(found, frame) { rows in
                let numbers = rows.compactMap { row -> Int128? in
                    guard case .integer(let number) = row[2], !filtered || number < 25 else { return nil }
                    return Int128(number)
                }
                return numbers.isEmpty ? .null : .decimal(numbers.reduce(0, +), scale: 0)
            }
            #expect(found.map { $0[4] } == wanted, "\(frame)")
        }
    }

    @Test func `first, last and nth values, with and without NULLs`() throws {
        var dice = Dice(2)
        let rows = rows(100, &dice)
        for frame in Self.frames {
            for ignoresNulls in [false, true] {
                func values(_ rows: [[Value]]) -> [Value] { rows.map { $0[2] }.filter { !ignoresNulls || !$0.isNull } }
                let cases: [(FrameFunction, ([[Value]]) -> Value)] = [
                    (.firstValue, { values($0).first ?? .null }), (.lastValue, { values($0).last ?? .null }),
                    (.nthValue, { values($0).count > 1 ? values($0)[1] : .null }),
                ]
                for (kind, value) in cases {
                    let found = try run(rows, .window(.frame(kind)), .bigint, frame: frame, ignoresNulls: ignoresNulls) {
                        kind == .nthValue ? [$0.columns[2].reference, .constant(.integer(2), .bigint)] : [$0.columns[2].reference]
                    }
                    #expect(found.map { $0[4] } == expected(found, frame, value), "\(kind) \(frame)")
                }
            }
        }
    }

    @Test func `ranking functions`() throws {
        var dice = Dice(4)
        let rows = rows(90, &dice)
        for kind in RankingFunction.allCases {
            let isDouble = kind == .percentRank || kind == .cumeDist
            let found = try run(rows, .window(.ranking(kind)), isDouble ? .double : .bigint) { _ in
                kind == .ntile ? [.constant(.integer(4), .integer)] : []
            }
            for (i, row) in found.enumerated() {
                let part = found.indices.filter { found[$0][0] == row[0] }, place = i - part[0]
                let peers = part.filter { found[$0][1] == row[1] }, before = peers[0] - part[0]
                let wanted: Value
                switch kind {
                case .rowNumber: wanted = .integer(Int64(place + 1))
                case .rank: wanted = .integer(Int64(before + 1))
                case .denseRank: wanted = .integer(Int64(Set(part.filter { $0 < peers[0] }.map { found[$0][1] }).count + 1))
                case .percentRank: wanted = .double(part.count < 2 ? 0 : Double(before) / Double(part.count - 1))
                case .cumeDist: wanted = .double(Double(before + peers.count) / Double(part.count))
                default:
                    let small = part.count / 4, larger = part.count % 4, border = larger * (small + 1)
                    wanted = .integer(Int64(place < border ? place / (small + 1) : larger + (place - border) / small) + 1)
                }
                #expect(row[4] == wanted, "\(kind), row \(i)")
            }
        }
    }

    @Test func `lag and lead with offsets, defaults and ignored NULLs`() throws {
        var dice = Dice(5)
        let rows = rows(80, &dice)
        for (kind, ignoresNulls, offset) in [
            (OffsetFunction.lag, false, 1), (.lead, false, 3), (.lag, true, 2), (.lead, true, 1), (.lag, false, -1),
        ] {
            let found = try run(rows, .window(.offset(kind)), .bigint, ignoresNulls: ignoresNulls) {
                [$0.columns[2].reference, .constant(.integer(Int64(offset)), .bigint), .constant(.integer(-7), .bigint)]
            }
            for (i, row) in found.enumerated() {
                let step = (kind == .lead) == (offset > 0) ? 1 : -1
                var left = abs(offset), j = i
                while left > 0, found.indices.contains(j + step), found[j + step][0] == row[0] {
                    j += step
                    if !ignoresNulls || !found[j][2].isNull { left -= 1 }
                }
                #expect(row[4] == (left == 0 ? found[j][2] : .integer(-7)), "\(kind) \(offset), row \(i)")
            }
        }
    }

    @Test func `without an order all rows of a partition are peers`() throws {
        var dice = Dice(6)
        let rows = rows(60, &dice)
        let count = try OperatorFixture().aggregate("count", [.bigint])
        let found = try run(rows, .aggregate(count), .bigint, isUnordered: true) { [$0.columns[3].reference] }
        for row in found { #expect(row[4] == .integer(Int64(rows.filter { $0[0] == row[0] }.count))) }
    }

    @Test func `texts are strung together in order`() throws {
        let fixture = OperatorFixture()
        let texts: [[Value]] = (0..<40).map { [.integer(Int64($0)), .text("t\($0)")] }
        let plan = try fixture.table([("k", .integer), ("t", .varchar)], texts)
        let join = try fixture.aggregate("string_agg", [.varchar, .varchar])
        let frame = WindowFrame(
            mode: .rows, start: .preceding(.constant(.integer(20), .bigint)), end: .currentRow)
        let call = WindowCall(
            column: PlanColumn(fixture.ids.fresh(), "s", .varchar), name: "string_agg", function: .aggregate(join),
            arguments: [fixture.column(plan, 1), .constant(.text(","), .varchar)], frame: frame)
        let running = WindowCall(
            column: PlanColumn(fixture.ids.fresh(), "r", .varchar), name: "string_agg", function: .aggregate(join),
            arguments: [fixture.column(plan, 1), .constant(.text(","), .varchar)],
            frame: WindowFrame(mode: .rows, start: .unboundedPreceding, end: .currentRow))
        let node = WindowNode(input: plan, partition: [], order: [SortKey(fixture.column(plan, 0))], calls: [call, running])
        let rows = try OperatorFixture.run(.window(node))
        for (i, row) in rows.enumerated() {
            let sliding: [String] = (max(0, i - 20)...i).map { "t\($0)" }, running: [String] = (0...i).map { "t\($0)" }
            #expect(row[2] == Value.text(sliding.joined(separator: ",")))
            #expect(row[3] == Value.text(running.joined(separator: ",")))
        }
    }

    @Test func `a large input is cut at partitions only`() throws {
        let fixture = OperatorFixture()
        var rows: [[Value]] = []
        for index in 0..<100_000 {
            let partition = index % 3 == 0 ? index % 7 : index / 1000 + 10
            rows.append([.integer(Int64(partition)), .integer(Int64(index))])
        }
        let plan = try fixture.table([("p", .integer), ("k", .integer)], rows, chunkRows: 2048)
        let call = WindowCall(
            column: PlanColumn(fixture.ids.fresh(), "n", .bigint), name: "row_number", function: .window(.ranking(.rowNumber)),
            arguments: [], frame: .standard)
        let node = WindowNode(
            input: plan, partition: [fixture.column(plan, 0)], order: [SortKey(fixture.column(plan, 1))], calls: [call])
        let found = try OperatorFixture.run(.window(node))
        var counts: [Value: Int64] = [:]
        for row in found {
            counts[row[0], default: 0] += 1
            if row[2] != .integer(counts[row[0]] ?? 0) { Issue.record("partition \(row[0]) is numbered wrong"); return }
        }
        #expect(found.count == rows.count)
    }

    @Test func `a negative offset and a distinct window are refused`() throws {
        let sum = try OperatorFixture().aggregate("sum", [.bigint])
        let frame = WindowFrame(mode: .rows, start: .preceding(.constant(.integer(-1), .bigint)), end: .currentRow)
        let error = #expect(throws: SQLError.self) {
            try run([[.integer(1), .integer(1), .integer(1), .integer(1)]], .aggregate(sum), sum.returns, frame: frame) {
                [$0.columns[2].reference]
            }
        }
        #expect(error?.state == .windowFrameOffset)
    }
}
