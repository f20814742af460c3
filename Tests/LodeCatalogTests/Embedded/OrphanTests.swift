/// What is collected, and above all what is not.

import Glibc
import LodeCore
import LodeObjectStore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct OrphanTests {
    let scene = Scene()
    var catalog: EmbeddedCatalog { scene.catalog }
    /// Everything that happened is before it.
    private var future: Int64 { EmbeddedCatalog.nowMicros() + 10_000_000 }

    private func replace(_ files: [DataFile]) throws {
        let write = try catalog.beginWrite(Scene.sales)
        write.replaceAll(with: files)
        _ = try catalog.commit(write.change)
    }

    @Test func `live files stay and replaced ones go after their retention`() throws {
        try scene.fill()
        let old = try scene.file(1, size: 5), new = try scene.file(2)
        try replace([old])
        try replace([new])
        #expect(try catalog.collectOrphans(olderThan: 1_000_000) == OrphanCollection())
        #expect(try catalog.collectOrphans(olderThan: future) == OrphanCollection(files: 1, bytes: 5))
        #expect(try scene.stored() == [new.path])
        #expect(try LocalStore().info(scene.warehouse + "/main/sales/date=1970-01-02") == nil)
        #expect(try scene.files() == [new.path])
        #expect(try catalog.collectOrphans(olderThan: future) == OrphanCollection())
    }

    @Test func `files of a killed writer go when they are old`() throws {
        try scene.fill()
        try replace([try scene.file(1)])
        _ = try scene.file(2)
        try LocalStore().put(scene.warehouse + "/main/sales/\(LocalStore.temporaryPrefix)1-2-3", [1, 2])
        _ = try catalog.collectOrphans(olderThan: EmbeddedCatalog.nowMicros() - 60_000_000)
        #expect(try scene.stored().count == 3)
        #expect(try catalog.collectOrphans(olderThan: future).files == 2)
        #expect(try scene.stored() == scene.files())
    }

    @Test func `a dropped table's files go, those of a new one with its name stay`() throws {
        try scene.fill()
        try replace([try scene.file(1)])
        try catalog.commit(.drop(Scene.sales, kinds: [.managed]))
        #expect(try scene.stored().count == 1)
        let file = try scene.file(1)
        let table = try GlueTable.define(Scene.sales, Scene.columns, partitionedBy: ["date"])
        _ = try catalog.commit([.create(table, files: [file])])
        #expect(try catalog.collectOrphans(olderThan: future).files == 1)
        #expect(try scene.stored() == [file.path])
        try catalog.commit(.drop(Scene.sales, kinds: [.managed]))
        #expect(try catalog.collectOrphans(olderThan: future).files == 1)
        #expect(try LocalStore().info(scene.warehouse + "/main") == nil)
    }

    @Test func `other people's files in the warehouse stay`() throws {
        try scene.fill()
        let foreign = ["notes.txt", "main/sales/readme.md", "raw/orders/part-0.csv", "raw/orders/data-1.csv", "data-0000000000000000-0000000000000000.parquet"]
        for name in foreign { try LocalStore().put(scene.warehouse + "/" + name, [1]) }
        #expect(try catalog.collectOrphans(olderThan: future) == OrphanCollection())
        #expect(try scene.stored().count == foreign.count)
    }

    @Test func `an interrupted collection is finished by the next`() throws {
        try scene.fill()
        let old = try scene.file(1)
        try replace([old])
        try replace([])
        try LocalStore().delete(old.path)
        #expect(try catalog.collectOrphans(olderThan: future) == OrphanCollection())
        #expect(try scene.stored() == [])
    }
}
