/// Aggregates: one state, many states, merged states, in every layout.

import Glibc
import LodeCore
import LodeVectors
import Testing

@testable import LodeFunctions

/// Runs an aggregate over arguments in several ways that must agree.
enum Aggregates {
    static func bind(_ name: String, _ types: [SQLType]) throws -> BoundAggregate {
        let function = try #require(FunctionRegistry.aggregates[name], "no aggregate \(name)")
        var lastError: (any Error)?
        for overload in function.overloads where overload.signature.accepts(count: types.count) {
            let fits = zip(types, overload.signature.parameters).allSatisfy { type, parameter in
                if case .exact(let wanted) = parameter { Casts.implicitCost(from: type, to: wanted) != nil } else { true }
            }
            guard fits else { continue }
            do { return try overload.bind(types) } catch { lastError = error }
        }
        throw lastError ?? SQLError.noFunction(name, types)
    }

    static func run(_ name: String, _ arguments: Argument...) throws -> String {
        let bound = try bind(name, arguments.map(\.type))
        let count = arguments.map(\.values.count).max() ?? 3
        let context = Calls.context()
        let columns = try zip(arguments, bound.parameters).map { argument, parameter in
            let whole =
                argument.values.count == 1 && count > 1
                ? try Column.constant(argument.values[0], argument.type, count: count) : try Column.make(argument.type, argument.values)
            let kernel = try #require(Casts.kernel(from: argument.type, to: parameter, isTry: false))
            return try kernel([whole], count, context)
        }
        let whole = try single(bound, [columns], context)
        let rows = try (0..<count).map { row in try columns.map { try Column.make($0.type, [$0.value(at: row)]) } }
        #expect(try single(bound, rows, context) == whole, "\(name) row by row")
        #expect(try grouped(bound, columns, count, groups: 1, context)[0] == whole, "\(name) grouped")
        #expect(try merged(bound, rows, context) == whole, "\(name) merged")
        if let first = columns.first, !first.type.isNested, first.type != .null {
            let coded = [try Calls.dictionary(first)] + columns.dropFirst()
            #expect(try single(bound, [coded], context) == whole, "\(name) of a dictionary")
            #expect(try grouped(bound, coded, count, groups: 1, context)[0] == whole, "\(name) of a dictionary, grouped")
        }
        return whole
    }

    private static func withStates<R>(_ bound: BoundAggregate, _ count: Int, _ body: ([UnsafeMutableRawPointer]) throws -> R) throws -> R {
        // Eight bytes into a row, as in a hash table: states are at multiples of 8, not of 16.
        let stride = 16 + (bound.stateBytes + 15) / 16 * 16
        let memory = try Buffer.zeroed(byteCount: stride * count + 8)
        return try memory.withUnsafeBytes { base in
            let rows = (0..<count).map { base + $0 * stride }
            defer { for row in rows { bound.destroyOne(row + 8) } }
            return try body(rows)
        }
    }

    private static func results(_ bound: BoundAggregate, _ rows: [UnsafeMutableRawPointer], _ count: Int) throws -> Column {
        try rows.withUnsafeBufferPointer { try bound.finalize(Lanes($0.baseAddress!, keptBy: $0), 8, count) }
    }

    private static func single(_ bound: BoundAggregate, _ chunks: [[Column]], _ context: FunctionContext) throws -> String {
        try withStates(bound, 1) { rows in
            for chunk in chunks { try bound.updateSingle(rows[0] + 8, chunk, chunk.first?.count ?? 3) }
            return try Calls.texts(try results(bound, rows, 1), context)[0]
        }
    }

    static func grouped(_ bound: BoundAggregate, _ columns: [Column], _ count: Int, groups: Int, _ context: FunctionContext) throws
        -> [String]
    {
        try withStates(bound, groups) { rows in
            let addresses = (0..<count).map { rows[$0 % groups] }
            try addresses.withUnsafeBufferPointer { try bound.update(Lanes($0.baseAddress!, keptBy: $0), 8, columns, count) }
            return try Calls.texts(try results(bound, rows, groups), context)
        }
    }

