/// Earlier versions of managed tables.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct TimeTravelTests {
    let scene = Scene()
    var catalog: EmbeddedCatalog { scene.catalog }

    private func append(_ day: Int32) throws {
        let write = try catalog.beginWrite(Scene.sales)
        write.append([try scene.file(day)])
        try catalog.commit(write.change)
    }

    private func replaceAll() throws {
        let write = try catalog.beginWrite(Scene.sales)
        write.replaceAll(with: [try scene.file(2)])
        try catalog.commit(write.change)
    }

    private func count(_ time: TableTime) throws -> Int { try catalog.snapshot(of: Scene.sales, at: time).plan(nil).files.count }

    private func state(_ time: TableTime) -> SQLState? {
        do {
            _ = try catalog.snapshot(of: Scene.sales, at: time)
            return nil
        } catch { return (error as? SQLError)?.state }
    }

    @Test func `each version keeps its files, totals and columns`() throws {
        try scene.fill()
        try append(1)
        try catalog.commit(.alter(Scene.sales, [.addColumns([GlueColumn(name: "note", type: "string")])]))
        try append(2)
        #expect(try (1...4).map { try count(.version($0)) } == [0, 1, 1, 2])
        #expect(try catalog.snapshot(of: Scene.sales, at: .version(2)).schema == Scene.columns)
        #expect(try catalog.snapshot(of: Scene.sales, at: .version(3)).schema.count == 4)
        #expect(try catalog.snapshot(of: Scene.sales, at: .version(2)).statistics.fileCount == 1)
        #expect(try catalog.versions(of: Scene.sales).map(\.operation) == ["INSERT", "ALTER TABLE", "INSERT", "CREATE TABLE"])
    }

    @Test func `a time means the version that was current then`() throws {
        try scene.fill()
        try append(1)
        try append(2)
        let times = try catalog.versions(of: Scene.sales).map(\.committedAt)
        #expect(times == times.sorted(by: >))
        #expect(try count(.timestamp(times[0])) == 2)
        #expect(try count(.timestamp(times[0] - 1)) == 1)
        #expect(try count(.timestamp(.max)) == 2)
        #expect(state(.timestamp(times[2] - 1)) == .invalidParameterValue)
    }

    @Test func `versions that never were or were vacuumed are refused`() throws {
        try scene.fill()
        try append(1)
        try replaceAll()
        #expect(state(.version(0)) == .invalidParameterValue)
        #expect(state(.version(4)) == .invalidParameterValue)
        let first = try #require(try catalog.versions(of: Scene.sales).last?.committedAt)
        var held: (any TableSnapshot)? = try catalog.snapshot(of: Scene.sales, at: .version(2))
        _ = try catalog.vacuum(VacuumRequest(retention: 0))
        #expect(try held?.plan(nil).files.filter { try LocalStore().exists($0.path) }.count == 1)
        #expect(state(.version(1)) == .objectNotInPrerequisiteState)
        #expect(state(.version(2)) == nil)
        held = nil
        _ = try catalog.vacuum(VacuumRequest(retention: 0))
        #expect(state(.version(2)) == .objectNotInPrerequisiteState)
        #expect(state(.timestamp(first)) == .objectNotInPrerequisiteState)
        #expect(try count(.version(3)) == 1)
        try catalog.commit(.alter(Scene.sales, [.addColumns([GlueColumn(name: "note", type: "string")])]))
        #expect(try catalog.snapshot(of: Scene.sales, at: .version(3)).schema == Scene.columns)
        #expect(try catalog.versions(of: Scene.sales).map(\.version) == [4, 3])
    }

    @Test func `a commit is durable before it is reported`() throws {
        try scene.fill()
        let mode = try catalog.storage.write { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
        #expect(mode == 2)
    }

    @Test func `a catalog of the first layout becomes current and keeps its versions`() throws {
        let table = try GlueTable.define(Scene.sales, Scene.columns, partitionedBy: ["date"])
        try LocalStore().createFolder(scene.warehouse)
        let old = try DatabaseQueue(path: scene.warehouse + "/catalog.sqlite")
        try old.write { db in
            try db.execute(sql: CatalogSchema.steps[0])
            try db.execute(sql: "PRAGMA user_version = 1; INSERT INTO database_info VALUES (1, 'main', '{\"Name\":\"main\"}')")
            try db.execute(
                sql: "INSERT INTO table_info VALUES (1, 1, 'sales', ?, 1, 2, NULL)", arguments: [JSONText.write(table)])
            try db.execute(sql: "INSERT INTO table_version VALUES (1, 1, 10, 0, 0, 0, NULL), (1, 2, 20, 0, 0, 0, NULL)")
        }
        try old.close()
        #expect(try count(.version(1)) == 0)
        try append(1)
        #expect(try (1...3).map { try count(.version($0)) } == [0, 0, 1])
        #expect(try catalog.snapshot(of: Scene.sales, at: .version(2)).schema == Scene.columns)
    }
}
