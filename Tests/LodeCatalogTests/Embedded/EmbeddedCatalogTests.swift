/// Databases, tables and views.

import Glibc
import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct EmbeddedCatalogTests {
    let scene = Scene()
    var catalog: EmbeddedCatalog { scene.catalog }

    private func state(_ body: () throws -> Void) -> SQLState? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SQLError)?.state
        }
    }

    @Test func `reading an empty warehouse creates nothing`() throws {
        #expect(try catalog.databases().map(\.name) == ["information_schema", "lode", "main", "pg_catalog"])
        #expect(try catalog.tables(in: "main") == [])
        #expect(try catalog.table(Scene.sales) == nil)
        #expect(try catalog.dropTable(Scene.sales, kinds: [.managed], ifExists: true) == false)
        #expect(try catalog.dropDatabase("x", ifExists: true, cascade: false) == false)
        #expect(try catalog.vacuum(VacuumRequest(retention: 0)) == [])
        #expect(try LocalStore().info(scene.warehouse) == nil)
    }

    @Test func `databases come and go`() throws {
        #expect(try catalog.createDatabase(GlueDatabase(name: "gold", description: "what is shown"), ifNotExists: false))
        #expect(try scene.another().database("GOLD")?.description == "what is shown")
        #expect(try !catalog.createDatabase(GlueDatabase(name: "Gold"), ifNotExists: true))
        #expect(state { _ = try catalog.createDatabase(GlueDatabase(name: "gold"), ifNotExists: false) } == .duplicateSchema)
        #expect(try catalog.dropDatabase("gold", ifExists: false, cascade: false))
        #expect(state { _ = try catalog.dropDatabase("gold", ifExists: false, cascade: false) } == .invalidSchemaName)
    }

    @Test func `the default database exists without being made and stays`() throws {
        #expect(try !catalog.createDatabase(GlueDatabase(name: "main"), ifNotExists: true))
        #expect(state { _ = try catalog.createDatabase(GlueDatabase(name: "main"), ifNotExists: false) } == .duplicateSchema)
        #expect(state { _ = try catalog.dropDatabase("main", ifExists: false, cascade: true) } == .objectNotInPrerequisiteState)
    }

    @Test func `a database with tables is dropped only with cascade`() throws {
        _ = try catalog.createDatabase(GlueDatabase(name: "gold"), ifNotExists: false)
        let name = TableName("gold", "t")
        _ = try catalog.commit([.create(try GlueTable.define(name, Scene.columns))])
        #expect(state { _ = try catalog.dropDatabase("gold", ifExists: false, cascade: false) } == .dependentObjectsStillExist)
        #expect(try catalog.dropDatabase("gold", ifExists: false, cascade: true))
        #expect(try catalog.table(name) == nil)
        _ = try catalog.createDatabase(GlueDatabase(name: "gold"), ifNotExists: false)
        #expect(try catalog.tables(in: "gold") == [])
    }

    @Test func `a table keeps its column order, types and properties`() throws {
        try scene.fill()
        let table = try #require(try scene.another().table(TableName("MAIN", "Sales")))
        #expect(try table.schema() == Scene.columns)
        #expect(table.partitionKeys.map(\.name) == ["date"])
        #expect(table.kind == .managed)
        #expect(table.fileFormat?.name == FileFormats.parquet.name)
        #expect(table.storageDescriptor.location == scene.warehouse + "/main/sales")
        #expect(try catalog.tables(in: "main").map(\.name) == ["big", "raw", "sales"])
        #expect(try catalog.table(TableName("main", "big"))?.viewOriginalText == "SELECT id FROM sales")
    }

    @Test func `creating what exists fails, is skipped or replaces`() throws {
        try scene.fill()
        let other = try GlueTable.define(Scene.sales, Schema([Field("x", .integer)]))
        #expect(state { _ = try catalog.commit([.create(other)]) } == .duplicateTable)
        #expect(try catalog.commit([.create(other, ifExists: .skip)]).map(\.changed) == [false])
        #expect(try catalog.table(Scene.sales)?.schema() == Scene.columns)
        _ = try catalog.commit([.create(other, ifExists: .replace)])
        #expect(try catalog.table(Scene.sales)?.schema().count == 1)
        let view = try GlueTable.view(Scene.sales, sql: "SELECT 1", columns: Schema([]))
        #expect(state { _ = try catalog.commit([.create(view, ifExists: .replace)]) } == .wrongObjectType)
    }

    @Test func `one bad change undoes the whole commit`() throws {
        try scene.fill()
        let good = try GlueTable.define(TableName("main", "fresh"), Scene.columns)
        let bad = try GlueTable.define(TableName("nowhere", "t"), Scene.columns)
        #expect(state { _ = try catalog.commit([.create(good), .create(bad)]) } == .invalidSchemaName)
        #expect(try catalog.table(good.tableName) == nil)
    }

    @Test func `tables are dropped by their kind`() throws {
        try scene.fill()
        let view = TableName("main", "big")
        #expect(state { _ = try catalog.dropTable(view, kinds: [.managed, .external], ifExists: true) } == .wrongObjectType)
        #expect(try catalog.dropTable(view, kinds: [.view], ifExists: false))
        #expect(state { _ = try catalog.dropTable(view, kinds: [.view], ifExists: false) } == .undefinedTable)
    }

    @Test func `a missing table names the nearest one`() throws {
        try scene.fill()
        _ = try catalog.createDatabase(GlueDatabase(name: "gold"), ifNotExists: false)
        let near = #expect(throws: SQLError.self) { try catalog.requireTable(TableName("main", "sale")) }
        #expect(near?.hint == "Did you mean \"sales\"?")
        let elsewhere = #expect(throws: SQLError.self) { try catalog.requireTable(TableName("gold", "sales")) }
        #expect(elsewhere?.hint == "Did you mean \"main.sales\"?")
        let database = #expect(throws: SQLError.self) { try catalog.requireTable(TableName("golt", "sales")) }
        #expect(database?.hint == "Did you mean \"gold\"?")
    }

    @Test func `what ships is read-only`() throws {
        let name = TableName("information_schema", "tables")
        #expect(try catalog.table(name)?.kind == .system)
        #expect(state { _ = try catalog.dropTable(name, kinds: [.system], ifExists: false) } == .insufficientPrivilege)
        #expect(state { _ = try catalog.commit([.create(try GlueTable.define(name, Scene.columns))]) } == .insufficientPrivilege)
        #expect(state { _ = try catalog.snapshot(of: name) } == .wrongObjectType)
    }

    @Test(arguments: ["catalog.sqlite", "..", "a/b", "naïve"]) func `odd names make folders inside the warehouse`(name: String) throws {
        let table = TableName("main", name)
        _ = try catalog.commit([.create(try GlueTable.define(table, Scene.columns))])
        let location = try #require(try catalog.table(table)?.storageDescriptor.location)
        #expect(location.hasPrefix(scene.warehouse + "/main/"))
        #expect(location.split(separator: "/").count == scene.warehouse.split(separator: "/").count + 2)
        #expect(!location.contains("/.."))
    }

    @Test func `tables that make no sense are refused`() {
        let twice = Schema([Field("a", .integer), Field("A", .integer)])
        #expect(state { _ = try GlueTable.define(Scene.sales, twice) } == .duplicateColumn)
        #expect(state { _ = try GlueTable.define(Scene.sales, Scene.columns, partitionedBy: ["dat"]) } == .undefinedColumn)
        let one = Schema([Field("a", .integer)])
        #expect(state { _ = try GlueTable.define(Scene.sales, one, partitionedBy: ["a"]) } == .invalidTableDefinition)
        let nested = Schema([Field("a", .list(.integer)), Field("b", .integer)])
        #expect(state { _ = try GlueTable.define(Scene.sales, nested, partitionedBy: ["a"]) } == .invalidTableDefinition)
    }

    @Test func `a warehouse can be moved`() throws {
        try scene.fill()
        let write = try catalog.beginWrite(Scene.sales)
        write.append([try scene.file(1)])
        try catalog.commit(write.change)
        let moved = scene.folder("moved")
        rename(scene.warehouse, moved)
        let there = EmbeddedCatalog(warehouse: moved, stores: StoreRegistry())
        let file = try #require(try there.snapshot(of: Scene.sales).plan(nil).files.first)
        #expect(file.path.hasPrefix(moved + "/main/sales/date=1970-01-02/"))
        #expect(try LocalStore().exists(file.path))
    }

    @Test func `a damaged or newer catalog is reported`() throws {
        try LocalStore().put(scene.warehouse + "/catalog.sqlite", Array("this is no database at all, not even nearly".utf8))
        #expect(state { _ = try catalog.databases() } == .dataCorrupted)
    }

    @Test func `a catalog in memory works alike and leaves no file`() throws {
        let memory = EmbeddedCatalog(inMemoryWithDataIn: scene.warehouse, stores: scene.stores)
        _ = try memory.commit([.create(try GlueTable.define(TableName("main", "t"), Scene.columns))])
        #expect(try memory.tables(in: "main").map(\.name) == ["t"])
        #expect(try LocalStore().info(scene.warehouse) == nil)
    }
}
