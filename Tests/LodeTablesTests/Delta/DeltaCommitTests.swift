// Which commits follow which others, and what they say.

import LodeCore
import LodeTables
import Testing

@testable import LodeTables

@Suite struct DeltaCommitTests {
    private static let start = [
        [LogFolder.version1, LogFolder.metadata(partitions: ["day"]), LogFolder.add("a.parquet", day: "2024-01-01"),
            LogFolder.add("b.parquet", day: "2024-01-02")]
    ]

    private static let blind = #"{"commitInfo":{"operation":"WRITE","isBlindAppend":true}}"#
    private static let merge = #"{"commitInfo":{"operation":"MERGE","isBlindAppend":false}}"#

    private static let day = Value.date(19_723)

    /// Commits what `fill` makes of a change, after others have committed `winner` since.
    private static func commit(
        _ commits: [[String]] = start, after winner: [String] = [], _ fill: (inout FileChange) -> Void
    ) throws -> LogStore {
        let store = LogStore(commits), format = DeltaFormat()
        let base = try DeltaFormat.snapshot(of: "/t", store)
        if !winner.isEmpty { store.write(Int64(commits.count), winner) }
        var change = FileChange(base: TableVersion(table: TableID(1), version: base.version, definitionVersion: 1))
        fill(&change)
        _ = try format.commit(TableCommit(change, operation: "INSERT"), to: base, in: "/t", io: store)
        return store
    }

    private static func file(_ name: String) -> DataFile {
        DataFile(path: "/t/\(name)", size: 10, rowCount: 3, partitionValues: [day])
    }

    private static func state(after winner: [String], _ fill: (inout FileChange) -> Void) -> SQLState? {
        do { _ = try commit(after: winner, fill) } catch { return (error as? SQLError)?.state }
        return nil
    }

    private static func paths(_ store: LogStore) throws -> [String] {
        try DeltaFormat.snapshot(of: "/t", store).plan(nil).files.map { String($0.path.dropFirst(3)) }.sorted()
    }

    @Test func `rows are added whatever rows came or went meanwhile`() throws {
        for winner in [[Self.blind, LogFolder.add("w.parquet")], [Self.merge, LogFolder.remove("a.parquet"), LogFolder.add("w.parquet")]] {
            let store = try Self.commit(after: winner) { $0.added = [Self.file("n.parquet")] }
            #expect(store.lines(2)?.contains { $0.contains("n.parquet") } == true)
        }
    }

    @Test func `nothing follows another definition or protocol`() {
        let others = [[LogFolder.metadata(partitions: ["day"], ["x": "y"])], [#"{"protocol":{"minReaderVersion":1,"minWriterVersion":3}}"#]]
        for winner in others { #expect(Self.state(after: winner) { $0.added = [Self.file("n.parquet")] } == .serializationFailure) }
    }

    @Test func `a file is removed once`() {
        #expect(
            Self.state(after: [Self.merge, LogFolder.remove("a.parquet")]) { $0.removedPaths = ["/t/a.parquet"] } == .serializationFailure)
        #expect(Self.state(after: [Self.blind, LogFolder.add("w.parquet")]) { $0.removedPaths = ["/t/a.parquet"] } == nil)
    }

    @Test func `rows that were added by who had read some count where they could have been read`() throws {
        let winner = [Self.merge, LogFolder.add("w.parquet", day: "2024-01-02")]
        let elsewhere = ColumnPredicate.isIn(column: "day", AscendingValues([Self.day]))
        let here = ColumnPredicate.isIn(column: "day", AscendingValues([.date(19_724)]))
        #expect(Self.state(after: winner) { $0.removedPaths = ["/t/a.parquet"] } == .serializationFailure)
        #expect(
            Self.state(after: winner) {
                $0.removedPaths = ["/t/a.parquet"]
                $0.reads = here
            } == .serializationFailure)
        #expect(
            Self.state(after: winner) {
                $0.removedPaths = ["/t/a.parquet"]
                $0.reads = elsewhere
            } == nil)
    }

