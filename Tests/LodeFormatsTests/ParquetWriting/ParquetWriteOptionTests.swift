// What options ask for is in the file.

import LodeCore
import LodeObjectStore
import LodeVectors
import Testing

@testable import LodeFormats

@Suite struct ParquetWriteOptionTests {
    private let samples = ParquetWritingTests()

    private func footer(_ fields: [Field], _ columns: [[Value]], _ options: [String: FormatOption]) throws -> FileMetaData {
        try FileMetaData.footer(of: try samples.write(fields, columns, options).bytes)
    }

    static let encodings: [(SQLType, String)] = [
        (.boolean, "plain"), (.boolean, "rle"), (.integer, "delta_binary_packed"), (.bigint, "delta_binary_packed"),
        (.date, "delta_binary_packed"),
        (.decimal(precision: 18, scale: 4), "delta_binary_packed"), (.varchar, "delta_length_byte_array"), (.varchar, "delta_byte_array"),
        (.varbinary, "delta_byte_array"), (.uuid, "delta_byte_array"), (.real, "byte_stream_split"), (.double, "byte_stream_split"),
        (.bigint, "byte_stream_split"), (.uuid, "byte_stream_split"), (.decimal(precision: 38, scale: 10), "byte_stream_split"),
        (.bigint, "dictionary"), (.varchar, "dictionary"), (.json, "plain"), (.list(.varchar), "delta_byte_array"),
    ]

    @Test(arguments: encodings)
    func `a column is written in the encoding that is asked for`(type: SQLType, encoding: String) throws {
        for nullEvery in [0, 3, 1] {
            let values = SampleValues.column(type, 3000, nullEvery: nullEvery)
            let options: [String: FormatOption] = [
                "encodings": .named([.init("c", text(encoding))]), "page_rows": .value(.integer(700)),
                "dictionary": .value(.boolean(false)),
            ]
            let (bytes, _) = try samples.write([Field("c", type)], [values], options)
            #expect(try samples.read(bytes).map { $0[0] } == values)
            let used = try FileMetaData.footer(of: bytes).rowGroups[0].columns[0].metaData?.encodings
            let wanted = try ColumnWriteOptions.encoding(encoding)
            #expect(used?.contains(wanted) == true || (nullEvery == 1 && wanted == .rleDictionary))
        }
    }

    @Test func `differences of all sizes come back`() throws {
        var random = SystemRandomNumberGenerator()
        for bits in [0, 1, 7, 13, 31, 32, 33, 47, 63, 64] {
            let values = (0..<700).map { _ in
                Value.integer(
                    bits == 0 ? 5 : Int64(truncatingIfNeeded: UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64(64 - bits)))
            }
            let (bytes, _) = try samples.write(
                [Field("c", .bigint)], [values], ["encodings": .named([.init("c", text("delta_binary_packed"))])])
            #expect(try samples.read(bytes).map { $0[0] } == values, "\(bits) bits")
        }
    }

    @Test func `numbers that mostly grow have no dictionary, those that repeat have one`() throws {
        let growing = (0..<20_000).map { Value.integer(Int64($0 / 4)) },
            repeating = (0..<20_000).map { Value.integer(Int64($0 * 7919 % 50)) }
        let written = try footer([Field("a", .bigint), Field("b", .bigint)], [growing, repeating], [:])
        #expect(written.rowGroups[0].columns.map { $0.metaData?.dictionaryPageOffset != nil } == [false, true])
    }

