/// Which files COPY INTO has read into which tables.

import GRDB
import LodeCore
import LodeTables

extension EmbeddedCatalog {
    package func loadedFiles(of name: TableName) throws(SQLError) -> Set<String> {
        try storage.read(orEmpty: []) { db in
            guard let row = try TableRow.fetch(name, db) else { return [] }
            return Set(try String.fetchAll(db, sql: "SELECT path FROM loaded_file WHERE table_id = ?", arguments: [row.id]))
        }
    }

    /// - Throws: `40001` if another statement has read one of the files meanwhile.
    static func remember(_ files: [String], _ row: TableRow, _ db: Database) throws {
        if files.isEmpty { return }
        let insert = try db.makeStatement(sql: "INSERT OR IGNORE INTO loaded_file (table_id, path, loaded_at) VALUES (?, ?, ?)")
        for path in files {
            try insert.execute(arguments: [row.id, path, nowMicros()])
            guard db.changesCount == 1 else { throw CatalogError.conflict("the file \"\(path)\" was read into the table") }
        }
    }
}
