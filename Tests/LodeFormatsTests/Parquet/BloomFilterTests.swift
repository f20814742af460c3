// Row groups left out because a Bloom filter knows that a value is not in them.

import LodeCore
import LodeObjectStore
import LodeVectors
import Testing

@testable import LodeFormats

/// A file that is far away, until it is said to be here.
private final class FarObject: ObjectReader {
    let path = "test.parquet"
    private let inner: BytesObject
    private let state = Lock((asked: [Range<Int>](), isHere: false))
    init(_ bytes: [UInt8]) { inner = BytesObject(bytes) }

    var size: Int { inner.size }
    var gainsByAsking: Bool { true }
    var asked: [Range<Int>] { state.withLock { $0.asked } }
    func arrive() { state.withLock { $0.isHere = true } }
    func isHere(_ range: Range<Int>) -> Bool { state.withLock { $0.isHere } }
    func willNeed(_ ranges: [Range<Int>]) { state.withLock { $0.asked += ranges } }
    func read(offset: Int, count: Int, into destination: UnsafeMutableRawPointer) throws(SQLError) {
        try inner.read(offset: offset, count: count, into: destination)
    }
}

@Suite struct BloomFilterTests {
    @Test(
        arguments: [
            (0, 0xef46_db37_51d8_e999), (1, 0xe934_a84a_db05_2768), (4, 0xffce_d860_4453_cc1e), (8, 0x884a_1736_14b8_1b8d),
            (31, 0xc346_d2b5_9b4d_8ee1), (32, 0xcbf5_9c51_16ff_32b4), (101, 0xe990_3849_5f85_381e),
        ] as [(Int, UInt64)])
    func `the hash is XXH64`(count: Int, hash: UInt64) {
        #expect(XXHash64.hash((0..<count).map { UInt8($0) }) == hash)
    }

    private func filter(_ value: Value, _ column: String) -> PredicateFilter {
        PredicateFilter(0, pure: false, bounds: .compare(column: column, .equal, value)) { $0 == value }
    }

    /// Statistics are missing in the one file, and hold back nothing in the other for the columns that are asked.
    @Test(arguments: ["flat_bloom", "flat_duckdb"]) func `no value that is there is ruled out`(name: String) throws {
        let file = try ParquetFixture.open(name)
        for (column, field) in file.schema.fields.enumerated() where field.type != .boolean {
            for i in stride(from: 0, to: ParquetFixture.flatRows, by: 131) {
                let value = ParquetFixture.flatRow(i)[column]
                if value.isNull { continue }
                let rows = try ParquetFixture.rows(file, [column], filters: [filter(value, field.name)])
                #expect(!rows.isEmpty && rows.allSatisfy { $0 == [value] }, "\(field.name) = \(value)")
            }
        }
    }

    @Test(
        arguments: [
            ("i8", .integer(1000)), ("i16", .integer(9)), ("i32", .integer(5)), ("i64", .integer(-3)), ("u8", .integer(1000)),
            ("u32", .integer(3)),
            ("u64", .decimal(4, scale: 0)), ("f32", .double(0.25)), ("f64", .double(1e9)), ("d9", .decimal(7, scale: 2)),
            ("d38", .decimal(123, scale: 10)), ("day", .date(10_000)), ("t", .time(5)), ("ts", .timestamp(3)),
            ("tz", .timestamp(1_500_000)),
            ("tz", .timestamp(7)), ("s", .text("value-99")), ("long", .text("a text")), ("bin", .bytes([1, 2, 3])),
        ] as [(String, Value)])
    func `a value that is not there opens no row group`(column: String, value: Value) throws {
        let file = try ParquetFixture.open("flat_bloom")
        let index = try #require(file.schema.index(of: column))
        let found = try ParquetFixture.scan(file, [index], filters: [filter(value, column)])
        #expect(found.rows.isEmpty)
        #expect(found.counters.rowGroupsPrunedByBloomFilter == 3)
        #expect(found.counters.rowGroupsRead == 0)
    }

    @Test func `where rows are on their way, filters are asked for, and not waited for`() throws {
        let object = FarObject(try ParquetFixture.bytes("flat_bloom")), file = try ParquetFile.open(object)
        let column = try #require(file.schema.index(of: "i32")), leaf = try #require(file.leaf("i32"))
        var request = ScanRequest(projection: [column], filters: [filter(.integer(5), "i32")], cancellation: Cancellation())
        func pruned() throws -> Int {
            var count = 0
            for morsel in try file.morsels() { count += try file.reader(morsel, request).counters.rowGroupsPrunedByBloomFilter }
            return count
        }
        let filters = file.footer.metaData.rowGroups.compactMap { $0.columns[leaf.index].metaData.flatMap(BloomFilterReading.range) }
        #expect(filters.count == 3)
        request.isFetched = true
        #expect(try pruned() == 0 && filters.allSatisfy { wanted in object.asked.count { $0 == wanted } == 1 })
        object.arrive()
        #expect(try pruned() == 3)
        #expect(object.asked.count { filters.contains($0) } == 3)
    }

