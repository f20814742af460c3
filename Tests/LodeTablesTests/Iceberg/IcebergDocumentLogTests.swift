// Which documents of an Iceberg table stay, and which go.

import LodeCore
import Testing

@testable import LodeTables

@Suite struct IcebergDocumentLogTests {
    private func commits(_ count: Int, _ properties: [String: String], _ folder: TableFolder) throws {
        let format = IcebergFormat(), none = FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        var declaration = TableDeclaration(columns: [.init(Field("id", .bigint))], properties: properties)
        _ = try format.commit(TableCommit(none, declaration: declaration, operation: "CREATE TABLE"), to: nil, in: "/t", io: folder)
        for number in 0..<count {
            declaration.comment = "\(number)"
            let base = try IcebergFormat.snapshot(of: "/t", folder)
            _ = try format.commit(TableCommit(none, declaration: declaration, operation: "COMMENT"), to: base, in: "/t", io: folder)
        }
    }

    private func documents(_ folder: TableFolder) throws -> [String] {
        try folder.list("/t/metadata").files.map(\.name).filter { $0.hasSuffix(".json") }.sorted()
    }

    @Test func `documents that leave the log go where the table says so`() throws {
        let folder = TableFolder()
        try commits(5, [IcebergDocumentLog.deletesProperty: "true", IcebergDocumentLog.lengthProperty: "2"], folder)
        #expect(try documents(folder) == ["v4.metadata.json", "v5.metadata.json", "v6.metadata.json"])
        let table = try IcebergFormat.snapshot(of: "/t", folder)
        #expect(table.metadata.metadataLog.map(\.file) == ["/t/metadata/v4.metadata.json", "/t/metadata/v5.metadata.json"])
        #expect(table.properties["comment"] == "4")
    }

    @Test func `what takes a document back leaves the one before it, and may begin again`() throws {
        let folder = TableFolder()
        try commits(3, [IcebergDocumentLog.deletesProperty: "true", IcebergDocumentLog.lengthProperty: "1"], folder)
        #expect(try documents(folder) == ["v3.metadata.json", "v4.metadata.json"])
        for _ in 0..<2 { #expect(try IcebergFormat().revert(4, in: "/t", io: folder) == 5) }
        #expect(try documents(folder) == ["v3.metadata.json", "v4.metadata.json", "v5.metadata.json"])
        #expect(try folder.read("/t/metadata/version-hint.text") == Array("5".utf8))
        #expect(try IcebergFormat.snapshot(of: "/t", folder).properties["comment"] == "1")
    }

    @Test func `they stay where it does not`() throws {
        let folder = TableFolder()
        try commits(4, [IcebergDocumentLog.lengthProperty: "2"], folder)
        #expect(try documents(folder).count == 5)
        #expect(try IcebergFormat.snapshot(of: "/t", folder).metadata.metadataLog.count == 2)
    }

    @Test func `nothing goes but documents beside the new one`() throws {
        let folder = TableFolder()
        func document(_ log: [String]) -> [UInt8] {
            let items = log.map { #"{"metadata-file":"\#($0)","timestamp-ms":1}"# }.joined(separator: ",")
            return Array(#"{"properties":{"\#(IcebergDocumentLog.deletesProperty)":"true"},"metadata-log":[\#(items)]}"#.utf8)
        }
        let named = [
            "/t/metadata/v1.metadata.json", "/t/metadata/data.parquet", "/other/metadata/v1.metadata.json",
            "/t/metadata/../x.metadata.json",
        ]
        for path in named { try folder.put(path, []) }
        try folder.put("/t/metadata/v2.metadata.json", document(named))
        IcebergDocumentLog.tidy("/t/metadata/v3.metadata.json", document(["/t/metadata/v2.metadata.json"]), folder)
        #expect(throws: SQLError.self) { try folder.read(named[0]) }
        for path in named.dropFirst() { #expect(try folder.read(path).isEmpty) }
    }

    @Test(arguments: [
        (IcebergDocumentLog.deletesProperty, "yes"), (IcebergDocumentLog.lengthProperty, "0"), (IcebergDocumentLog.lengthProperty, "many"),
    ]) func `a value that says nothing is refused`(name: String, value: String) {
        let error = #expect(throws: SQLError.self) { try IcebergDeclaration.check([name: value], over: [:]) }
        #expect(error?.state == .invalidParameterValue)
    }
}
