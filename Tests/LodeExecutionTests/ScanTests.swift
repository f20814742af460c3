// Scans of files: partitions, schemas that differ, pruning before opening, filters from joins.

import LodeCore
import LodeFormats
import LodeFunctions
import LodeObjectStore
import LodePlan
import LodeTables
import LodeVectors
import Testing

@testable import LodeExecution

@Suite struct ScanTests {
    let ids = ColumnIDs()
    let stores = StoreRegistry()
    let memory = MemoryStore()

    init() { stores.register(memory, scheme: "memory") }

    func file(_ path: String, _ content: String, _ partition: [Value] = []) throws -> DataFile {
        try memory.put("memory://t/" + path, Array(content.utf8))
        return DataFile(path: "memory://t/" + path, size: content.utf8.count, partitionValues: partition)
    }

    /// Three days of a CSV table; the last file lacks a column and has another type.
    func table(filename: Bool = true) throws -> FilesRelation {
        let files = [
            try file("d=1/a.csv", "id,name,v\n1,one,1.5\n2,two,2.5\n3,three,\n", [.date(1)]),
            try file("d=2/a.csv", "id,name,v\n4,four,4.5\n5,five,5.5\n", [.date(2)]),
            try file("d=3/a.csv", "name,id\nsix,6\nseven,7\n", [.date(3)]),
        ]
        return try FilesRelation.open(
            displayName: "t", files: files, format: CSVFormat(), stores: stores, partitionFields: [Field("d", .date)],
            filenameColumn: filename ? "filename" : nil, unionByName: true)
    }

    func scan(_ source: FilesRelation, _ names: [String], _ filter: (([String: BoundExpression]) -> [BoundExpression])? = nil) -> ScanNode
    {
        var columns: [String: BoundExpression] = [:]
        let outputs = names.map { name -> ScanOutput in
            let index = source.schema.index(of: name) ?? 0
            let column = PlanColumn(ids.fresh(), name, source.schema.fields[index].type)
            columns[name] = column.reference
            return ScanOutput(column, index: index)
        }
        return ScanNode(OperatorFixture.relations.add(source), outputs: outputs, filters: filter?(columns) ?? [])
    }

    func run(_ node: ScanNode, threads: Int = 2) throws -> (rows: [[Value]], notes: [String: Int]) {
        let context = ExecutionContext(
            pool: OperatorFixture.pool, memory: MemoryBudget(limit: 1 << 30), cancellation: Cancellation(),
            functions: FunctionContext(transactionMicros: 0), relations: OperatorFixture.relations, threads: threads)
        let execution = try QueryExecution(plan: .scan(node), context: context)
        let chunks = try execution.collect()
        return (
            chunks.flatMap { chunk in (0..<chunk.count).map { row in chunk.columns.map { $0.value(at: row) } } },
            execution.metrics.noteTotals
        )
    }

    @Test func `columns come by name, from the path, or as NULL`() throws {
        let source = try table()
        #expect(source.schema.fields.map(\.name) == ["id", "name", "v", "d", "filename"])
        let found = try run(scan(source, ["d", "name", "v", "filename"])).rows
        #expect(found.count == 7)
        #expect(found[0] == [.date(1), .text("one"), .double(1.5), .text("memory://t/d=1/a.csv")])
        #expect(found[2] == [.date(1), .text("three"), .null, .text("memory://t/d=1/a.csv")])
        #expect(found[6] == [.date(3), .text("seven"), .null, .text("memory://t/d=3/a.csv")])
    }

    @Test func `a predicate on the partition leaves files unopened`() throws {
        let found = try run(scan(try table(), ["id", "d"]) { [.comparison(.equal, $0["d"] ?? .true, .constant(.date(2), .date), nil)] })
        #expect(found.rows == [[.integer(4), .date(2)], [.integer(5), .date(2)]])
        #expect(found.notes["files read"] == 1)
        #expect(found.notes["files pruned"] == 2)
        #expect(found.notes["partitions pruned"] == 2)
    }

    @Test func `conditions over file and path columns together are applied`() throws {
        let found = try run(
            scan(try table(), ["id", "d", "v"]) { columns in
                let day = BoundExpression.comparison(.greater, columns["d"] ?? .true, .constant(.date(1), .date), nil)
                let id = BoundExpression.comparison(.less, columns["id"] ?? .true, .constant(.integer(3), .bigint), nil)
                return [.or([day, id]), .not(.isNull(columns["v"] ?? .true))]
            })
        #expect(found.rows.map { $0[0] } == [.integer(1), .integer(2), .integer(4), .integer(5)])
    }

