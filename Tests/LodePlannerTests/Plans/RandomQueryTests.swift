/// Random queries keep their columns through the optimizer, and their plans make sense.

import LodeCore
import LodePlan
import LodePlanner
import Testing

/// Makes queries of the shop's tables from a seed: joins, subqueries, groups, windows, unions and limits within each other.
struct RandomQuery {
    private var state: UInt64
    private var aliases = 0

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// A relation in FROM: its alias, and its columns that are numbers.
    private struct Relation {
        var text: String
        var alias: String
        var columns: [String]
    }

    private mutating func below(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % bound
    }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    private mutating func alias() -> String {
        aliases += 1
        return "t\(aliases)"
    }

    /// A query with columns `a` and `b`, both bigint. `outer` are columns that it may read.
    mutating func query(depth: Int = 3, outer: [String] = []) -> String {
        if depth > 1, below(6) == 0 {
            let kind = pick(["union all", "union", "intersect", "except"])
            return "(\(query(depth: depth - 1, outer: outer))) \(kind) (\(query(depth: depth - 1, outer: outer)))"
        }
        var relations = [relation(depth, outer)]
        var from = relations[0].text
        for _ in 0..<below(3) {
            let next = relation(depth, outer)
            let extra = condition(relations.flatMap(\.columns) + next.columns, depth, [])
            let equality = "\(pick(relations.flatMap(\.columns))) = \(pick(next.columns))"
            let on = equality + (below(3) == 0 ? " and \(extra)" : "")
            from += " \(pick(["join", "join", "left join", "right join", "full join"])) \(next.text) on \(on)"
            relations.append(next)
        }
        let columns = relations.flatMap(\.columns)
        let visible = columns + outer
        if below(4) == 0 {
            let inner = query(depth: 1, outer: columns)
            let isLeft = below(2) == 0
            from += isLeft ? " left join lateral (\(inner)) \(alias()) on true" : " cross join lateral (\(inner)) \(alias())"
        }
        var text = "from \(from)"
        if below(3) > 0 { text += " where \(condition(visible, depth, visible))" }
        let x = pick(columns), y = pick(columns)
        switch below(5) {
        case 0:
            text = "select \(x) as a, \(pick(["count(*)", "max(\(y))", "count(distinct \(y))"])) as b \(text) group by \(x)"
            if below(2) == 0 { text += " having count(*) > 1" }
        case 1: text = "select count(*) as a, max(\(y)) as b \(text)"
        case 2: text = "select \(x) as a, row_number() over (partition by \(y) order by \(x)) as b \(text)"
        case 3: text = "select distinct \(x) as a, \(y) + 1 as b \(text)"
        default: text = "select \(x) as a, \(value(visible, depth)) as b \(text)"
        }
        if below(5) == 0 { text += " order by 1, 2 limit \(1 + below(5))" }
        return text
    }

    private mutating func relation(_ depth: Int, _ outer: [String]) -> Relation {
        let name = alias()
        if depth > 1, below(4) == 0 {
            return Relation(text: "(\(query(depth: depth - 1))) \(name)", alias: name, columns: ["\(name).a", "\(name).b"])
        }
        let (table, columns) = pick([
            ("customers", ["customer_id", "region_id"]), ("orders", ["order_id", "customer_id"]),
            ("items", ["order_id", "product_id", "quantity"]), ("products", ["product_id", "department_id"]), ("regions", ["region_id"]),
        ])
        return Relation(text: "\(table) \(name)", alias: name, columns: columns.map { "\(name).\($0)" })
    }

    private mutating func condition(_ columns: [String], _ depth: Int, _ outer: [String]) -> String {
        let x = pick(columns), y = pick(columns)
        let isSmall = depth <= 1 || outer.isEmpty
        switch below(isSmall ? 6 : 11) {
        case 0: return "\(x) = \(below(5))"
        case 1: return "\(x) > \(y)"
        case 2: return "\(x) in (1, 2, \(below(9)))"
        case 3: return "\(x) is \(pick(["null", "not null"]))"
        case 4: return "(\(x) = 1 and \(y) = 2 or \(x) = 3 and \(y) = 4)"
        case 5: return "coalesce(\(x), 7) <> \(y)"
        case 6: return "\(pick(["", "not "]))exists (\(query(depth: depth - 1, outer: outer)))"
        case 7: return "\(x) \(pick(["in", "not in"])) (select a from (\(query(depth: depth - 1, outer: outer))) s)"
        case 8: return "\(x) \(pick(["<", "=", ">="])) \(pick(["any", "all"])) (select b from (\(query(depth: depth - 1))) s)"
        case 9: return "(\(condition(columns, depth - 1, outer)) or not \(condition(columns, depth, outer)))"
        default: return "\(condition(columns, depth - 1, outer)) and \(condition(columns, depth - 1, outer))"
        }
    }

    private mutating func value(_ columns: [String], _ depth: Int) -> String {
        let x = pick(columns)
        switch below(depth <= 1 ? 2 : 4) {
        case 0: return x
        case 1: return "case when \(x) > 3 then \(x) else 0 end"
        case 2: return "(select \(pick(["max", "count", "min"]))(b) from (\(query(depth: depth - 1, outer: columns))) s)"
        default: return "(select a from (\(query(depth: depth - 1, outer: columns))) s limit 1)"
        }
    }
}

@Suite struct RandomQueryTests {
    @Test(arguments: 0..<4) func `random queries keep their columns and verify after every rule`(block: Int) throws {
        for index in 0..<50 {
            var random = RandomQuery(seed: UInt64(block * 50 + index))
            let sql = random.query()
            do {
                let planned = try Planned(sql)
                #expect(planned.optimized.columns.map(\.id) == planned.bound.columns.map(\.id), "\(sql)")
                #expect(planned.optimized.columns.map(\.type) == planned.bound.columns.map(\.type), "\(sql)")
                try PlanVerifier.verify(planned.optimized, after: "optimizing")
                #expect(planned.optimized.freeColumns.isEmpty, "\(sql)")
            } catch let error as SQLError where error.state == .featureNotSupported {
                continue
            } catch {
                Issue.record("\(error)\n\(sql)")
            }
        }
    }
}
