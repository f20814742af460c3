/// The table definitions in the top-level `catalog/`, and rows of some of them, read from the binary.

import CLodeCatalog
import Foundation
import LodeCore

/// Databases that every catalog has and nobody can change. `<database>/<table>.json` defines a table. Rows that never change are in
/// `<database>/<table>.tsv`, as PostgreSQL's COPY writes text; others are computed, or there are none.
///
/// Files are read when somebody asks for them.
package enum ShippedTables {
    private static let files: [String: Data] = {
        var count = 0
        guard let first = lode_catalog_entries(&count) else { return [:] }
        return Dictionary(
            UnsafeBufferPointer(start: first, count: count).map { entry in
                (String(cString: entry.path), Data(bytes: entry.bytes, count: entry.count))
            }, uniquingKeysWith: { first, _ in first })
    }()
    private static let known = Lock<(tables: [String: GlueTable], rows: [String: [[Value]]])>(([:], [:]))

    /// Paths of the embedded files, for the test that none is forgotten.
    static var paths: [String] { files.keys.sorted() }

    package static let databases: [String] = Array(Set(files.keys.compactMap { $0.split(separator: "/").first.map(String.init) })).sorted()

    /// Sorted by database and name.
    package static var all: [GlueTable] { databases.flatMap { tables(in: $0) } }

    package static func isShipped(database: String) -> Bool { databases.contains(database.lowercased()) }

    /// Sorted by name.
    package static func tables(in database: String) -> [GlueTable] {
        let prefix = database.lowercased() + "/"
        let names = files.keys.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }
        return names.sorted().compactMap { definition($0) }
    }

    package static func table(_ name: TableName) -> GlueTable? {
        definition("\(name.database.lowercased())/\(name.name.lowercased()).json")
    }

    /// The rows that ship with a table; none of one whose rows are computed.
    /// - Throws: `XX001` if the file does not fit the table.
    package static func rows(of table: GlueTable) throws(SQLError) -> [[Value]] {
        let path = "\(table.databaseName)/\(table.name).tsv"
        guard let text = files[path] else { return [] }
        if let rows = known.withLock({ $0.rows[path] }) { return rows }
        let rows: [[Value]]
        do throws(SQLError) {
            rows = try CopyText.rows(String(decoding: text, as: UTF8.self), try table.schema())
        } catch {
            throw error.within(path)
        }
        known.withLock { $0.rows[path] = rows }
        return rows
    }

    /// A file that cannot be read is left out; the tests read every one.
    private static func definition(_ path: String) -> GlueTable? {
        guard let text = files[path] else { return nil }
        if let table = known.withLock({ $0.tables[path] }) { return table }
        guard let table = try? JSONDecoder().decode(GlueTable.self, from: text) else { return nil }
        known.withLock { $0.tables[path] = table }
        return table
    }
}
