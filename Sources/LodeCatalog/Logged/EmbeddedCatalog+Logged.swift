/// Tables of the embedded catalog that keep a log of their own: what is published there, the catalog only follows.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    /// Starts a change of a table by its log.
    func beginLoggedWrite(_ table: GlueTable, _ format: any WritableTableFormat) throws(SQLError) -> any TableTransaction {
        // Before the first file is written: collectors leave it alone.
        let lease = leases.take(Self.nowMicros())
        let snapshot = try snapshot(of: table.tableName, at: nil)
        let declared = try table.declared(try format.declaration(of: snapshot))
        return GatheredTransaction(declared, snapshot, lease, try format.rowWriting(of: snapshot))
    }

    /// Publishes changes that go into tables' logs.
    /// - Returns: nil if all of them are the catalog's own.
    func commitLogged(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome]? {
        var logged: TableName?, others = false, read: [TableName] = []
        for change in changes {
            guard let name = try loggedTable(change) else {
                if case .requires(let name, _) = change, try table(name)?.writableFormat != nil {
                    read.append(name)
                    continue
                }
                others = true
                continue
            }
            // What was read the catalog keeps.
            if case .files(_, let files) = change, !files.loaded.isEmpty { others = true }
            others = others || logged.map { $0 != name } ?? false
            logged = logged ?? name
        }
        // What was read must still be so when the change is decided, and logs say nothing of each other.
        guard let logged else {
            if read.isEmpty || !others { return nil }
            return try commitJointly(changes)
        }
        if others || read.contains(where: { $0 != logged }) { return try commitJointly(changes) }
        for case .create(let table, let ifExists, let files, let read) in changes {
            let outcome = try createLogged(table, ifExists, files, read)
            return changes.map { Self.outcome(of: $0, outcome) }
        }
        return try changeLogged(logged, changes)
    }

    private static func outcome(of change: TableChange, _ outcome: CommitOutcome) -> CommitOutcome {
        guard case .requires(_, let version) = change else { return outcome }
        return CommitOutcome(version: version.version, changed: false)
    }

    /// The table whose log a change goes into.
    private func loggedTable(_ change: TableChange) throws(SQLError) -> TableName? {
        switch change {
        case .create(let table, _, _, _): return table.writableFormat == nil ? nil : table.tableName
        case .files(let name, _): return try table(name)?.writableFormat == nil ? nil : name
        case .alter(let name, let changes):
            guard changes.contains(where: \.isLogged) else { return nil }
            return try table(name)?.writableFormat == nil ? nil : name
        case .createDatabase, .dropDatabase, .alterDatabase, .drop, .partitions, .requires: return nil
        }
    }

    /// - Throws: `40001` if a table with a log has another version by now.
    func require(_ name: TableName, _ version: TableVersion) throws(SQLError) {
        guard let found = try? snapshot(of: name, at: nil).identity, found.table == version.table, found.version == version.version else {
            throw CatalogError.conflict("table \"\(name)\", which the transaction has read, was changed")
        }
    }

    /// The same for all that the changes require.
    func requireLogged(_ changes: [TableChange]) throws(SQLError) {
        for case .requires(let name, let version) in changes where try table(name)?.writableFormat != nil { try require(name, version) }
    }

    /// - Throws: `40001` if a table that goes was changed since what takes its place was computed from it.
    func requireUnchanged(_ known: GlueTable, _ read: Set<TableVersion>) throws(SQLError) {
        guard known.writableFormat != nil, let own = read.first(where: { $0.table.number == known.number }) else { return }
        try require(known.tableName, own)
    }

    // MARK: Creating

    private func createLogged(
        _ table: GlueTable, _ ifExists: TableChange.IfExists, _ files: [DataFile], _ read: Set<TableVersion>
    ) throws(SQLError) -> CommitOutcome {
        let name = table.tableName
        guard let format = table.writableFormat, let location = table.storageDescriptor.location else {
            throw .internalFault("a table without a place for its log")
        }
        let existing = try self.table(name)
        switch (existing, ifExists) {
        case (_?, .fail): throw SQLError(.duplicateTable, "relation \"\(name.name)\" already exists")
        case (_?, .skip): return CommitOutcome(changed: false)
        case (let known?, .replace):
            if known.writableFormat?.name == format.name, known.storageDescriptor.location == location {
                return try replace(known, by: table, format, files, read)
            }
            try requireUnchanged(known, read)
        case (nil, _): break
        }
        var change = FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        change.added = files
        let isThere = try format.isThere(in: location, io: io)
        if isThere, !files.isEmpty {
            throw SQLError(.duplicateTable, "there is a \(format.name) table in the folder already", in: location)
        }
        if !isThere {
            try checkFiles(files)
            let operation = files.isEmpty ? "CREATE TABLE" : "CREATE TABLE AS SELECT"
            let declaration = try table.declaration()
            _ = try format.commit(TableCommit(change, declaration: declaration, operation: operation), to: nil, in: location, io: io)
        }
        // A table that is there already is taken as it is.
        do throws(SQLError) {
            return try commitOwn([.create(table, ifExists: ifExists, computedFrom: read)]).first ?? CommitOutcome()
        } catch {
            if files.isEmpty { throw error }
            // The log names the files by now: they stay.
            throw SQLError(
                .ioError, error.message, in: location, detail: "The table is in its folder, but the catalog does not know it.",
                hint: "CREATE TABLE … USING \(format.name) LOCATION '…' makes it known.")
        }
    }

    /// CREATE OR REPLACE is a version like others: earlier ones stay.
    private func replace(
        _ known: GlueTable, by table: GlueTable, _ format: any WritableTableFormat, _ files: [DataFile], _ read: Set<TableVersion>
    ) throws(SQLError) -> CommitOutcome {
        let name = known.tableName
        try checkFiles(files)
        let own = read.first { $0.table.number == known.number }
        let snapshot = try snapshot(of: name, at: own.map { .version($0.version) })
        var change = FileChange(base: snapshot.identity ?? TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        change.removesEverything = true
        change.added = files
        change.dependsOnBase = own != nil
        _ = try format.declaration(of: snapshot)
        let commit = TableCommit(change, declaration: try table.declaration(), operation: "CREATE OR REPLACE TABLE AS SELECT")
        let version = try format.commit(commit, to: snapshot, in: snapshot.location ?? "", io: settlingIO(format))
        follow(name, try table.declaration())
        return CommitOutcome(version: version)
    }

    // MARK: Changing

    private func changeLogged(_ name: TableName, _ changes: [TableChange]) throws(SQLError) -> [CommitOutcome] {
        let stored = try requireTable(name)
        guard let format = stored.writableFormat, let location = stored.storageDescriptor.location else {
            throw .internalFault("a table without a log")
        }
        guard let change = SharedChange.gather(changes)?.first else { throw .internalFault("a change that is partly a log's") }
        let files = change.files
        if let base = files?.base ?? change.required, base.table.number != stored.number {
            throw CatalogError.conflict("table \"\(name)\" was dropped or replaced")
        }
        let snapshot = if let found = files?.found { found } else { try snapshot(of: name, at: nil) }
        try change.check(snapshot)
        let before = try format.declaration(of: snapshot)
        guard let commit = try change.commit(of: stored, before) else {
            // Nothing that the log has: keys, and owners.
            return try commitOwn(
                changes.map { if case .alter(let name, let own) = $0 { .alter(name, own.filter(\.isLogged)) } else { $0 } })
        }
        try checkFiles(commit.files.added)
        let version = try format.commit(commit, to: snapshot, in: location, io: settlingIO(format))
        if commit.files.restored != nil {
            // What an earlier version was declared to be, it is again.
            follow(name, try format.declaration(of: try self.snapshot(of: name, at: nil)))
        } else {
            let keys = change.alterations.isEmpty ? nil : try change.applied(to: stored, before).keys()
            follow(name, commit.declaration ?? before, keys: keys)
        }
        return changes.map { Self.outcome(of: $0, CommitOutcome(version: version)) }
    }

    /// Makes the catalog's copy of a definition what the log says. The log counts: where that fails, the copy is old.
    func follow(_ name: TableName, _ declaration: TableDeclaration, keys: [DeclaredConstraint]? = nil) {
        let change = DefinitionChange.follow(declaration, keys: keys)
        guard let stored = try? table(name) else { return }
        var now = stored
        guard (try? now.apply(change)) != nil, now != stored else { return }
        _ = try? commitOwn([.alter(name, [change])])
    }
}

extension DefinitionChange {
    /// Whether it is about what a table's own log says.
    package var isLogged: Bool {
        switch self {
        case .addColumns, .column, .cluster, .setProperties, .removeProperties, .setComment, .setDefault, .setNullable, .addConstraint,
            .dropConstraint, .partitioning, .reference:
            true
        case .setLocation, .requires, .rewritten, .access, .rename, .follow, .setTags, .removeTags: false
        // Not of tables that have a log.
        case .setSerDeProperties, .replaceColumns, .changeColumn: false
        }
    }

    /// Whether it changes nothing, and says what the changes beside it rest on.
    var isCondition: Bool {
        switch self {
        case .requires, .rewritten: true
        default: false
        }
    }
}

extension [DefinitionChange] {
    /// Whether all rows are written again with the changes.
    var rewriteRows: Bool { contains { if case .rewritten = $0 { true } else { false } } }
}
