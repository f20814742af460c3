/// Versions of managed tables: what readers see and which writers collide.

import LodeCore
import LodeObjectStore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct ManagedTableTests {
    let scene = Scene()
    var catalog: EmbeddedCatalog { scene.catalog }

    private func append(_ files: [DataFile], _ catalog: EmbeddedCatalog? = nil) throws {
        let write = try (catalog ?? self.catalog).beginWrite(Scene.sales)
        write.append(files)
        _ = try write.commit()
    }

    @Test func `a table is created with its first files in one commit`() throws {
        let file = try scene.file(1)
        let table = try GlueTable.define(Scene.sales, Scene.columns, partitionedBy: ["date"])
        #expect(try catalog.commit([.create(table, files: [file])]) == [CommitOutcome(version: 1)])
        #expect(try scene.files(scene.another()) == [file.path])
    }

    @Test func `a snapshot keeps its version while others write`() throws {
        try scene.fill()
        try append([try scene.file(1), try scene.file(2)])
        let old = try catalog.snapshot(of: Scene.sales)
        let replacing = try scene.another().beginWrite(Scene.sales)
        let new = try scene.file(3)
        replacing.replaceAll(with: [new])
        #expect(try scene.files().count == 2)
        #expect(try replacing.commit().version == old.version + 1)
        #expect(try old.plan(nil).files.count == 2)
        #expect(try scene.files() == [new.path])
    }

    @Test func `planning prunes partitions, then files by their statistics`() throws {
        try scene.fill()
        try append(try (1...20).map { try scene.file($0, ids: Int64($0) * 100...Int64($0) * 100 + 50) } + [try scene.file(3, ids: 1...2)])
        let snapshot = try catalog.snapshot(of: Scene.sales)
        let day = try snapshot.plan(.compare(column: "date", .equal, .date(3)))
        #expect(day.files.count == 2)
        #expect((day.partitionsTotal, day.partitionsPruned, day.filesTotal, day.filesPruned) == (20, 19, 21, 19))
        let id = try snapshot.plan(.all([.compare(column: "date", .equal, .date(3)), .compare(column: "ID", .greater, .integer(10))]))
        #expect(id.files.count == 1)
        #expect(id.filesPruned == 20)
        #expect(id.files[0].partitionValues == [.date(3)])
        #expect(id.files[0].statistics["id"]?.minimum == .integer(300))
        #expect(try snapshot.plan(.nothing).files.isEmpty)
    }

    @Test func `totals follow appends, deletions and replacements`() throws {
        try scene.fill()
        #expect(try catalog.snapshot(of: Scene.sales).statistics.rowCount == 0)
        let first = try scene.file(1, ids: 5...9)
        try append([first, try scene.file(2, ids: 7...20)])
        var statistics = try catalog.snapshot(of: Scene.sales).statistics
        #expect((statistics.rowCount, statistics.byteCount, statistics.fileCount) == (19, 6, 2))
        #expect(statistics.columns["id"]?.minimum == .integer(5))
        #expect(statistics.columns["id"]?.maximum == .integer(20))
        #expect(statistics.columns["date"]?.maximum == .date(2))
        let write = try catalog.beginWrite(Scene.sales)
        write.deleteFiles([first.path])
        _ = try write.commit()
        statistics = try catalog.snapshot(of: Scene.sales).statistics
        #expect((statistics.rowCount, statistics.fileCount) == (14, 1))
        let replace = try catalog.beginWrite(Scene.sales)
        replace.replaceAll(with: [])
        _ = try replace.commit()
        #expect(try catalog.snapshot(of: Scene.sales).statistics == TableStatistics(rowCount: 0, byteCount: 0, fileCount: 0))
    }

    @Test func `empty and NULL partition values are not the same`() throws {
        let name = TableName("main", "t")
        let schema = Schema([Field("x", .integer), Field("k", .varchar)])
        let location = try catalog.managedLocation(of: name)
        let files = try [Value.text(""), .null, .text("a=b/c%20d"), .text("日本")].map { value in
            let path = ManagedFileName.path(in: location, [Field("k", .varchar)], [value], fileExtension: "parquet")
            try LocalStore().put(path, [1])
            return DataFile(path: path, size: 1, partitionValues: [value])
        }
        _ = try catalog.commit([.create(try GlueTable.define(name, schema, partitionedBy: ["k"]), files: files)])
        let snapshot = try catalog.snapshot(of: name)
        #expect(Set(try snapshot.plan(nil).files.map(\.partitionValues)) == [[.text("")], [.null], [.text("a=b/c%20d")], [.text("日本")]])
        #expect(try snapshot.plan(.isNull(column: "k")).files.count == 1)
        #expect(snapshot.statistics.rowCount == nil)
    }

    @Test func `appends never collide`() throws {
        try scene.fill()
        let one = try catalog.beginWrite(Scene.sales), two = try scene.another().beginWrite(Scene.sales)
        one.append([try scene.file(1)])
        two.append([try scene.file(2)])
        #expect(try two.commit().version == 2)
        #expect(try one.commit().version == 3)
        #expect(try scene.files().count == 2)
    }

    @Test func `a change that read the table collides with any other`() throws {
        try scene.fill()
        try append([try scene.file(1)])
        let one = try catalog.beginWrite(Scene.sales)
        one.dependsOnSnapshot()
        one.replaceAll(with: [try scene.file(2)])
        try append([try scene.file(3)], scene.another())
        let error = #expect(throws: SQLError.self) { try one.commit() }
        #expect(error?.state == .serializationFailure)
        #expect(try scene.files().count == 2)
    }

    @Test func `a file is deleted once`() throws {
        try scene.fill()
        let file = try scene.file(1)
        try append([file])
        let one = try catalog.beginWrite(Scene.sales), two = try catalog.beginWrite(Scene.sales)
        one.deleteFiles([file.path])
        two.deleteFiles([file.path])
        _ = try one.commit()
        #expect(throws: SQLError.self) { try two.commit() }
    }

    @Test(arguments: [true, false]) func `an append collides with a table that is dropped or replaced`(replaced: Bool) throws {
        try scene.fill()
        let write = try catalog.beginWrite(Scene.sales)
        write.append([try scene.file(1)])
        if replaced {
            _ = try scene.another().commit([.create(try GlueTable.define(Scene.sales, Scene.columns), ifExists: .replace)])
        } else {
            _ = try scene.another().dropTable(Scene.sales, kinds: [.managed], ifExists: false)
        }
        let error = #expect(throws: SQLError.self) { try write.commit() }
        #expect(error?.state == .serializationFailure)
    }

    @Test func `an append collides with changed columns`() throws {
        try scene.fill()
        let write = try catalog.beginWrite(Scene.sales), change = try catalog.beginWrite(Scene.sales)
        try change.setSchema(Schema(Scene.columns.fields + [Field("note", .varchar)]))
        _ = try change.commit()
        #expect(try catalog.table(Scene.sales)?.schema().fields.last?.name == "note")
        write.append([try scene.file(1)])
        #expect(throws: SQLError.self) { try write.commit() }
    }

    @Test func `a file that is gone is not published`() throws {
        try scene.fill()
        let file = try scene.file(1)
        try LocalStore().delete(file.path)
        let error = #expect(throws: SQLError.self) { try append([file]) }
        #expect(error?.state == .serializationFailure)
        #expect(try catalog.snapshot(of: Scene.sales).version == 1)
    }

    @Test func `external tables and views are not written`() throws {
        try scene.fill()
        #expect(throws: SQLError.self) { try catalog.beginWrite(TableName("main", "raw")) }
        #expect(throws: SQLError.self) { try catalog.beginWrite(TableName("main", "big")) }
    }
}
