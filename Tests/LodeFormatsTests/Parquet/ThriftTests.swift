// The compact protocol: metadata there and back, and hostile bytes.

import LodeCore
import Testing

@testable import LodeFormats

@Suite struct ThriftTests {
    private func read<S: ThriftStruct>(_ bytes: [UInt8], _: S.Type) throws(SQLError) -> S {
        var result: Result<S, SQLError> = .failure(.internalFault("unread"))
        bytes.withUnsafeBytes { raw in
            do throws(SQLError) {
                var reader = ThriftReader(raw, origin: 1000)
                result = .success(try S(from: &reader))
            } catch { result = .failure(error) }
        }
        return try result.get()
    }

    private var sample: FileMetaData {
        var column = ColumnMetaData()
        column.type = .byteArray
        column.encodings = [.plain, .rleDictionary]
        column.path = ["a", "b"]
        column.codec = 6
        column.valueCount = 1 << 40
        column.compressedBytes = 77
        column.dictionaryPageOffset = 4
        column.statistics = ParquetStatistics(minimum: [1], maximum: [2, 3], nullCount: 5, isMinimumExact: true, isMaximumExact: false)
        column.encodingStats = [PageEncodingStats(pageType: .data, encoding: .rleDictionary, count: 3)]
        var chunk = ColumnChunk()
        chunk.metaData = column
        chunk.offsetIndexOffset = 12
        chunk.offsetIndexBytes = 34
        var group = RowGroup()
        group.columns = Array(repeating: chunk, count: 20)
        group.rowCount = 9
        group.ordinal = 3
        group.sortingColumns = [SortingColumn(column: 1, descending: true, nullsFirst: false)]
        var file = FileMetaData()
        file.version = 2
        file.rowCount = 9
        file.rowGroups = [group]
        file.keyValues = [KeyValue(key: "k", value: nil), KeyValue(key: "l", value: "v")]
        file.createdBy = "somebody"
        file.hasTypeOrder = [true, false]
        file.schema = [
            SchemaElement(name: "root", childCount: 2),
            SchemaElement(name: "x", type: .int64, repetition: .optional, logicalType: .timestamp(isUTC: true, .micros)),
            SchemaElement(
                name: "y", type: .fixedLenByteArray, typeLength: 16, repetition: .required, convertedType: .decimal, scale: 2,
                precision: 38, fieldID: -1, logicalType: .decimal(scale: 2, precision: 38)),
        ]
        return file
    }

    @Test func `a footer comes back as it was written`() throws {
        #expect(try read(sample.thriftBytes(), FileMetaData.self) == sample)
    }

    @Test func `page headers and indexes come back as they were written`() throws {
        var header = PageHeader(type: .dataV2, uncompressedBytes: 10, compressedBytes: 5)
        header.checksum = .max
        header.dataV2 = DataPageHeaderV2(
            valueCount: 4, nullCount: 1, rowCount: 4, encoding: .plain, definitionBytes: 2, repetitionBytes: 0, isCompressed: false)
        #expect(try read(header.thriftBytes(), PageHeader.self) == header)
        let offsets = OffsetIndex(pages: [PageLocation(offset: 4, bytes: 5, firstRow: 0), PageLocation(offset: 9, bytes: 6, firstRow: 700)])
        #expect(try read(offsets.thriftBytes(), OffsetIndex.self) == offsets)
        let bounds = ColumnIndex(isNullPage: [true, false], minimums: [[], [1]], maximums: [[], [9]], order: .ascending, nullCounts: [3, 0])
        #expect(try read(bounds.thriftBytes(), ColumnIndex.self) == bounds)
        #expect(try read(BloomFilterHeader(bytes: 32).thriftBytes(), BloomFilterHeader.self).isSupported)
    }

    @Test(arguments: [
        LogicalType.string, .map, .list, .enumeration, .date, .json, .bson, .uuid, .float16, .unknown, .variant, .geometry,
        .time(isUTC: false, .nanos), .integer(bits: 8, signed: false),
    ])
    func `logical types come back as they were written`(type: LogicalType) throws {
        #expect(try read(type.thriftBytes(), LogicalType.self) == type)
    }

    @Test func `a footer that ends anywhere is refused`() throws {
        let bytes = sample.thriftBytes()
        for count in 0..<bytes.count { #expect(throws: SQLError.self) { try read(Array(bytes[..<count]), FileMetaData.self) } }
    }

    @Test func `nesting, counts and sizes are limited`() throws {
        // Field 99, a struct, within itself.
        #expect(throws: SQLError.self) { try read(Array(repeating: 0x1c, count: 10_000), FileMetaData.self) }
        // Lists within lists.
        #expect(throws: SQLError.self) { try read([0x99] + Array(repeating: 0x19, count: 10_000), FileMetaData.self) }
        // A list of four billion structs.
        #expect(throws: SQLError.self) { try read([0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f], FileMetaData.self) }
        // A text of 2^60 bytes.
        #expect(throws: SQLError.self) { try read([0x68, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10], FileMetaData.self) }
        // A number of more than 64 bits.
        #expect(throws: SQLError.self) { try read([0x15] + Array(repeating: 0xff, count: 12), FileMetaData.self) }
    }

    @Test func `random bytes are read or refused`() throws {
        var random = SplitMix(state: 7)
        let bytes = sample.thriftBytes()
        for _ in 0..<fuzzCount * 10 {
            var changed = bytes
            for _ in 0...3 { changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            _ = try? read(changed, FileMetaData.self)
            _ = try? read(changed, PageHeader.self)
            _ = try? read(changed, ColumnIndex.self)
        }
    }
}
