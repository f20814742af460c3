/// How the tables of an SQLite file are made, and how older files become current.

import GRDB
import LodeCore

/// The steps that made a schema, in order; `PRAGMA user_version` counts the ones a file has.
///
/// A step is never changed once released: a new one is added.
struct SQLiteSchema: Sendable {
    /// What messages call the file.
    private let name: String
    private let steps: [String]

    init(_ name: String, steps: [String]) {
        self.name = name
        self.steps = steps
    }

    /// Applies the steps that are missing, all or none. A file that has them all is only read.
    /// - Throws: `55000` if it has steps that this Lode doesn't know.
    func update(_ db: Database) throws {
        guard try !isCurrent(db) else { return }
        try db.inTransaction(.immediate) {
            guard try !isCurrent(db) else { return .commit }
            for step in steps[try Self.version(db)...] { try db.execute(sql: step) }
            try db.execute(sql: "PRAGMA user_version = \(steps.count)")
            return .commit
        }
    }

    private func isCurrent(_ db: Database) throws -> Bool {
        let version = try Self.version(db)
        guard version <= steps.count else {
            throw SQLError(
                .objectNotInPrerequisiteState, "the \(name) was written by a newer version of Lode",
                detail: "Its layout is number \(version); this Lode knows up to \(steps.count).", hint: "Use the newer Lode.")
        }
        return version == steps.count
    }

    private static func version(_ db: Database) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 }
}
