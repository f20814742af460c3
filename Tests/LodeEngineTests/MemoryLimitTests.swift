// memory_limit binds whatever grows: refused, by the name of what wanted more, and given back afterwards.

import LodeCore
import Testing

@testable import LodeEngine

@Suite struct MemoryLimitTests {
    /// Aggregates whose states grow with their rows, over 200,000 of them.
    private static let growing = [
        "array_agg": "array_agg(i)", "list": "list(s)", "string_agg": "string_agg(s, ',')", "median": "median(i)",
        "quantile_disc": "quantile_disc(s, 0.5)", "quantile_cont": "quantile_cont(i, [0.1, 0.9])", "mode": "mode(s)",
        "histogram": "histogram(i)", "map_agg": "map_agg(i, s)", "array_agg of structs": "array_agg({'a': i, 'b': s})",
        "array_agg in order": "array_agg(i ORDER BY s)", "count distinct": "count(DISTINCT s)",
    ]
    private static let rows = "(SELECT i, 'the text of row number ' || i::varchar AS s FROM range(200000) t(i))"

    @Test(arguments: growing.keys.sorted(), ["", "GROUP BY i % 7", "GROUP BY i // 3"])
    func `an aggregate that grows is refused by its name`(name: String, grouping: String) throws {
        let scratch = try ScratchSession()
        try scratch.rows("SET memory_limit = '1500kB'")
        let error = try #require(scratch.error("SELECT \(Self.growing[name] ?? "") FROM \(Self.rows) \(grouping)"))
        #expect(error.state == .outOfMemory, "\(error.message)")
        #expect(error.message.hasPrefix("out of memory: ") && error.message.contains("aggregat"), "\(error.message)")
        #expect(scratch.session.engine.memory.reservedBytes == 0)
    }

    @Test(arguments: growing.keys.sorted()) func `what is reserved is given back`(name: String) throws {
        let scratch = try ScratchSession()
        try scratch.rows("SELECT \(Self.growing[name] ?? "") FROM \(Self.rows) GROUP BY i // 5")
        try scratch.rows("SELECT \(Self.growing[name] ?? "") FROM \(Self.rows)")
        #expect(scratch.session.engine.memory.reservedBytes == 0)
        #expect(scratch.session.engine.memory.peakBytes > 1 << 20)
    }

    @Test func `the error names the aggregate`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("SET memory_limit = '2MB'")
        #expect(scratch.error("SELECT median(i) FROM \(Self.rows)")?.message.contains("aggregate median needs") == true)
        #expect(scratch.error("SELECT array_agg(i) OVER (ORDER BY i) FROM \(Self.rows)")?.state == .outOfMemory)
    }

    /// Calls that make much of little.
    private static let making = [
        "len(range(50000000))", "len(sequence(1, 50000000))", "length(repeat('abcdefghij', 9000000))",
        "length(lpad('x', 100000000))", "length(rpad(x, 100000000, 'é')) FROM (VALUES ('a')) t(x)",
        "len(transform(range(x), y -> y || 'a long text')) FROM (VALUES (4000000)) t(x)",
        "len(range(x)) FROM (VALUES (50000000)) t(x)", "sum(len(range(x, x + 100000))) FROM range(500) t(x)",
    ]

    @Test(arguments: making) func `what a function makes is refused beyond the limit`(call: String) throws {
        let scratch = try ScratchSession()
        try scratch.rows("SET memory_limit = '60MB'")
        let error = try #require(scratch.error("SELECT \(call)"))
        #expect(error.state == .outOfMemory, "\(error.message)")
        #expect(scratch.session.engine.memory.reservedBytes == 0)
    }

    @Test func `what functions made is given back`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("SET memory_limit = '60MB'")
        #expect(try scratch.rows("SELECT sum(len(range(1000000))) FROM range(50) t(x)") == [["50000000"]])
        #expect(try scratch.rows("SELECT length(repeat('x', 20000000))") == [["20000000"]])
        #expect(scratch.session.engine.memory.reservedBytes == 0)
        #expect(scratch.session.engine.memory.peakBytes > 7 << 20)
    }

    @Test func `states of windows are counted`() throws {
        let scratch = try ScratchSession()
        try scratch.rows("SET memory_limit = '40MB'")
        // Each running state holds all texts before it.
        let error = scratch.error(
            "SELECT count(x) FROM (SELECT string_agg(s, ',') OVER (ORDER BY i) AS x FROM \(Self.rows) WHERE i < 5000)")
        #expect(error?.message.contains("string_agg") == true)
        #expect(scratch.session.engine.memory.reservedBytes == 0)
    }
}