    @Test func `Bloom filters know every value and hardly any other`() throws {
        for (type, options) in [
            (SQLType.bigint, [String: FormatOption]()), (.varchar, [:]), (.bigint, ["dictionary": .value(.boolean(false))]),
        ] {
            let values = SampleValues.column(type, 5000, nullEvery: 3)
            let wish: [String: FormatOption] = ["bloom_filters": .named([.init("c", .named([.init("fpp", .value(.double(0.001)))]))])]
            let (bytes, _) = try samples.write([Field("c", type)], [values], options.merging(wish) { a, _ in a })
            let column = try #require(try FileMetaData.footer(of: bytes).rowGroups[0].columns[0].metaData)
            let offset = try #require(column.bloomFilterOffset), length = try #require(column.bloomFilterBytes)
            let filter = try BloomFilterBits(Array(bytes[offset..<(offset + length)]))
            func hash(_ value: Value) -> UInt64 {
                if case .text(let text) = value { return XXHash64.hash(Array(text.utf8)) }
                guard case .integer(let number) = value else { return 0 }
                return XXHash64.hash((0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
            }
            #expect(values.allSatisfy { $0 == .null || filter.mayHold(hash($0)) })
            let strangers = (0..<10_000).filter {
                filter.mayHold(hash(type == .varchar ? .text("unlisted \($0)") : .integer(Int64($0) + 1 << 40)))
            }
            #expect(strangers.count < 60)
        }
    }

    @Test func `a Bloom filter is as small as its values allow`() {
        var few = BloomFilterWriter(BloomFilterOptions(), maxDistinct: 100_000)
        var many = BloomFilterWriter(BloomFilterOptions(), maxDistinct: 100_000)
        for index in 0..<100_000 {
            few.insert(XXHash64.hash([UInt8(index % 10)]))
            many.insert(XXHash64.hash(Array("\(index)".utf8)))
        }
        #expect(few.bytes().count < 100 && many.bytes().count > 64_000 && many.bytes().count < 140_000)
    }

    @Test func `field ids are numbered depth first, or as they are named`() throws {
        let fields = [Field("a", .integer), Field("s", .structure([Field("x", .integer), Field("l", .list(.varchar))]))]
        let values = fields.map { SampleValues.column($0.type, 10, nullEvery: 0) }
        let automatic = try footer(fields, values, ["field_ids": text("auto")]).schema.map(\.fieldID)
        #expect(automatic == [nil, 0, 1, 2, 3, nil, 4])
        let wish = FormatOption.named([
            .init("a", .value(.integer(7))),
            .init(
                "s", .named([.init("__duckdb_field_id", .value(.integer(8))), .init("l", .named([.init("element", .value(.integer(9)))]))])),
        ])
        #expect(try footer(fields, values, ["field_ids": wish]).schema.map(\.fieldID) == [nil, 7, 8, nil, nil, nil, 9])
        for wrong in [
            FormatOption.named([.init("b", .value(.integer(1)))]), text("all"),
            .named([.init("a", .value(.integer(1))), .init("s", .named([.init("x", .value(.integer(1)))]))]),
        ] {
            #expect(throws: SQLError.self) { try footer(fields, values, ["field_ids": wrong]) }
        }
    }

    @Test func `a file may call columns otherwise than its rows do`() throws {
        let fields = [Field("a", .integer), Field("s", .structure([Field("x", .integer), Field("l", .list(.varchar))]))]
        let values = fields.map { SampleValues.column($0.type, 10, nullEvery: 0) }
        func named(_ name: String) -> FormatOption.NamedOption { .init("__lode_file_name", text(name)) }
        let wish = FormatOption.named([
            .init("a", .named([named("col-1")])), .init("s", .named([.init("x", .named([named("col-2")]))])),
        ])
        let written = try footer(fields, values, ["field_ids": wish, "sorted_by": text("a")])
        #expect(written.schema.map(\.name) == ["schema", "col-1", "s", "col-2", "l", "list", "element"])
        let paths = written.rowGroups[0].columns.compactMap(\.metaData?.path)
        #expect(paths == [["col-1"], ["s", "col-2"], ["s", "l", "list", "element"]])
    }

    @Test func `notes, order and the lack of a page index are in the footer`() throws {
        let written = try footer(
            [Field("a", .integer), Field("b", .varchar)], [[.integer(1)], [.text("x")]],
            ["kv_metadata": .named([.init("k", text("v"))]), "sorted_by": text("b DESC, a"), "write_page_index": .value(.boolean(false))])
        #expect(written.keyValues == [KeyValue(key: "k", value: "v")])
        #expect(
            written.rowGroups[0].sortingColumns == [
                SortingColumn(column: 1, descending: true, nullsFirst: true),
                SortingColumn(column: 0, descending: false, nullsFirst: false),
            ])
        #expect(written.rowGroups[0].columns.allSatisfy { $0.columnIndexOffset == nil && $0.offsetIndexOffset == nil })
    }

    @Test func `properties of other engines mean the same`() throws {
        let options = try ParquetProperties.options([
            "parquet.compression": "GZIP", "write.parquet.page-row-limit": "500", "parquet.block.size": "64MB",
            "parquet.bloom.filter.enabled#b": "true",
            "parquet.bloom.filter.expected.ndv#b": "10", "parquet.enable.dictionary#a": "false", "owner": "me",
        ])
        let written = try ParquetWriteOptions(options, schema: Schema([Field("a", .integer), Field("b", .varchar)]))
        #expect(written.codec == .gzip && written.pageRows == 500 && written.rowGroupBytes == 64_000_000)
        #expect(
            written.column(["a"]).encoding == .plain && written.column(["b"]).bloomFilter?.distinct == 10
                && written.column(["a"]).bloomFilter == nil)
        #expect { try ParquetProperties.options(["parquet.compresion": "gzip"]) } throws: {
            ($0 as? SQLError)?.hint == "Did you mean \"parquet.compression\"?"
        }
    }

    @Test func `options that do not fit are refused by name`() throws {
        let schema = Schema([Field("a", .integer), Field("flag", .boolean), Field("t", .varchar)])
        for (option, value) in [
            ("encodings", FormatOption.named([.init("a", text("delta_byte_array"))])), ("encodings", .named([.init("b", text("plain"))])),
            ("encodings", .named([.init("a", text("plane"))])), ("bloom_filter_columns", text("flag")),
            ("bloom_filter_false_positive_ratio", .value(.double(1.5))),
            ("page_size", text("12 parsec")), ("sorted_by", text("a SIDEWAYS")),
        ] {
            #expect(throws: SQLError.self, "\(option)") { try ParquetWriteOptions(FormatOptions([option: value]), schema: schema) }
        }
    }

    @Test func `blocks stand in the file by number, whenever they come`() throws {
        let sink = BytesSink("x.parquet")
        let writer = try ParquetFormat().create(sink, schema: Schema([Field("a", .integer)]), options: FormatOptions())
        let lane = try writer.lane(), numbers = (0..<5).map { _ in writer.nextBlock() }
        for number in [3, 0, 4, 2, 1] {
            try lane.write(Chunk(columns: [try Column.make(.integer, [.integer(Int64(number))])], count: 1))
            try lane.finish(block: numbers[number])
        }
        _ = try writer.finish()
        #expect(try samples.read(sink.bytes).map { $0[0] } == (0..<5).map { .integer(Int64($0)) })
    }

    @Test func `the hash is XXH64`() {
        #expect(XXHash64.hash([]) == 0xef46_db37_51d8_e999)
        #expect(XXHash64.hash(Array("abc".utf8)) == 0x44bc_2cf5_ad77_0999)
    }
}

