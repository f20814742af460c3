/// INSERT: columns in table order, of the table's types.

import LodeCore
import LodePlan
import LodeSyntax
import Testing

@testable import LodePlanner

@Suite struct BinderInsertTests {
    private func insert(_ sql: String) throws -> BoundQuery {
        guard case .insert(let insert)? = try Parser.parse(sql).first?.statement else { throw SQLError(.internalError, "no INSERT") }
        let schema = Schema([
            Field("id", .bigint), Field("name", .varchar), Field("price", .decimal(precision: 10, scale: 2)), Field("day", .date),
        ])
        let target = InsertTarget(
            name: "target", schema: schema, defaults: [1: try Parser.parseExpression("upper('none')")], partitionColumns: [3])
        let bound = try Bound.binder().bind(insert: insert, into: target).rows
        try PlanVerifier.verify(bound.plan, after: "binding")
        #expect(bound.types == schema.fields.map(\.type) && bound.names == schema.fields.map(\.name))
        return bound
    }

    private func items(_ sql: String) throws -> String {
        guard case .project(let node) = try insert(sql).plan else { return "no projection" }
        return node.items.map { $0.expression.text(naming: node.input.columns) }.joined(separator: ", ")
    }

    private func error(_ sql: String) -> String {
        do {
            _ = try insert(sql)
            return "no error"
        } catch let error as SQLError {
            let place = error.span.map { " @ " + String(decoding: Array(sql.utf8)[$0.start..<$0.end], as: UTF8.self) }
            return "\(error.state.rawValue) \(error.message)" + (place ?? "")
        } catch {
            return "\(error)"
        }
    }

    @Test func `literal rows take the columns' types cell by cell`() throws {
        guard
            case .project(let node) = try insert("insert into target values (1, 'a', 2.5, '2024-01-31'), (2, null, 3, date '2024-02-01')")
                .plan,
            case .values(let values) = node.input
        else {
            Issue.record("no values")
            return
        }
        #expect(
            values.rows[0] == [
                .constant(.integer(1), .bigint), .constant(.text("a"), .varchar),
                .constant(.decimal(250, scale: 2), .decimal(precision: 10, scale: 2)),
                .constant(.date(19753), .date),
            ])
        #expect(values.rows[1][1] == .constant(.null, .varchar))
    }

    @Test(arguments: [
        ("insert into target (day, id) select d, a from t", "cast(a as bigint), upper('none'), null, d"),
        ("insert into target by name select d as day, a as id from t", "cast(a as bigint), upper('none'), null, d"),
        ("insert into target select 1, 'x', '2.5', '2024-01-31'", "1, 'x', 2.50, date '2024-01-31'"),
        (
            "insert into target select t.a, b, e, ts from t, u where t.a = u.a",
            "cast(a as bigint), b, cast(e as decimal(10,2)), cast(ts as date)"
        ),
        (
            "insert into target partition (day = '2024-01-31') select a, b, c from t",
            "cast(a as bigint), b, cast(c as decimal(10,2)), date '2024-01-31'"
        ),
        ("insert into target (day, id) values (null, 1)", "id, upper('none'), null, day"),
    ])
    func `columns are put in the table's order, and what is missing gets its default`(_ sql: String, _ expected: String) throws {
        #expect(try items(sql) == expected)
    }

    @Test(arguments: [
        ("insert into target select 1", "42601 INSERT gives no value for the partition column \"day\" @ target"),
        ("insert into target default values", "42601 INSERT gives no value for the partition column \"day\" @ target"),
        ("insert into target values (1, 'a', 2, default)", "42601 INSERT gives no value for the partition column \"day\" @ default"),
        ("insert into target partition (id = 1) select 1", "42P10 column \"id\" is not a partition column of \"target\" @ id"),
        ("insert into target values (1, 'a', 'x', null)", "22P02 invalid input syntax for type decimal(10,2): \"x\" @ 'x'"),
        ("insert into target values (1, 'a', 2, '2024-02-30')", "22008 date/time field value out of range: \"2024-02-30\" @ '2024-02-30'"),
        ("insert into target (id, nam) values (1, 'a')", "42703 column \"nam\" of relation \"target\" does not exist @ nam"),
        ("insert into target (id, id) values (1, 2)", "42701 column \"id\" specified more than once @ id"),
        ("insert into target (id) values (1, 2)", "42601 INSERT has more expressions than target columns @ values (1, 2)"),
        ("insert into target (id, name) values (1)", "42601 INSERT has more target columns than expressions @ values (1)"),
        ("insert into target values (true)", "42804 column \"id\" is of type bigint but expression is of type boolean @ true"),
        (
            "insert into target (day) select b from t",
            "42804 column \"day\" is of type date but expression is of type varchar @ select b from t"
        ),
        ("insert into target values (99999999999999999999)", "22003 bigint out of range @ 99999999999999999999"),
        ("insert into target (id, day) values (1, null) returning nam", "42703 column \"nam\" does not exist @ nam"),
    ])
    func `what can't be inserted is refused at its place`(_ sql: String, _ expected: String) { #expect(error(sql) == expected) }
}
