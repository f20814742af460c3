/// Numbers of objects: stable, and each object's own.

import LodeCore
import Testing

@testable import LodeCatalog

@Suite struct ObjectNumbersTests {
    private func table(_ number: Int64?, _ name: String = "t") -> GlueTable {
        var table = GlueTable(name: name, databaseName: "main")
        table.number = number
        return table
    }

    @Test func `the objects of tables don't share numbers`() {
        var seen: Set<Int64> = []
        for number in Int64(1)...40 {
            let table = table(number)
            #expect(seen.insert(ObjectNumbers.table(table)).inserted)
            #expect(seen.insert(ObjectNumbers.rowType(table)).inserted)
            #expect(seen.insert(ObjectNumbers.rowArray(table)).inserted)
            for index in 0..<300 { #expect(seen.insert(ObjectNumbers.constraint(index, of: table)).inserted) }
            var database = GlueDatabase(name: "d\(number)")
            database.number = number
            #expect(seen.insert(ObjectNumbers.schema(database)).inserted)
        }
        #expect(seen.allSatisfy { $0 >= ObjectNumbers.first && $0 <= Int64(UInt32.max) })
    }

    @Test func `a name has nothing to do with the number of a table that is published`() {
        #expect(ObjectNumbers.table(table(7, "a")) == ObjectNumbers.table(table(7, "b")))
        #expect(ObjectNumbers.table(table(nil, "a")) != ObjectNumbers.table(table(nil, "b")))
        #expect(ObjectNumbers.table(table(nil, "a")) == ObjectNumbers.table(table(nil, "A")))
    }

    @Test func `temporary tables are numbered apart`() {
        let first = CatalogStorage.firstTemporaryTable
        #expect(ObjectNumbers.table(table(first + 1)) != ObjectNumbers.table(table(1)))
        #expect(ObjectNumbers.table(table(first + 5_000_000)) <= Int64(UInt32.max))
        #expect(ObjectNumbers.table(table(5_000_000)) < 1 << 31)
    }

    @Test func `numbers of roles are their own, whoever else is there`() {
        let few = ObjectNumbers.roles(["lode", "ann"]), many = ObjectNumbers.roles(["zoe", "bob", "ann", "lode"])
        #expect(few["lode"] == 10 && many["lode"] == 10)
        #expect(few["ann"] == many["ann"])
        #expect(Set(many.values).count == 4)
    }

    @Test func `what ships has PostgreSQL's numbers`() throws {
        let name = TableName("pg_catalog", "pg_class")
        #expect(ObjectNumbers.table(try #require(ShippedTables.table(name))) == 1259)
        #expect(Set(ShippedTables.all.map { ObjectNumbers.table($0) }).count == ShippedTables.all.count)
    }
}
