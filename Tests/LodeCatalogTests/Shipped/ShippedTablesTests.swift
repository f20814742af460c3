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
            files += inside.filter { $0.hasSuffix(".json") }.map { "\(database)/\($0)" }
        }
        #expect(files.sorted() == ShippedTables.paths.sorted())
        #expect(ShippedTables.all.count == files.count)
        for table in ShippedTables.all {
            #expect(ShippedTables.paths.contains("\(table.databaseName)/\(table.name).json"))
            #expect(table.kind == .system)
            #expect(try !table.schema().fields.isEmpty)
        }
    }
}
