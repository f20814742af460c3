// What changes of columns make of the schema, the properties and the protocol of a Delta table.

import LodeCore
import LodeTables
import LodeVectors
import Testing

@testable import LodeTables

@Suite struct DeltaColumnTests {
    private static let columns = [
        TableDeclaration.Column(Field("a", .integer)),
        .init(Field("s", .structure([Field("x", .integer), Field("l", .list(.integer))]))), .init(Field("k", .varchar)),
    ]

    /// A table of these columns after one change to them.
    private static func changed(
        by changes: [ColumnChange], _ properties: [String: String] = [:], added: [DataFile] = []
    ) throws -> (table: DeltaSnapshot, lines: [String]) {
        let store = LogStore([]), format = DeltaFormat()
        var declaration = TableDeclaration(columns: columns, partitionColumns: ["k"], properties: properties)
        let none = FileChange(base: TableVersion(table: TableID(1), version: 0, definitionVersion: 1))
        _ = try format.commit(TableCommit(none, declaration: declaration, operation: "CREATE TABLE"), to: nil, in: "/t", io: store)
        let base = try DeltaFormat.snapshot(of: "/t", store)
        var schema = Schema(columns.map(\.field))
        for change in changes { schema = try schema.changed(by: change) }
        declaration = try format.declaration(of: base)
        declaration.columns = schema.fields.map { .init($0) }
        if case .rename(["k"], let new)? = changes.first { declaration.partitionColumns = [new] }
        var files = none
        files.added = added
        _ = try format.commit(
            TableCommit(files, declarations: [Redeclaration(declaration, by: changes)], operation: "ALTER TABLE"), to: base, in: "/t",
            io: store)
        let after = try #require(try DeltaFormat.snapshot(of: "/t", store) as? DeltaSnapshot)
        return (after, store.lines(1) ?? [])
    }

    private static func column(_ snapshot: DeltaSnapshot, _ name: String) throws -> MappedColumn {
        try #require(snapshot.deltaSchema.columns.first { $0.name == name })
    }

    @Test func `a name that changes brings column mapping, and files keep theirs`() throws {
        let (table, _) = try Self.changed(by: [.rename(["a"], to: "b"), .rename(["s", "x"], to: "y")])
        #expect(try Self.column(table, "b").fileName == "a")
        #expect(try Self.column(table, "s").parts.map(\.fileName) == ["x", "l"])
        #expect(try Self.column(table, "s").parts.map(\.name) == ["y", "l"])
        #expect(table.protocolVersion == DeltaProtocol(minReaderVersion: 2, minWriterVersion: 5))
        #expect(table.metadata.configuration["delta.columnMapping.maxColumnId"] == "5")
    }

    @Test func `new columns have names of their own in files, that none had before`() throws {
        let (table, _) = try Self.changed(by: [.drop(["a"]), .add(Field("x2", .integer), in: ["s"])])
        let field = try Self.column(table, "s").parts[2]
        #expect(field.fileName.hasPrefix("col-"))
        // The files are written by the same names before there is a version that has them.
        let format = DeltaFormat(), declaration = try format.declaration(of: table)
        var more = declaration
        more.columns.append(.init(Field("a", .integer)))
        guard case .mapped(let first) = try format.columnMatching(of: more, by: [], over: table),
            case .mapped(let again) = try format.columnMatching(of: more, by: [], over: table)
        else { Issue.record("not mapped"); return }
        #expect(first == again)
        #expect(first.last?.fileName.hasPrefix("col-") == true)
        #expect(first.last?.fileName != field.fileName)
        #expect(first.allSatisfy { $0.fieldID != nil })
    }

