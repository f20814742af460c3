/// The catalog described in its own tables.

import LodeCore
import LodeObjectStore
import Testing

@testable import LodeCatalog

@Suite struct InformationSchemaTests {
    let scene = Scene()

    @Test func `every table's rows have its columns`() throws {
        try scene.fill()
        for table in ShippedTables.tables(in: "information_schema") {
            let rows = try InformationSchema.rows(of: table.name, in: scene.catalog)
            let schema = try table.schema()
            #expect(!rows.isEmpty)
            for row in rows {
                #expect(row.count == schema.count)
                for (value, field) in zip(row, schema.fields) where !value.isNull {
                    if case .text = value { #expect(field.type == .varchar) } else { #expect(field.type == .integer) }
                }
            }
        }
    }

    @Test func `columns tell order, type and partition keys`() throws {
        try scene.fill()
        let rows = try InformationSchema.rows(of: "columns", in: scene.catalog).filter { $0[2] == .text("sales") }
        #expect(rows.map { $0[3] } == [.text("date"), .text("id"), .text("amount")])
        #expect(rows.map { $0[7] } == [.text("date"), .text("bigint"), .text("decimal(12,2)")])
        #expect(rows.map { $0[15] } == [.text("YES"), .text("NO"), .text("NO")])
        #expect(rows.map { $0[6] } == [.text("YES"), .text("NO"), .text("YES")])
    }

    @Test func `an empty warehouse has only what ships, and stays untouched`() throws {
        let rows = try InformationSchema.rows(of: "tables", in: scene.catalog)
        #expect(rows.allSatisfy { $0[1] == .text("information_schema") })
        #expect(try LocalStore().info(scene.warehouse) == nil)
    }

    @Test func `an unknown table names the nearest one`() throws {
        let error = #expect(throws: SQLError.self) { try InformationSchema.rows(of: "colums", in: scene.catalog) }
        #expect(error?.hint?.contains("columns") == true)
    }
}
