/// Files that were written and never published.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    /// How far the times of files may be behind: a file system's clock ticks coarsely, a server has one of its own.
    static func clockSlack(of store: any ObjectStore) -> Int64 { store.reach == .folders ? 1_000_000 : 300_000_000 }

    /// Old files with names that Lode gives (unfinished writes, data files), in `<database>/<table>/…`, that no table has. Other
    /// files in the warehouse folder are left alone.
    ///
    /// A running statement took its lease before it began its first file.
    func unpublishedFiles(until cutoff: Int64, in table: TableRow?) throws(SQLError) -> [VacuumedFile] {
        var candidates: [VacuumedFile] = []
        var times: [Int64] = []
        var logged: Set<String> = []
        let known = try table?.table(warehouse), place = known?.storageDescriptor.location ?? warehouse.location
        let (store, folder) = try stores.resolve(place)
        try store.list(folder, recursive: true) { info throws(SQLError) in
            if let root = Self.loggedFolder(of: info.path) { logged.insert(root) }
            let isOurs = info.name.hasPrefix(LocalStore.temporaryPrefix) || ManagedFileName.matches(info.name)
            if isOurs, info.modifiedMicros <= cutoff, let name = known?.tableName ?? tableName(of: info.path) {
                candidates.append(VacuumedFile(table: name, path: info.path, bytes: info.size, reason: "never published"))
                times.append(info.modifiedMicros)
            }
            return true
        }
        let slack = Self.clockSlack(of: store)
        let needed = (try leases.earliest()).map { $0 &- slack } ?? .max
        // What a table with a log of its own has, the catalog doesn't know.
        let unlogged = zip(candidates, times).filter { file, _ in !logged.contains { file.path.hasPrefix($0 + "/") } }
        let old = unlogged.filter { $1 < needed }.map { $0.0 }
        return try storage.read(orEmpty: []) { db in
            let known = try PublishedFiles(db, warehouse)
            return try old.filter { try !known.contains($0.path) }
        }
    }

    /// The folder of the table that keeps a log of its own, if a file is of such a log.
    private static func loggedFolder(of path: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let place = parts.lastIndex(of: "_delta_log") else { return nil }
        return parts[..<place].joined(separator: "/")
    }

    /// The table in whose folder a file lies, by the names of folders; nil if it lies in none.
    func tableName(of path: String) -> TableName? {
        let parts = Warehouse.relative(path, to: StorePath.localPath(warehouse.location)).split(separator: "/")
        return parts.count > 2 ? TableName(String(parts[0]), String(parts[1])) : nil
    }

    /// Deletes files of which it is written down first that nobody may publish them any more.
    /// - Returns: those that nobody had published meanwhile.
    func condemn(_ files: [VacuumedFile]) throws(SQLError) -> [VacuumedFile] {
        let condemned = try storage.write { db in
            try db.execute(sql: "DELETE FROM condemned_file WHERE condemned_at < ?", arguments: [Self.nowMicros() - Self.longestWrite])
            let known = try PublishedFiles(db, warehouse)
            let insert = try db.makeStatement(sql: "INSERT OR REPLACE INTO condemned_file (name, condemned_at) VALUES (?, ?)")
            return try files.filter { file in
                if try known.contains(file.path) { return false }
                try insert.execute(arguments: [StorePath.name(file.path), Self.nowMicros()])
                return true
            }
        }
        try delete(condemned.map(\.path))
        return condemned
    }
}

/// Which files the tables have, in one transaction.
private struct PublishedFiles {
    /// Tables by where they lie; one that was renamed shares its folder with the next of its name.
    private var tables: [(location: String, id: Int64)] = []
    private let statement: GRDB.Statement

    init(_ db: Database, _ warehouse: Warehouse) throws {
        statement = try db.makeStatement(sql: "SELECT 1 FROM data_file WHERE table_id = ? AND path IN (?, ?)")
        for row in try Row.fetchAll(db, sql: "SELECT id, definition FROM table_info") {
            let table = try JSONText.read(GlueTable.self, row[1], "a table")
            guard table.kind == .managed, let location = table.storageDescriptor.location else { continue }
            tables.append((StorePath.localPath(warehouse.resolve(location)), row[0]))
        }
    }

    func contains(_ path: String) throws -> Bool {
        for table in tables where path.hasPrefix(table.location + "/") {
            let relative = Warehouse.relative(path, to: table.location)
            if try Int.fetchOne(statement, arguments: [table.id, relative, path]) != nil { return true }
        }
        return false
    }
}