    private static func merged(_ bound: BoundAggregate, _ chunks: [[Column]], _ context: FunctionContext) throws -> String {
        try withStates(bound, chunks.count + 1) { rows in
            for (index, chunk) in chunks.enumerated() { try bound.updateSingle(rows[index + 1] + 8, chunk, chunk.first?.count ?? 1) }
            let targets = Array(repeating: rows[0], count: chunks.count)
            try Array(rows.dropFirst()).withUnsafeBufferPointer { sources in
                try targets.withUnsafeBufferPointer { targets in
                    try bound.combine(
                        Lanes(sources.baseAddress!, keptBy: sources), Lanes(targets.baseAddress!, keptBy: targets), 8, chunks.count)
                }
            }
            return try Calls.texts(try results(bound, rows, 1), context)[0]
        }
    }
}

@Suite struct AggregateTests {
    @Test func `counts`() throws {
        #expect(try Aggregates.run("count", .int(1, nil, 3)) == "2")
        #expect(try Aggregates.run("count_if", Argument(.boolean, .boolean(true), .null, .boolean(false))) == "1")
        #expect(try Aggregates.run("count", Argument(.null, .null, .null)) == "0")
    }

    @Test func `sums are exact, and their types hold them`() throws {
        #expect(try Aggregates.bind("sum", [.integer]).returns == .bigint)
        #expect(try Aggregates.bind("sum", [.bigint]).returns == .decimal(precision: 38, scale: 0))
        #expect(try Aggregates.bind("sum", [.decimal(precision: 15, scale: 2)]).returns == .decimal(precision: 38, scale: 2))
        #expect(try Aggregates.run("sum", .int(1, nil, -3, 2_147_483_647)) == "2147483645")
        #expect(try Aggregates.run("sum", Argument(.bigint, .integer(.max), .integer(.max), .integer(-1))) == "18446744073709551613")
        #expect(try Aggregates.run("sum", Argument(.bigint, .integer(.min), .integer(.min))) == "-18446744073709551616")
        #expect(try Aggregates.run("sum", .dec(15, 2, "1.50", "-2.75", nil)) == "-1.25")
        #expect(try Aggregates.run("sum", .dec(31, 4, "99999999999999999999.5000", "0.5000", "-1.0000")) == "99999999999999999999.0000")
        #expect(try Aggregates.run("sum", .double(0.5, 1.25, nil, 8, 9, 10, 11, 12, 13, 14, 15)) == "93.75")
        #expect(try Aggregates.run("sum", .int(nil, nil)) == "NULL")
        let most = "99999999999999999999999999999999999999"
        #expect(Calls.state { _ = try Aggregates.run("sum", .dec(38, 0, most, "1")) } == .numericValueOutOfRange)
        #expect(Calls.state { _ = try Aggregates.run("sum", .dec(38, 0, most, most, most)) } == .numericValueOutOfRange)
        #expect(Calls.state { _ = try Aggregates.run("sum", .text("1")) } == .undefinedFunction)
    }

    @Test func `means divide once`() throws {
        #expect(try Aggregates.run("avg", .int(1, 2, nil)) == "1.5")
        #expect(try Aggregates.run("avg", .dec(15, 2, "1.50", "2.50", "3.50")) == "2.5")
        #expect(try Aggregates.run("avg", .double(1, 2)) == "1.5")
        #expect(try Aggregates.run("avg", .double(nil)) == "NULL")
    }

