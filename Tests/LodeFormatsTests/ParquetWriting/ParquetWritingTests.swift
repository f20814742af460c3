// Files that are written are read back equal, with bounds that hold.

import LodeCore
import LodeObjectStore
import LodeVectors
import Testing

@testable import LodeFormats

/// Deterministic values of every type.
enum SampleValues {
    static let types: [SQLType] = [
        .boolean, .tinyint, .smallint, .integer, .bigint, .real, .double, .decimal(precision: 7, scale: 2),
        .decimal(precision: 18, scale: 4),
        .decimal(precision: 38, scale: 10), .varchar, .varbinary, .date, .time, .timestamp, .timestamptz,
        .timestampNanos, .timestamptzNanos, .interval, .uuid, .json,
    ]

    static let nested: [SQLType] = [
        .list(.bigint), .list(.varchar), .list(.list(.integer)), .structure([Field("a", .integer), Field("b", .varchar)]),
        .list(.structure([Field("x", .double), Field("tags", .list(.varchar))])), .map(key: .varchar, value: .bigint),
        .structure([
            Field("m", .map(key: .integer, value: .structure([Field("d", .date)]))), Field("l", .list(.decimal(precision: 9, scale: 1))),
        ]),
    ]

    static func value(_ type: SQLType, _ seed: Int) -> Value {
        let n = Int64(truncatingIfNeeded: UInt64(truncatingIfNeeded: seed) &* 2_654_435_761 % 1_000_003) - 500_000
        switch type {
        case .boolean: return .boolean(n % 3 == 0)
        case .tinyint: return .integer(n % 128)
        case .smallint: return .integer(n % 32_768)
        case .integer, .bigint: return .integer(n)
        case .real: return .double(Double(Float(n) / 8))
        case .double: return .double(Double(n) / 7)
        case .decimal(let precision, let scale):
            return .decimal(precision > 18 ? Int128(n) * 1_000_000_000_000_000_000_000 : Int128(n), scale: scale)
        case .varchar: return .text(n % 5 == 0 ? "" : "text \(n % 100) " + String(repeating: "é", count: Int(n.magnitude % 60)))
        case .char(let width): return .text(String(repeating: "x", count: width))
        case .varbinary: return .bytes([UInt8(truncatingIfNeeded: n), 0xff, UInt8(truncatingIfNeeded: n >> 8)])
        case .date: return .date(Int32(n / 10))
        case .time: return .time(n.magnitude.isMultiple(of: 2) ? 1 : Int64(n.magnitude) * 86_000)
        case .timestamp, .timestamptz: return .timestamp(n * 1_000_003)
        case .timestampNanos, .timestamptzNanos: return .timestampNanos(n * 1_000_000_007)
        case .interval:
            return .interval(Interval(months: Int32(n.magnitude % 50), days: Int32(n.magnitude % 9), micros: Int64(n.magnitude) * 1000))
        case .uuid: return .uuid(UInt128(UInt64(n.magnitude)) << 96 | 77)
        case .json: return .text("{\"a\": \(n)}")
        case .null, .catalog: return .null
        case .list(let element):
            return .list((0..<Int(n.magnitude % 4)).map { (n + Int64($0)) % 7 == 0 ? .null : value(element, seed &* 31 + $0) })
        case .structure(let fields):
            return .structure(
                fields.enumerated().map { index, field in (n + Int64(index)) % 6 == 0 ? .null : value(field.type, seed &* 17 + index) })
        case .map(let key, let item):
            return .map(
                (0..<Int(n.magnitude % 3)).map {
                    Value.MapEntry(key: value(key, seed &* 13 + $0), value: $0 == 1 ? .null : value(item, seed &* 7 + $0))
                })
        }
    }

    static func column(_ type: SQLType, _ count: Int, nullEvery: Int) -> [Value] {
        (0..<count).map { nullEvery > 0 && $0 % nullEvery == 0 ? .null : value(type, $0) }
    }
}

