/// Versions of tables with logs that are part of a commit of several tables.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

/// A log file that belongs to others: all of them are versions of their tables, or none is.
///
///     noted ──▶ each file written ──▶ decided: one transaction of the catalog, with all that it keeps itself
///       └── whoever wrote died, or lost a race ──▶ undone: each file that was written is taken back by another one
///
/// The row is there before the file, and stays until nobody can have listed the log before it was decided.
struct JointVersion: Sendable {
    /// The commit, and the place in it.
    var commit: Int64 = 0
    var place = 0
    /// The table's folder, see `key`.
    var location: String
    var format: String
    var path: String
    var number: Int64
    var digest: String
    var decidedAt: Int64?
    var undoneBy: Int64?
    /// When it was noted: microseconds since 1970-01-01 UTC.
    var begunAt: Int64 = 0

    var isUndecided: Bool { decidedAt == nil && undoneBy == nil }

    /// One place has one name.
    static func key(_ location: String) -> String { StorePath.withoutTrailingSlash(StorePath.plain(location)) }

    /// What tells a file from that of another writer.
    /// - Source: FNV-1a, 64 bits; after it the length.
    static func digest(_ bytes: [UInt8]) -> String {
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16) + ".\(bytes.count)"
    }

    /// Whether who reads the log up to `latest`, and of commits only those up to `moment`, looks past it.
    func isHidden(upTo latest: Int64, at moment: Int64?) -> Bool {
        guard number <= latest else { return false }
        if let undoneBy { return latest < undoneBy }
        guard let decidedAt else { return true }
        return moment.map { decidedAt > $0 } ?? false
    }

    // MARK: Rows

    private static let columns = "commit_id, place, location, format, path, number, digest, decided_at, undone_by, begun_at"

    private init(row: Row) {
        commit = row[0]
        place = row[1]
        location = row[2]
        format = row[3]
        path = row[4]
        number = row[5]
        digest = row[6]
        decidedAt = row[7]
        undoneBy = row[8]
        begunAt = row[9]
    }

    init(of location: String, format: String, path: String, number: Int64, digest: String) {
        self.location = location
        self.format = format
        self.path = path
        self.number = number
        self.digest = digest
    }

    /// What readers of commits up to `moment` may have to look past, in the order of the log.
    static func fetch(of location: String, after moment: Int64?, _ db: Database) throws -> [JointVersion] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT \(columns) FROM joint_version WHERE location = ? AND (decided_at IS NULL OR decided_at > ?) ORDER BY number
                """, arguments: [key(location), moment ?? .max]
        ).map { JointVersion(row: $0) }
    }

    /// Those of which it is open whether they are versions, the last written first.
    static func undecided(_ db: Database) throws -> [JointVersion] {
        let condition = "decided_at IS NULL AND undone_by IS NULL"
        return try Row.fetchAll(db, sql: "SELECT \(columns) FROM joint_version WHERE \(condition) ORDER BY commit_id DESC, place DESC")
            .map { JointVersion(row: $0) }
    }

    static func isDecided(_ commit: Int64, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM joint_version WHERE commit_id = ? AND decided_at IS NOT NULL)", arguments: [commit])
            ?? false
    }

    /// Keeps the versions of a new commit, and numbers it.
    static func note(_ versions: inout [JointVersion], at now: Int64, _ db: Database) throws {
        let commit = (try Int64.fetchOne(db, sql: "SELECT max(commit_id) FROM joint_version") ?? 0) + 1
        for index in versions.indices {
            versions[index].commit = commit
            versions[index].place = index
            let version = versions[index]
            try db.execute(
                sql: """
                    INSERT INTO joint_version (commit_id, place, begun_at, location, format, path, number, digest)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [commit, index, now, version.location, version.format, version.path, version.number, version.digest])
        }
    }

    /// Says that another file is to be written, since the number was somebody else's.
    func move(_ db: Database) throws {
        try db.execute(
            sql: "UPDATE joint_version SET path = ?, number = ?, digest = ? WHERE commit_id = ? AND place = ?",
            arguments: [path, number, digest, commit, place])
    }

    static func decide(_ commit: Int64, at time: Int64, _ db: Database) throws {
        try db.execute(sql: "UPDATE joint_version SET decided_at = ? WHERE commit_id = ?", arguments: [time, commit])
        guard db.changesCount > 0 else { throw SQLError.internalFault("a commit that nobody noted") }
    }

    func undone(by number: Int64, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE joint_version SET undone_by = ? WHERE commit_id = ? AND place = ?", arguments: [number, commit, place])
    }

    func forget(_ db: Database) throws {
        try db.execute(sql: "DELETE FROM joint_version WHERE commit_id = ? AND place = ?", arguments: [commit, place])
    }

    /// Forgets what no reader looks past any more: all of them began after `earliest`, and have listed their logs after `listed`.
    static func forgetOld(before earliest: Int64, _ listed: Int64, _ db: Database) throws {
        try db.execute(
            sql: "DELETE FROM joint_version WHERE decided_at <= ? OR (undone_by IS NOT NULL AND begun_at < ?)",
            arguments: [earliest, listed])
    }
}