    @Test func `rows that only move into other files go with rows that come, and with files that go elsewhere`() throws {
        func move(_ change: inout FileChange) {
            change.removedPaths = ["/t/a.parquet"]
            change.added = [Self.file("n.parquet")]
            change.changesData = false
        }
        for winner in [
            [Self.merge, LogFolder.add("w.parquet", day: "2024-01-01")], [Self.merge, LogFolder.remove("b.parquet")],
        ] {
            let store = try Self.commit(after: winner, move)
            #expect(store.lines(2)?.filter { $0.contains(#""dataChange":false"#) }.count == 2)
        }
        #expect(Self.state(after: [Self.merge, LogFolder.remove("a.parquet")], move) == .serializationFailure)
        #expect(Self.state(after: [LogFolder.metadata(partitions: ["day"], ["x": "y"])], move) == .serializationFailure)
    }

    @Test func `rows of other files may have moved meanwhile`() {
        let moved = [LogFolder.remove("b.parquet", dataChange: false), LogFolder.add("w.parquet", dataChange: false)]
        #expect(Self.state(after: moved) { $0.removedPaths = ["/t/a.parquet"] } == nil)
        #expect(Self.state(after: moved) { $0.removedPaths = ["/t/b.parquet"] } == .serializationFailure)
        #expect(Self.state(after: moved) { $0.dependsOnBase = true } == nil)
    }

    @Test func `what depends on all there is needs it unchanged`() {
        for winner in [[Self.blind, LogFolder.add("w.parquet")], [Self.merge, LogFolder.remove("a.parquet")]] {
            #expect(Self.state(after: winner) { $0.dependsOnBase = true } == .serializationFailure)
        }
    }

