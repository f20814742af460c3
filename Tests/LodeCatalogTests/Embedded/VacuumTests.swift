/// What VACUUM deletes, and above all what it does not.

import Glibc
import LodeCore
import LodeObjectStore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct VacuumTests {
    let scene = Scene()
    var catalog: EmbeddedCatalog { scene.catalog }

    private func replace(_ files: [DataFile]) throws {
        let write = try catalog.beginWrite(Scene.sales)
        write.replaceAll(with: files)
        try catalog.commit(write.change)
    }

    private func vacuum(_ table: TableName? = nil, retention: Int64 = 0, isDryRun: Bool = false) throws -> [String] {
        try scene.another().vacuum(VacuumRequest(table: table, retention: retention, isDryRun: isDryRun)).map(\.path)
    }

    /// Files that were written long ago.
    private func age(_ paths: [String]) {
        for path in paths {
            let old = [timespec(tv_sec: 1_700_000_000, tv_nsec: 0), timespec(tv_sec: 1_700_000_000, tv_nsec: 0)]
            utimensat(AT_FDCWD, path, old, 0)
        }
    }

    @Test func `live files stay and replaced ones go after their retention`() throws {
        try scene.fill()
        let old = try scene.file(1, size: 5), new = try scene.file(2)
        try replace([old])
        try replace([new])
        #expect(try vacuum(retention: 60_000_000) == [])
        #expect(try vacuum(isDryRun: true) == [old.path])
        #expect(try scene.stored().count == 2)
        #expect(try vacuum() == [old.path])
        #expect(try scene.stored() == [new.path])
        #expect(try LocalStore().info(scene.warehouse + "/main/sales/date=1970-01-02") == nil)
        #expect(try scene.files() == [new.path])
        #expect(try vacuum() == [])
    }

    @Test func `what somebody reads stays until he is done`() throws {
        try scene.fill()
        let old = try scene.file(1), new = try scene.file(2)
        try replace([old])
        var reading: (any TableSnapshot)? = try catalog.snapshot(of: Scene.sales)
        try replace([new])
        #expect(try vacuum() == [])
        #expect(try reading?.plan(nil).files.map(\.path) == [old.path])
        reading = nil
        #expect(try vacuum() == [old.path])
    }

    @Test func `a dropped table's files go, unless somebody reads them`() throws {
        try scene.fill()
        let old = try scene.file(1)
        try replace([old])
        var reading: (any TableSnapshot)? = try scene.another().snapshot(of: Scene.sales)
        try catalog.commit(.drop(Scene.sales, kinds: [.managed]))
        try catalog.collectDropped()
        #expect(try reading?.plan(nil).files.count == 1)
        #expect(try scene.stored() == [old.path])
        reading = nil
        let file = try scene.file(1)
        let table = try GlueTable.define(Scene.sales, Scene.columns, partitionedBy: ["date"])
        try catalog.commit(.create(table, files: [file]))
        try catalog.collectDropped()
        #expect(try scene.stored() == [file.path])
        try catalog.commit(.drop(Scene.sales, kinds: [.managed]))
        try catalog.collectDropped()
        #expect(try scene.stored() == [])
        _ = try vacuum()
        #expect(try LocalStore().info(scene.warehouse + "/main/sales") == nil)
    }

    @Test func `files of a killed writer go, those of a running one stay`() throws {
        try scene.fill()
        try replace([try scene.file(1)])
        let write = try catalog.beginWrite(Scene.sales)
        let file = try scene.file(2)
        #expect(try vacuum() == [])
        write.append([file])
        try catalog.commit(write.change)
        let lost = try scene.file(3).path, torn = scene.warehouse + "/main/sales/\(LocalStore.temporaryPrefix)1-2-3"
        try LocalStore().put(torn, [1, 2])
        age([lost, torn])
        #expect(try Set(vacuum(Scene.sales)) == [lost, torn])
        #expect(try Set(scene.stored()) == Set(scene.files()))
    }

    @Test func `a file that was taken for an orphan is not published`() throws {
        try scene.fill()
        let write = try catalog.beginWrite(Scene.sales)
        let file = try scene.file(1)
        _ = try catalog.condemn([VacuumedFile(table: Scene.sales, path: file.path, bytes: 3, reason: "")])
        try LocalStore().put(file.path, [1, 1, 1])
        write.append([file])
        let error = #expect(throws: SQLError.self) { try catalog.commit(write.change) }
        #expect(error?.state == .serializationFailure)
    }

    @Test func `other people's files in the warehouse stay`() throws {
        try scene.fill()
        let foreign = [
            "notes.txt", "main/sales/readme.md", "raw/orders/part-0.csv", "raw/orders/data-1.csv",
            "data-0000000000000000-0000000000000000.parquet",
        ]
        for name in foreign { try LocalStore().put(scene.warehouse + "/" + name, [1]) }
        age(foreign.map { scene.warehouse + "/" + $0 })
        #expect(try vacuum() == [])
        #expect(try scene.stored().count == foreign.count)
    }

    @Test func `an interrupted collection is finished by the next`() throws {
        try scene.fill()
        let old = try scene.file(1)
        try replace([old])
        try replace([])
        try LocalStore().delete(old.path)
        #expect(try vacuum() == [old.path])
        #expect(try vacuum() == [])
        #expect(try scene.stored() == [])
    }

    @Test func `a store that fails to delete loses nothing`() throws {
        try scene.fill()
        let old = try scene.file(1), new = try scene.file(2)
        try replace([old])
        try replace([new])
        let stores = StoreRegistry()
        let broken = SQLError(.ioError, "no")
        stores.register(FaultStore(LocalStore(), [Fault(.delete, .fail(broken), times: 1)]), scheme: "file")
        let catalog = EmbeddedCatalog(warehouse: scene.warehouse, stores: stores)
        #expect(throws: SQLError.self) { try catalog.vacuum(VacuumRequest(retention: 0)) }
        #expect(try scene.files() == [new.path])
        #expect(try catalog.vacuum(VacuumRequest(retention: 0)).map(\.path) == [old.path])
    }

    @Test func `only managed tables are vacuumed`() throws {
        try scene.fill()
        let raw = #expect(throws: SQLError.self) { try vacuum(TableName("main", "raw")) }
        #expect(raw?.state == .wrongObjectType)
        let none = #expect(throws: SQLError.self) { try vacuum(TableName("main", "nothing")) }
        #expect(none?.state == .undefinedTable)
    }
}
