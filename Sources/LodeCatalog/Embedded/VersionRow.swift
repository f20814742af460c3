/// One row of `table_version`, with the table that it is a version of.

import GRDB
import LodeCore
import LodeTables

struct VersionRow {
    var table: TableRow
    var version: Int64
    var committedAt: Int64
    /// The definition of an earlier version.
    var definition: String?
    /// See `EmbeddedCatalog.statistics`; nil before the first version.
    var totals: Row?

    var state: TableVersion { TableVersion(table: TableID(table.id), version: version, definitionVersion: table.definitionVersion) }

    /// The version of the live table that is current or was at `time`; nil if there is no such table.
    /// - Throws: `22023` for a version that there never was, `55000` for one that was vacuumed.
    static func find(_ name: TableName, _ time: TableTime?, _ db: Database) throws -> VersionRow? {
        guard let table = try TableRow.fetch(name, db) else { return nil }
        guard let time else {
            let row = try row(table, table.version, db)
            return VersionRow(table: table, version: table.version, committedAt: row?[4] ?? 0, totals: row)
        }
        let version = try version(of: table, name, time, db)
        guard let row = try row(table, version, db) else {
            throw SQLError.internalFault("version \(version) of table \(name) is not there")
        }
        let definition = try EmbeddedCatalog.definitionText(of: table.id, at: version, db)
        return VersionRow(table: table, version: version, committedAt: row[4], definition: definition, totals: row)
    }

    /// The totals of the table's current version.
    static func totals(_ table: TableRow, _ db: Database) throws -> Row? { try row(table, table.version, db) }

    private static func row(_ table: TableRow, _ version: Int64, _ db: Database) throws -> Row? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT file_count, row_count, byte_count, statistics, committed_at FROM table_version
                WHERE table_id = ? AND version = ?
                """, arguments: [table.id, version])
    }

    private static func version(of table: TableRow, _ name: TableName, _ time: TableTime, _ db: Database) throws -> Int64 {
        let oldest = try Int64.fetchOne(db, sql: "SELECT oldest_version FROM table_info WHERE id = ?", arguments: [table.id]) ?? 0
        switch time {
        case .version(let number):
            guard number >= 1, number <= table.version else {
                throw SQLError(
                    .invalidParameterValue, "version \(number) of table \"\(name)\" does not exist",
                    detail: "The table has versions \(max(oldest, 1)) to \(table.version).", hint: "DESCRIBE HISTORY \(name) lists them.")
            }
            if number < oldest { throw vacuumed("version \(number)", name, oldest, table) }
            return number
        case .reference(let reference):
            throw SQLError.unsupported(
                "the branch or tag \"\(reference)\" of table \"\(name)\"",
                hint: "A version has a number: DESCRIBE HISTORY \(name) lists them.")
        case .timestamp(let micros):
            let found = try Int64.fetchOne(
                db, sql: "SELECT max(version) FROM table_version WHERE table_id = ? AND committed_at <= ?", arguments: [table.id, micros])
            if let found, found >= oldest { return found }
            if oldest > 1 { throw vacuumed("the version of that time", name, oldest, table) }
            throw SQLError(
                .invalidParameterValue, "table \"\(name)\" did not exist at that time",
                hint: "DESCRIBE HISTORY \(name) lists its versions.")
        }
    }

    private static func vacuumed(_ what: String, _ name: TableName, _ oldest: Int64, _ table: TableRow) -> SQLError {
        SQLError(
            .objectNotInPrerequisiteState, "\(what) of table \"\(name)\" was vacuumed",
            detail: "Versions \(oldest) to \(table.version) can be read.",
            hint: "VACUUM … RETAIN n DAYS keeps the versions of n days.")
    }
}
