// Backups of the catalog, made while it is used, and put in its place.

import LodeCore
import LodeObjectStore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct CatalogFileTests {
    let scene = Scene()
    var catalog: EmbeddedCatalog { scene.catalog }
    private var file: String { scene.folder("copy.sqlite") }

    private func append(_ day: Int32, in catalog: EmbeddedCatalog? = nil) throws {
        let write = try (catalog ?? self.catalog).beginWrite(Scene.sales)
        write.append([try scene.file(day)])
        try (catalog ?? self.catalog).commit(write.change)
    }

    private func state(_ body: () throws -> Void) -> SQLState? {
        do { try body() } catch { return (error as? SQLError)?.state }
        return nil
    }

    @Test func `a backup is the catalog of its moment`() throws {
        try scene.fill()
        try append(1)
        #expect(try catalog.backup(to: file) > 0)
        try append(2)
        try scene.deleteCatalog()
        #expect(try scene.another().restore(from: file, overwrites: false) == [])
        #expect(try scene.files(scene.another()).count == 1)
        #expect(try LocalStore().list(scene.folder.path, recursive: false).map(\.name).sorted() == ["copy.sqlite", "lake"])
    }

    @Test func `a catalog that is there is replaced only when asked, and its users see it`() throws {
        try scene.fill()
        _ = try catalog.backup(to: file)
        try append(1)
        #expect(state { _ = try scene.another().restore(from: file, overwrites: false) } == .objectInUse)
        #expect(try scene.files().count == 1)
        _ = try scene.another().restore(from: file, overwrites: true)
        #expect(try scene.files() == [])
        #expect(state { _ = try scene.another().rebuild(overwrites: false) } == .objectInUse)
        // What was committed after the backup is still beside the data.
        _ = try scene.another().rebuild(overwrites: true)
        #expect(try scene.files().count == 1)
    }

    @Test func `what is no backup changes nothing`() throws {
        try scene.fill()
        try append(1)
        try LocalStore().put(file, Array("this is no database at all, not even nearly".utf8))
        #expect(state { _ = try scene.another().restore(from: file, overwrites: true) } == .dataCorrupted)
        #expect(state { _ = try scene.another().restore(from: scene.folder("none"), overwrites: true) } == .undefinedFile)
        #expect(try scene.files().count == 1)
    }

    @Test func `files that are gone since the backup are counted`() throws {
        try scene.fill()
        try append(1)
        _ = try catalog.backup(to: file)
        try catalog.commit(.drop(Scene.sales, kinds: [.managed]))
        _ = try catalog.vacuum(VacuumRequest(retention: 0))
        #expect(try scene.another().restore(from: file, overwrites: true) == ["table \"main.sales\": 1 of its files are gone"])
    }

    @Test func `backups are whole while others commit`() throws {
        try scene.fill()
        let failures = Lock<[String]>([])
        onThreads(4) { index in
            do {
                let own = scene.another()
                for round in 0..<10 {
                    if index > 0 {
                        let write = try own.beginWrite(Scene.sales)
                        write.append([try scene.file(1), try scene.file(2)])
                        try own.commit(write.change)
                        continue
                    }
                    let copy = scene.folder("copy\(round).sqlite")
                    _ = try own.backup(to: copy)
                    let read = EmbeddedCatalog(warehouse: scene.warehouse, file: copy, stores: StoreRegistry())
                    let count = try scene.files(read).count
                    if count % 2 != 0 { failures.withLock { $0.append("\(count) files") } }
                }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
    }

    @Test func `the catalog of a warehouse that is elsewhere lies on this machine`() {
        let place = Warehouse("s3://bucket/lake/")
        #expect(place.catalogPath.hasSuffix("/lode/catalogs/s3%3A%2F%2Fbucket%2Flake/catalog.sqlite"))
        #expect(place.catalogPath.hasPrefix("/"))
        let long = "s3://bucket/" + String(repeating: "x", count: 300)
        #expect(Warehouse(long + "a").catalogPath != Warehouse(long + "b").catalogPath)
        #expect(Warehouse("lake", catalog: "/tmp/c.sqlite").leasesPath == "/tmp/c.sqlite.leases")
        #expect(Warehouse("lake").catalogPath.hasPrefix("/") && Warehouse("lake").catalogPath.hasSuffix("/lake/catalog.sqlite"))
    }

    @Test func `a catalog may lie elsewhere`() throws {
        let elsewhere = scene.folder("elsewhere/my.sqlite")
        let own = EmbeddedCatalog(warehouse: scene.warehouse, file: elsewhere, stores: StoreRegistry())
        _ = try own.commit([.create(try GlueTable.define(TableName("main", "t"), Scene.columns))])
        #expect(try LocalStore().exists(elsewhere))
        #expect(try LocalStore().info(scene.warehouse + "/catalog.sqlite") == nil)
        #expect(try scene.manifests().count == 2)
    }
}
