// The catalog over Glue's API, against a stub that answers as AWS documents.

import GlueDouble
import LodeCloud
import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables
import Testing

@testable import LodeCatalog

@Suite struct GlueCatalogTests {
    let folder = TemporaryFolder()
    let glue = StubGlue(pageSize: 7)
    var catalog: GlueCatalog { GlueCatalog(glue, StoreRegistry()) }
    static let logs = TableName("web", "logs")
    static let columns = Schema([Field("id", .bigint), Field("day", .date), Field("hour", .integer)])

    private func state(_ body: () throws -> Void) -> SQLState? {
        do { try body() } catch { return (error as? SQLError)?.state }
        return nil
    }

    private func table(_ name: TableName = logs, properties: [String: String] = [:]) throws -> GlueTable {
        try GlueTable.define(
            name, Self.columns, partitionedBy: ["day", "hour"], kind: .external, location: folder("logs"), properties: properties)
    }

    private func fill(partitions: Int = 40) throws {
        try catalog.commit(.createDatabase(GlueDatabase(name: "web", locationUri: folder("web"))))
        try catalog.commit(.create(try table()))
        var all: [GluePartition] = []
        for index in 0..<partitions {
            let day = "2024-01-\(index / 10 < 9 ? "0" : "")\(index / 10 + 1)", hour = index % 10
            all.append(GluePartition(values: [day, "\(hour)"]))
            try LocalStore().put(folder("logs/day=\(day)/hour=\(hour)/a.parquet"), [1, 2, 3])
        }
        try catalog.commit(.partitions(Self.logs, .add(all, ifNotExists: false)))
    }

    @Test func `what was made is there, page by page`() throws {
        try fill()
        for number in 0..<20 { try catalog.commit(.create(try table(TableName("web", "t\(number)")))) }
        #expect(try catalog.tables(in: "web").count == 21)
        #expect(try catalog.databases().map(\.name) == ["web"])
        #expect(try catalog.partitions(of: Self.logs).count == 40)
        #expect(glue.calls.filter { $0 == "GetTables" }.count == 3)
        let found = try #require(try catalog.table(TableName("WEB", "Logs")))
        #expect(found.kind == .external)
        #expect(try found.schema() == Self.columns)
        #expect(found.parameters["classification"] == "parquet")
        #expect(try catalog.table(TableName("web", "none")) == nil)
        #expect(try catalog.database("none") == nil)
    }

    @Test func `only the partitions that a predicate wants are asked for`() throws {
        try fill()
        let predicate = ColumnPredicate.all([
            .compare(column: "day", .equal, .date(19725)), .isIn(column: "hour", AscendingValues([.integer(3), .integer(4)])),
            .compare(column: "id", .greater, .integer(5)),
        ])
        let listing = try catalog.snapshot(of: Self.logs).plan(predicate)
        #expect(listing.files.map(\.partitionValues) == [[.date(19725), .integer(3)], [.date(19725), .integer(4)]])
        #expect(glue.state.withLock { $0.lastExpression } == "(day = '2024-01-03') AND (hour IN (3, 4))")
        #expect(listing.partitionsTotal == 2)
        // What Glue can't decide is decided here.
        let either = ColumnPredicate.any([.compare(column: "hour", .less, .integer(1)), .isNull(column: "day")])
        #expect(try catalog.snapshot(of: Self.logs).plan(either).files.count == 4)
        #expect(glue.state.withLock { $0.lastExpression } == nil)
    }

    @Test func `of 100,000 partitions the one that is wanted costs one request`() throws {
        let large = StubGlue(), catalog = GlueCatalog(large, StoreRegistry())
        try catalog.commit(.createDatabase(GlueDatabase(name: "web")))
        try catalog.commit(.create(try table()))
        let key = "web.logs", place = folder("logs")
        large.state.withLock { state in
            state.partitions[key] = (0..<100_000).map { index in
                let day = PartitionText.write(.date(Int32(index / 24))), hour = "\(index % 24)"
                return [
                    "Values": [.string(day), .string(hour)],
                    "StorageDescriptor": ["Location": .string("\(place)/day=\(day)/hour=\(hour)")],
                ]
            }
        }
        let snapshot = try catalog.snapshot(of: Self.logs)
        let predicate = ColumnPredicate.all([
            .compare(column: "day", .equal, .date(1000)), .compare(column: "hour", .equal, .integer(5)),
        ])
        large.state.withLock { $0.calls = [] }
        _ = try snapshot.plan(predicate)
        #expect(large.calls == ["GetPartitions"])
    }

