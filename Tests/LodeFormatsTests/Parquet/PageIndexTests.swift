// Reading only the pages that can hold a match, and parts of row groups.

import LodeCore
import LodeObjectStore
import Testing

@testable import LodeFormats

@Suite struct PageIndexTests {
    private func between(_ low: Int64, _ high: Int64) -> PredicateFilter {
        let bounds = ColumnPredicate.all([
            .compare(column: "id", .greaterOrEqual, .integer(low)), .compare(column: "id", .lessOrEqual, .integer(high)),
        ])
        return PredicateFilter(0, pure: false, bounds: bounds) {
            if case .integer(let value) = $0 { value >= low && value <= high } else { false }
        }
    }

    @Test(arguments: [("flat_delta_v2", 18), ("nested_v2", 5)])
    func `only pages that can hold a match are fetched`(name: String, column: Int) throws {
        let file = try ParquetFixture.open(name)
        let all = try ParquetFixture.scan(file, [0, column])
        let some = try ParquetFixture.scan(file, [0, column], filters: [between(200, 210)])
        #expect(some.rows == Array(all.rows[200...210]))
        #expect(some.counters.bytesRead < all.counters.bytesRead)
        #expect(some.counters.rowsScanned < all.counters.rowsScanned)
        #expect(some.counters.pagesNotFetched > 0)
    }

    @Test func `bounds that leave no page in read nothing`() throws {
        let file = try ParquetFixture.open("flat_delta_v2")
        // Between two values of the column, so that only the pages can tell.
        let filter = PredicateFilter(
            1, pure: false, bounds: .all([.compare(column: "i64", .greater, .integer(1)), .compare(column: "id", .less, .integer(-1))])
        ) { _ in true }
        #expect(try ParquetFixture.scan(file, [0, 5], filters: [filter]).counters.bytesRead == 0)
    }

    @Test func `an index that contradicts the file is passed over`() throws {
        let file = try ParquetFixture.open("flat_delta_v2")
        for change in [{ $0.offsetIndexOffset = 10 }, { $0.offsetIndexBytes = 3 }, { $0.columnIndexOffset = 1 << 50 }]
            as [(inout ColumnChunk) -> Void]
        {
            var metaData = file.footer.metaData
            for column in metaData.rowGroups[0].columns.indices { change(&metaData.rowGroups[0].columns[column]) }
            let changed = ParquetFile(file.file, try ParquetFooter(metaData, byteCount: 0))
            #expect(try ParquetFixture.rows(changed, [0, 17], filters: [between(200, 210)]).count == 11)
        }
    }

    @Test(arguments: [("flat_delta_v2", 0..<2200), ("nested_v2", 0..<300)])
    func `a row group can be read in parts`(name: String, rows: Range<Int>) throws {
        let file = try ParquetFixture.open(name)
        let all = try ParquetFixture.rows(file)
        let request = ScanRequest(projection: Array(file.schema.fields.indices), cancellation: Cancellation())
        for (first, count) in [(0, 50), (100, 37), (130, 170), (299, 1)] {
            let reader = try RowGroupReader(file, MorselRows(rowGroup: 0, first: first, count: count), request)
            var found: [[Value]] = []
            while let chunk = try reader.next() {
                for row in 0..<chunk.count { found.append(chunk.columns.map { $0.value(at: row) }) }
            }
            #expect(found == Array(all[first..<first + count]))
        }
    }

    @Test func `large row groups are split where an index tells their pages`() throws {
        let file = try ParquetFixture.open("flat_delta_v2")
        var metaData = file.footer.metaData
        metaData.rowGroups[0].rowCount = 1_000_000
        let parts = MorselRows.split(try ParquetFooter(metaData, byteCount: 0))
        #expect(parts.count == 9)
        #expect(parts.filter { $0.rowGroup == 0 }.reduce(0) { $0 + $1.count } == 1_000_000)
        #expect(parts.allSatisfy { $0.first % 2048 == 0 })
        for column in metaData.rowGroups[0].columns.indices { metaData.rowGroups[0].columns[column].offsetIndexOffset = nil }
        #expect(MorselRows.split(try ParquetFooter(metaData, byteCount: 0)).count == 2)
    }
}
