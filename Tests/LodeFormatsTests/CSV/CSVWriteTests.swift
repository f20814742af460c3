// CSV that is written is read back, and is what RFC 4180 says.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFormats

@Suite struct CSVWriteTests {
    func write(_ schema: Schema, _ columns: [[Value]], _ options: [String: FormatOption] = [:], path: String = "x.csv") throws -> [UInt8] {
        let sink = BytesSink(path)
        let writer = try CSVFormat().create(sink, schema: schema, options: FormatOptions(options))
        let lane = try writer.lane()
        let count = columns.first?.count ?? 0
        try lane.write(Chunk(columns: zip(schema.fields, columns).map { try Column.make($0.type, $1) }, count: count))
        try lane.finish()
        _ = try writer.finish()
        return sink.bytes
    }

    @Test func `only what needs quotes has them`() throws {
        let schema = Schema([Field("a", .bigint), Field("b, c", .varchar)])
        let bytes = try write(
            schema, [[.integer(1), .null, .integer(-3), .integer(4)], [.text("x"), .text(""), .text("q\"u,o\nte"), .null]])
        #expect(String(decoding: bytes, as: UTF8.self) == "a,\"b, c\"\n1,x\n,\"\"\n-3,\"q\"\"u,o\nte\"\n4,\n")
        let other = try write(
            schema, [[.integer(1)], [.text("NULL")]], ["delim": text("|"), "null": text("NULL"), "header": flag(false), "quote": text("'")])
        #expect(String(decoding: other, as: UTF8.self) == "1|'NULL'\n")
        #expect(throws: SQLError.self) { try write(schema, [[], []], ["delim": text("ab")]) }
    }

    @Test(arguments: ["x.csv", "x.csv.gz", "x.csv.zst"])
    func `every flat type comes back`(path: String) throws {
        let schema = Schema(SampleValues.types.enumerated().map { Field("c\($0)", $1) })
        let columns = SampleValues.types.map { SampleValues.column($0, 2000, nullEvery: 9) }
        let bytes = try write(schema, columns, path: path)
        let options = FormatOptions([
            "columns": .named(schema.fields.map { .init($0.name, text($0.type.description)) }), "allow_quoted_nulls": flag(false),
        ])
        let found = try allRows(CSVFormat().open(BytesObject(bytes, path: path), options: options))
        #expect(found.count == 2000)
        for row in found.indices {
            for (index, field) in schema.fields.enumerated() where found[row][index] != columns[index][row] {
                Issue.record("row \(row), \(field.type): \(found[row][index]) for \(columns[index][row])")
                return
            }
        }
    }

    @Test func `dates in a given format`() throws {
        let bytes = try write(
            Schema([Field("d", .date), Field("t", .timestamp)]), [[.date(19782)], [.timestamp(1_709_208_000_000_000)]],
            ["dateformat": text("%d.%m.%Y"), "timestampformat": text("%H:%M, %d/%m/%y")])
        #expect(String(decoding: bytes, as: UTF8.self) == "d,t\n29.02.2024,\"12:00, 29/02/24\"\n")
    }
}
