// The catalog made again from the warehouse folder is the one that was lost.

import GRDB
import Glibc
import LodeCore
import LodeObjectStore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct RebuildTests {
    let scene = Scene()
    var catalog: EmbeddedCatalog { scene.catalog }
    private let other = TableName("main", "other")

    /// Everything that a catalog says, but for numbers that it gives to rows of its own and passwords.
    private func rows(_ catalog: EmbeddedCatalog) throws -> [String] {
        try catalog.storage.read(orEmpty: []) { db in
            let queries = [
                "SELECT d.key, t.id, t.key, t.definition, t.definition_version, t.version, t.oldest_version FROM table_info t "
                    + "JOIN database_info d ON d.id = t.database_id WHERE t.dropped_at IS NULL ORDER BY t.id",
                "SELECT v.* FROM table_version v JOIN table_info t ON t.id = v.table_id "
                    + "WHERE t.dropped_at IS NULL AND v.version >= t.oldest_version ORDER BY 1, 2",
                "SELECT f.table_id, p.key, f.path, f.size, f.row_count, f.modified, f.statistics, f.added_version, f.removed_version "
                    + "FROM data_file f JOIN partition_info p ON p.id = f.partition_id JOIN table_info t ON t.id = f.table_id "
                    + "WHERE t.dropped_at IS NULL ORDER BY f.table_id, f.id",
                "SELECT table_id, key, definition FROM partition_info WHERE definition IS NOT NULL ORDER BY 1, 2",
                "SELECT key, definition FROM database_info ORDER BY 1", "SELECT name FROM role_info ORDER BY 1",
            ]
            return try queries.flatMap { try Row.fetchAll(db, sql: $0).map(\.description) }
        }
    }

    private func rebuilt() throws -> (rows: [String], report: RebuildReport) {
        try scene.deleteCatalog()
        let report = try scene.another().rebuild(overwrites: false)
        return (try rows(scene.another()), report)
    }

    private func append(_ days: [Int32], in catalog: EmbeddedCatalog? = nil) throws {
        let write = try (catalog ?? self.catalog).beginWrite(Scene.sales)
        write.append(try days.map { try scene.file($0) })
        try (catalog ?? self.catalog).commit(write.change)
    }

    private func change(_ body: (any TableTransaction) throws -> Void) throws -> TableChange {
        let write = try catalog.beginWrite(Scene.sales)
        try body(write)
        return write.change
    }

    /// Every kind of change, some of several tables at once.
    private func fillAll() throws {
        try scene.fill()
        try append([1, 2, 3])
        try append([4])
        try catalog.commit(try change { $0.emptyPartitions([[.date(2)]]) })
        try catalog.commit(try change { $0.deleteFiles([try scene.files()[0]]) })
        try catalog.commit(.alter(Scene.sales, [.addColumns([GlueColumn(name: "note", type: "string")]), .setTags(["team": "sales"])]))
        try catalog.addPartitions(
            [GluePartition(values: ["2024-01-01"]), GluePartition(values: ["2024-01-02"])], to: TableName("main", "raw"),
            ifNotExists: false)
        try catalog.dropPartitions([["2024-01-01"]], of: TableName("main", "raw"), ifExists: false)
        _ = try catalog.createDatabase(GlueDatabase(name: "gold", description: "What people look at."), ifNotExists: false)
        _ = try catalog.createDatabase(GlueDatabase(name: "gone"), ifNotExists: false)
        _ = try catalog.dropDatabase("gone", ifExists: false, cascade: true)
        try catalog.changeRole("ann") { _ in
            var role = Role(name: "ann")
            role.verifier = "SCRAM-SHA-256$secret"
            return role
        }
        let moved = try GlueTable.define(other, Scene.columns)
        _ = try catalog.commit([.create(moved), try change { $0.append([try scene.file(5)]) }])
        try catalog.commit(.alter(other, [.rename(TableName("gold", "Renamed"))]))
        _ = try catalog.commit([.create(try GlueTable.define(other, Scene.columns))])
        _ = try catalog.commit([.create(try GlueTable.define(other, Scene.columns), ifExists: .replace)])
        _ = try catalog.dropTable(TableName("main", "big"), kinds: [.view], ifExists: false)
    }

    @Test func `a deleted catalog comes back whole`() throws {
        try fillAll()
        let before = try rows(catalog)
        let (after, report) = try rebuilt()
        #expect(after == before)
        #expect(report.problems == [])
        #expect(report.tables == 4)
        // Passwords are for the catalog alone.
        #expect(try scene.another().role("ann")?.verifier == nil)
        for path in try scene.manifests() {
            #expect(!String(decoding: try LocalStore().read(scene.warehouse + "/" + path), as: UTF8.self).contains("secret"))
        }
    }

    @Test func `what was rebuilt is written on, and comes back again`() throws {
        try fillAll()
        _ = try rebuilt()
        let again = scene.another()
        try append([7], in: again)
        _ = try again.commit([.drop(other, kinds: [.managed]), .createDatabase(GlueDatabase(name: "new"))])
        let before = try rows(again)
        #expect(try rebuilt().rows == before)
        try append([8], in: scene.another())
        #expect(try scene.files(scene.another()).count == 5)
    }

    @Test func `versions that were given up stay given up`() throws {
        try fillAll()
        _ = try catalog.vacuum(VacuumRequest(retention: 0))
        let before = try rows(catalog)
        #expect(try rebuilt().rows == before)
        #expect(try scene.another().versions(of: Scene.sales).count == 1)
    }

    @Test func `vacuum leaves one manifest of each table`() throws {
        try fillAll()
        try append([6])
        _ = try catalog.vacuum(VacuumRequest(retention: 0))
        let left = try scene.manifests()
        #expect(left.count == 5, "\(left)")
        #expect(left.filter { $0.hasPrefix("_lode/") }.count == 1)
        // And where nothing has changed it writes none.
        _ = try catalog.vacuum(VacuumRequest(retention: 0))
        #expect(try scene.manifests() == left)
    }

    @Test func `attached catalogs are made again, and come back with a backup`() throws {
        try scene.fill()
        @Sendable func definition(_ name: String) -> CatalogDefinition {
            CatalogDefinition(name: name, kind: "glue", options: ["region": "eu-west-1"], secrets: ["secret_access_key"])
        }
        for name in ["g", "h"] { try catalog.changeAttached(name) { _ in definition(name) } }
        _ = try catalog.backup(to: scene.folder("backup"))
        try catalog.changeAttached("h") { _ in nil }
        _ = try catalog.rebuild(overwrites: true)
        #expect(try scene.another().attachedDefinitions() == [definition("g")])
        _ = try scene.another().restore(from: scene.folder("backup"), overwrites: true)
        #expect(try scene.another().attachedDefinitions() == [definition("g"), definition("h")])
    }

    @Test func `what stays said of dropped tables says who said it`() throws {
        func table(_ name: String) throws -> GlueTable { try GlueTable.define(TableName("main", name), Scene.columns) }
        _ = try catalog.commit([.create(try table("a")), .create(try table("b")), .create(try table("c"))])
        _ = try catalog.commit([.drop(TableName("main", "a"), kinds: [.managed]), .drop(TableName("main", "b"), kinds: [.managed])])
        try catalog.collectDropped()
        let stores = StoreRegistry()
        let found = try scene.manifests().map { try Manifest.read(scene.folder("lake/" + $0), stores) }
        #expect(found.contains { $0.tables.contains { $0.droppedAt != nil } })
        #expect(found.allSatisfy { $0.catalog != nil })
        #expect(Set(found.map(\.time)).count == found.count)
    }

    @Test func `a dropped table leaves nothing`() throws {
        try scene.fill()
        try append([1])
        for name in ["sales", "big", "raw"] {
            _ = try catalog.dropTable(TableName("main", name), kinds: [.managed, .view, .external], ifExists: false)
        }
        try catalog.collectDropped()
        _ = try catalog.vacuum(VacuumRequest(retention: 0))
        #expect(try scene.manifests().allSatisfy { $0.hasPrefix("_lode/") })
        #expect(try rebuilt().report.tables == 0)
    }

    @Test func `many small changes are described wholly from time to time`() throws {
        try scene.fill()
        for _ in 0..<250 { try append([1]) }
        let manifests = try scene.manifests().filter { $0.hasPrefix("main/sales/") }
        let whole = try manifests.map { try Manifest.read(scene.warehouse + "/" + $0, scene.stores) }.filter { $0.tables[0].isFull }
        #expect((2...6).contains(whole.count), "\(whole.count)")
        let before = try rows(catalog)
        #expect(try rebuilt().rows == before)
    }

    @Test func `texts that only look the same stay two`() throws {
        let name = TableName("main", "texts"), columns = Schema([Field("k", .varchar), Field("id", .bigint)])
        let table = try GlueTable.define(name, columns, partitionedBy: ["k"])
        let files = try ["e\u{301}", "\u{e9}"].map { text in
            let values: [Value] = [.text(SQLText(text))]
            let path = ManagedFileName.path(
                in: try catalog.managedLocation(of: name), [Field("k", .varchar)], values, fileExtension: "parquet")
            try LocalStore().put(path, [1])
            return DataFile(path: path, size: 1, rowCount: 1, partitionValues: values)
        }
        try catalog.commit(.create(table, files: files))
        let before = try rows(catalog), (after, report) = try rebuilt()
        #expect(after == before)
        #expect(report.problems == [])
        #expect(try scene.another().snapshot(of: name).plan(nil).partitionsTotal == 2)
    }

    @Test(arguments: [false, true]) func `a table that was dropped can still be brought back`(isTidied: Bool) throws {
        try scene.fill()
        try append([1, 2])
        let before = try rows(catalog), files = try scene.files()
        _ = try catalog.dropTable(Scene.sales, kinds: [.managed], ifExists: false)
        try catalog.keepDropped(since: catalog.leases.take(0))
        if isTidied { _ = try catalog.vacuum(VacuumRequest()) }
        let report = try rebuilt().report, again = scene.another()
        #expect(report.problems == [])
        #expect(try again.table(Scene.sales) == nil)
        try again.collectDropped()
        try again.undrop(Scene.sales) { _ in }
        #expect(try scene.files(again) == files)
        #expect(try rows(again).count == before.count)
        // Nobody can when VACUUM has taken it.
        _ = try again.dropTable(Scene.sales, kinds: [.managed], ifExists: false)
        _ = try again.vacuum(VacuumRequest(retention: 0))
        try scene.deleteCatalog()
        _ = try scene.another().rebuild(overwrites: false)
        #expect(throws: SQLError.self) { try scene.another().undrop(Scene.sales) { _ in } }
    }

    @Test func `a file that is missing is named`() throws {
        try scene.fill()
        try append([1, 2])
        let lost = try scene.files()[0]
        try LocalStore().delete(lost)
        let report = try rebuilt().report
        #expect(report.problems.count == 1)
        #expect(report.problems[0].contains("table \"main.sales\": 1 of its files are missing"))
    }

    @Test func `a manifest that is damaged or missing is named, and other tables come back`() throws {
        try scene.fill()
        try append([1])
        try append([2])
        let manifests = try scene.manifests().filter { $0.hasPrefix("main/sales/") }
        let second = try #require(manifests.first { $0.hasSuffix(".2.json") })
        try LocalStore().put(scene.warehouse + "/" + second, Array("{\"Format\": 1, \"Ti".utf8))
        let (_, report) = try rebuilt()
        #expect(report.tables == 2)
        #expect(report.problems.count == 2, "\(report.problems)")
        #expect(report.problems.contains { $0.contains("manifest number 2 is missing") })
    }

    @Test func `a warehouse without its catalog is not taken for an empty one`() throws {
        try scene.fill()
        try scene.deleteCatalog()
        let there = scene.another()
        #expect(throws: SQLError.self) { try there.tables(in: "main") }
        #expect(throws: SQLError.self) { try there.commit(.createDatabase(GlueDatabase(name: "new"))) }
        #expect(throws: SQLError.self) { try there.vacuum(VacuumRequest(retention: 0)) }
        #expect(try LocalStore().info(scene.warehouse + "/catalog.sqlite") == nil)
    }

    @Test func `an older catalog is described when it is next changed, or vacuumed`() throws {
        try scene.fill()
        try append([1])
        try catalog.storage.write { db in try db.execute(sql: "DELETE FROM table_manifest") }
        for path in try scene.manifests() { try LocalStore().delete(scene.warehouse + "/" + path) }
        try append([2])
        _ = try catalog.vacuum(VacuumRequest(retention: 60_000_000))
        let before = try rows(catalog)
        #expect(try rebuilt().rows == before)
    }

    @Test(arguments: CommitStep.allCases)
    func `a process that dies in a commit of two tables leaves both changed or none`(step: CommitStep) async throws {
        try scene.fill()
        try append([1])
        _ = try catalog.commit([.create(try GlueTable.define(other, Scene.columns))])
        let warehouse = scene.warehouse, before = try scene.files(), new = try scene.file(2).path
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [warehouse = warehouse as String, new = new as String, step = step.rawValue as Int] in
            let place = Warehouse(warehouse)
            let catalog = EmbeddedCatalog(place, CatalogStorage(path: place.catalogPath), StoreRegistry()) { now in
                if now.rawValue == step { kill(getpid(), SIGKILL) }
            }
            let write = try catalog.beginWrite(Scene.sales)
            write.append([DataFile(path: new, size: 3, rowCount: 9, partitionValues: [.date(2)])])
            _ = try catalog.commit([write.change, .drop(TableName("main", "other"), kinds: [.managed])])
        }
        let live = try scene.files(scene.another())
        #expect(live == (step == .published ? before + [new] : before))
        try scene.deleteCatalog()
        #expect(try scene.another().rebuild(overwrites: false).problems == [])
        let isDone = try scene.files(scene.another()) == before + [new]
        #expect(isDone == (step == .described || step == .published))
        #expect((try scene.another().table(other) == nil) == isDone)
    }

    @Test func `a commit that failed is void once there is another, even where its manifest could not be deleted`() throws {
        try scene.fill()
        try append([1])
        _ = try catalog.commit([.create(try GlueTable.define(other, Scene.columns))])
        let stores = StoreRegistry()
        stores.register(
            FaultStore(LocalStore(), [Fault(.delete, .fail(SQLError(.ioError, "no")), after: 0, times: 1000)]), scheme: "file")
        let failing = EmbeddedCatalog(warehouse: scene.warehouse, stores: stores) { (now) throws(SQLError) in
            if now == .described { throw SQLError(.ioError, "no") }
        }
        let count = try scene.manifests().count
        let write = try failing.beginWrite(Scene.sales)
        write.append([try scene.file(2)])
        let both = [write.change, TableChange.drop(other, kinds: [.managed])]
        #expect(throws: SQLError.self) { try failing.commit([.alter(other, [.setProperties(["a": "b"])])] + [write.change]) }
        #expect(throws: SQLError.self) { try failing.commit(both) }
        #expect(try scene.manifests().count > count)
        try append([3])
        let before = try rows(catalog)
        #expect(try rebuilt().rows == before)
        // Vacuum takes them away.
        _ = try scene.another().vacuum(VacuumRequest(retention: 0))
        #expect(try scene.manifests().count == 5)
    }

    @Test func `a table whose making did not come to an end gives way to one that was made after it`() async throws {
        try scene.fill()
        let warehouse = scene.warehouse
        await #expect(processExitsWith: .signal(SIGKILL)) { [warehouse = warehouse as String] in
            let place = Warehouse(warehouse)
            let catalog = EmbeddedCatalog(place, CatalogStorage(path: place.catalogPath), StoreRegistry()) { now in
                if now == .described { kill(getpid(), SIGKILL) }
            }
            _ = try catalog.commit([.create(try GlueTable.define(TableName("main", "other"), Scene.columns))])
        }
        #expect(try scene.another().table(other) == nil)
        _ = try catalog.commit([.create(try GlueTable.define(other, Schema([Field("only", .bigint)])))])
        let before = try rows(catalog), found = try rebuilt()
        #expect(found.report.problems == [])
        #expect(found.rows == before)
    }
}
