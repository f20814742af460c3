/// What the catalog remembers of the manifests of a table.

import GRDB

/// A row of `table_manifest`.
struct ManifestRow: Equatable {
    /// The row of databases and roles, which also keeps the time of the latest manifest of all.
    static let warehouse: Int64 = 0

    var table: Int64
    var stem: String
    var number: Int64 = 0
    var writtenAt: Int64 = 0
    var fullNumber: Int64 = 0
    var fullBytes = 0
    var changeBytes = 0
    var oldestVersion: Int64 = 0
    var isShared = false

    private static let columns =
        "table_id, stem, number, written_at, full_number, full_bytes, change_bytes, oldest_version, is_shared"

    init(table: Int64, stem: String) {
        self.table = table
        self.stem = stem
    }

    private init(_ row: Row) {
        table = row[0]
        stem = row[1]
        number = row[2]
        writtenAt = row[3]
        fullNumber = row[4]
        fullBytes = row[5]
        changeBytes = row[6]
        oldestVersion = row[7]
        isShared = row[8]
    }

    static func fetch(_ table: Int64, _ db: Database) throws -> ManifestRow? {
        try Row.fetchOne(db, sql: "SELECT \(columns) FROM table_manifest WHERE table_id = ?", arguments: [table]).map(Self.init)
    }

    /// By stem.
    static func fetchAll(_ db: Database) throws -> [String: ManifestRow] {
        let rows = try Row.fetchAll(db, sql: "SELECT \(columns) FROM table_manifest").map(Self.init)
        return Dictionary(rows.map { ($0.stem, $0) }) { first, _ in first }
    }

    func save(_ db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO table_manifest (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [table, stem, number, writtenAt, fullNumber, fullBytes, changeBytes, oldestVersion, isShared])
    }

    /// Below this many bytes changes are added to changes: reading them all is as quick as reading one.
    private static let fewBytes = 64 << 10

    /// Whether the next manifest is to describe the whole table: so much has changed that it costs no more than the changes did.
    var isDue: Bool { fullNumber == 0 || changeBytes >= max(Self.fewBytes, fullBytes) }

    /// Takes note of the next manifest.
    mutating func append(_ time: Int64, bytes: Int, isFull: Bool, oldestVersion: Int64, isShared: Bool) {
        number += 1
        writtenAt = time
        if isFull {
            fullNumber = number
            fullBytes = bytes
            changeBytes = 0
            self.oldestVersion = oldestVersion
            // Of those before, none is needed.
            self.isShared = self.isShared || isShared
        } else {
            changeBytes += bytes
            self.isShared = self.isShared || isShared
        }
    }
}
