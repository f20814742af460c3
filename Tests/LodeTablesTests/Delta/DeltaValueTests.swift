// Partition values, statistics and types as Delta logs write them.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct DeltaValueTests {
    @Test func `partition values are read by type`() throws {
        func read(_ text: String?, _ type: SQLType) throws -> Value { try DeltaPartitionValue.read(text, Field("c", type)) }
        #expect(try read("7", .integer) == .integer(7))
        #expect(try read("", .varchar) == .null && read(nil, .varchar) == .null)
        #expect(try read("1970-01-02", .date) == .date(1))
        #expect(try read("1970-01-01 00:00:00.123456", .timestamptz) == .timestamp(123_456))
        #expect(try read("1970-01-01T00:00:01.5Z", .timestamptz) == .timestamp(1_500_000))
        #expect(try read("\u{1}\u{2}", .varbinary) == .bytes([1, 2]))
        #expect(try read("1.50", .decimal(precision: 5, scale: 2)) == .decimal(150, scale: 2))
        #expect(try read("0E-18", .decimal(precision: 20, scale: 18)) == .decimal(0, scale: 18))
        #expect(try read("1.5E+3", .decimal(precision: 10, scale: 0)) == .decimal(1500, scale: 0))
        #expect(try read("-2.5E-1", .decimal(precision: 10, scale: 2)) == .decimal(-25, scale: 2))
        #expect(throws: SQLError.self) { try read("x", .integer) }
        #expect(throws: SQLError.self) { try read("300", .tinyint) }
        #expect(throws: SQLError.self) { try read("1E+999999999", .decimal(precision: 10, scale: 0)) }
        #expect(throws: SQLError.self) { try read("1E\(Int.min)", .decimal(precision: 10, scale: 0)) }
    }

    private func statistics(_ text: String, isDeleted: Bool = false) throws -> DeltaFileStatistics {
        let schema = try DeltaSchema(
            #"{"type":"struct","fields":[{"name":"i","type":"integer"},{"name":"s","type":"string"},{"name":"t","type":"timestamp"},"#
                + #"{"name":"m","type":"decimal(10,2)"},{"name":"n","type":{"type":"struct","fields":[{"name":"x","type":"double"}]}}]}"#,
            .none)
        return DeltaStatisticsReader(schema, partitionColumns: []).read(text, isDeleted: isDeleted)
    }

    @Test func `bounds are read by type, fields of structs too`() throws {
        let found = try statistics(
            #"{"numRecords":3,"minValues":{"i":1,"s":"a","t":"1970-01-01T00:00:00.001Z","m":1.5,"n":{"x":0.5}},"#
                + #""maxValues":{"i":9,"s":"z","t":"1970-01-01T01:00:00.001+01:00","m":2.25,"n":{"x":1e3}},"#
                + #""nullCount":{"i":0,"n":{"x":3}}}"#)
        #expect(found.rowCount == 3)
        let whole = ColumnStatistics(minimum: .integer(1), maximum: .integer(9), nullCount: 0, rowCount: 3, boundsAreExact: true)
        #expect(found.columns["i"] == whole)
        // Texts are cut off, and timestamps to milliseconds.
        #expect(found.columns["s"]?.boundsAreExact == false)
        #expect(found.columns["t"]?.minimum == .timestamp(1000) && found.columns["t"]?.maximum == .timestamp(1999))
        #expect(found.columns["m"]?.maximum == .decimal(225, scale: 2))
        #expect(found.columns[FieldPath.name(["n", "x"])]?.isAllNull == true)
    }

    @Test func `bounds take in what they were made of`() throws {
        let long = String(repeating: "é", count: 32)
        let found = try statistics(
            #"{"minValues":{"s":"\#(long)","n":{"x":0.7}},"maxValues":{"s":"\#(long)","n":{"x":0.1}}}"#)
        // A text that was cut off is greater than what is left of it.
        #expect(found.columns["s"]?.minimum == .text(long) && found.columns["s"]?.maximum == .text(long + "\u{10ffff}"))
        // 0.1 as a float is more than as a double, 0.7 less.
        let bounds = found.columns[FieldPath.name(["n", "x"])]
        #expect(bounds?.maximum == .double(Double(Float(0.1))) && bounds?.minimum == .double(Double(Float(0.7))))
    }

    @Test func `of files with deleted rows only the extremes are certain`() throws {
        let text = #"{"numRecords":5,"tightBounds":false,"minValues":{"i":1},"maxValues":{"i":9},"nullCount":{"i":2,"s":5,"t":0}}"#
        let found = try statistics(text)
        #expect(found.columns["i"] == ColumnStatistics(minimum: .integer(1), maximum: .integer(9), rowCount: 5))
        #expect(found.columns["s"]?.isAllNull == true && found.columns["t"]?.nullCount == 0)
        let deleted = try statistics(#"{"numRecords":5,"minValues":{"i":1},"maxValues":{"i":9}}"#, isDeleted: true)
        #expect(deleted.columns["i"]?.boundsAreExact == false)
    }

    @Test func `a day beyond all timestamps bounds none`() throws {
        let reader = DeltaStatisticsReader(try DeltaSchema(LogFolder.schema, .none), partitionColumns: [])
        #expect(reader.bound(.date(.max), .timestamp, isMaximum: true) == nil)
        #expect(reader.bound(.date(1), .timestamp, isMaximum: false) == .timestamp(86_400_000_000))
    }

    @Test(arguments: ["", "{", "[]", "null", #"{"numRecords":"x"}"#, #"{"numRecords":-5,"minValues":{"i":{"x":1}}}"#])
    func `statistics that make no sense say nothing`(text: String) throws {
        let found = try statistics(text)
        #expect(found.rowCount == nil && found.columns.isEmpty)
    }

    @Test func `paths are URIs`() {
        for (path, location) in [
            ("a%20b/c", "s3://x/t/a b/c"), ("/abs", "/abs"), ("s3://y/k%25", "s3://y/k%"), ("file:/a", "/a"), ("file:///a", "/a"),
            ("day=2024-01-01 10%3A00/f", "s3://x/t/day=2024-01-01 10:00/f"), ("day=a:b/f", "s3://x/t/day=a:b/f"),
        ] { #expect(DeltaPath.location(path, in: "s3://x/t") == location) }
    }
}
