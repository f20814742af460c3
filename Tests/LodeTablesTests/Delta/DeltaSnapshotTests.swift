// Which files make up a version of a Delta table.

import LodeCore
import LodeVectors
import Testing

@testable import LodeTables

@Suite struct DeltaSnapshotTests {
    @Test(arguments: [0, 1, 4]) func `a commit that a listing missed while others came is found by the next`(times: Int) throws {
        let log = LogFolder([[LogFolder.version1, LogFolder.metadata()], [LogFolder.add("a")], [LogFolder.add("b")]])
        let racing = RacingLog(log, misses: DeltaLogListing.commitName(1), times: times)
        let snapshot = try DeltaFormat.snapshot(of: "/t", racing)
        #expect(snapshot.version == 2)
        #expect(try snapshot.plan(nil).files.count == 2)
    }

    @Test func `a commit that stays away is missing`() throws {
        let log = LogFolder([[LogFolder.version1, LogFolder.metadata()], [LogFolder.add("a")], [LogFolder.add("b")]])
        let racing = RacingLog(log, misses: DeltaLogListing.commitName(1), times: .max)
        let error = #expect(throws: SQLError.self) { try DeltaFormat.snapshot(of: "/t", racing) }
        #expect(error?.state == .dataCorrupted)
    }

    private let start = [LogFolder.version1, LogFolder.metadata()]

    @Test func `the latest word on a file holds`() throws {
        let log = LogFolder([
            start + [LogFolder.add("a"), LogFolder.add("b")], [LogFolder.remove("a"), LogFolder.add("c")],
            [LogFolder.add("a"), LogFolder.remove("c")],
        ])
        #expect(try log.paths() == ["b", "a"])
        #expect(try log.paths(.version(1)) == ["b", "c"])
        #expect(try log.paths(.version(0)) == ["a", "b"])
        #expect(log.state(.version(3)) == .invalidParameterValue)
        #expect(log.state(.version(-1)) == .invalidParameterValue)
    }

    @Test func `one file has one identity however it is spelled`() throws {
        let log = LogFolder([
            start + [LogFolder.add("a%20b"), LogFolder.add("/x/y")], [LogFolder.remove("file:///x/y"), LogFolder.remove("/t/a b")],
        ])
        #expect(try log.paths() == [])
    }