    @Test func `an update that somebody else was quicker with is a conflict`() throws {
        try fill(partitions: 1)
        glue.state.withLock { state in
            state.meanwhile = { $0.tables["web.logs"]?[member: "VersionId"] = "9" }
        }
        let change = TableChange.alter(Self.logs, [.addColumns([GlueColumn(name: "note", type: "string")])])
        #expect(state { try catalog.commit(change) } == .serializationFailure)
        try catalog.commit(change)
        #expect(try catalog.requireTable(Self.logs).storageDescriptor.columns.map(\.name) == ["id", "note"])
    }

    @Test func `what Lode does not know of a table stays when it is changed`() throws {
        try fill(partitions: 1)
        glue.state.withLock { state in
            state.tables["web.logs"]?[member: "Retention"] = 5
            var storage = state.tables["web.logs"]?["StorageDescriptor"] ?? [:]
            storage[member: "NumberOfBuckets"] = 4
            state.tables["web.logs"]?[member: "StorageDescriptor"] = storage
        }
        try catalog.commit(.alter(Self.logs, [.setProperties(["a": "b"])]))
        let table = glue.state.withLock { $0.tables["web.logs"] }
        #expect(table?["Retention"] == 5)
        #expect(table?["StorageDescriptor"]?["NumberOfBuckets"] == 4)
        #expect(table?["Parameters"]?["a"] == "b")
    }

    @Test func `errors are those of every catalog`() throws {
        try fill(partitions: 1)
        #expect(state { try catalog.commit(.createDatabase(GlueDatabase(name: "web"))) } == .duplicateSchema)
        #expect(state { try catalog.commit(.create(try table())) } == .duplicateTable)
        #expect(state { try catalog.commit(.create(try table(TableName("none", "t")))) } == .invalidSchemaName)
        #expect(state { try catalog.commit(.dropDatabase("web")) } == .dependentObjectsStillExist)
        #expect(state { try catalog.commit(.drop(TableName("web", "logz"), kinds: [.external])) } == .undefinedTable)
        #expect(state { _ = try catalog.vacuum(VacuumRequest()) } == .featureNotSupported)
        #expect(state { _ = try catalog.commit([.drop(Self.logs, kinds: [.external]), .dropDatabase("web")]) } == .featureNotSupported)
        let again = PartitionChange.add([GluePartition(values: ["2024-01-01", "0"])], ifNotExists: false)
        #expect(state { try catalog.commit(.partitions(Self.logs, again)) } == .duplicateObject)
        #expect(state { try catalog.commit(.partitions(Self.logs, .drop([["2025-01-01", "0"]], ifExists: false))) } == .undefinedObject)
        #expect(try catalog.commit(.dropDatabase("web", cascade: true)).changed)
        #expect(try catalog.databases() == [])
    }

    @Test(arguments: [["spark.sql.sources.provider": "hudi"], ["metadata_location": "s3://b/m.json"]])
    func `tables whose files are not all there is to them are refused by name`(properties: [String: String]) throws {
        try catalog.commit(.createDatabase(GlueDatabase(name: "web")))
        try catalog.commit(.create(try table(properties: properties)))
        #expect(state { _ = try catalog.snapshot(of: Self.logs) } == .featureNotSupported)
        #expect(state { _ = try catalog.beginWrite(Self.logs) } == .featureNotSupported)
    }

    @Test(arguments: [["spark.sql.sources.provider": "delta"], ["table_type": "DELTA"]])
    func `a Delta table is made with its log, and read and written by it`(properties: [String: String]) throws {
        try catalog.commit(.createDatabase(GlueDatabase(name: "web")))
        try catalog.commit(.create(try table(properties: properties)))
        #expect(try catalog.snapshot(of: Self.logs).plan(nil).files.isEmpty)
        #expect(state { _ = try catalog.beginWrite(Self.logs) } == nil)
    }

    @Test func `an Iceberg table is read by the document that Glue names`() throws {
        try catalog.commit(.createDatabase(GlueDatabase(name: "web")))
        let pointer = folder("elsewhere/00001-x.json")
        try catalog.commit(.create(try table(properties: ["table_type": "ICEBERG", "metadata_location": pointer])))
        #expect(state { _ = try catalog.snapshot(of: Self.logs) } == .undefinedFile)
        #expect(state { _ = try catalog.beginWrite(Self.logs) } == .undefinedFile)
        let document = """
            {"format-version": 2, "location": "\(folder("t"))", "current-schema-id": 0, "default-spec-id": 0,
            "schemas": [{"schema-id": 0, "fields": [{"id": 1, "name": "i", "required": false, "type": "int"}]}],
            "partition-specs": [{"spec-id": 0, "fields": []}]}
            """
        try LocalStore().put(pointer, Array(document.utf8))
        let snapshot = try catalog.snapshot(of: Self.logs)
        #expect(snapshot.schema.fields == [Field("i", .integer)])
        #expect(try snapshot.plan(nil).files.isEmpty)
    }

