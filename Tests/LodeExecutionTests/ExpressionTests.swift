// Expressions over chunks: NULL logic, what must not be computed, sharing, filters.

import LodeCore
import LodeFunctions
import LodePlan
import LodeVectors
import Testing

@testable import LodeExecution

@Suite struct ExpressionTests {
    let functions = FunctionContext(transactionMicros: 0)

    func columns(_ types: [SQLType]) -> [PlanColumn] { types.enumerated().map { PlanColumn(ColumnID($0), "c\($0)", $1) } }

    func evaluate(_ expression: BoundExpression, _ types: [SQLType], _ rows: [[Value]]) throws -> [Value] {
        let compiled = try ExpressionCompiler(columns: columns(types), functions: functions).compile(expression)
        let column = try compiled.evaluate(try chunk(types, rows))
        return (0..<rows.count).map { column.value(at: $0) }
    }

    func chunk(_ types: [SQLType], _ rows: [[Value]]) throws -> Chunk {
        var made: [Column] = []
        for (index, type) in types.enumerated() { made.append(try Column.make(type, rows.map { $0[index] })) }
        return Chunk(columns: made, count: rows.count)
    }

    func divide(_ left: BoundExpression, _ right: BoundExpression, span: SourceSpan? = nil) throws -> BoundExpression {
        let function = try #require(FunctionRegistry.scalars["%"])
        let bound = try #require(function.overloads.lazy.compactMap { try? $0.bind([left.type, right.type]) }.first)
        return .call(ScalarCall(name: "%", function: bound, volatility: .immutable, isStrict: true, arguments: [left, right], span: span))
    }

    func number(_ value: Int64) -> BoundExpression { .constant(.integer(value), .bigint) }
    let x = BoundExpression.column(ColumnID(0), .bigint)
    let y = BoundExpression.column(ColumnID(1), .bigint)

    @Test func `AND, OR and NOT follow three-valued logic`() throws {
        let truths: [Value] = [.boolean(true), .boolean(false), .null]
        let rows = truths.flatMap { a in truths.map { b in [a, b] } }
        let a = BoundExpression.column(ColumnID(0), .boolean), b = BoundExpression.column(ColumnID(1), .boolean)
        let and: [Value] = [
            .boolean(true), .boolean(false), .null, .boolean(false), .boolean(false), .boolean(false), .null, .boolean(false), .null,
        ]
        let or: [Value] = [
            .boolean(true), .boolean(true), .boolean(true), .boolean(true), .boolean(false), .null, .boolean(true), .null, .null,
        ]
        #expect(try evaluate(.and([a, b]), [.boolean, .boolean], rows) == and)
        #expect(try evaluate(.or([a, b]), [.boolean, .boolean], rows) == or)
        #expect(try evaluate(.not(b), [.boolean, .boolean], rows).prefix(3) == [.boolean(false), .boolean(true), .null])
    }

    @Test func `a branch that would fail is not computed for rows that don't need it`() throws {
        let safe = BoundExpression.comparison(.notEqual, y, number(0), nil)
        let modulo = try divide(x, y)
        let rows: [[Value]] = [
            [.integer(7), .integer(2)], [.integer(7), .integer(0)], [.integer(9), .integer(5)], [.null, .integer(0)],
        ]
        let guarded = BoundExpression.conditional([.init(condition: safe, result: modulo)], otherwise: number(-1), .bigint)
        #expect(try evaluate(guarded, [.bigint, .bigint], rows) == [.integer(1), .integer(-1), .integer(4), .integer(-1)])
        let both = BoundExpression.and([safe, .comparison(.equal, modulo, number(1), nil)])
        #expect(try evaluate(both, [.bigint, .bigint], rows) == [.boolean(true), .boolean(false), .boolean(false), .boolean(false)])
        #expect(try evaluate(.attempt(modulo), [.bigint, .bigint], rows) == [.integer(1), .null, .integer(4), .null])
        let first = BoundExpression.coalesce([x, modulo], .bigint)
        #expect(try evaluate(first, [.bigint, .bigint], rows.dropLast()) == [.integer(7), .integer(7), .integer(9)])
    }