    @Test func `a file with another deletion vector is another logical file`() throws {
        func vector(_ name: String) -> String {
            #","deletionVector":{"storageType":"p","pathOrInlineDv":"/t/\#(name)","offset":1,"sizeInBytes":40,"cardinality":6}"#
        }
        let features = #"{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":[]}}"#
        let log = LogFolder([
            [features, LogFolder.metadata(), LogFolder.add("a", stats: #"{"numRecords":10}"#)],
            [LogFolder.remove("a"), LogFolder.add("a", stats: #"{"numRecords":10}"#, more: vector("one"))],
            [
                LogFolder.add("a", stats: #"{"numRecords":10}"#, more: vector("two")),
                #"{"remove":{"path":"a"\#(vector("one"))}}"#,
            ],
        ])
        let file = try #require(try log.snapshot().plan(nil).files.first)
        #expect(try log.paths() == ["a"])
        #expect(file.deletes?.vector == DeletionVector(place: .file("/t/two", offset: 1), size: 40, cardinality: 6))
        #expect(file.liveRowCount == 4)
    }

    @Test func `a missing version is damage, named by its file`() throws {
        var log = LogFolder([start, [LogFolder.add("a")], [LogFolder.add("b")]])
        log["00000000000000000001.json"] = nil
        #expect(log.state() == .dataCorrupted)
        #expect(log.state(.version(0)) == nil)
        do { _ = try log.snapshot() } catch { #expect("\(error)".contains("_delta_log/00000000000000000001.json")) }
    }

    @Test(arguments: [
        #"{"add":{"path":"b","partitionValues":{},"si"#, #"{"add":{"path":"b","partitionValues":{}}}"#, #"{"add":7}"#, "",
        #"{"add":{"path":"b","size":1}} {"#, "[1]", #"{"remove":{}}"#, #"{"add":{"path":"b","size":1.5}}"#,
    ])
    func `a torn commit is damage, named by its line`(line: String) throws {
        var log = LogFolder([start])
        log.files["/t/_delta_log/00000000000000000001.json"] = line.isEmpty ? "" : LogFolder.add("a") + "\n" + line
        #expect(log.state() == .dataCorrupted)
        do { _ = try log.snapshot() } catch {
            #expect("\(error)".contains(line.isEmpty ? "000001.json" : "000001.json, line 2"))
        }
    }

    @Test func `compacted commits stand for those that they name`() throws {
        var log = LogFolder([start, [LogFolder.add("a")], [LogFolder.add("b"), LogFolder.remove("a")], [LogFolder.add("c")]])
        // What is listed first is the latest word.
        log["00000000000000000001.00000000000000000002.compacted.json"] = [LogFolder.add("b"), LogFolder.remove("a"), LogFolder.add("a")]
        log["00000000000000000001.json"] = nil
        log["00000000000000000002.json"] = nil
        #expect(try log.paths() == ["b", "c"])
        // A compacted file is of no use for a version within it.
        #expect(log.state(.version(1)) == .dataCorrupted)
    }

    @Test func `a checkpoint in JSON spares what came before it`() throws {
        var log = LogFolder([])
        log["00000000000000000002.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json"] =
            [#"{"checkpointMetadata":{"version":2}}"#] + start + [LogFolder.add("a"), LogFolder.add("b"), LogFolder.remove("z")]
        log["00000000000000000003.json"] = [LogFolder.remove("a"), LogFolder.add("c")]
        // A hint that lies is only a hint.
        log["_last_checkpoint"] = [#"{"version":9,"size":1}"#]
        #expect(try log.paths() == ["b", "c"])
        #expect(try log.paths(.version(2)) == ["a", "b"])
        #expect(log.state(.version(1)) == .invalidParameterValue)
    }

    @Test func `a checkpoint of which a part is missing is none`() throws {
        var log = LogFolder([start + [LogFolder.add("a")]])
        log["00000000000000000000.checkpoint.0000000001.0000000002.parquet"] = ["torn"]
        #expect(try log.paths() == ["a"])
    }

    @Test func `what stands beside the log does not count`() throws {
        var log = LogFolder([start + [LogFolder.add("a")]])
        for name in ["1.json", "00000000000000000009.crc", ".00000000000000000009.json.crc", "00000000000000000009.json.tmp", "x.json"] {
            log[name] = ["?"]
        }
        #expect(try log.paths() == ["a"])
    }

    @Test func `sidecars lie in the log, and sizes that no file has are none`() throws {
        func log(_ sidecars: [String]) -> LogFolder {
            var log = LogFolder([])
            log["00000000000000000000.checkpoint.00000000-0000-0000-0000-000000000000.json"] = start + sidecars
            log["_sidecars/a.json"] = [LogFolder.add("a")]
            return log
        }
        func sidecar(_ path: String, _ size: Int64 = 1) -> String { #"{"sidecar":{"path":"\#(path)","sizeInBytes":\#(size)}}"# }
        #expect(try log([sidecar("a.json")]).paths() == ["a"])
        #expect(try log([sidecar("file:///t/_delta_log/_sidecars/a.json")]).paths() == ["a"])
        for path in ["/etc/passwd", "../00000000000000000000.json", "%2e%2e/x.json", "s3://b/x.parquet"] {
            #expect(log([sidecar(path)]).state() == .dataCorrupted)
        }
        let many = log(Array(repeating: sidecar("a.json", .max), count: 101) + [sidecar("a.json", .min)])
        #expect(try many.snapshot().isDearToList)
        let huge = LogFolder.add("a").replacing(#""size":10"#, with: #""size":\#(Int64.max)"#)
        #expect(LogFolder([start + [huge]]).state() == .dataCorrupted)
    }

    @Test func `a folder without a log is no table`() throws {
        #expect(LogFolder([]).state() == .undefinedFile)
        #expect(try DeltaFormat.table(in: "/t", LogFolder([])) == nil)
        #expect(try DeltaFormat.table(in: "/t", LogFolder([start])) != nil)
    }

    @Test func `a log without a definition is damaged`() {
        #expect(LogFolder([[LogFolder.version1]]).state() == .dataCorrupted)
        #expect(LogFolder([[LogFolder.metadata()]]).state() == .dataCorrupted)
    }

    // MARK: Skipping

    private func stats(_ least: Int, _ greatest: Int, nulls: Int) -> String {
        #"{"numRecords":2,"minValues":{"id":\#(least)},"maxValues":{"id":\#(greatest)},"nullCount":{"id":\#(nulls)}}"#
    }

    private var partitioned: LogFolder {
        LogFolder([
            [
                LogFolder.version1, LogFolder.metadata(partitions: ["day"]),
                LogFolder.add("a", day: "2024-01-01", stats: stats(1, 5, nulls: 0)),
                LogFolder.add("b", day: "2024-01-02", stats: stats(6, 9, nulls: 1)),
                LogFolder.add("c", day: "", stats: #"{"numRecords":2,"nullCount":{"id":2}}"#),
            ]
        ])
    }

    @Test func `partition values choose files`() throws {
        let day = Value.date(19723)
        #expect(try partitioned.paths(where: .compare(column: "day", .equal, day)) == ["a"])
        #expect(try partitioned.paths(where: .isNull(column: "day")) == ["c"])
        #expect(try partitioned.snapshot().plan(nil).files.map(\.partitionValues) == [[day], [.date(19724)], [.null]])
    }

    @Test func `statistics choose files`() throws {
        #expect(try partitioned.paths(where: .compare(column: "id", .greater, .integer(5))) == ["b"])
        #expect(try partitioned.paths(where: .isNull(column: "id")) == ["b", "c"])
        #expect(try partitioned.paths(where: .isNotNull(column: "id")) == ["a", "b"])
        let listing = try partitioned.snapshot().plan(.compare(column: "id", .less, .integer(2)))
        #expect(listing.filesTotal == 3 && listing.filesPruned == 2)
    }

    @Test func `a partition value that is none is damage`() {
        var log = partitioned
        log["00000000000000000001.json"] = [LogFolder.add("d", day: "yesterday")]
        #expect(log.state() == .dataCorrupted)
    }
}

/// A log of which the first listings miss a file.
private final class RacingLog: TableIO {
    private let log: LogFolder
    private let missed: String
    private let left: Lock<Int>

    init(_ log: LogFolder, misses name: String, times: Int) {
        self.log = log
        missed = name
        left = Lock(times)
    }

    func list(_ folder: String) throws(SQLError) -> FolderListing {
        var listing = try log.list(folder)
        let isMissed = left.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if isMissed { listing.files.removeAll { $0.name == missed } }
        return listing
    }

    func read(_ path: String) throws(SQLError) -> [UInt8] { try log.read(path) }
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool { false }
    func scan(_ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) -> Int {
        try log.scan(path, request, body)
    }
}
