// Which files of an Iceberg table a scan reads, and what is deleted of them.

import LodeCore
import LodeVectors
import Testing

@testable import LodeTables

@Suite struct IcebergSnapshotTests {
    private typealias Entry = IcebergTree.Entry

    private func tree(_ entries: [Entry], spec: String = "", document: String? = nil) -> IcebergTree {
        var tree = IcebergTree(document ?? IcebergTree.document(spec: spec))
        tree.manifestList([.init(name: "m.avro")])
        tree.manifest("m.avro", isPartitioned: !spec.isEmpty, entries)
        return tree
    }

    @Test func `deleted entries are no files`() throws {
        let tree = tree([Entry(path: "/t/a"), Entry(path: "/t/b", status: 2), Entry(path: "/t/c", status: 0)])
        #expect(try tree.names() == ["a", "c"])
    }

    @Test func `bounds of columns rule files out`() throws {
        func entry(_ path: String, _ low: Int, _ high: Int) -> Entry {
            Entry(path: path, lower: [(1, IcebergTree.long(low))], upper: [(1, IcebergTree.long(high))])
        }
        let tree = tree([entry("/t/a", 1, 10), entry("/t/b", 11, 20), Entry(path: "/t/c")])
        #expect(try tree.names(where: .compare(column: "id", .equal, .integer(15))) == ["b", "c"])
        let listing = try tree.snapshot().plan(.compare(column: "id", .less, .integer(5)))
        #expect(listing.files.map(\.path) == ["/t/a", "/t/c"])
        #expect(listing.filesTotal == 3 && listing.filesPruned == 1)
        #expect(listing.files[0].statistics["id"]?.maximum == .integer(10))
    }

    @Test func `a bound of a type that was widened is as long as it was then`() throws {
        let tree = tree([Entry(path: "/t/a", lower: [(1, IcebergTree.int(-3))], upper: [(1, IcebergTree.int(7))])])
        #expect(try tree.names(where: .compare(column: "id", .greater, .integer(7))) == [])
        #expect(try tree.names(where: .compare(column: "id", .lessOrEqual, .integer(-3))) == ["a"])
    }

    @Test func `a column of NULLs has none that are something else`() throws {
        let tree = tree([Entry(path: "/t/a", nulls: [(3, 10)]), Entry(path: "/t/b", nulls: [(3, 0)])])
        #expect(try tree.names(where: .isNotNull(column: "name")) == ["b"])
        #expect(try tree.names(where: .isNull(column: "name")) == ["a"])
    }

    @Test func `values of an identity partition are those of the column`() throws {
        let tree = tree([Entry(path: "/t/a", partition: 100), Entry(path: "/t/b", partition: nil)], spec: IcebergTree.byDay)
        let snapshot = try tree.snapshot()
        #expect(snapshot.partitionColumns == [Field("day", .date)])
        #expect(try snapshot.plan(nil).files.map(\.partitionValues) == [[.date(100)], [.null]])
        #expect(try tree.names(where: .compare(column: "day", .equal, .date(100))) == ["a"])
        #expect(try tree.names(where: .isNull(column: "day")) == ["b"])
    }

    @Test func `partitions by month rule files out by days`() throws {
        let tree = tree([Entry(path: "/t/a", partition: 0), Entry(path: "/t/b", partition: 1)], spec: IcebergTree.byMonth)
        #expect(try tree.snapshot().partitionColumns == [])
        #expect(try tree.names(where: .compare(column: "day", .equal, .date(40))) == ["b"])
        #expect(try tree.names(where: .compare(column: "day", .less, .date(20))) == ["a"])
    }

    @Test func `manifests are skipped by their summaries without being read`() throws {
        var tree = IcebergTree(IcebergTree.document(spec: IcebergTree.byDay))
        tree.manifestList([.init(name: "here.avro", range: (0, 9)), .init(name: "not-there.avro", files: 7, range: (10, 19))])
        tree.manifest("here.avro", isPartitioned: true, [Entry(path: "/t/a", partition: 5)])
        let listing = try tree.snapshot().plan(.compare(column: "day", .equal, .date(5)))
        #expect(listing.files.map(\.path) == ["/t/a"])
        #expect(listing.filesTotal == 8 && listing.filesPruned == 7)
        #expect(tree.state() == .undefinedFile)
    }

