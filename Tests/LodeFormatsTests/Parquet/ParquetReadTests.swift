// Reading Parquet files that other programs wrote: every row, filtered rows, and what statistics spare.

import LodeCore
import LodeObjectStore
import LodeVectors
import Testing

@testable import LodeFormats

@Suite struct ParquetReadTests {
    @Test(arguments: ParquetFixture.flat) func `every flat value is read`(name: String) throws {
        let rows = try ParquetFixture.rows(ParquetFixture.open(name))
        #expect(rows.count == ParquetFixture.flatRows)
        for (i, row) in rows.enumerated() where row != ParquetFixture.flatRow(i) {
            Issue.record("row \(i) of \(name): \(row) instead of \(ParquetFixture.flatRow(i))")
            break
        }
    }

    @Test(arguments: ParquetFixture.nested) func `every nested value is read`(name: String) throws {
        let rows = try ParquetFixture.rows(ParquetFixture.open(name))
        #expect(rows.count == ParquetFixture.nestedRows)
        for (i, row) in rows.enumerated() where row != ParquetFixture.nestedRow(i) {
            Issue.record("row \(i) of \(name): \(row) instead of \(ParquetFixture.nestedRow(i))")
            break
        }
    }

    @Test func `types follow the annotations`() throws {
        let types = try ParquetFixture.open("flat_plain_v1").schema.fields.map(\.type)
        #expect(
            types == [
                .bigint, .boolean, .tinyint, .smallint, .integer, .bigint, .smallint, .bigint, .decimal(precision: 20, scale: 0), .real,
                .double, .decimal(precision: 9, scale: 2), .decimal(precision: 38, scale: 10), .date, .time, .timestamp, .timestamptz,
                .varchar, .varchar, .varbinary,
            ])
        let nested = try ParquetFixture.open("nested_v1").schema.fields.map { "\($0.type)" }
        #expect(
            nested == [
                "bigint", "integer[]", "struct(a integer, b varchar)", "map(varchar, bigint)", "integer[][]",
                "struct(x integer, y varchar[])[]",
            ])
    }

    /// Every filter column against the rows that a plain scan gives, selective and not, asked by row and by dictionary value.
    @Test(arguments: ParquetFixture.flat + ParquetFixture.nested) func `filters keep exactly the rows that satisfy them`(name: String)
        throws
    {
        let file = try ParquetFixture.open(name)
        let all = try ParquetFixture.rows(file)
        for column in file.schema.fields.indices {
            let modulus = [1, 3, 50][column % 3]
            for pure in [true, false] {
                let other = (column + 1) % file.schema.count
                let keep: @Sendable (Value) -> Bool = { $0.hashedText % modulus == 0 }
                let keepOther: @Sendable (Value) -> Bool = { $0.hashedText % 7 != 0 }
                let found = try ParquetFixture.rows(
                    file, filters: [PredicateFilter(column, pure: pure, keep), PredicateFilter(other, pure: !pure, keepOther)])
                let expected = all.filter {
                    !$0[column].isNull && keep($0[column]) && !$0[other].isNull && keepOther($0[other])
                }
                #expect(found == expected, "\(name), column \(column), modulus \(modulus), pure \(pure)")
            }
        }
    }

    @Test func `survivors of several windows share a chunk`() throws {
        let file = try ParquetFixture.open("flat_plain_v1")
        let found = try ParquetFixture.scan(
            file, [0, 17], filters: [PredicateFilter(0, pure: false) { $0 == .integer(5) || $0 == .integer(2100) }])
        #expect(found.chunks == [2])
        #expect(found.rows.map { $0[0] } == [.integer(5), .integer(2100)])
    }

    @Test func `pages without survivors stay compressed`() throws {
        let file = try ParquetFixture.open("flat_plain_v1")
        let all = try ParquetFixture.scan(file, [0, 18]).counters
        let few = try ParquetFixture.scan(file, [0, 18], filters: [PredicateFilter(0, pure: false) { $0 == .integer(5) }]).counters
        #expect(all.pagesNotDecoded == 0)
        #expect(few.pagesNotDecoded >= 2)
        #expect(few.pagesRead < all.pagesRead)
        #expect(few.rowsReturned == 1)
    }

    @Test func `columns that no surviving row needs are not fetched`() throws {
        let file = try ParquetFixture.open("flat_plain_v1")
        let none = try ParquetFixture.scan(file, filters: [PredicateFilter(0, pure: false) { _ in false }]).counters
        let key = try ParquetFixture.scan(file, [0]).counters
        #expect(none.bytesRead == key.bytesRead)
        #expect(none.rowsReturned == 0)
    }

    @Test func `a dictionary without a passing value ends the row group, and is all that is read`() throws {
        let file = try ParquetFixture.open("flat_dictionary_v2")
        let columns = [file.schema.index(of: "long") ?? 0, file.schema.index(of: "s") ?? 0]
        let long = PredicateFilter(0, pure: false) { _ in true }
        let found = try ParquetFixture.scan(file, columns, filters: [long, PredicateFilter(1, pure: true) { $0 == .text("nothing") }])
        #expect(found.rows.isEmpty)
        #expect(found.counters.rowGroupsPrunedByDictionary == 2)
        #expect(found.counters.rowGroupsRead == 0)
        #expect(found.counters.pagesRead == 2)
        #expect(found.counters.bytesRead < 1000)
    }

    @Test func `a filter that fails on an unused dictionary value is asked about rows`() throws {
        final class Failing: ScanFilter {
            let columns = [0]
            let bounds = ColumnPredicate.anything
            let isPureOverOneColumn = true
            func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError) {
                for row in 0..<count where columns[0].value(at: row) == .text("value-3") {
                    throw SQLError(.divisionByZero, "division by zero")
                }
                survivors.count = 0
            }
        }
        let file = try ParquetFixture.open("flat_dictionary_v2")
        let columns = [file.schema.index(of: "s") ?? 0, 0]
        let first = PredicateFilter(1, pure: false) { $0 == .integer(4) }
        #expect(try ParquetFixture.rows(file, columns, filters: [first, Failing()]).isEmpty)
        #expect(throws: SQLError.self) { try ParquetFixture.rows(file, columns, filters: [Failing()]) }
    }

    @Test func `row groups are pruned by their statistics`() throws {
        let file = try ParquetFixture.open("flat_plain_v1")
        #expect(try file.morsels().count == 2)
        let late = ColumnPredicate.compare(column: "ID", .greaterOrEqual, .integer(2300))
        #expect([0, 1].map { file.mayMatch($0, late) } == [false, true])
        #expect([0, 1].map { file.mayMatch($0, .compare(column: "long", .equal, .text("b"))) } == [false, false])
        #expect([0, 1].map { file.mayMatch($0, .compare(column: "missing", .equal, .integer(1))) } == [true, true])
        let found = try ParquetFixture.scan(file, [0], filters: [PredicateFilter(0, pure: true, bounds: late) { _ in true }])
        #expect(found.counters.rowGroupsPrunedByStatistics == 1)
        #expect(found.rows.count == ParquetFixture.flatRows - 2200)
    }

    @Test(arguments: ParquetFixture.flat) func `statistics of the file hold for its rows`(name: String) throws {
        let file = try ParquetFixture.open(name)
        let rows = (0..<ParquetFixture.flatRows).map(ParquetFixture.flatRow)
        for column in file.schema.fields.indices {
            let known = try #require(file.statistics(column))
            #expect(known.rowCount == rows.count)
            #expect(known.nullCount == nil || known.nullCount == rows.count { $0[column].isNull })
            for value in rows.map({ $0[column] }) where !value.isNull {
                if let low = known.minimum { #expect((Value.compare(low, value) ?? 1) <= 0, "\(name), column \(column)") }
                if let high = known.maximum { #expect((Value.compare(high, value) ?? -1) >= 0, "\(name), column \(column)") }
            }
        }
        #expect(file.statistics(0)?.minimum == .integer(0))
        #expect(file.statistics(0)?.boundsAreExact == true)
    }

    @Test func `no columns are no bytes`() throws {
        let found = try ParquetFixture.scan(ParquetFixture.open("flat_delta_v2"), [])
        #expect(found.rows.count == ParquetFixture.flatRows)
        #expect(found.counters.bytesRead == 0)
    }

    @Test func `a cancelled scan stops`() throws {
        let file = try ParquetFixture.open("flat_delta_v2")
        let cancellation = Cancellation()
        let reader = try file.reader(try file.morsels()[0], ScanRequest(projection: [0], cancellation: cancellation))
        cancellation.cancel()
        #expect(throws: SQLError.self) { try reader.next() }
    }

    @Test func `a footer is parsed once for an unchanged file`() throws {
        let bytes = try ParquetFixture.bytes("nested_v1")
        let cache = ParquetFooterCache()
        func footer(_ etag: String) throws -> ParquetFooter {
            try ParquetFile.open(BytesObject(bytes, path: "a.parquet", etag: etag), cache: cache).footer
        }
        let first = try footer("1")
        #expect(try footer("1") === first)
        #expect(try footer("2") !== first)
        #expect(try footer("") !== footer(""))
    }
}

@Suite struct ParquetDescriptionTests {
    private func rows(_ description: ParquetDescription, _ fixture: String) throws -> [[String: Value]] {
        try description.rows(ParquetFixture.open(fixture)).map { row in
            #expect(row.count == description.fields.count)
            return Dictionary(uniqueKeysWithValues: zip(description.fields.map(\.name), row))
        }
    }

    @Test func `a schema is told depth first`() throws {
        let rows = try rows(.schema, "nested_v2")
        #expect(rows[1]["name"] == .text("id"))
        #expect(rows[1]["type"] == .text("INT64"))
        #expect(rows[2]["converted_type"] == .text("LIST"))
        #expect(rows[4]["sql_type"] == .text("integer"))
    }

    @Test func `column chunks are told with their bounds and places`() throws {
        let rows = try rows(.chunks, "nested_v2")
        #expect(rows.count == 9)
        #expect(rows[0]["compression"] == .text("ZSTD"))
        #expect(rows[0]["stats_min_value"] == .text("0"))
        #expect(rows[0]["stats_max_value"] == .text("299"))
        #expect(rows[1]["path_in_schema"] == .text("l, list, element"))
        #expect(rows.allSatisfy { $0["offset_index_length"] != .null })
    }

    @Test func `bounds read as values of their type`() throws {
        let rows = try rows(.chunks, "flat_dictionary_v2")
        let days = try #require(rows.first { $0["path_in_schema"] == .text("day") })
        #expect(days["stats_min_value"] == .text("1969-11-22"))
    }

    @Test func `the file and its notes`() throws {
        #expect(try rows(.file, "nested_v2").map { $0["num_rows"] } == [.integer(300)])
        #expect(try rows(.notes, "nested_v2").map { $0["key"] } == [.text("ARROW:schema")])
    }
}