    @Test func `what is restored needs the files as they were, even if others only moved rows`() throws {
        let earlier = try DeltaFormat.snapshot(of: "/t", LogStore(Self.start))
        let commits = Self.start + [[Self.merge, LogFolder.add("c.parquet")]]
        let lost = #expect(throws: SQLError.self) {
            try Self.commit(commits, after: [LogFolder.remove("a.parquet"), LogFolder.add("w.parquet")]) { $0.restored = earlier }
        }
        #expect(lost?.state == .serializationFailure)
        let store = try Self.commit(commits) { $0.restored = earlier }
        #expect(try Self.paths(store) == ["a.parquet", "b.parquet"])
    }

    @Test func `a table that only grows is not restored to what it was before it did`() throws {
        let earlier = try DeltaFormat.snapshot(of: "/t", LogStore(Self.start))
        let commits = Self.start + [[LogFolder.metadata(partitions: ["day"], ["delta.appendOnly": "true"]), LogFolder.add("c.parquet")]]
        let refused = #expect(throws: SQLError.self) { try Self.commit(commits) { $0.restored = earlier } }
        #expect(refused?.state == .objectNotInPrerequisiteState)
    }

    @Test func `what is taken back gives no rows twice that others wrote anew`() throws {
        let undone = [Self.merge, LogFolder.remove("a.parquet"), LogFolder.add("u.parquet", day: "2024-01-01")]
        let store = LogStore(Self.start + [undone])
        #expect(try DeltaFormat().revert(1, in: "/t", io: store) == 2)
        #expect(try Self.paths(store) == ["a.parquet", "b.parquet"])
        let moved = LogStore(Self.start + [undone, [LogFolder.remove("u.parquet"), LogFolder.add("w.parquet", day: "2024-01-01")]])
        #expect(try DeltaFormat().revert(1, in: "/t", io: moved) == 3)
        #expect(try Self.paths(moved) == ["b.parquet", "w.parquet"])
    }

    @Test func `what is replaced as a whole is what is there then`() throws {
        let store = try Self.commit(after: [Self.blind, LogFolder.add("w.parquet", day: "2024-01-01")]) {
            $0.emptiedPartitions = [[Self.day]]
            $0.added = [Self.file("n.parquet")]
        }
        #expect(try Self.paths(store) == ["b.parquet", "n.parquet"])
        let all = try Self.commit(after: [Self.blind, LogFolder.add("w.parquet")]) { $0.removesEverything = true }
        #expect(try Self.paths(all) == [])
    }

    @Test func `a commit whose answer was lost is one`() throws {
        let store = LogStore(Self.start), base = try DeltaFormat.snapshot(of: "/t", store)
        store.state.withLock { $0.answersAreLost = true }
        var change = FileChange(base: TableVersion(table: TableID(1), version: 0, definitionVersion: 1))
        change.added = [Self.file("n.parquet")]
        let version = try DeltaFormat().commit(TableCommit(change, operation: "INSERT"), to: base, in: "/t", io: store)
        #expect(version == 1)
        #expect(store.lines(2) == nil)
    }

    @Test func `rows of a table that only grows stay`() {
        let metadata = LogFolder.metadata(partitions: ["day"], ["delta.appendOnly": "true"])
        let commits = [[LogFolder.version1, metadata, LogFolder.add("a.parquet")]]
        #expect(throws: SQLError.self) { try Self.commit(commits) { $0.removesEverything = true } }
        #expect(throws: Never.self) { try Self.commit(commits) { $0.added = [Self.file("n.parquet")] } }
    }

    @Test func `in-commit timestamps ascend`() throws {
        let late = 32_503_680_000_000
        let commits = [
            [#"{"commitInfo":{"inCommitTimestamp":\#(late),"timestamp":1,"operation":"CREATE TABLE"}}"#,
                #"{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp"]}}"#,
                LogFolder.metadata(partitions: ["day"], ["delta.enableInCommitTimestamps": "true"])]
        ]
        let store = try Self.commit(commits) { $0.added = [Self.file("n.parquet")] }
        #expect(store.lines(1)?.first?.hasPrefix("{\"commitInfo\":{\"inCommitTimestamp\":\(late + 1)") == true)
    }

    @Test(arguments: ["catalogManaged", "icebergCompatV2", "someday"])
    func `a feature that the writer has not is refused by name`(feature: String) throws {
        let version = #"{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["\#(feature)"]}}"#
        let snapshot = try DeltaFormat.snapshot(of: "/t", LogStore([[version, LogFolder.metadata()]]))
        do {
            _ = try DeltaFormat().declaration(of: snapshot)
            Issue.record("it was not refused")
        } catch {
            #expect((error as? SQLError)?.state == .featureNotSupported)
            #expect((error as? SQLError)?.message.contains(feature) == true)
        }
    }

    @Test(arguments: [#""delta.identity.start":1"#, #""delta.invariants":"{}""#])
    func `a column that asks for more than is done is refused`(metadata: String) throws {
        let schema = #"{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{\#(metadata)}}]}"#
        let text = JSONTree.string(schema).json
        let line = #"{"metaData":{"id":"x","format":{"provider":"parquet"},"schemaString":\#(text),"#
            + #""partitionColumns":[],"configuration":{}}}"#
        let snapshot = try DeltaFormat.snapshot(of: "/t", LogStore([[LogFolder.version1, line]]))
        #expect(throws: SQLError.self) { try DeltaFormat().declaration(of: snapshot) }
    }

    @Test func `a check lets NULL pass in SQL and in the log`() {
        let text = DeltaDeclaration.text("\"a b\" > 0 OR name = 'x`y'")
        #expect(text == "(`a b` > 0 OR name = 'x`y') IS NOT FALSE")
        #expect(DeltaDeclaration.condition(text) == "\"a b\" > 0 OR name = 'x`y'")
        #expect(DeltaDeclaration.condition("a > 0") == "(a > 0) IS TRUE")
        #expect(DeltaDeclaration.condition("(a > 0) AND (b) IS NOT FALSE") == "((a > 0) AND (b) IS NOT FALSE) IS TRUE")
    }
}
