/// External tables: partitions that are found, registered, repaired.

import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct PartitionTests {
    let scene = Scene()
    var catalog: EmbeddedCatalog { scene.catalog }
    private let raw = TableName("main", "raw")

    private func put(_ name: String) throws { try LocalStore().put(scene.folder("raw/" + name), [1]) }

    private func days() throws -> [Value] { try catalog.snapshot(of: raw).plan(nil).files.map { $0.partitionValues[0] } }

    @Test func `without registration the folders are the partitions`() throws {
        try scene.fill()
        #expect(try days() == [])
        try put("date=1970-01-02/a.csv")
        try put("date=1970-01-03/a.csv")
        #expect(try days() == [.date(1), .date(2)])
        #expect(try catalog.partitions(of: raw) == [])
        let one = try catalog.snapshot(of: raw).plan(.compare(column: "date", .less, .date(2)))
        #expect(one.files.map(\.path) == [scene.folder("raw/date=1970-01-02/a.csv")])
        #expect(one.partitionsPruned == 1)
    }

    @Test func `repair registers what is there and drops what is gone`() throws {
        try scene.fill()
        try put("date=1970-01-02/a.csv")
        try put("date=__HIVE_DEFAULT_PARTITION__/a.csv")
        #expect(try catalog.repair(raw) == [["date=1970-01-02", "date=__HIVE_DEFAULT_PARTITION__"], []])
        #expect(try catalog.repair(raw) == [[], []])
        try put("date=1970-01-05/a.csv")
        #expect(try days() == [.date(1), .null])
        try LocalStore().delete(scene.folder("raw/date=1970-01-02/a.csv"))
        LocalStore().removeFolderIfEmpty(scene.folder("raw/date=1970-01-02"))
        #expect(try catalog.repair(raw) == [["date=1970-01-05"], ["date=1970-01-02"]])
        #expect(try catalog.partitions(of: raw).map(\.values) == [["1970-01-05"], ["__HIVE_DEFAULT_PARTITION__"]])
    }

    @Test func `partitions are added with a place of their own and dropped`() throws {
        try scene.fill()
        try LocalStore().put(scene.folder("elsewhere/x.csv"), [1])
        let partition = GluePartition(values: ["1970-01-09"], location: scene.folder("elsewhere"))
        try catalog.addPartitions([partition], to: raw, ifNotExists: false)
        #expect(try catalog.partitions(of: raw) == [partition])
        #expect(try days() == [.date(8)])
        try catalog.addPartitions([partition], to: raw, ifNotExists: true)
        #expect(throws: SQLError.self) { try catalog.addPartitions([partition], to: raw, ifNotExists: false) }
        try catalog.dropPartitions([["1970-01-09"]], of: raw, ifExists: false)
        #expect(throws: SQLError.self) { try catalog.dropPartitions([["1970-01-09"]], of: raw, ifExists: false) }
        try catalog.dropPartitions([["1970-01-09"]], of: raw, ifExists: true)
    }

    @Test(arguments: [[], ["x"], ["1970-01-01", "1"]]) func `partition values that do not fit are refused`(values: [String]) throws {
        try scene.fill()
        #expect(throws: SQLError.self) { try catalog.addPartitions([GluePartition(values: values)], to: raw, ifNotExists: true) }
    }

    @Test func `only partitioned external tables are repaired`() throws {
        try scene.fill()
        #expect(throws: SQLError.self) { try catalog.repair(Scene.sales) }
        #expect(throws: SQLError.self) { try catalog.repair(TableName("main", "big")) }
        let flat = try GlueTable.define(TableName("main", "flat"), Scene.columns, kind: .external, location: scene.folder("flat"))
        _ = try catalog.commit([.create(flat)])
        #expect(throws: SQLError.self) { try catalog.repair(flat.tableName) }
        let placeless = try GlueTable.define(TableName("main", "p"), Scene.columns, kind: .external)
        #expect(throws: SQLError.self) { try catalog.commit([.create(placeless)]) }
    }

    @Test func `a managed table's partitions are those of its files`() throws {
        try scene.fill()
        let write = try catalog.beginWrite(Scene.sales)
        write.append([try scene.file(2), try scene.file(1)])
        _ = try catalog.commit(write.change)
        #expect(try catalog.partitions(of: Scene.sales).map(\.values) == [["1970-01-02"], ["1970-01-03"]])
    }

    @Test func `SerDe settings become reader options`() throws {
        var table = try GlueTable.define(
            raw, Scene.columns, kind: .external, format: FileFormats.csv, location: "x",
            properties: ["skip.header.line.count": "1", "quote": "'"])
        table.storageDescriptor.serdeInfo?.parameters = ["field.delim": "\\t", "quoteChar": "\""]
        let options = table.readerProperties
        #expect(options["delim"] == "\t")
        #expect(options["header"] == "true")
        #expect(options["quote"] == "'")
    }
}