    @Test func `a limit stops opening files`() throws {
        var node = scan(try table(), ["id"])
        node.limit = 1
        let found = try run(node, threads: 1)
        #expect((found.rows.first ?? []) == [.integer(1)])
    }

    @Test func `a file of another shape is an error that names it`() throws {
        let files = [try file("x/1.csv", "a\n1\n2\n"), try file("x/2.csv", "a\nnot a number\n")]
        let source = try FilesRelation.open(displayName: "x", files: files, format: CSVFormat(), stores: stores, filesToSniff: 1)
        let error = try #require(throws: SQLError.self) { try run(scan(source, ["a"])) }
        #expect(error.place?.contains("x/2.csv") == true)
    }

    @Test func `a missing file is an error, not an empty table`() throws {
        let files = [try file("y/1.csv", "a\n1\n"), DataFile(path: "memory://t/y/gone.csv", size: 4)]
        let error = try #require(throws: SQLError.self) {
            let source = try FilesRelation.open(displayName: "y", files: files, format: CSVFormat(), stores: stores)
            _ = try run(scan(source, ["a"]))
        }
        #expect(error.state == .undefinedFile)
    }

    @Test func `a join's filter drops rows by bounds and by Bloom filter`() throws {
        let dynamic = DynamicFilter(type: .bigint)
        let column = try Column.make(.bigint, (0..<1000).map { $0 % 10 == 9 ? .null : .integer(Int64($0)) })
        let survivors = try Selection(capacity: 1000)
        let filter = JoinKeyFilter(dynamic, column: 0, name: "id")
        #expect(filter.bounds == .anything)
        try filter.select([column], count: 1000, into: survivors)
        #expect(survivors.count == 1000)

        let keys = try Column.make(.bigint, [.integer(100), .integer(102), .integer(180)])
        let bloom = try BloomFilter(keys: 3)
        let hashes = try Buffer(byteCount: 24)
        let words = hashes.lanes(as: UInt64.self)
        try Hashing.hash([keys], count: 3, into: words)
        bloom.insert(Lanes(words), count: 3)
        dynamic.publish(.init(isEmpty: false, minimum: .integer(100), maximum: .integer(180), bloom: bloom))
        try filter.select([column], count: 1000, into: survivors)
        let kept = (0..<survivors.count).map { Int(survivors[$0]) }
        #expect(kept.contains(100) && kept.contains(102) && kept.contains(180))
        #expect(kept.allSatisfy { $0 >= 100 && $0 <= 180 && $0 % 10 != 9 })
        #expect(kept.count < 20)

        let none = DynamicFilter(type: .bigint)
        none.publish(.init(isEmpty: true))
        try JoinKeyFilter(none, column: 0, name: "id").select([column], count: 1000, into: survivors)
        #expect(survivors.count == 0)
        #expect(JoinKeyFilter(none, column: 0, name: "id").bounds == .nothing)
    }

    @Test func `bounds follow from comparisons, lists, prefixes and their combinations`() throws {
        let a = BoundExpression.column(ColumnID(1), .bigint), five = BoundExpression.constant(.integer(5), .bigint)
        let names = [ColumnID(1): "a"], functions = FunctionContext(transactionMicros: 0)
        let less = BoundExpression.comparison(.less, a, five, nil)
        #expect(PredicateBounds.predicate(less, names, functions) == .compare(column: "a", .less, .integer(5)))
        #expect(
            PredicateBounds.predicate(.comparison(.less, five, a, nil), names, functions) == .compare(column: "a", .greater, .integer(5)))
        #expect(
            PredicateBounds.predicate(.or([less, .isNull(a)]), names, functions)
                == .any([.compare(column: "a", .less, .integer(5)), .isNull(column: "a")]))
        #expect(PredicateBounds.predicate(.isIn(a, [five]), names, functions) == .isIn(column: "a", [.integer(5)]))
        #expect(PredicateBounds.predicate(less, [:], functions) == .anything)
        #expect(PredicateBounds.predicate(.comparison(.less, five, five, nil), names, functions) == .anything)
        #expect(PredicateBounds.predicate(.or([less, .comparison(.equal, a, a, nil)]), names, functions) == .anything)
        #expect(PredicateBounds.predicate(.comparison(.equal, a, .constant(.null, .bigint), nil), names, functions) == .nothing)
    }
}
