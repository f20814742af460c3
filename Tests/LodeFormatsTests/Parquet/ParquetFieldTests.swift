// Names, fields inside structs, row numbers, and single features of files in a few rows each.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFormats

@Suite struct ParquetFieldTests {
    private func read(_ file: ParquetFile, _ position: Int) throws -> (values: [Value], bytes: Int) {
        let found = try ParquetFixture.scan(file, [position])
        return (found.rows.map { $0[0] }, found.counters.bytesRead)
    }

    @Test(arguments: ParquetFixture.nested) func `a field of a struct is read by itself`(name: String) throws {
        let file = try ParquetFixture.open(name)
        let position = try #require(file.position(ofField: ["s", "A"]))
        let field = try read(file, position), whole = try read(file, try #require(file.schema.index(of: "s")))
        let expected = whole.values.map { value -> Value in if case .structure(let fields) = value { fields[0] } else { .null } }
        #expect(field.values == expected)
        #expect(field.bytes < whole.bytes)
    }

    @Test func `fields behind lists and fields that are not there have no position`() throws {
        let file = try ParquetFixture.open("nested_v1")
        #expect(file.position(ofField: ["ls", "x"]) == nil)
        #expect(file.position(ofField: ["s", "c"]) == nil)
    }

    @Test func `statistics of a field spare row groups`() throws {
        let file = try ParquetFixture.open("nested_v1")
        let path = FieldPath.name(["s", "a"])
        #expect([0, 1].map { file.mayMatch($0, .compare(column: path, .less, .integer(100))) } == [true, false])
    }

    @Test func `rows are numbered over all row groups`() throws {
        let file = try ParquetFixture.open("flat_plain_v1")
        let numbers = try read(file, try #require(file.rowNumberPosition))
        #expect(numbers.values == (0..<ParquetFixture.flatRows).map { .integer(Int64($0)) })
        #expect(numbers.bytes == 0)
    }

    @Test func `columns of equal names can all be named`() throws {
        let file = try ParquetFixture.open("equal_names")
        #expect(file.schema.fields.map(\.name) == ["a", "A_1", "a_1_1", "b", "a_2"])
        #expect(try ParquetFixture.rows(file).allSatisfy { row in row.allSatisfy { $0 == row[0] } })
    }

    @Test func `columns that never had a value have no type yet`() throws {
        let file = try ParquetFixture.open("null_types")
        let pair = SQLType.structure([Field("x", .bigint), Field("y", .null)])
        #expect(file.schema.fields.map(\.type) == [.bigint, .null, .list(.null), pair])
        let rows = try ParquetFixture.rows(file)
        #expect(rows[3] == [.integer(3), .null, .null, .structure([.integer(3), .null])])
        #expect(rows[5] == [.integer(5), .null, .list([.null, .null]), .structure([.integer(5), .null])])
    }

    @Test func `decimals of more than 38 digits are doubles`() throws {
        let file = try ParquetFixture.open("long_decimals")
        #expect(file.schema.fields.map(\.type) == [.bigint, .double, .double])
        let rows = try ParquetFixture.rows(file)
        #expect(rows[0] == [.integer(0), .double(1e35), .double(0)])
        #expect(rows[1] == [.integer(1), .double(-1e35), .double(1e70)])
        #expect(rows[3][2] == .null)
    }

    @Test(arguments: [
        ([0], 0), ([5], 5), ([0xff], -1), ([0x80], -128), ([0xff, 0], -256), ([1, 0, 0, 0, 0, 0, 0, 0, 0], 0x1p64),
        ([0xff, 0, 0, 0, 0, 0, 0, 0, 0], -0x1p64), ([0xff, 0, 0, 0, 0, 0, 0, 0, 1], -0x1p64 + 1),
        (Array(repeating: 0xff, count: 40), -1), ([0x7f] + Array(repeating: 0xff, count: 31), 0x1p255),
        ([0x80] + Array(repeating: 0, count: 31), -0x1p255),
    ] as [([UInt8], Double)])
    func `big-endian numbers of any length become the nearest double`(bytes: [UInt8], number: Double) {
        #expect(bytes.withUnsafeBytes { LongDecimal.double($0, 1) } == number)
    }

    @Test func `brotli pages with checksums`() throws {
        let file = try ParquetFixture.open("brotli_checksums")
        #expect(try ParquetFixture.rows(file) == (0..<500).map(ParquetFixture.flatRow))
    }

    @Test func `a page that differs from its checksum is damaged`() throws {
        var bytes = try ParquetFixture.bytes("brotli_checksums")
        let chunk = try #require(ParquetFixture.open(bytes).footer.metaData.rowGroups[0].columns[0].metaData)
        bytes[chunk.dataPageOffset + chunk.compressedBytes - 1] ^= 1
        let damaged = try ParquetFixture.open(bytes)
        #expect { try ParquetFixture.rows(damaged, [0]) } throws: { "\($0)".contains("checksum") }
    }

    @Test func `a brotli page can't announce what it does not hold`() {
        let bytes: [UInt8] = [0x06] + Array(repeating: 0, count: Decompressor.slack)
        bytes.withUnsafeBytes { source in
            let page = UnsafeRawBufferPointer(rebasing: source[..<1])
            #expect(Decompressor.isPossible(.brotli, page, count: 100))
            #expect(!Decompressor.isPossible(.brotli, page, count: 1 << 30))
        }
    }
}