    @Test func `where rows are not asked for yet, filters are waited for`() throws {
        let file = try ParquetFile.open(FarObject(try ParquetFixture.bytes("flat_bloom")))
        let column = try #require(file.schema.index(of: "i32"))
        #expect(try ParquetFixture.scan(file, [column], filters: [filter(.integer(5), "i32")]).counters.rowGroupsPrunedByBloomFilter == 3)
    }

    @Test func `a list opens the row groups of its values`() throws {
        let file = try ParquetFixture.open("flat_bloom")
        let column = try #require(file.schema.index(of: "i32"))
        // Only the second is there, in the second row group.
        let values: [Value] = [.integer(5), .integer(119_993), .integer(7)]
        let filter = PredicateFilter(0, pure: false, bounds: .isIn(column: "i32", AscendingValues(values))) { values.contains($0) }
        let found = try ParquetFixture.scan(file, [column], filters: [filter])
        #expect(!found.rows.isEmpty && found.rows.allSatisfy { $0 == [.integer(119_993)] })
        #expect(found.counters.rowGroupsPrunedByBloomFilter == 2)
    }

    @Test func `zeros are looked up with either sign, and NaN never`() throws {
        let file = try ParquetFixture.open("flat_bloom")
        let leaf = try #require(file.leaf("f64"))
        #expect(leaf.storedForms(.double(0)) == [[0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 128]])
        #expect(leaf.storedForms(.double(.nan)) == nil)
        #expect(try #require(file.leaf("f32")).storedForms(.double(0.1)) == nil)
    }

    @Test func `values that a column can't hold have no form, values of other types an unknown one`() throws {
        let file = try ParquetFixture.open("flat_bloom")
        #expect(try #require(file.leaf("i32")).storedForms(.integer(1 << 40)) == [])
        #expect(try #require(file.leaf("u64")).storedForms(.decimal(-1, scale: 0)) == [])
        #expect(try #require(file.leaf("tz")).storedForms(.timestamp(1)) == [])
        #expect(try #require(file.leaf("d9")).storedForms(.decimal(1, scale: 5)) == nil)
        #expect(try #require(file.leaf("s")).storedForms(.integer(1)) == nil)
        #expect(try #require(file.leaf("flag")).storedForms(.boolean(true)) == nil)
    }

    /// `change` breaks the place or the bytes of a filter: then it rules nothing out.
    @Test(
        arguments: [
            { $0.bloomFilterOffset = 1 << 60 }, { $0.bloomFilterOffset = 4 }, { $0.bloomFilterBytes = 1 },
            { $0.bloomFilterBytes = 1 << 50 }, { $0.bloomFilterOffset = nil },
        ] as [@Sendable (inout ColumnMetaData) -> Void])
    func `a filter that contradicts the file rules nothing out`(change: @Sendable (inout ColumnMetaData) -> Void) throws {
        let file = try ParquetFixture.open("flat_bloom")
        var metaData = file.footer.metaData
        for group in metaData.rowGroups.indices {
            guard var own = metaData.rowGroups[group].columns[0].metaData else { continue }
            change(&own)
            metaData.rowGroups[group].columns[0].metaData = own
        }
        let changed = ParquetFile(file.file, try ParquetFooter(metaData, byteCount: 0))
        #expect(try ParquetFixture.rows(changed, [0], filters: [filter(.integer(1200), "id")]) == [[.integer(1200)]])
    }

    @Test func `a header with absurd sizes is passed over`() throws {
        for size in [0, 31, 33, 1 << 30, Int(Int32.max)] {
            let store = MemoryStore()
            try store.put("f", [0, 0, 0, 0] + BloomFilterHeader(bytes: size).thriftBytes() + [UInt8](repeating: 0, count: 64))
            var chunk = ColumnMetaData()
            chunk.bloomFilterOffset = 4
            #expect(BloomFilterReading(chunk, in: try store.open("f"), probes: 1) == nil)
        }
    }

    @Test func `of a large filter only the block that is asked about is fetched`() throws {
        let store = MemoryStore()
        try store.put("f", [0, 0, 0, 0] + BloomFilterHeader(bytes: 1 << 20).thriftBytes() + [UInt8](repeating: 255, count: 1 << 20))
        var chunk = ColumnMetaData()
        chunk.bloomFilterOffset = 4
        let filter = try #require(BloomFilterReading(chunk, in: try store.open("f"), probes: 1))
        #expect(filter.mayHold(XXHash64.hash([1, 2, 3])))
        #expect(filter.bytesRead < 200)
    }
}