@Suite struct ParquetWritingTests {
    func write(_ fields: [Field], _ columns: [[Value]], _ options: [String: FormatOption] = [:], chunk: Int = 1000) throws -> (
        bytes: [UInt8], file: WrittenFile
    ) {
        let sink = BytesSink("test.parquet")
        let writer = try ParquetFormat().create(sink, schema: Schema(fields), options: FormatOptions(options))
        let lane = try writer.lane()
        let count = columns.first?.count ?? 0
        for start in stride(from: 0, to: count, by: chunk) {
            let end = min(count, start + chunk)
            try lane.write(
                Chunk(columns: zip(fields, columns).map { try Column.make($0.type, Array($1[start..<end])) }, count: end - start))
        }
        try lane.finish()
        let file = try writer.finish()
        return (sink.bytes, file)
    }

    func read(_ bytes: [UInt8]) throws -> [[Value]] { try allRows(try ParquetFormat().open(BytesObject(bytes, path: "test.parquet"))) }

    @Test(arguments: SampleValues.types + SampleValues.nested, ["v1", "v2"])
    func `every type comes back`(type: SQLType, version: String) throws {
        for (nullEvery, options) in [
            (0, [:]), (3, ["row_group_size": .value(.integer(1500)), "page_rows": .value(.integer(400))]), (1, [:]),
            (7, ["dictionary": .value(.boolean(false)), "page_size": .value(.integer(2000))]),
        ]
            as [(Int, [String: FormatOption])]
        {
            let values = SampleValues.column(type, 4000, nullEvery: nullEvery)
            let (bytes, file) = try write([Field("c", type)], [values], options.merging(["parquet_version": text(version)]) { a, _ in a })
            #expect(file.rows == 4000 && file.bytes == bytes.count)
            let found = try read(bytes).map { $0[0] }
            #expect(found == values, "\(type) with nulls every \(nullEvery)")
        }
    }

    @Test(arguments: ["uncompressed", "snappy", "zstd", "gzip", "lz4_raw"])
    func `every codec comes back`(codec: String) throws {
        let values = SampleValues.column(.varchar, 5000, nullEvery: 4), numbers = SampleValues.column(.bigint, 5000, nullEvery: 0)
        let (bytes, _) = try write(
            [Field("a", .varchar), Field("b", .bigint, nullable: false)], [values, numbers], ["compression": text(codec)])
        #expect(try read(bytes) == zip(values, numbers).map { [$0, $1] })
    }

    @Test func `statistics are exact, cut texts are still bounds`() throws {
        let long = String(repeating: "z", count: 100) + "é"
        let (bytes, file) = try write(
            [Field("t", .varchar), Field("n", .integer), Field("d", .double)],
            [[.text("b"), .text(long), .null], [.integer(5), .integer(-7), .integer(2)], [.double(0.0), .double(.nan), .double(-2)]])
        #expect(file.statistics[0].maximum == .text(long) && file.statistics[0].nullCount == 1)
        #expect(
            file.statistics[1].minimum == .integer(-7) && file.statistics[1].maximum == .integer(5) && file.statistics[1].boundsAreExact)
        let scan = try ParquetFormat().open(BytesObject(bytes))
        #expect(scan.statistics(1)?.minimum == .integer(-7))
        let text = try #require(scan.statistics(0))
        #expect(Value.compare(text.maximum ?? .null, .text(long)) == 1)
        if case .text(let bound)? = text.maximum { #expect(bound.utf8.count <= 64) }
        // Readers differ about where NaN sorts.
        #expect(scan.statistics(2)?.minimum == nil && scan.statistics(2)?.maximum == nil && file.statistics[2].maximum == nil)
    }

