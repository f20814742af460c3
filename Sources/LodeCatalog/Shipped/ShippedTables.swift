/// The table definitions in the top-level `catalog/`, read from the binary.

import CLodeCatalog
import Foundation
import LodeCore

/// Databases that every catalog has and nobody can change. Their rows are computed: see `InformationSchema`.
package enum ShippedTables {
    /// Sorted by database and name.
    package static let all: [GlueTable] = load()

    package static let databases: [String] = Array(Set(all.map(\.databaseName))).sorted()

    package static func isShipped(database: String) -> Bool { databases.contains(database.lowercased()) }

    package static func tables(in database: String) -> [GlueTable] {
        let key = database.lowercased()
        return all.filter { $0.databaseName == key }
    }

    package static func table(_ name: TableName) -> GlueTable? {
        let key = name.name.lowercased()
        return tables(in: name.database).first { $0.name == key }
    }

    /// Paths of the embedded files, for the test that none is forgotten.
    static var paths: [String] { entries().map(\.path) }

    private static func entries() -> [(path: String, data: Data)] {
        var count = 0
        guard let first = lode_catalog_entries(&count) else { return [] }
        return UnsafeBufferPointer(start: first, count: count).map { entry in
            (String(cString: entry.path), Data(bytes: entry.bytes, count: entry.count))
        }
    }

    /// A file that cannot be read is left out; the tests read every one.
    private static func load() -> [GlueTable] {
        entries().compactMap { try? JSONDecoder().decode(GlueTable.self, from: $0.data) }
            .sorted { ($0.databaseName, $0.name) < ($1.databaseName, $1.name) }
    }
}
