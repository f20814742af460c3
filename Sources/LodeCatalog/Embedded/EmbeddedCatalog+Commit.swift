/// Publishing changes: one SQLite transaction, whatever it spans.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    package func commit(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome] {
        for change in changes {
            switch change {
            case .createDatabase, .requires: continue
            case .dropDatabase, .alterDatabase, .create, .drop, .alter, .files, .partitions: break
            }
            try Self.checkWritable(change.database)
        }
        try requireLogged(changes)
        try requireNoClones(dropping: changes)
        if let outcomes = try commitLogged(changes) { return outcomes }
        return try commitOwn(changes)
    }

    /// Publishes what the catalog itself keeps.
    /// - Parameter joint: the commit that this is part of, and that is decided by it.
    func commitOwn(_ changes: [TableChange], deciding joint: Int64? = nil) throws(SQLError) -> [CommitOutcome] {
        // Dropping what isn't there leaves a warehouse that isn't there alone.
        guard try storage.isThere() || changes.contains(where: Self.makesCatalog) else {
            var outcomes: [CommitOutcome] = []
            for change in changes { outcomes.append(try publishNowhere(change)) }
            return outcomes
        }
        try checkFiles(changes.flatMap(\.added))
        try onCommitStep(.started)
        let outcomes = try storage.write { db in
            let earlier = try Self.lastChangeTime(db), notes = CommitNotes()
            let outcomes = try publish(changes, notes, db)
            if let joint { try JointVersion.decide(joint, at: try Self.commitTime(db), db) }
            if changes.count > 1 || joint != nil { try Self.unifyTimes(after: earlier, db) }
            try onCommitStep(.recorded)
            try describe(notes, db) { try onCommitStep(.described) }
            return outcomes
        }
        try onCommitStep(.published)
        return outcomes
    }

    private static func lastChangeTime(_ db: Database) throws -> Int64 {
        max(try lastCommitTime(db), try Int64.fetchOne(db, sql: "SELECT max(dropped_at) FROM table_info") ?? 0)
    }

    /// One commit has one time: no moment lies between its changes.
    private static func unifyTimes(after earlier: Int64, _ db: Database) throws {
        let last = try lastChangeTime(db)
        try db.execute(sql: "UPDATE table_version SET committed_at = ? WHERE committed_at > ?", arguments: [last, earlier])
        try db.execute(sql: "UPDATE table_info SET dropped_at = ? WHERE dropped_at > ?", arguments: [last, earlier])
    }

    /// Files that are written for a changed definition come with it, in one version.
    private func publish(_ changes: [TableChange], _ notes: CommitNotes, _ db: Database) throws -> [CommitOutcome] {
        var outcomes: [CommitOutcome] = [], rest = changes[...]
        while let change = rest.popFirst() {
            if case .files(let name, let files) = change, case .alter(name, let alterations)? = rest.first,
                alterations.contains(where: \.isOfColumns)
            {
                rest.removeFirst()
                let outcome = try alter(name, alterations, with: files, notes, db)
                outcomes += [outcome, outcome]
            } else {
                outcomes.append(try publish(change, notes, db))
            }
        }
        return outcomes
    }

    private func publish(_ change: TableChange, _ notes: CommitNotes, _ db: Database) throws -> CommitOutcome {
        switch change {
        case .createDatabase(let database, let ifNotExists): try Self.create(database, ifNotExists, notes, db)
        case .dropDatabase(let name, let ifExists, let cascade): try Self.drop(database: name, ifExists, cascade, notes, db)
        case .alterDatabase(let name, let change): try Self.alter(database: name, change, notes, db)
        case .create(let table, let ifExists, let files, let read): try create(table, ifExists, files, read, notes, db)
        case .drop(let name, let kinds, let ifExists, let purges): try Self.drop(name, kinds, ifExists, purges: purges, notes, db)
        case .alter(let name, let changes): try alter(name, changes, notes, db)
        case .files(let name, let files): try apply(files, to: name, notes, db)
        case .partitions(let name, let partitions): try apply(partitions, to: name, notes, db)
        case .requires(let name, let version): try require(name, version, db)
        }
    }

    private static func makesCatalog(_ change: TableChange) -> Bool {
        switch change {
        case .createDatabase, .alterDatabase, .create: true
        case .dropDatabase, .drop, .alter, .files, .partitions, .requires: false
        }
    }

    /// What becomes of a change while there is no catalog.
    private func publishNowhere(_ change: TableChange) throws(SQLError) -> CommitOutcome {
        switch change {
        case .drop(_, _, ifExists: true, _), .dropDatabase(_, ifExists: true, _): return CommitOutcome(changed: false)
        case .drop(let name, _, _, _), .alter(let name, _), .files(let name, _), .partitions(let name, _), .requires(let name, _):
            throw try missingTable(name)
        case .dropDatabase(let name, _, _): throw CatalogError.missingDatabase(name, among: try databases().map(\.name))
        case .create, .createDatabase, .alterDatabase: throw SQLError.internalFault("a catalog that is not made")
        }
    }

    /// What is published is there, whole. Before the catalog is locked: nobody else touches files that are not published, but
    /// collectors, and those say which they took.
    func checkFiles(_ files: [DataFile]) throws(SQLError) {
        for (file, info) in zip(files, try stores.info(files.map(\.path))) where info?.size != file.size { throw Self.vanished(file) }
    }

    static func vanished(_ file: DataFile) -> SQLError {
        SQLError(
            .serializationFailure, "a data file vanished or changed before it was published", in: file.path,
            hint: "Run the statement again.")
    }

    private func require(_ name: TableName, _ version: TableVersion, _ db: Database) throws -> CommitOutcome {
        // What a log says was looked at before.
        guard let row = try TableRow.fetch(name, db), row.id == version.table.number,
            try row.version == version.version || row.storedTable().writableFormat != nil
        else {
            throw CatalogError.conflict("table \"\(name)\", which the transaction has read, was changed")
        }
        return CommitOutcome(version: row.version, changed: false)
    }

    private func apply(_ change: FileChange, to name: TableName, _ notes: CommitNotes, _ db: Database) throws -> CommitOutcome {
        guard let found = try TableRow.fetch(name, db), found.id == change.base.table.number else {
            throw CatalogError.conflict("table \"\(name)\" was dropped or replaced")
        }
        try Self.remember(change.loaded, found, db)
        // Its files are in its log.
        if try found.storedTable().writableFormat != nil { return CommitOutcome(version: found.version) }
        let row = try checked(change, to: name, db)
        if let earlier = change.restored as? ManagedSnapshot { return try restore(earlier, row, change, notes, db) }
        return try record(row, change, notes, db)
    }

    /// The table that a change of files is for, if the change is right for it.
    func checked(_ change: FileChange, to name: TableName, _ db: Database) throws -> TableRow {
        guard let row = try TableRow.fetch(name, db), row.id == change.base.table.number else {
            throw CatalogError.conflict("table \"\(name)\" was dropped or replaced")
        }
        if change.dependsOnBase, row.version != change.base.version {
            throw CatalogError.conflict(
                "table \"\(name)\" was changed",
                detail: "This statement read version \(change.base.version); the table is at \(row.version).")
        }
        if row.definitionVersion != change.base.definitionVersion {
            let earlier = try Self.definition(of: row.id, at: change.base.version, db)
            guard let earlier, try row.storedTable().takesFiles(of: earlier) else {
                throw CatalogError.conflict("the definition of table \"\(name)\" was changed")
            }
        }
        return row
    }

    /// Writes the next version with the definition of an earlier one; what the table is called, and whose it is, stays.
    private func restore(
        _ earlier: ManagedSnapshot, _ row: TableRow, _ change: FileChange, _ notes: CommitNotes, _ db: Database
    ) throws -> CommitOutcome {
        let now = try row.storedTable()
        guard var table = try Self.definition(of: row.id, at: earlier.state.version, db) else { return try record(row, change, notes, db) }
        (table.name, table.databaseName, table.storageDescriptor.location) = (now.name, now.databaseName, now.storageDescriptor.location)
        (table.owner, table.access, table.updateTime) = (now.owner, now.access, now.updateTime)
        if table == now { return try record(row, change, notes, db) }
        table.updateTime = Self.nowMicros()
        let definition = JSONText.write(table)
        try db.execute(
            sql: "UPDATE table_info SET definition = ?, definition_version = definition_version + 1 WHERE id = ?",
            arguments: [definition, row.id])
        notes.note(row.id) { $0.definitionChanged = true }
        return try record(TableRow(row, definition: definition), change, definition: definition, notes, db)
    }
}