/// A filter as a reader sees it.
private struct BloomFilterBits {
    private let words: [UInt32]

    init(_ bytes: [UInt8]) throws {
        let (header, at) = try bytes.withUnsafeBytes { buffer in
            var reader = ThriftReader(buffer, origin: 0)
            return (try BloomFilterHeader(from: &reader), reader.position)
        }
        #expect(header.isSupported && header.bytes == bytes.count - at)
        words = stride(from: at, to: bytes.count, by: 4).map { at in
            (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << UInt32($1 * 8) }
        }
    }

    func mayHold(_ hash: UInt64) -> Bool {
        let salts: [UInt32] = [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31]
        let block = Int(((hash >> 32) * UInt64(words.count / 8)) >> 32)
        return salts.indices.allSatisfy { words[block * 8 + $0] & 1 << ((UInt32(truncatingIfNeeded: hash) &* salts[$0]) >> 27) != 0 }
    }
}

extension FileMetaData {
    /// The footer of a whole file.
    fileprivate static func footer(of bytes: [UInt8]) throws -> FileMetaData {
        let length = bytes.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        return try Array(bytes[(bytes.count - 8 - length)..<(bytes.count - 8)]).withUnsafeBytes { buffer in
            var reader = ThriftReader(buffer, origin: 0)
            return try FileMetaData(from: &reader)
        }
    }
}
