/// The numbers (OIDs) by which PostgreSQL's catalogs call Lode's objects.

import LodeCore

/// Numbers are derived from those that the embedded catalog counts tables and schemas by, so that an object keeps its number through
/// sessions, restarts and renames, and no other object ever gets it:
///
///     0 … 16383                     what ships with Lode, numbered as in PostgreSQL
///     16384 + 256 × n + slot        table n; slot 0 the table, 1 and 2 its row type and the array of that, from 3 its constraints
///                                   (the index of a key has the key's number), 254 a role, 255 schema n
///     2^31 + the same               temporary tables, which the session counts
///     3 × 2^30 + …                  tables that a transaction has made and not yet published, by their names, and what no slot is left for
///
/// Defaults of columns are numbered apart: nothing refers to them.
package enum ObjectNumbers {
    /// The first number that is not PostgreSQL's own.
    package static let first: Int64 = 16384
    package static let database: Int64 = 5
    /// `pg_catalog`, `information_schema`, `main` (PostgreSQL's `public`) and the temporary schema.
    package static let pgCatalog: Int64 = 11, informationSchema: Int64 = 13207, main: Int64 = 2200, temporary: Int64 = 16380
    /// The role that a warehouse begins with.
    package static let firstRole: Int64 = 10
    package static let heap: Int64 = 2, btree: Int64 = 403
    package static let fileServer: Int64 = 3

    private static let slots: Int64 = 256, firstConstraint: Int64 = 3, role: Int64 = 254, schema: Int64 = 255
    private static let temporaries: Int64 = 1 << 31, hashed: Int64 = 3 << 30

    /// The catalogs whose rows other catalogs refer to (`classid`, `classoid`).
    package enum Catalog: Int64 {
        case relations = 1259, types = 1247, functions = 1255, constraints = 2606, schemas = 2615, defaults = 2604, databases = 1262
        case roles = 1260
    }

    package static func schema(_ database: GlueDatabase) -> Int64 {
        switch database.name.lowercased() {
        case "pg_catalog": pgCatalog
        case "information_schema": informationSchema
        case EmbeddedCatalog.defaultDatabase: main
        case SessionCatalog.temporaryDatabase: temporary
        case let name: database.number.map { number($0, schema) } ?? hash("schema", name)
        }
    }

    package static func table(_ table: GlueTable) -> Int64 {
        if let shipped = table.parameters["oid"], table.kind == .system { return Int64(shipped) ?? 0 }
        return table.number.map { number($0, 0) } ?? hash("table", "\(table.tableName)")
    }

    package static func rowType(_ table: GlueTable) -> Int64 {
        if table.kind == .system { return 0 }
        return table.number.map { number($0, 1) } ?? hash("type", "\(table.tableName)")
    }

    package static func rowArray(_ table: GlueTable) -> Int64 {
        if table.kind == .system { return 0 }
        return table.number.map { number($0, 2) } ?? hash("array", "\(table.tableName)")
    }

    /// - Parameter index: its place among those of its table.
    package static func constraint(_ index: Int, of table: GlueTable) -> Int64 {
        let slot = firstConstraint + Int64(index)
        guard slot < role, let number = table.number else { return hash("constraint \(index)", identity(table)) }
        return self.number(number, slot)
    }

    package static func columnDefault(_ attribute: Int, of table: GlueTable) -> Int64 {
        guard attribute < slots, let number = table.number else { return hash("default \(attribute)", identity(table)) }
        return self.number(number, Int64(attribute))
    }

    /// Roles by name: the one that a warehouse begins with has PostgreSQL's first number.
    package static func roles(_ names: [String]) -> [String: Int64] {
        var taken: Set<Int64> = [], numbers: [String: Int64] = [:]
        for name in names.sorted() {
            guard name != Role.first else {
                numbers[name] = firstRole
                continue
            }
            var place = Int64(mix(name) % 4_000_000)
            while !taken.insert(place).inserted { place = (place + 1) % 4_000_000 }
            numbers[name] = number(place, role)
        }
        return numbers
    }

    private static func number(_ table: Int64, _ slot: Int64) -> Int64 {
        let isTemporary = table >= CatalogStorage.firstTemporaryTable
        let count = isTemporary ? table - CatalogStorage.firstTemporaryTable : table
        // After eight million tables numbers come again.
        let limit = (isTemporary ? hashed - temporaries : temporaries - first) / slots
        return (isTemporary ? temporaries : first) + count % limit * slots + slot
    }

    /// What no other table has: its number, or its name as long as it has none.
    private static func identity(_ table: GlueTable) -> String { table.number.map { String($0) } ?? "\(table.tableName)" }

    private static func hash(_ kind: String, _ name: String) -> Int64 {
        hashed + Int64(mix(kind + " " + name.lowercased()) % UInt64((1 << 30) - 1))
    }

    /// FNV-1a: the same in every process.
    private static func mix(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