    @Test func `least and greatest of every kind`() throws {
        #expect(try Aggregates.run("min", .int(3, nil, -1, 2)) == "-1")
        #expect(try Aggregates.run("max", .double(1, .nan, 3)) == "NaN")
        #expect(try Aggregates.run("min", .double(.nan, 3, 4)) == "3")
        #expect(try Aggregates.run("max", .text("b", "a rather long text that is kept in memory", "bb", nil)) == "bb")
        #expect(
            try Aggregates.run("min", .text("b, a longer text than twelve", "a rather long text that is kept", "bb", nil))
                == "a rather long text that is kept")
        #expect(try Aggregates.run("max", .dec(30, 2, "1.50", "-2.00")) == "1.50")
        #expect(try Aggregates.run("min", Argument(.list(.integer), .list([.integer(2)]), .list([.integer(1), .integer(5)]))) == "[1, 5]")
        #expect(try Aggregates.run("max", Argument.of(.date, "2024-01-01", nil, "2023-01-01")) == "2024-01-01")
        #expect(try Aggregates.run("any_value", .text(nil, "x long enough to be kept apart")) == "x long enough to be kept apart")
        #expect(try Aggregates.run("first", .int(nil, 2)) == "NULL")
        #expect(try Aggregates.run("last", .int(1, 2)) == "2")
        #expect(try Aggregates.run("min_by", .text("a", "b", "c"), .int(2, 1, nil)) == "b")
        #expect(try Aggregates.run("max_by", .text("a", "b", nil), .int(2, 1, 3)) == "NULL")
    }

    @Test func `a text state changes between short and long`() throws {
        let long = String(repeating: "z", count: 100)
        #expect(try Aggregates.run("max", .text("a", "b123456789012345", "c", "d12345678901234567890123", long, "b")) == long)
        #expect(try Aggregates.run("min", .text(long, "m", "k123456789012345", "b")) == "b")
    }

    @Test func `moments`() throws {
        #expect(try Aggregates.run("stddev", .double(2, 4, 4, 4, 5, 5, 7, 9)).hasPrefix("2.138089935299395"))
        #expect(try Aggregates.run("stddev_pop", .double(2, 4, 4, 4, 5, 5, 7, 9)) == "2")
        #expect(try Aggregates.run("variance", .double(1)) == "NULL")
        #expect(try Aggregates.run("corr", .double(1, 2, 3), .double(2, 4, 6)) == "1")
        #expect(try Aggregates.run("covar_pop", .double(1, 3, nil), .double(1, 3, 5)) == "1")
    }

    @Test func `flags and bits`() throws {
        #expect(try Aggregates.run("bool_and", Argument(.boolean, .boolean(true), .null)) == "true")
        #expect(try Aggregates.run("bool_or", Argument(.boolean, .boolean(false), .null)) == "false")
        #expect(try Aggregates.run("bool_or", Argument(.boolean, .null)) == "NULL")
        #expect(try Aggregates.run("bit_and", .int(6, 3)) == "2")
        #expect(try Aggregates.run("bit_xor", .int(6, 3)) == "5")
    }

    @Test func `collections`() throws {
        #expect(try Aggregates.run("array_agg", .int(1, nil, 2)) == "[1, NULL, 2]")
        #expect(try Aggregates.run("string_agg", .text("a", nil, "b"), .text("-")) == "a-b")
        #expect(try Aggregates.run("string_agg", .text(nil, nil), .text("-")) == "NULL")
        #expect(try Aggregates.run("mode", .int(1, 2, 2, nil, nil, nil)) == "2")
        #expect(try Aggregates.run("histogram", .int(2, 1, 2)) == "{2=2, 1=1}")
        #expect(try Aggregates.run("approx_count_distinct", .int(1, 2, 2, nil)) == "2")
    }

    @Test func `quantiles`() throws {
        #expect(try Aggregates.run("median", .int(1, 2, 4, 8)) == "3")
        #expect(try Aggregates.run("quantile_cont", .int(1, 2, 3), .double(0.25)) == "1.5")
        #expect(try Aggregates.run("quantile_disc", .int(1, 2, 3, 4), .double(0.5)) == "2")
        #expect(try Aggregates.run("quantile_disc", .text("b", "a", "c"), .double(0)) == "a")
        let quartiles = Argument(.list(.double), .list([.double(0), .double(1)]))
        #expect(try Aggregates.run("quantile_cont", .int(1, 2, 3), quartiles) == "[1, 3]")
        #expect(Calls.state { _ = try Aggregates.run("quantile_cont", .int(1), .double(1.5)) } == .numericValueOutOfRange)
    }

    @Test func `the sketch is within a few percent`() {
        var sketch = HyperLogLog(), other = HyperLogLog()
        for number in stride(from: 0, to: 60_000, by: 2) {
            sketch.add(LaneHash.mix(UInt64(number)))
            other.add(LaneHash.mix(UInt64(number + 1)))
        }
        sketch.merge(other)
        #expect(abs(sketch.estimate - 60_000) < 3_000)
    }

    @Test func `groups keep apart`() throws {
        let bound = try Aggregates.bind("sum", [.integer])
        let column = try Column.make(.integer, (0..<10).map { .integer($0) })
        #expect(try Aggregates.grouped(bound, [column], 10, groups: 3, Calls.context()) == ["18", "12", "15"])
    }
}
