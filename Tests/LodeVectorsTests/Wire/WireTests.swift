// Columns as cells, and cells as rows, as they go over the wire.

import LodeCore
import Testing

@testable import LodeVectors

@Suite struct WireTests {
    private func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func bytes(_ sink: ByteSink) -> [UInt8] { Array(sink.bytes) }

    /// What PostgreSQL 15's `numeric_send` gives.
    @Test(arguments: [
        (12345678, 3, "0003000100000003000109291a7c"), (0, 0, "0000000000000000"), (1234, 8, "0001fffe0000000804d2"),
        (-10000, 0, "00010001400000000001"), (0, 1, "0000000000000001"), (-5, 1, "0001ffff400000011388"),
        (999_999_999_999_999, 0, "000400030000000003e7270f270f270f"), (10_000_000_000_000_001, 1, "000500030000000103e800000000000003e8"),
        (100_000_000, 0, "00010002000000000001"), (0, 2, "0000000000000002"), (110, 2, "0002000000000002000103e8"),
    ] as [(Int128, Int, String)])
    func `a decimal is sent as PostgreSQL sends it`(unscaled: Int128, scale: Int, expected: String) throws {
        let sink = try ByteSink()
        try WireNumeric.append(unscaled, scale: scale, to: sink)
        #expect(hex(bytes(sink)) == expected)
    }

    @Test func `a decimal of 38 digits is sent, too`() throws {
        let sink = try ByteSink()
        try WireNumeric.append(999_999_999_999_999_999_999_999, scale: 4, to: sink)
        #expect(hex(bytes(sink)) == "0006000400000004270f270f270f270f270f270f")
    }

    private func cells(_ values: [Value], _ type: SQLType, binary: Bool) throws -> EncodedCells {
        let column = try Column.make(type, values).flattened(), cells = try EncodedCells(capacity: values.count)
        let isDone = binary ? try cells.appendBinary(column, 0..<values.count) : try cells.appendText(column, 0..<values.count, zone: nil)
        #expect(isDone)
        return cells
    }

    @Test func `rows have a count and each cell behind its length`() throws {
        let columns = [
            try cells([.integer(1), .null, .integer(-2)], .integer, binary: true),
            try cells([.text("a"), .text(""), .text("a text of more than sixteen bytes")], .varchar, binary: true),
        ]
        let assembly = try RowAssembly(columns, rows: 3), sink = try ByteSink()
        try assembly.appendRows(UInt8(ascii: "D"), to: sink, limit: .max)
        let long = hex("a text of more than sixteen bytes".utf8)
        #expect(
            hex(bytes(sink)) == "44000000130002" + "0000000400000001" + "0000000161" + "440000000e0002" + "ffffffff" + "00000000"
                + "44000000330002" + "00000004fffffffe" + "00000021" + long)
        #expect(assembly.count == 0)
    }

    @Test func `a limit stops between rows`() throws {
        let assembly = try RowAssembly([try cells((0..<100).map { .integer($0) }, .bigint, binary: false)], rows: 100)
        let sink = try ByteSink()
        try assembly.appendLines(UInt8(ascii: "d"), delimiter: 9, null: Array("\\N".utf8), to: sink, limit: 20)
        #expect(assembly.count == 97 && sink.count == 21)
        try assembly.appendLines(UInt8(ascii: "d"), delimiter: 9, null: Array("\\N".utf8), to: sink, limit: .max)
        #expect(assembly.count == 0)
    }

    @Test func `lines have delimiters between cells and a sign for NULL`() throws {
        let columns = [
            try cells([.integer(7), .null], .smallint, binary: false), try cells([.null, .boolean(true)], .boolean, binary: false),
        ]
        let sink = try ByteSink()
        try RowAssembly(columns, rows: 2).appendLines(
            UInt8(ascii: "d"), delimiter: UInt8(ascii: "|"), null: Array("\\N".utf8), to: sink, limit: .max)
        #expect(String(decoding: bytes(sink), as: UTF8.self) == "d\0\0\0\u{9}7|\\N\nd\0\0\0\u{9}\\N|t\n")
    }

    @Test func `what means something in COPY is seen`() throws {
        #expect(try !cells([.text("plain"), .null], .varchar, binary: false).needsEscapes(9))
        for text in ["a\tb", "a\\b", "a\nb"] { #expect(try cells([.text(SQLText(text))], .varchar, binary: false).needsEscapes(9)) }
    }

    @Test func `few rows are encoded at a time where texts are long`() throws {
        let text = String(repeating: "x", count: 1000)
        let column = try Column.make(.varchar, Array(repeating: .text(SQLText(text)), count: 100)).flattened()
        #expect(EncodedCells.rows(of: [column], from: 0, to: 100, limit: 10_000) == 10)
        #expect(EncodedCells.rows(of: [column], from: 95, to: 100, limit: 10_000) == 5)
        #expect(EncodedCells.rows(of: [column], from: 0, to: 100, limit: 1) == 1)
    }
}
