/// What files that are there ask of changes, and of what is taken away.

import LodeCore
import LodeVectors
import Testing

@testable import LodeTables

@Suite struct IcebergKeepingTests {
    private func declaration(_ partitions: [String] = ["day"]) -> TableDeclaration {
        TableDeclaration(
            columns: [
                .init(Field("id", .bigint, nullable: false)), .init(Field("day", .date)), .init(Field("name", .varchar)),
                .init(Field("price", .decimal(precision: 9, scale: 2))),
            ], partitionColumns: partitions, properties: ["write.format.default": "parquet"])
    }

    private func file(_ name: String) -> DataFile {
        DataFile(path: "/t/data/\(name)", size: 100, rowCount: 3, partitionValues: [.date(10)])
    }

    private func change(_ files: [DataFile] = []) -> FileChange {
        var change = FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        change.added = files
        return change
    }

    private func snapshot(_ folder: TableFolder) throws -> IcebergSnapshot { try IcebergFormat.snapshot(of: "/t", folder) }

    @Test func `a column by which files are or were divided keeps its type, but for wider integers`() throws {
        func retyping(_ column: Int, _ old: SQLType, _ new: SQLType, partitions: [String], later: [String]) throws {
            let folder = TableFolder(), format = IcebergFormat()
            var made = declaration(partitions)
            made.columns[column].field.type = old
            _ = try format.commit(TableCommit(change(), declaration: made, operation: "CREATE TABLE"), to: nil, in: "/t", io: folder)
            if later != partitions {
                var moved = declaration(later)
                moved.columns[column].field.type = old
                let commit = TableCommit(change(), declaration: moved, operation: "ALTER TABLE")
                _ = try format.commit(commit, to: try snapshot(folder), in: "/t", io: folder)
            }
            var wider = declaration(later)
            wider.columns[column].field.type = new
            let commit = TableCommit(change(), declaration: wider, operation: "ALTER TABLE")
            _ = try format.commit(commit, to: try snapshot(folder), in: "/t", io: folder)
        }
        let old = SQLType.decimal(precision: 9, scale: 2), new = SQLType.decimal(precision: 12, scale: 2)
        for later in [["price"], ["day"]] {
            let error = #expect(throws: SQLError.self) { try retyping(3, old, new, partitions: ["price"], later: later) }
            #expect(error?.state == .featureNotSupported)
        }
        try retyping(0, .integer, .bigint, partitions: ["id"], later: ["id"])
        try retyping(3, old, new, partitions: ["day"], later: ["day"])
    }

    @Test func `files are the same if all is that manifests say of them`() throws {
        func said(_ status: Int = 1, _ change: (inout IcebergTree.Entry) -> Void = { _ in }) throws -> Set<IcebergSaidFile> {
            var tree = IcebergTree(), entry = IcebergTree.Entry()
            (entry.status, entry.nulls) = (status, [(1, 0), (3, 2)])
            change(&entry)
            tree.manifest("m.avro", [entry])
            return try IcebergSaidFile.all(in: [IcebergManifest(path: "/t/metadata/m.avro")], tree)
        }
        let one = try said()
        #expect(one.count == 1)
        #expect(try said(0) { $0.nulls.reverse() } == one)
        #expect(try said { $0.firstRow = 7 } == one)
        #expect(try said(2).isEmpty)
        // Of fields that the table has not, and bounds that are none.
        #expect(try said { $0.nulls.append((99, 5)) } != one)
        #expect(try said { $0.lower = [(1, [1])] } != one)
    }

    @Test func `files of all snapshots that are listed are in use`() throws {
        let folder = TableFolder(), format = IcebergFormat()
        let added = [file("a.parquet")]
        _ = try format.commit(
            TableCommit(change(added), declaration: declaration(), operation: "CREATE TABLE AS SELECT"), to: nil, in: "/t", io: folder)
        var rewriting = change([file("b.parquet")])
        rewriting.removedPaths = ["/t/data/a.parquet"]
        rewriting.dependsOnBase = true
        _ = try format.commit(TableCommit(rewriting, operation: "DELETE"), to: try snapshot(folder), in: "/t", io: folder)
        let now = try snapshot(folder)
        #expect(try format.filesInUse(by: now, since: 0, io: folder).isSuperset(of: ["/t/data/a.parquet", "/t/data/b.parquet"]))
        let left = try format.filesInUse(by: now, since: .max, io: folder)
        #expect(left.contains("/t/data/b.parquet") && !left.contains("/t/data/a.parquet"))
    }
}
