// Timestamps in nanoseconds, as other programs write them: no digit is lost, whatever form they are stored in.

import LodeCore
import LodeVectors
import Testing

@testable import LodeFormats

@Suite struct NanosecondTests {
    private static let first: Int64 = 1_704_067_200_123_456_789

    /// Nanoseconds of row `i` of the files; nil for NULL.
    private static func nanos(_ i: Int) -> Int64? { i % 7 == 3 ? nil : i == 0 ? -1 : first + Int64(i) * 1001 }

    private static func fine(_ i: Int) -> Value { nanos(i).map { .timestampNanos($0) } ?? .null }

    private func open(_ name: String, _ int96: Int96Choice) throws -> ParquetFile {
        try ParquetFile.open(BytesObject(try ParquetFixture.bytes(name), path: name, etag: ""), cache: nil, int96: int96)
    }

    @Test func `annotated timestamps keep their nanoseconds`() throws {
        let file = try ParquetFixture.open("nanoseconds")
        #expect(file.schema.fields.map(\.type) == [.bigint, .timestampNanos, .timestamptzNanos, .list(.timestampNanos)])
        for (i, row) in try ParquetFixture.rows(file).enumerated() {
            #expect(row == [.integer(Int64(i)), Self.fine(i), Self.fine(i), .list([Self.fine(i), Self.fine(i)])])
        }
    }

    @Test func `statistics are in nanoseconds`() throws {
        let found = try #require(try ParquetFixture.open("nanoseconds").statistics(1))
        #expect(found.minimum == .timestampNanos(-1))
        #expect(found.maximum == Self.fine(999))
        #expect(found.nullCount == 143)
    }

    @Test func `row groups without the value are left out`() throws {
        let file = try ParquetFixture.open("nanoseconds")
        let wanted = Self.fine(600)
        let filter = PredicateFilter(1, pure: true, bounds: .compare(column: "t", .equal, wanted)) { $0 == wanted }
        let (rows, counters, _) = try ParquetFixture.scan(file, [0, 1], filters: [filter])
        #expect(rows == [[.integer(600), wanted]])
        #expect(counters.rowGroupsPrunedByStatistics == 3)
    }

    @Test func `INT96 is read in nanoseconds where it has some`() throws {
        let file = try open("int96", .auto)
        #expect(file.schema.fields.map(\.type) == [.timestampNanos, .timestamp, .list(.timestampNanos)])
        for (i, row) in try ParquetFixture.rows(file).enumerated() {
            let micros = Self.nanos(i).map { Value.timestamp(Nanoseconds.split($0).micros) } ?? .null
            #expect(row == [Self.fine(i), micros, .list([Self.fine(i)])])
        }
    }

    @Test func `INT96 beyond the years of nanoseconds is read in microseconds`() throws {
        let file = try open("int96_far", .auto)
        #expect(file.schema.fields.map(\.type) == [.timestamp])
        #expect(try ParquetFixture.rows(file) == [[.timestamp(-14_830_974_000_000_000)], [.timestamp(253_402_300_799_999_999)]])
        let error = #expect(throws: SQLError.self) { try ParquetFixture.rows(open("int96_far", .nanos)) }
        #expect(error?.state == .datetimeFieldOverflow)
    }

    @Test func `nanoseconds that come late are an error unless one says what to do`() throws {
        let error = #expect(throws: SQLError.self) { try ParquetFixture.rows(open("int96_late", .auto)) }
        #expect(error?.state == .datetimeFieldOverflow)
        #expect(error?.hint?.contains("int96_as") == true)
        let whole = Nanoseconds.split(Self.first).micros
        #expect(try ParquetFixture.rows(open("int96_late", .micros)).last == [.timestamp(whole)])
        #expect(try ParquetFixture.rows(open("int96_late", .nanos)).last == [.timestampNanos(Self.first)])
    }
}