    @Test func `bounds of texts are cut between characters`() throws {
        for scalar in ["a", "\u{7f}", "é", "\u{d7ff}", "\u{10ffff}"] {
            let bytes = Array((String(repeating: "x", count: 61) + scalar + "tail tail").utf8)
            let high = try #require(LeafBounds.cut(bytes, isMaximum: true, isText: true)),
                low = try #require(LeafBounds.cut(bytes, isMaximum: false, isText: true))
            #expect(bytes.lexicographicallyPrecedes(high.bytes) && low.bytes.lexicographicallyPrecedes(bytes))
            #expect(String(validating: high.bytes, as: UTF8.self) != nil && String(validating: low.bytes, as: UTF8.self) != nil)
        }
        #expect(LeafBounds.cut([UInt8](repeating: 0xff, count: 100), isMaximum: true, isText: false) == nil)
    }

    @Test func `files without rows, and many row groups from two lanes`() throws {
        let (empty, file) = try write([Field("a", .integer)], [[]])
        #expect(try read(empty).isEmpty && file.rows == 0)
        let sink = BytesSink("x.parquet")
        let writer = try ParquetFormat().create(
            sink, schema: Schema([Field("a", .bigint)]), options: FormatOptions(["row_group_size": .value(.integer(100))]))
        let lanes = [try writer.lane(), try writer.lane()]
        for index in 0..<20 {
            try lanes[index % 2].write(
                Chunk(columns: [try Column.make(.bigint, (0..<70).map { .integer(Int64(index * 70 + $0)) })], count: 70))
        }
        for lane in lanes { try lane.finish() }
        #expect(try writer.finish().rows == 1400)
        let found = try read(sink.bytes).map { $0[0] }
        #expect(Set(found) == Set((0..<1400).map { Value.integer($0) }) && found.count == 1400)
    }

    @Test func `dictionary and constant columns are written as their values`() throws {
        let dictionary = try Column.make(.varchar, [.text("a rather long text of the dictionary"), .text("b")])
        let codes = try Buffer(byteCount: 16)
        for (index, code) in [Int32(1), 0, 1, 0].enumerated() { codes.lanes(as: Int32.self)[index] = code }
        let sink = BytesSink("x.parquet")
        let writer = try ParquetFormat().create(
            sink, schema: Schema([Field("a", .varchar), Field("b", .integer), Field("c", .integer)]), options: FormatOptions())
        let lane = try writer.lane()
        try lane.write(
            Chunk(
                columns: [
                    Column(codes: codes, count: 4, dictionary: dictionary), try .constant(.integer(3), .integer, count: 4),
                    try .null(.integer, count: 4),
                ], count: 4))
        try lane.finish()
        _ = try writer.finish()
        let rows = try read(sink.bytes)
        #expect(
            rows.map { $0[0] } == [
                .text("b"), .text("a rather long text of the dictionary"), .text("b"), .text("a rather long text of the dictionary"),
            ])
        #expect(rows.allSatisfy { $0[1] == .integer(3) && $0[2] == .null })
    }

    @Test func `what cannot be written is refused`() throws {
        #expect(throws: SQLError.self) { try write([Field("a", .integer, nullable: false)], [[.integer(1), .null]]) }
        #expect(throws: SQLError.self) { try write([Field("a", .interval)], [[.interval(Interval(micros: -1))]]) }
        for options in [
            ["compression": text("lzo")], ["compression_level": .value(.integer(99))], ["row_group_size": .value(.integer(0))],
            ["sorted_by": text("zz")], ["parquet_version": text("v9")], ["typo": text("x")],
        ] as [[String: FormatOption]] {
            #expect(throws: SQLError.self) { try write([Field("a", .integer)], [[.integer(1)]], options) }
        }
    }

    @Test func `random runs and literals of codes come back`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var values: [Value] = []
            while values.count < 900 {
                let value = Int64.random(in: 0..<Int64.random(in: 1...300, using: &random), using: &random)
                values += [Value](repeating: .integer(value), count: Int.random(in: 1...30, using: &random) > 20 ? 25 : 1)
            }
            let (bytes, _) = try write([Field("a", .bigint)], [values], ["compression": text("uncompressed")], chunk: 700)
            #expect(try read(bytes).map { $0[0] } == values)
        }
    }
}