    @Test func `files of an earlier spec have values of their own`() throws {
        let both = IcebergTree.byDay + "]}, {\"spec-id\": 1, \"fields\": ["
        var tree = IcebergTree(IcebergTree.document(spec: both).replacing("\"default-spec-id\": 0", with: "\"default-spec-id\": 1"))
        tree.manifestList([.init(name: "old.avro"), .init(name: "new.avro", spec: 1)])
        tree.manifest("old.avro", isPartitioned: true, [Entry(path: "/t/a", partition: 3)])
        tree.manifest("new.avro", spec: 1, [Entry(path: "/t/b")])
        let files = try tree.snapshot().plan(nil).files
        #expect(try tree.snapshot().partitionColumns == [Field("day", .date)])
        #expect(files.map(\.partitionColumns) == [nil, []])
        #expect(files.map(\.partitionValues) == [[.date(3)], []])
    }

    // MARK: Deletes

    private func deletes(_ data: [Entry], _ deletes: [Entry]) throws -> [RowDeletes?] {
        var tree = IcebergTree(IcebergTree.document(spec: IcebergTree.byDay))
        tree.manifestList([.init(name: "d.avro", sequence: 2), .init(name: "x.avro", content: 1, sequence: 3)])
        tree.manifest("d.avro", isPartitioned: true, data)
        tree.manifest("x.avro", isPartitioned: true, deletes)
        return try tree.snapshot().plan(nil).files.map(\.deletes)
    }

    @Test func `position deletes are of files in their partition that are not younger`() throws {
        let found = try deletes(
            [
                Entry(path: "/t/a", partition: 1), Entry(path: "/t/b", partition: 2), Entry(path: "/t/c", sequence: 3, partition: 1),
                Entry(path: "/t/d", sequence: 4, partition: 1),
            ], [Entry(path: "/t/x", content: 1, partition: 1)])
        #expect(found.map { $0?.positionFiles?.files.map(\.path) } == [["/t/x"], nil, ["/t/x"], nil])
        #expect(found[0]?.positionFiles?.dataFile == "/t/a")
    }

    @Test func `a delete file may name its data file`() throws {
        let path = Array("/t/b".utf8), id = IcebergManifestReader.deletedPathID
        let data = [Entry(path: "/t/a", partition: 1), Entry(path: "/t/b", partition: 1)]
        let named = try deletes(data, [Entry(path: "/t/x", content: 1, partition: 1, referenced: "/t/b")])
        #expect(named.map { $0 == nil } == [true, false])
        let bound = try deletes(data, [Entry(path: "/t/x", content: 1, partition: 1, lower: [(id, path)], upper: [(id, path)])])
        #expect(bound.map { $0 == nil } == [true, false])
    }

    @Test func `equality deletes are of older files only`() throws {
        let found = try deletes(
            [Entry(path: "/t/a", partition: 1), Entry(path: "/t/b", sequence: 3, partition: 1), Entry(path: "/t/c", partition: 2)],
            [Entry(path: "/t/x", content: 2, partition: 1, equality: [1])])
        #expect(found.map { $0?.equalities.count } == [1, nil, nil])
        #expect(found[0]?.equalities[0].keys.map(\.type) == [.bigint])
    }

    @Test func `a deletion vector takes the place of position deletes`() throws {
        let found = try deletes(
            [Entry(path: "/t/a", partition: 1)],
            [
                Entry(path: "/t/x", content: 1, partition: 1),
                Entry(path: "/t/v.puffin", content: 1, format: "puffin", partition: 1, rows: 2, referenced: "/t/a", offset: 4),
            ])
        #expect(found[0]?.positionFiles == nil)
        #expect(found[0]?.vector?.cardinality == 2)
        #expect(found[0]?.vector?.place == .file("/t/v.puffin", offset: 4))
    }

    @Test func `numbers of rows go on from file to file`() throws {
        var tree = IcebergTree(IcebergTree.document(version: 3))
        tree.manifestList([.init(name: "m.avro", firstRow: 1000)])
        tree.manifest("m.avro", [Entry(path: "/t/a", rows: 5), Entry(path: "/t/b", rows: 7, firstRow: 3), Entry(path: "/t/c")])
        #expect(try tree.snapshot().plan(nil).files.map(\.rowIDBase) == [1000, 3, 1005])
    }

    // MARK: What is not read

    @Test func `what is damaged is named, and what Lode has not is refused`() throws {
        #expect(tree([Entry(path: "/t/a", format: "ORC")]).state() == .featureNotSupported)
        #expect(tree([Entry(path: "/t/a", content: 7)]).state() == .dataCorrupted)
        #expect(tree([Entry(path: "/t/a", rows: -1)]).state() == .dataCorrupted)
        #expect(tree([Entry(path: "/t/a", content: 1)]).state() == .dataCorrupted)
        var cut = tree([Entry(path: "/t/a")])
        cut.files["/t/metadata/m.avro"]?.removeLast()
        let error = #expect(throws: SQLError.self) { try cut.names() }
        #expect(error?.state == .dataCorrupted && error?.place == "/t/metadata/m.avro")
    }
}