    @Test func `an error points at the expression that raised it`() throws {
        let span = SourceSpan(7, 12)
        let error = try #require(throws: SQLError.self) {
            try evaluate(try divide(x, y, span: span), [.bigint, .bigint], [[.integer(1), .integer(0)]])
        }
        #expect(error.state == .divisionByZero)
        #expect(error.span == span)
    }

    @Test(arguments: [SQLType.bigint, .smallint, .double, .varchar, .decimal(precision: 38, scale: 1), .date])
    func `IN finds what is in the list, and NULL where the list leaves it open`(type: SQLType) throws {
        func value(_ number: Int) -> Value {
            switch type {
            case .varchar: .text("a text with a number, \(number)")
            case .double: .double(Double(number))
            case .decimal: .decimal(Int128(number), scale: 1)
            case .date: .date(Int32(number))
            default: .integer(Int64(number))
            }
        }
        let operand = BoundExpression.column(ColumnID(0), type)
        let rows = (0..<40).map { [$0 == 5 ? Value.null : value($0 * 700)] }
        let list = stride(from: 0, to: 40, by: 3).map { BoundExpression.constant(value($0 * 700), type) }
        let found = try evaluate(.isIn(operand, list), [type], rows)
        #expect(found == (0..<40).map { $0 == 5 ? .null : .boolean($0 % 3 == 0) })
        let open = try evaluate(.isIn(operand, list + [.constant(.null, type)]), [type], rows)
        #expect(open == (0..<40).map { $0 != 5 && $0 % 3 == 0 ? .boolean(true) : .null })
    }

    @Test func `CASE without failing parts chooses among columns and constants`() throws {
        let condition = BoundExpression.comparison(.less, x, number(3), nil)
        let expression = BoundExpression.conditional(
            [.init(condition: .isNull(x), result: number(100)), .init(condition: condition, result: y)],
            otherwise: .constant(.null, .bigint), .bigint)
        let rows: [[Value]] = [[.integer(1), .integer(10)], [.integer(5), .integer(50)], [.null, .integer(7)], [.integer(2), .null]]
        #expect(try evaluate(expression, [.bigint, .bigint], rows) == [.integer(10), .null, .integer(100), .null])
    }

    @Test func `what expressions have in common is computed once, but not what a condition guards`() throws {
        let modulo = try divide(x, y)
        let shared = CommonSubexpressions.extract([modulo, .comparison(.equal, modulo, number(1), nil)], columns([.bigint, .bigint]))
        #expect(shared.shared.count == 1)
        let safe = BoundExpression.comparison(.notEqual, y, number(0), nil)
        let guarded = BoundExpression.conditional([.init(condition: safe, result: modulo)], otherwise: number(0), .bigint)
        let apart = CommonSubexpressions.extract(
            [guarded, .isNull(guarded), .conditional([.init(condition: safe, result: modulo)], otherwise: x, .bigint)],
            columns([.bigint, .bigint]))
        #expect(!apart.shared.contains { $0.expression == modulo })
        let list = try ExpressionList([guarded, .isNull(guarded)], columns: columns([.bigint, .bigint]), functions: functions)
        let result = try list.evaluate(try chunk([.bigint, .bigint], [[.integer(5), .integer(0)], [.integer(5), .integer(3)]]))
        #expect([result[0].value(at: 0), result[0].value(at: 1)] == [.integer(0), .integer(2)])
    }

    @Test func `a filter keeps the rows for which all parts are true`() throws {
        let rows: [[Value]] = (0..<1000).map { [$0 % 11 == 0 ? .null : .integer(Int64($0)), .integer(Int64($0 % 7))] }
        let predicate = BoundExpression.and([
            .comparison(.greater, x, number(900), nil), .comparison(.notEqual, y, number(0), nil),
            .comparison(.less, try divide(x, y), number(2), nil),
        ])
        let filter = try RowFilter(predicate, columns: columns([.bigint, .bigint]), functions: functions)
        let kept = try #require(try filter.select(try chunk([.bigint, .bigint], rows)))
        let found = (0..<kept.count).map { Int(kept[$0]) }
        #expect(found == (901..<1000).filter { $0 % 11 != 0 && $0 % 7 != 0 && $0 % ($0 % 7) < 2 })
        let all = try RowFilter(.true, columns: columns([.bigint, .bigint]), functions: functions)
        #expect(try all.select(try chunk([.bigint, .bigint], rows)) == nil)
    }
}