    @Test func `statistics and partition values go by the names of files`() throws {
        var file = DataFile(path: "/t/f.parquet", size: 9, rowCount: 1, partitionValues: [.text("v")])
        file.statistics = ["b": ColumnStatistics(minimum: .integer(1), maximum: .integer(1), nullCount: 0, rowCount: 1)]
        let (table, lines) = try Self.changed(by: [.rename(["k"], to: "part"), .rename(["a"], to: "b")], added: [file])
        let add = try #require(lines.first { $0.contains("\"add\"") })
        #expect(add.contains(#""partitionValues":{"k":"v"}"#))
        #expect(add.contains(#"\"minValues\":{\"a\":1}"#))
        let planned = try table.plan(.isIn(column: "part", AscendingValues([.text("v")]))).files
        #expect(planned.first?.statistics["b"]?.maximum == .integer(1))
        #expect(try table.plan(.isIn(column: "b", AscendingValues([.integer(2)]))).files.isEmpty)
    }

    @Test func `wider types are noted where they were`() throws {
        let (table, _) = try Self.changed(by: [.retype(["a"], .bigint), .retype(["s", "l", "element"], .double)])
        #expect(table.metadata.schemaText.contains(#""delta.typeChanges":[{"toType":"long","fromType":"integer"}]"#))
        #expect(
            table.metadata.schemaText.contains(
                #""delta.typeChanges":[{"toType":"double","fromType":"integer","fieldPath":"element"}]"#))
        #expect(table.protocolVersion.readerFeatures == ["typeWidening"])
        #expect(table.protocolVersion.minWriterVersion == 7)
        #expect(table.schema.fields[0].type == .bigint)
    }

    @Test func `only widening keeps files`() throws {
        let (table, _) = try Self.changed(by: []), format = DeltaFormat()
        #expect(try format.keepsFiles(.retype(["a"], .bigint), of: table))
        #expect(try format.keepsFiles(.retype(["a"], .double), of: table))
        #expect(try !format.keepsFiles(.retype(["a"], .smallint), of: table))
        #expect(try !format.keepsFiles(.retype(["k"], .integer), of: table))
        #expect(try format.keepsFiles(.drop(["s", "x"]), of: table))
    }

    @Test func `what clients must know more is told`() throws {
        let (table, _) = try Self.changed(by: []), format = DeltaFormat(), declaration = try format.declaration(of: table)
        var renamed = declaration
        renamed.columns[0].field.name = "b"
        #expect(try format.requirements(of: renamed, by: [.rename(["a"], to: "b")], over: table) == ["columnMapping"])
        #expect(try format.requirements(of: declaration, by: [], over: table) == [])
    }

    @Test func `a mapping changes from none to name alone`() throws {
        let (table, _) = try Self.changed(by: [], ["delta.columnMapping.mode": "id"])
        #expect(try Self.column(table, "a").fieldID == 1)
        var declaration = try DeltaFormat().declaration(of: table)
        for mode in ["none", "name"] {
            declaration.properties["delta.columnMapping.mode"] = mode
            #expect(throws: SQLError.self) { try DeltaFormat().requirements(of: declaration, by: [], over: table) }
        }
    }

    @Test func `what takes the place of a table counts for itself, or not at all`() throws {
        let (table, _) = try Self.changed(by: [])
        var counted = TableDeclaration.Column(Field("n", .bigint, nullable: false))
        counted.identity = IdentityColumn(start: 1, step: 1, takesValues: false, highWaterMark: 9)
        let earlier = try DeltaDeclaration.metadata(TableDeclaration(columns: [counted]), over: table.metadata)
        #expect(earlier.schemaText.contains(#""delta.identity.highWaterMark":9"#))
        counted.identity = IdentityColumn(start: 100, step: 1, takesValues: false)
        let later = try DeltaDeclaration.metadata(TableDeclaration(columns: [counted]), over: earlier)
        #expect(later.schemaText.contains(#""delta.identity.start":100"#))
        #expect(!later.schemaText.contains("highWaterMark"))
        counted.identity = nil
        let plain = try DeltaDeclaration.metadata(TableDeclaration(columns: [counted]), over: later)
        #expect(!plain.schemaText.contains("delta.identity"))
    }
}