    @Test func `files that are added make their partitions known`() throws {
        try fill(partitions: 1)
        let write = try catalog.beginWrite(Self.logs)
        let values: [Value] = [.date(20000), .null]
        write.append([DataFile(path: folder("x.parquet"), size: 3, partitionValues: values)])
        try catalog.commit(write.change)
        #expect(try catalog.partitions(of: Self.logs).map(\.values) == [["2024-01-01", "0"], ["2024-10-04", HivePath.defaultPartition]])
        write.deleteFiles([folder("x.parquet")])
        #expect(state { try catalog.commit(write.change) } == .featureNotSupported)
        let other = try catalog.beginWrite(Self.logs)
        other.replaceAll(with: [])
        try catalog.commit(other.change)
        #expect(try catalog.partitions(of: Self.logs) == [])
        #expect(try LocalStore().list(folder("logs"), recursive: true) == [])
    }

    @Test func `files that nobody would find are not added`() throws {
        try fill(partitions: 1)
        let apart = GluePartition(values: ["2024-05-05", "1"], location: folder("elsewhere"))
        try catalog.commit(.partitions(Self.logs, .add([apart], ifNotExists: false)))
        let write = try catalog.beginWrite(Self.logs)
        write.append([DataFile(path: folder("x.parquet"), size: 3, partitionValues: [.date(19848), .integer(1)])])
        #expect(state { try catalog.commit(write.change) } == .featureNotSupported)
        // Nor is a partition forgotten because its folder is not below the table's.
        let found = RegisteredPartition(values: [.date(19723), .integer(0)], location: folder("logs/day=2024-01-01/hour=0"))
        #expect(try catalog.commit(.partitions(Self.logs, .replace([found], definition: nil))).droppedPartitions == [])
    }

    @Test func `where Glue can't read an expression, everything is asked for`() throws {
        try fill()
        glue.state.withLock { $0.refusesExpressions = true }
        let predicate = ColumnPredicate.compare(column: "hour", .equal, .integer(3))
        #expect(try catalog.snapshot(of: Self.logs).plan(predicate).files.count == 4)
    }

    @Test func `options of readers are told to the SerDe in its own words`() throws {
        try catalog.commit(.createDatabase(GlueDatabase(name: "web")))
        func made(_ serde: String, _ properties: [String: String]) throws -> GlueTable {
            var table = try GlueTable.define(
                TableName("web", "t"), Schema([Field("a", .varchar)]), kind: .external, format: FileFormats.csv, location: folder("t"),
                properties: properties)
            table.storageDescriptor.serdeInfo?.serializationLibrary = serde
            try catalog.commit(.create(table))
            let found = try catalog.requireTable(table.tableName)
            try catalog.commit(.drop(table.tableName, kinds: [.external]))
            return found
        }
        let quoted = try made(HadoopClasses.openCSV, ["delim": ";", "header": "true", "mine": "kept"])
        #expect(quoted.storageDescriptor.serdeInfo?.parameters == ["separatorChar": ";"])
        #expect(quoted.parameters["skip.header.line.count"] == "1")
        #expect(quoted.parameters["mine"] == "kept")
        #expect(quoted.parameters["delim"] == nil)
        #expect(quoted.serdeProperties["escape"] == "\\")
        let plain = try made(HadoopClasses.lazySimple, ["delim": "\t"])
        #expect(plain.storageDescriptor.serdeInfo?.parameters == ["field.delim": "\t", "serialization.format": "\t"])
        #expect(plain.serdeProperties["nullstr"] == "\\N")
        #expect(state { _ = try made(HadoopClasses.openCSV, ["comment": "#"]) } == .featureNotSupported)
    }

    @Test func `types that Hive has not are refused by name`() throws {
        try catalog.commit(.createDatabase(GlueDatabase(name: "web")))
        let table = try GlueTable.define(
            TableName("web", "t"), Schema([Field("a", .list(.uuid))]), kind: .external, location: folder("t"))
        #expect(state { try catalog.commit(.create(table)) } == .featureNotSupported)
    }
}
