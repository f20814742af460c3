// Rows in raw memory: what goes in comes out, in every type and layout.

import LodeCore
import Testing

@testable import LodeVectors

@Suite struct RowStoreTests {
    private static let types: [SQLType] = [
        .boolean, .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal(precision: 30, scale: 2), .varchar, .interval, .date,
        .list(.integer), .uuid, .varbinary,
    ]

    private func value(_ type: SQLType, _ i: Int) -> Value {
        if i % 5 == 2 { return .null }
        return switch type {
        case .boolean: .boolean(i % 2 == 0)
        case .real, .double: .double(Double(i) / 2)
        case .decimal(_, let scale): .decimal(Int128(i) << 66, scale: scale)
        case .varchar: .text(i % 3 == 0 ? "text \(i)" : "a text that is longer than its lane, \(i)")
        case .varbinary: .bytes([UInt8](repeating: UInt8(i % 250), count: i % 40))
        case .interval: .interval(Interval(months: Int32(i), days: 2, micros: 3))
        case .date: .date(Int32(i))
        case .list: .list([.integer(Int64(i)), .null])
        case .uuid: .uuid(UInt128(i) << 100)
        default: .integer(Int64(i % 100))
        }
    }

    private func budget(_ limit: Int = 1 << 30) -> MemoryBudget { MemoryBudget(limit: limit) }

    @Test func `every type survives, with NULLs, in blocks of any number`() throws {
        let layout = RowLayout(headerBytes: 8, types: Self.types)
        let store = try RowStore(layout, budget(), for: "test")
        for chunk in 0..<20 {
            let columns = try Self.types.map { type in try Column.make(type, (0..<300).map { value(type, chunk * 300 + $0) }) }
            try store.append(columns, 300)
        }
        #expect(store.count == 6000)
        let gather = try RowGather(layout, [store])
        var seen = 0
        for (block, content) in store.blocks.enumerated() {
            var first = 0
            while first < content.count {
                let count = min(500, content.count - first)
                let memory = try Buffer(byteCount: count * 8)
                let pointers = memory.lanes(as: UnsafeMutableRawPointer.self)
                store.addresses(block, first, count, into: pointers)
                for (index, type) in Self.types.enumerated() {
                    let column = try gather.column(index, pointers, count)
                    for row in 0..<count where column.value(at: row) != value(type, seen + row) {
                        Issue.record("\(type), row \(seen + row): \(column.value(at: row))")
                        return
                    }
                }
                first += count
                seen += count
            }
        }
        #expect(seen == 6000)
    }

    @Test func `constants, dictionaries and chosen rows are written as their values`() throws {
        let layout = RowLayout(headerBytes: 0, types: [.varchar, .integer, .varchar])
        let store = try RowStore(layout, budget(), for: "test")
        let constant = try Column.constant(.text("a constant that is long enough"), .varchar, count: 4)
        let words = try Column.make(.varchar, [.text("one"), .text("two, which is rather long")])
        let codes = try Buffer(byteCount: 16)
        for (i, code) in [1, 0, 1, 0].enumerated() { codes.lanes(as: Int32.self)[i] = Int32(code) }
        let coded = Column(codes: codes, count: 4, dictionary: words)
        let numbers = try Column.make(.integer, [.integer(7), .null, .integer(9), .integer(10)])
        let rows: [UInt32] = [2, 1, 1]
        try rows.withUnsafeBufferPointer { chosen in
            try store.append([coded, numbers, constant], 3, rows: Lanes(try #require(chosen.baseAddress), keptBy: chosen))
        }
        let gather = try RowGather(layout, [store])
        let columns = try (0..<3).map { try gather.column($0, store.freshRows, 3) }
        #expect(
            (0..<3).map { columns[0].value(at: $0) } == [.text("two, which is rather long"), .text("one"), .text("one")])
        #expect((0..<3).map { columns[1].value(at: $0) } == [.integer(9), .null, .null])
        #expect(columns[2].value(at: 2) == .text("a constant that is long enough"))
    }

    @Test func `texts outlive the columns that they came from and the store`() throws {
        let layout = RowLayout(headerBytes: 0, types: [.varchar])
        func make() throws -> Column {
            let store = try RowStore(layout, budget(), for: "test")
            try store.append([try Column.make(.varchar, [.text("a text of more than twelve bytes")])], 1)
            return try RowGather(layout, [store]).column(0, store.freshRows, 1)
        }
        #expect(try make().value(at: 0) == .text("a text of more than twelve bytes"))
    }

    @Test func `rows are equal as values are, NULL to NULL, and not otherwise`() throws {
        let layout = RowLayout(headerBytes: 0, types: [.double, .varchar])
        let store = try RowStore(layout, budget(), for: "test")
        let doubles = try Column.make(.double, [.double(0), .double(.nan), .null, .double(1)])
        let texts = try Column.make(.varchar, [.text("x"), .text("x"), .null, .text("y")])
        try store.append([doubles, texts], 4)
        let equality = RowEquality(layout, columns: [0, 1])
        let others = try Column.make(.double, [.double(-0.0), .double(.nan), .null, .null])
        let pairs = try Selection.range(0, 4)
        let kept = equality.refine([others, texts], store.freshRows, pairs.lanes, 4)
        #expect((0..<kept).map { pairs[$0] } == [0, 1, 2])
    }

    @Test func `a store that would exceed the limit is refused`() throws {
        let layout = RowLayout(headerBytes: 0, types: [.bigint])
        let small = budget(10_000)
        let store = try RowStore(layout, small, for: "hash join")
        let column = try Column.make(.bigint, (0..<2000).map { .integer(Int64($0)) })
        let error = #expect(throws: SQLError.self) { for _ in 0..<5 { try store.append([column], 2000) } }
        #expect(error?.state == .outOfMemory)
    }

    @Test func `memory goes back when the store goes`() throws {
        let budget = budget()
        do {
            let store = try RowStore(RowLayout(headerBytes: 0, types: [.bigint]), budget, for: "test")
            try store.append([try Column.make(.bigint, [.integer(1)])], 1)
            #expect(budget.reservedBytes > 0)
        }
        #expect(budget.reservedBytes == 0)
    }
}
