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
        _ = try (catalog ?? self.catalog).commit(write.change)
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
        #expect(try catalog.commit(replacing.change).version == old.version + 1)
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
        _ = try catalog.commit(write.change)
        statistics = try catalog.snapshot(of: Scene.sales).statistics
        #expect((statistics.rowCount, statistics.fileCount) == (14, 1))
        let replace = try catalog.beginWrite(Scene.sales)
        replace.replaceAll(with: [])
        _ = try catalog.commit(replace.change)
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
        #expect(try catalog.commit(two.change).version == 2)
        #expect(try catalog.commit(one.change).version == 3)
        #expect(try scene.files().count == 2)
    }

    @Test func `a change that read the table collides with any other`() throws {
        try scene.fill()
        try append([try scene.file(1)])
        let one = try catalog.beginWrite(Scene.sales)
        one.dependsOnSnapshot()
        one.replaceAll(with: [try scene.file(2)])
        try append([try scene.file(3)], scene.another())
        let error = #expect(throws: SQLError.self) { try catalog.commit(one.change) }
        #expect(error?.state == .serializationFailure)
        #expect(try scene.files().count == 2)
    }

    @Test func `replacing one partition twice leaves the later one alone`() throws {
        try scene.fill()
        try append([try scene.file(1)])
        let writers = try [catalog.beginWrite(Scene.sales), scene.another().beginWrite(Scene.sales)]
        let files = try [[scene.file(1), scene.file(2)], [scene.file(1), scene.file(2)]]
        for (writer, files) in zip(writers, files) {
            writer.emptyPartitions([[.date(1)], [.date(2)]])
            writer.append(files)
        }
        try append([try scene.file(3)])
        for writer in writers { try catalog.commit(writer.change) }
        #expect(Set(try scene.files()).isSuperset(of: files[1].map(\.path)))
        #expect(try scene.files().count == 3)
        #expect(try catalog.snapshot(of: Scene.sales).statistics.fileCount == 3)
    }

    @Test func `a file is deleted once`() throws {
        try scene.fill()
        let file = try scene.file(1)
        try append([file])
        let one = try catalog.beginWrite(Scene.sales), two = try catalog.beginWrite(Scene.sales)
        one.deleteFiles([file.path])
        two.deleteFiles([file.path])
        _ = try catalog.commit(one.change)
        #expect(throws: SQLError.self) { try catalog.commit(two.change) }
    }

    @Test(arguments: [true, false]) func `an append collides with a table that is dropped or replaced`(replaced: Bool) throws {
        try scene.fill()
        let write = try catalog.beginWrite(Scene.sales)
        write.append([try scene.file(1)])
        if replaced {
            _ = try scene.another().commit([.create(try GlueTable.define(Scene.sales, Scene.columns), ifExists: .replace)])
        } else {
            try scene.another().commit(.drop(Scene.sales, kinds: [.managed]))
        }
        let error = #expect(throws: SQLError.self) { try catalog.commit(write.change) }
        #expect(error?.state == .serializationFailure)
    }

    @Test func `an append collides with changed columns`() throws {
        try scene.fill()
        let write = try catalog.beginWrite(Scene.sales)
        try catalog.commit(.alter(Scene.sales, [.addColumns([GlueColumn(name: "note", type: "string", nullable: false)])]))
        #expect(try catalog.table(Scene.sales)?.schema().fields.last?.name == "note")
        write.append([try scene.file(1)])
        #expect(throws: SQLError.self) { try catalog.commit(write.change) }
    }

    @Test func `an append goes with columns that may be NULL in its files`() throws {
        try scene.fill()
        let write = try catalog.beginWrite(Scene.sales)
        write.append([try scene.file(1)])
        let note = GlueColumn(name: "note", type: "string")
        try scene.another().commit(.alter(Scene.sales, [.addColumns([note]), .setProperties(["owner": "me"])]))
        try catalog.commit(write.change)
        #expect(try scene.files().count == 1)
        #expect(try catalog.snapshot(of: Scene.sales).schema.fields.last?.name == "note")
    }

    @Test func `columns that many add are all there`() throws {
        try scene.fill()
        onThreads(4) { writer in
            let catalog = scene.another()
            for number in 0..<10 {
                let column = GlueColumn(name: "c\(writer)_\(number)", type: "int")
                _ = try? catalog.commit(.alter(Scene.sales, [.addColumns([column])]))
            }
        }
        #expect(try catalog.table(Scene.sales)?.schema().count == 43)
        let twice = GlueColumn(name: "C1_1", type: "int")
        let error = #expect(throws: SQLError.self) { try catalog.commit(.alter(Scene.sales, [.addColumns([twice])])) }
        #expect(error?.state == .duplicateColumn)
        #expect(try !catalog.commit(.alter(Scene.sales, [.addColumns([twice], ifNotExists: true)])).changed)
    }

    @Test func `a table is replaced by what was read from it only if it did not change`() throws {
        try scene.fill()
        let base = try #require(try catalog.snapshot(of: Scene.sales).identity)
        let table = try GlueTable.define(Scene.sales, Scene.columns, partitionedBy: ["date"])
        let file = try scene.file(2)
        try append([try scene.file(1)])
        let error = #expect(throws: SQLError.self) {
            try catalog.commit(.create(table, ifExists: .replace, files: [file], computedFrom: [base]))
        }
        #expect(error?.state == .serializationFailure)
        #expect(try scene.files().count == 1)
        let current = try #require(try catalog.snapshot(of: Scene.sales).identity)
        try catalog.commit(.create(table, ifExists: .replace, files: [file], computedFrom: [current]))
        #expect(try scene.files() == [file.path])
    }

    @Test func `a renamed table keeps its files and gives its name away`() throws {
        try scene.fill()
        let file = try scene.file(1)
        try append([file])
        let new = TableName("main", "Turnover")
        try catalog.commit(.alter(Scene.sales, [.rename(new)]))
        #expect(try catalog.table(Scene.sales) == nil)
        #expect(try catalog.snapshot(of: new).plan(nil).files.map(\.path) == [file.path])
        try catalog.commit(.create(try GlueTable.define(Scene.sales, Scene.columns)))
        let taken = #expect(throws: SQLError.self) { try catalog.commit(.alter(Scene.sales, [.rename(new)])) }
        #expect(taken?.state == .duplicateTable)
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
