// Rows of Avro files: types, numbers of fields, filters and damage.

import LodeCore
import LodeObjectStore
import LodeVectors
import Testing

@testable import LodeFormats

@Suite struct AvroScanTests {
    /// Three rows; written as Iceberg's writers do, deflated.
    private static func bytes() throws -> [UInt8] {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        return try LocalStore().read("\(folder)/Fixtures/avro/rows.avro")
    }

    private func open(_ bytes: [UInt8]) throws(SQLError) -> any FileScan {
        let store = MemoryStore()
        try store.put("test.avro", bytes)
        return try FileFormats.avro.open(try store.open("test.avro"))
    }

    private func rows(
        _ scan: any FileScan, _ projection: [Int], filters: [any ScanFilter] = []
    ) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        for morsel in try scan.morsels() {
            let reader = try scan.reader(morsel, ScanRequest(projection: projection, filters: filters, cancellation: Cancellation()))
            while let chunk = try reader.next() {
                for row in 0..<chunk.count { rows.append(chunk.columns.map { $0.value(at: row) }) }
            }
        }
        return rows
    }

    private final class Least: ScanFilter {
        let columns: [Int]
        let bounds = ColumnPredicate.anything
        let isPureOverOneColumn = true
        let least: Int64

        init(_ least: Int64, column: Int) {
            self.least = least
            columns = [column]
        }

        func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError) {
            survivors.count = 0
            for row in 0..<count {
                guard case .integer(let number) = columns[0].value(at: row), number >= least else { continue }
                survivors[survivors.count] = UInt32(row)
                survivors.count += 1
            }
        }
    }

    @Test func `records are rows, and fields have their numbers`() throws {
        let scan = try open(try Self.bytes())
        #expect(
            scan.schema.fields == [
                Field("id", .integer), Field("s", .varchar), Field("d", .decimal(precision: 5, scale: 2)), Field("ts", .timestamptz),
                Field("place", .structure([Field("city", .varchar)])), Field("l", .list(.integer)),
                Field("m", .map(key: .integer, value: .varchar)),
            ])
        #expect(scan.rowCount == 3)
        #expect(scan.fieldIDs == [1, 2, 3, 4, 5, 7, 9])
        #expect(scan.field(4).parts.map(\.id) == [6] && scan.field(5).parts.map(\.id) == [8] && scan.field(6).parts.map(\.id) == [10, 11])
        let found = try rows(scan, Array(0..<7))
        #expect(
            found[0] == [
                .integer(1), .text("ann"), .decimal(-150, scale: 2), .timestamp(1_000_000), .structure([.text("Ulm")]),
                .list([.integer(1), .null]), .map([.init(key: .integer(7), value: .text("x"))]),
            ])
        #expect(found[1] == [.integer(2), .null, .null, .timestamp(0), .null, .list([]), .map([])])
        #expect(found[2][1] == .text("ü") && found[2][2] == .decimal(99_999, scale: 2))
    }

    @Test func `fields of structs and numbers of rows are read by themselves`() throws {
        let scan = try open(try Self.bytes())
        let city = try #require(scan.position(ofField: ["place", "city"])), number = try #require(scan.rowNumberPosition)
        #expect(try rows(scan, [number, city]) == [[.integer(0), .text("Ulm")], [.integer(1), .null], [.integer(2), .text("")]])
        #expect(scan.position(ofField: ["place", "zip"]) == nil)
    }

    @Test func `filters are applied`() throws {
        let scan = try open(try Self.bytes())
        #expect(try rows(scan, [1, 0], filters: [Least(2, column: 1)]) == [[.null, .integer(2)], [.text("ü"), .integer(3)]])
        #expect(try rows(scan, [0], filters: [Least(9, column: 0)]) == [])
    }

    @Test func `a file that is cut off is damaged, and named`() throws {
        let bytes = try Self.bytes()
        for end in stride(from: 0, to: bytes.count - 1, by: 7) {
            let error = #expect(throws: SQLError.self) { try rows(open(Array(bytes[..<end])), [0]) }
            #expect(error?.state == .dataCorrupted || error?.state == .ioError)
            #expect(error?.place == "test.avro")
        }
    }
}
