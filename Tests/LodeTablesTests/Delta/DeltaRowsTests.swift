// Rows that go of files that stay, and what a log says of rows that came and went.

import LodeCore
import LodeTables
import Testing

@testable import LodeTables

@Suite struct DeltaRowsTests {
    private static let features = #"{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"#
        + #""writerFeatures":["deletionVectors","changeDataFeed"]}}"#
    private static let stats = #"{"numRecords":10,"minValues":{"id":1},"maxValues":{"id":9},"nullCount":{"id":0}}"#
    private static let properties = ["delta.enableDeletionVectors": "true", "delta.enableChangeDataFeed": "true"]
    private static let start = [[features, LogFolder.metadata(properties), LogFolder.add("a.parquet", stats: stats)]]

    private static func commit(
        _ store: LogStore, over base: (any TableSnapshot)? = nil, _ fill: (inout FileChange) -> Void
    ) throws {
        let found = try base ?? DeltaFormat.snapshot(of: "/t", store)
        var change = FileChange(base: TableVersion(table: TableID(1), version: found.version, definitionVersion: 1))
        fill(&change)
        _ = try DeltaFormat().commit(TableCommit(change, operation: "DELETE"), to: found, in: "/t", io: store)
    }

    private static func file(_ store: LogStore) throws -> DataFile {
        try #require(try DeltaFormat.snapshot(of: "/t", store).plan(nil).files.first)
    }

    private static func rows(_ file: DataFile) throws -> [Int64] {
        guard let vector = file.deletes?.vector else { return [] }
        let rows = try vector.positions(rowCount: 10) { _, _, _ in [] }
        return (0..<10).filter { rows.contains($0) }
    }

    @Test func `rows are marked, beside those that were before`() throws {
        let store = LogStore(Self.start)
        for row in [3, 7] as [Int64] {
            let file = try Self.file(store)
            try Self.commit(store) { $0.marked = [MarkedFile(file, RowPositions([row]))] }
        }
        let found = try Self.file(store)
        #expect(try Self.rows(found) == [3, 7])
        #expect(found.rowCount == 10 && found.liveRowCount == 8)
        let lines = try #require(store.lines(2))
        #expect(lines.contains { $0.hasPrefix(#"{"add""#) && $0.contains(#"\"tightBounds\":false"#) && $0.contains(#""cardinality":2"#) })
        #expect(lines.contains { $0.hasPrefix(#"{"remove""#) && $0.contains(#""cardinality":1"#) })
    }

