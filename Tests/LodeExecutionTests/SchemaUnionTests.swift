// One schema for files whose schemas differ.

import LodeCore
import Testing

@testable import LodeExecution

@Suite struct SchemaUnionTests {
    private func union(_ files: [[Field]], fallsBackToText: Bool = false) throws -> [Field] {
        var union = SchemaUnion(fallsBackToText: fallsBackToText)
        for (index, fields) in files.enumerated() { try union.add(fields, from: "\(index).parquet") }
        return union.fields
    }

    private func type(_ a: SQLType, _ b: SQLType) throws -> SQLType { try union([[Field("x", a)], [Field("X", b)]])[0].type }

    @Test func `columns stand in the order of first appearance, and may be NULL where a file lacks them`() throws {
        let required = Field("a", .integer, nullable: false)
        #expect(try union([[required], [required, Field("b", .date, nullable: false)]]) == [required, Field("b", .date)])
        #expect(try union([[required], [Field("b", .date)], [required]]) == [Field("a", .integer), Field("b", .date)])
    }

    @Test func `types widen to what holds the values of both`() throws {
        #expect(try type(.integer, .bigint) == .bigint)
        #expect(try type(.real, .double) == .double)
        #expect(try type(.decimal(precision: 5, scale: 2), .decimal(precision: 9, scale: 3)) == .decimal(precision: 9, scale: 3))
        #expect(try type(.date, .timestamp) == .timestamp)
        #expect(try type(.list(.integer), .list(.bigint)) == .list(.bigint))
    }

    @Test func `structs get the fields of both`() throws {
        let left = SQLType.structure([Field("x", .integer), Field("y", .varchar)])
        let right = SQLType.structure([Field("Y", .varchar), Field("z", .date), Field("x", .bigint)])
        #expect(try type(left, right) == .structure([Field("x", .bigint), Field("y", .varchar), Field("z", .date)]))
    }

    @Test func `text holds what nothing else does`() throws {
        #expect(try type(.bigint, .varchar) == .varchar)
        #expect(try type(.date, .boolean) == .varchar)
        #expect(try type(.time, .interval) == .varchar)
        #expect(try type(.list(.bigint), .list(.varchar)) == .list(.varchar))
        #expect(try type(.null, .date) == .date)
        #expect(try type(.list(.null), .list(.structure([Field("x", .date)]))) == .list(.structure([Field("x", .date)])))
    }

    @Test func `types that do not go together name both files`() throws {
        let files = [[Field("a", .date)], [Field("b", .integer)], [Field("b", .list(.integer))]]
        let error = #expect(throws: SQLError.self) { try union(files) }
        #expect(error?.state == .datatypeMismatch)
        #expect(error?.detail == "It is integer in 1.parquet and integer[] in 2.parquet.")
        #expect(try union(files, fallsBackToText: true)[1].type == .varchar)
    }
}
