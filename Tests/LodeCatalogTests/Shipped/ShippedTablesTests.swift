/// What ships in the binary is what lies in the top-level `catalog/`.

import Foundation
import LodeCore
import Testing

@testable import LodeCatalog

@Suite struct ShippedTablesTests {
    @Test func `every file of the folder is embedded and readable`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("catalog")
        var files: [String] = []
        for database in try FileManager.default.contentsOfDirectory(atPath: root.path) {
            let inside = (try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(database).path)) ?? []
            files += inside.filter { $0.hasSuffix(".json") || $0.hasSuffix(".tsv") }.map { "\(database)/\($0)" }
        }
        #expect(files.sorted() == ShippedTables.paths.sorted())
        #expect(ShippedTables.all.count == files.filter { $0.hasSuffix(".json") }.count)
        for table in ShippedTables.all {
            #expect(ShippedTables.paths.contains("\(table.databaseName)/\(table.name).json"))
            #expect(table.kind == .system)
            #expect(try !table.schema().fields.isEmpty)
            #expect(Int64(table.parameters["oid"] ?? "").map { $0 < ObjectNumbers.first } == true)
        }
    }

    @Test func `rows that ship have the columns of their tables`() throws {
        for table in ShippedTables.all {
            let schema = try table.schema()
            for row in try ShippedTables.rows(of: table) {
                #expect(row.count == schema.count)
                for (value, field) in zip(row, schema.fields) { #expect(!value.isNull || field.nullable, "\(table.name).\(field.name)") }
            }
        }
    }
}
