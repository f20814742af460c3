/// Folder tables: what is found, what is spared, what is refused.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct HiveSnapshotTests {
    private func plan(
        _ files: [String], _ columns: [Field], _ predicate: ColumnPredicate? = nil, registered: [RegisteredPartition]? = nil
    ) throws -> (FileListing, [String]) {
        let tree = FolderTree(files)
        let table = TableDefinition(
            location: "t/", schema: Schema([Field("x", .integer)] + columns), partitionColumns: columns, fileFormat: "csv",
            registeredPartitions: registered)
        return (try HiveFormat().snapshot(of: table, io: tree).plan(predicate), tree.listings)
    }

    private let days = (1...9).map { "t/date=2024-01-0\($0)/a.csv" }
    private let date = Field("date", .date)

    @Test func `one day's folder is opened for one day`() throws {
        let (listing, listed) = try plan(days, [date], .compare(column: "DATE", .equal, .date(19725)))
        #expect(listing.files.map(\.path) == ["t/date=2024-01-03/a.csv"])
        #expect(listing.files[0].partitionValues == [.date(19725)])
        #expect(listing.partitionsTotal == 9)
        #expect(listing.partitionsPruned == 8)
        #expect(listed == ["t", "t/date=2024-01-03"])
    }

    @Test func `a predicate on another column prunes nothing`() throws {
        let (listing, _) = try plan(days, [date], .compare(column: "x", .equal, .integer(1)))
        #expect(listing.files.count == 9)
    }

    @Test func `upper levels prune before lower ones are listed`() throws {
        let files = ["t/y=1/m=1/a", "t/y=1/m=2/a", "t/y=2/m=1/a", "t/y=2/m=__HIVE_DEFAULT_PARTITION__/a"]
        let columns = [Field("y", .integer), Field("m", .integer)]
        let (listing, listed) = try plan(
            files, columns, .all([.compare(column: "y", .equal, .integer(2)), .isNull(column: "m")]))
        #expect(listing.files.map(\.path) == ["t/y=2/m=__HIVE_DEFAULT_PARTITION__/a"])
        #expect(listing.files[0].partitionValues == [.integer(2), .null])
        #expect(!listed.contains("t/y=1"))
    }

    @Test func `hidden files and folders do not count and depth does not matter`() throws {
        let files = ["t/a", "t/sub/deep/b", "t/_SUCCESS", "t/.x/c", "t/_tmp/d"]
        let (listing, _) = try plan(files, [])
        #expect(listing.files.map(\.path) == ["t/a", "t/sub/deep/b"])
        #expect(listing.partitionsTotal == 1)
    }

    @Test func `registered partitions win over the folders that are there`() throws {
        let registered = [RegisteredPartition(values: [.date(19723)], location: "elsewhere")]
        let (listing, _) = try plan(days + ["elsewhere/z"], [date], registered: registered)
        #expect(listing.files.map(\.path) == ["elsewhere/z"])
    }

    @Test func `a folder with a bad value is refused by name`() throws {
        let error = #expect(throws: SQLError.self) { try plan(["t/date=yesterday/a"], [date]) }
        #expect(error?.state == .invalidTextRepresentation)
        #expect(error?.place == "t/date=yesterday")
    }

    @Test func `folders of other keys are refused and an empty table is not`() throws {
        #expect(throws: SQLError.self) { try plan(["t/day=1/a"], [date]) }
        #expect(try plan([], [date]).0.files == [])
    }

    @Test func `partition columns are inferred from paths`() throws {
        let inferred = try #require(
            try HiveInference(paths: ["d/date=2024-01-01/n=1/z=007/a", "d/date=2024-01-02/n=__HIVE_DEFAULT_PARTITION__/z=1/a"]))
        #expect(inferred.columns == [Field("date", .date), Field("n", .bigint), Field("z", .varchar)])
        #expect(inferred.values[1] == [.date(19724), .null, .text("1")])
    }

    @Test func `types that are given hold for partition columns`() throws {
        let paths = ["d/year=2024/tag=1/a", "d/year=2025/tag=x/a"]
        let inferred = try #require(try HiveInference(paths: paths, types: [Field("YEAR", .varchar)], findsTypes: false))
        #expect(inferred.columns == [Field("tag", .varchar), Field("year", .varchar)])
        let wrong = #expect(throws: SQLError.self) { try HiveInference(paths: paths, types: [Field("tag", .bigint)]) }
        #expect(wrong?.state == .invalidTextRepresentation)
        #expect(wrong?.place == "d/year=2025/tag=x/a, partition column \"tag\"")
        let unknown = #expect(throws: SQLError.self) { try HiveInference(paths: paths, types: [Field("yeer", .bigint)]) }
        #expect(unknown?.state == .undefinedColumn)
    }

    @Test func `paths with different keys have no common partition columns`() throws {
        #expect(try HiveInference(paths: ["d/a=1/x", "d/b=1/x"]) == nil)
        #expect(try HiveInference(paths: ["d/x"]) == nil)
        #expect(try HiveInference(paths: []) == nil)
        #expect(try HiveInference(paths: ["a=1/A=2/x"]) == nil)
    }
}
