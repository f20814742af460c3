// What table formats say of single files: formats, partitions, deletes and column numbers of their own.

import LodeCore
import LodeFormats
import LodeObjectStore
import LodePlan
import LodeTables
import LodeVectors
import Testing

@testable import LodeExecution

@Suite struct FileSeamTests {
    let scene = ScanTests()

    private func source(
        _ files: [DataFile], _ fields: [Field], partitions: [Field] = [], format: any FileFormat = CSVFormat(),
        matching: ColumnMatching = .name
    ) -> FilesRelation {
        FilesRelation(
            displayName: "t", schema: Schema(fields), format: format, stores: scene.stores, partitionFields: partitions, matching: matching
        ) { _ in FileListing(files: files, filesTotal: files.count) }
    }

    private func rows(_ source: FilesRelation, _ names: [String]) throws -> [[Value]] {
        try scene.run(scene.scan(source, names), threads: 1).rows
    }

    @Test func `a file may have another format and other partitions than its table`() throws {
        let day = Field("d", .date), id = Field("id", .bigint)
        var other = try scene.file("old.json", "{\"id\": 3, \"d\": \"1970-01-04\"}\n")
        other.fileFormat = "json"
        other.partitionColumns = []
        let table = source([try scene.file("d=1/a.csv", "id\n1\n2\n", [.date(1)]), other], [id, day], partitions: [day])
        let found = try rows(table, ["id", "d"])
        #expect(found == [[.integer(1), .date(1)], [.integer(2), .date(1)], [.integer(3), .date(3)]])
        let kept = try table.files(.compare(column: "d", .equal, .date(1)))
        #expect(kept.files.count == 2)
    }

    @Test func `whoever counts rows asks for deletes first`() throws {
        var file = try scene.file("a.csv", "id\n1\n2\n3\n")
        file.rowCount = 3
        file.statistics = ["id": ColumnStatistics(minimum: .integer(1), maximum: .integer(3), nullCount: 0, boundsAreExact: true)]
        let whole = source([file], [Field("id", .bigint)])
        #expect(whole.readStatistics(of: []).rowCount == 3)
        #expect(whole.fileMetadata()?[0].statistics(0)?.maximum == .integer(3))
        file.deletes = RowDeletes(locations: ["memory://t/a.bin"], count: 1)
        let table = source([file], [Field("id", .bigint)])
        #expect(table.readStatistics(of: []).rowCount == 2)
        #expect(table.fileMetadata()?[0].rowCount == 2)
        #expect(table.fileMetadata()?[0].statistics(0) == nil)
        #expect(TableStatistics(of: [file], partitionColumns: []).rowCount == 2)
        file.deletes = RowDeletes(locations: ["memory://t/a.bin"])
        #expect(source([file], [Field("id", .bigint)]).fileMetadata()?[0].rowCount == nil)
        let error = #expect(throws: SQLError.self) { try rows(table, ["id"]) }
        #expect(error?.state == .featureNotSupported)
    }

    @Test func `columns are found by their numbers, whatever the file calls them`() throws {
        let path = "memory://t/numbered.parquet", written = Schema([Field("a", .bigint), Field("b", .bigint)])
        let ids = FormatOption.named([.init("a", .value(.integer(7))), .init("b", .value(.integer(8)))])
        let writer = try ParquetFormat().create(
            try scene.stores.createWriter(path), schema: written, options: FormatOptions(["field_ids": ids]))
        let lane = try writer.lane()
        try lane.write(
            Chunk(
                columns: [try Column.constant(.integer(1), .bigint, count: 1), try Column.constant(.integer(2), .bigint, count: 1)],
                count: 1))
        try lane.finish()
        let file = DataFile(path: path, size: try writer.finish().bytes)
        // Renamed, in another order, one of them new under an old name.
        let fields = [Field("b", .bigint), Field("a", .bigint), Field("c", .bigint)]
        let table = source([file], fields, format: ParquetFormat(), matching: .fieldID(["b": 7, "a": 9, "c": 8]))
        #expect(try rows(table, ["b", "a", "c"]) == [[.integer(1), .null, .integer(2)]])
        #expect(table.fileMetadata()?[0].statistics(0)?.maximum == .integer(1))
        let byName = source([file], fields, format: ParquetFormat())
        #expect(try rows(byName, ["b", "a", "c"]) == [[.integer(2), .integer(1), .null]])
    }
}