    @Test func `of two statements that mark rows of one file the second one runs again`() throws {
        let store = LogStore(Self.start), base = try DeltaFormat.snapshot(of: "/t", store), file = try Self.file(store)
        try Self.commit(store, over: base) { $0.marked = [MarkedFile(file, RowPositions([1]))] }
        let error = #expect(throws: SQLError.self) {
            try Self.commit(store, over: base) { $0.marked = [MarkedFile(file, RowPositions([2]))] }
        }
        #expect(error?.state == .serializationFailure)
    }

    @Test func `changes are told by files, vectors, and files that were written for them`() throws {
        let store = LogStore(Self.start)
        let file = try Self.file(store)
        try Self.commit(store) { $0.marked = [MarkedFile(file, RowPositions([1, 4]))] }
        try Self.commit(store) {
            $0.removedPaths = ["/t/a.parquet"]
            $0.added = [DataFile(path: "/t/b.parquet", size: 1, rowCount: 8)]
            $0.feed = [DataFile(path: "/t/_change_data/c.parquet", size: 1)]
        }
        try Self.commit(store) { $0.removesEverything = true }
        let feed = try DeltaFormat.snapshot(of: "/t", store).changes(from: .version(0), through: nil)
        let told = feed.parts.map { "\($0.version) \($0.kind?.rawValue ?? "told") \($0.file.path) \($0.file.liveRowCount ?? -1)" }
        #expect(
            told == [
                "0 insert /t/a.parquet 10", "1 delete /t/a.parquet 2", "2 told /t/_change_data/c.parquet -1", "3 delete /t/b.parquet -1",
            ])
        #expect(!feed.hasCarriedRows)
        let used = try DeltaFormat().filesInUse(by: try DeltaFormat.snapshot(of: "/t", store), since: 0, io: store)
        #expect(used.contains("/t/_change_data/c.parquet"))
        #expect(DeltaFormat().isData("_change_data/c.parquet") && DeltaFormat().isData("deletion_vector_x.bin"))
        #expect(!DeltaFormat().isData("_delta_log/c.parquet"))
    }

    @Test func `what nobody recorded is not guessed`() throws {
        let off = [[Self.features, LogFolder.metadata(), LogFolder.add("a.parquet")], [LogFolder.metadata(Self.properties)]]
        let snapshot = try DeltaFormat.snapshot(of: "/t", LogStore(off))
        #expect(try snapshot.changes(from: .version(1), through: nil).parts.isEmpty)
        let error = #expect(throws: SQLError.self) { try snapshot.changes(from: .version(0), through: nil) }
        #expect(error?.state == .objectNotInPrerequisiteState)
    }

    @Test func `a range names versions that are there`() throws {
        let times: [Int64] = [10, 20, 30]
        func places(_ start: TableTime, _ end: TableTime?) throws -> [Int] {
            Array(try ChangeRange.places(from: start, through: end, in: [1, 2, 3]) { times[$0] })
        }
        #expect(try places(.version(2), nil) == [1, 2])
        #expect(try places(.version(1), .version(9)) == [0, 1, 2])
        #expect(try places(.timestamp(11), .timestamp(20)) == [1])
        #expect(try places(.timestamp(20), .timestamp(29)) == [1])
        #expect(try places(.timestamp(21), .timestamp(22)) == [])
        for (start, end) in [(TableTime.version(4), nil), (.version(0), nil), (.version(3), .version(2)), (.timestamp(31), nil),
            (.timestamp(20), .timestamp(19))] as [(TableTime, TableTime?)]
        {
            #expect(throws: SQLError.self) { try places(start, end) }
        }
    }

    @Test func `new rows get numbers that no row has had`() throws {
        let features = #"{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["rowTracking","domainMetadata"]}}"#
        let mark = #"{"domainMetadata":{"domain":"delta.rowTracking","configuration":"{\"rowIdHighWaterMark\":9}","removed":false}}"#
        let store = LogStore([[features, LogFolder.metadata(), LogFolder.add("a.parquet", stats: Self.stats), mark]])
        let base = try DeltaFormat.snapshot(of: "/t", store)
        func file(_ name: String, _ rows: Int) -> DataFile { DataFile(path: "/t/\(name).parquet", size: 1, rowCount: rows) }
        try Self.commit(store, over: base) { $0.added = [file("n", 5)] }
        #expect(try #require(store.lines(1)).contains { $0.contains(#""baseRowId":10,"defaultRowCommitVersion":1"#) })
        // Of the same state: the race is lost, the numbers are those that follow.
        try Self.commit(store, over: base) { $0.added = [file("o", 5), file("m", 2)] }
        let lines = try #require(store.lines(2))
        #expect(lines.contains { $0.contains(#""baseRowId":15,"defaultRowCommitVersion":2"#) })
        #expect(lines.contains { $0.contains(#""baseRowId":20"#) })
        #expect(lines.contains { $0.contains(#"{\"rowIdHighWaterMark\":21}"#) })
        #expect(try DeltaFormat.snapshot(of: "/t", store).plan(nil).files.map { $0.rowIDBase } == [nil, 10, 15, 20])
    }

    @Test func `rows keep their numbers in the columns that the properties name`() throws {
        let names = [
            "delta.enableRowTracking": "true", "delta.rowTracking.materializedRowIdColumnName": "_r",
            "delta.rowTracking.materializedRowCommitVersionColumnName": "_v",
        ]
        let schema = Schema([Field("i", .bigint), Field("_metadata.row_id", .bigint)])
        let lineage = try #require(DeltaRowTracking.lineage(names, beside: schema))
        #expect(lineage.columns.map(\.fileName) == ["_r", "_v"])
        #expect(lineage.columns.map(\.name) == ["__metadata.row_id", "_metadata.row_commit_version"])
        #expect(DeltaRowTracking.lineage(names.filter { $0.value != "_r" }, beside: schema) == nil)
        #expect(DeltaRowTracking.lineage(names.merging(["delta.enableRowTracking": "false"]) { $1 }, beside: schema) == nil)
    }

    @Test func `the columns with numbers are called the same whenever that is asked`() throws {
        let asked = ["delta.enableRowTracking": "true"], one = try DeltaRowTracking.prepared(asked, of: "a", over: nil)
        #expect(one.count == 3)
        #expect(try DeltaRowTracking.prepared(asked, of: "a", over: [:]) == one)
        #expect(try DeltaRowTracking.prepared(asked, of: "b", over: one) == one)
        #expect(try DeltaRowTracking.prepared(asked, of: "b", over: nil) != one)
    }

    @Test func `rows get no numbers while that is suspended`() throws {
        let version = DeltaProtocol(minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ["rowTracking"])
        #expect(DeltaRowTracking.assigns(version, [:]))
        #expect(!DeltaRowTracking.assigns(version, ["delta.rowTrackingSuspended": "true"]))
        #expect(!DeltaRowTracking.assigns(DeltaProtocol(minReaderVersion: 1, minWriterVersion: 2), [:]))
    }
}
