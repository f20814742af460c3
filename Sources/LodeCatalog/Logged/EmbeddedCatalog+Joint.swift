/// Publishing changes of several tables of which some keep logs of their own: all or none.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

/// A change that goes into a table's log.
struct LoggedChange {
    /// Its place among the changes of the commit, and those of others that are part of the same version.
    var index: Int
    var others: [Int] = []
    var format: any WritableTableFormat
    var location: String
    /// The files that come.
    var added: [DataFile] = []
    /// Makes the next version, and writes it.
    var write: (any TableIO) throws(SQLError) -> Void
}

extension LoggedChange {
    /// - Parameter base: nil for a table that is made.
    fileprivate init(
        index: Int, others: [Int] = [], format: any WritableTableFormat, location: String, base: (any TableSnapshot)?, commit: TableCommit
    ) {
        self.init(index: index, others: others, format: format, location: location, added: commit.files.added) { (io) throws(SQLError) in
            _ = try format.commit(commit, to: base, in: location, io: io)
        }
    }
}

extension EmbeddedCatalog {
    /// Every log file is made first, and not written: what conflicts does so before anything is published. Then it is noted which files are
    /// to be written, they are written, and one transaction of the catalog decides that all of them count, together with what the catalog
    /// keeps itself. Readers look past files of a commit that is not decided; if it comes to nothing, they are taken back.
    ///
    /// One such commit goes on at a time; commits of single tables go on beside it.
    func commitJointly(_ changes: [TableChange]) throws(SQLError) -> [CommitOutcome] {
        var own: [JointPlan.Own] = []
        let (logged, done, kept) = try publishJointly { () throws(SQLError) in
            try requireLogged(changes)
            let plan = try JointPlan(changes, self)
            own = plan.own
            return (plan.logged, plan.own.map(\.change))
        } check: { () throws(SQLError) in
            try requireLogged(changes)
        }
        var outcomes = changes.map { _ in CommitOutcome(changed: false) }
        for (change, outcome) in zip(own, kept) where change.tells { outcomes[change.index] = outcome }
        for (change, done) in zip(logged, done) {
            let version = try? change.format.version(of: done.version.number, done.bytes, done.version.path)
            for index in [change.index] + change.others { outcomes[index] = CommitOutcome(version: version ?? 0) }
        }
        return outcomes
    }

    /// - Parameters:
    ///   - plan: what goes into logs, and what the catalog keeps itself.
    ///   - check: whether what was read is still so, once all versions are won: commits of single tables went on beside it.
    /// - Returns: what was written into logs, in the order in which it was, and the outcomes of what the catalog keeps.
    func publishJointly(
        _ plan: () throws(SQLError) -> (logged: [LoggedChange], own: [TableChange]), check: () throws(SQLError) -> Void
    ) throws(SQLError) -> (logged: [LoggedChange], done: [PreparedVersion], own: [CommitOutcome]) {
        let lock = try lockJointCommits()
        defer { withExtendedLifetime(lock) {} }
        try undoAbandoned()
        let planned = try plan()
        // Who waits for who is told by the order, so that nobody waits for ever.
        let logged = planned.logged.sorted { $0.location < $1.location }
        for change in logged { try checkFiles(change.added) }
        var prepared: [PreparedVersion] = []
        for change in logged { prepared.append(try prepare(change)) }
        try note(&prepared)
        let own: [CommitOutcome]
        do throws(SQLError) {
            for index in prepared.indices { try win(logged[index], &prepared[index]) }
            try check()
            own = try commitOwn(planned.own, deciding: prepared.first?.version.commit)
        } catch {
            throw settled(error, after: prepared, logged)
        }
        for (change, done) in zip(logged, prepared) { change.format.followUp(done.version.number, done.bytes, in: change.location, io: io) }
        return (logged, prepared, own)
    }

    // MARK: Versions

    /// A log file that is ready to be written.
    struct PreparedVersion {
        var version: JointVersion
        var bytes: [UInt8]
        /// Whether it may be there.
        var isTried = false
    }

    /// Lets the format make the next version's file, and keeps it from writing it.
    /// - Throws: `40001` if what others committed since does not go with it.
    private func prepare(_ change: LoggedChange) throws(SQLError) -> PreparedVersion {
        let made = Lock<(path: String, number: Int64, bytes: [UInt8])?>(nil)
        let rehearsal = LogWritingIO(io, change.format) { (path, number, bytes, io) throws(SQLError) in
            do throws(SQLError) {
                _ = try io.read(path)
                return false
            } catch {
                guard error.state == .undefinedFile else { throw error }
            }
            made.withLock { $0 = (path, number, bytes) }
            throw SQLError.unsupported("writing a log file before its time")
        }
        var failure: SQLError?
        do throws(SQLError) {
            try change.write(rehearsal)
        } catch {
            failure = error
        }
        guard let (path, number, bytes) = made.withLock({ $0 }) else {
            throw failure ?? .internalFault("a commit that writes no version")
        }
        let version = JointVersion(
            of: JointVersion.key(change.location), format: change.format.name, path: path, number: number,
            digest: JointVersion.digest(bytes))
        return PreparedVersion(version: version, bytes: bytes)
    }

    private func note(_ prepared: inout [PreparedVersion]) throws(SQLError) {
        var versions = prepared.map(\.version)
        let now = Self.nowMicros(), earliest = try leases.earliest() ?? .max
        versions = try storage.write { db in
            var versions = versions
            try JointVersion.forgetOld(before: earliest, now - Self.longestListing, db)
            try JointVersion.note(&versions, at: now, db)
            return versions
        }
        for (index, version) in versions.enumerated() { prepared[index].version = version }
    }

    /// Nobody lists a log for so long.
    private static let longestListing: Int64 = 600_000_000

    /// Writes the file. If somebody else was first, it is made again for the next number.
    private func win(_ change: LoggedChange, _ prepared: inout PreparedVersion) throws(SQLError) {
        while true {
            prepared.isTried = true
            if case .won = try io.publish(prepared.version.path, prepared.bytes) { return }
            let (commit, place) = (prepared.version.commit, prepared.version.place)
            prepared.isTried = false
            prepared = try prepare(change)
            (prepared.version.commit, prepared.version.place) = (commit, place)
            let version = prepared.version
            try storage.write { db in try version.move(db) }
        }
    }

    /// Takes back what was written, unless the commit was decided.
    /// - Returns: the error that the statement ends with.
    private func settled(_ error: SQLError, after prepared: [PreparedVersion], _ logged: [LoggedChange]) -> SQLError {
        guard let commit = prepared.first?.version.commit else { return error }
        do throws(SQLError) {
            if try storage.read(orEmpty: false, { db in try JointVersion.isDecided(commit, db) }) { return error }
            var mayCome: String?
            for (done, change) in zip(prepared, logged).reversed() {
                let outcome = done.isTried ? try undo(done.version) : .absent
                if outcome == .revertedByVersion {
                    let files = change.added.map(\.path)
                    filesOfUndoneVersions.withLock { $0.formUnion(files) }
                }
                if outcome == .mayCome { mayCome = done.version.path }
                if outcome == .absent { try storage.write { db in try done.version.forget(db) } }
            }
            if mayCome == nil { return error }
            return CatalogError.unknownState(error.message, in: mayCome, detail: "A request that was sent may still write the file.")
        } catch let later {
            // Nothing of it will ever count: whoever comes next takes it back. Until then logs name its files.
            return CatalogError.unknownState(error.message, in: later.place, detail: later.message)
        }
    }
}

/// What of a commit goes into logs, and what the catalog keeps itself.
private struct JointPlan {
    private let catalog: EmbeddedCatalog
    /// `tells`: whether the outcome of the change with that index is the catalog's.
    typealias Own = (index: Int, change: TableChange, tells: Bool)

    private let changes: [TableChange]
    var logged: [LoggedChange] = []
    var own: [Own] = []
    /// Tables of which all changes are gathered.
    private var gathered: Set<TableName> = []
    /// Names that an earlier change has freed.
    private var freed: Set<TableName> = []

    init(_ changes: [TableChange], _ catalog: EmbeddedCatalog) throws(SQLError) {
        self.catalog = catalog
        self.changes = changes
        for (index, change) in changes.enumerated() { try add(change, index) }
    }

    private mutating func add(_ change: TableChange, _ index: Int) throws(SQLError) {
        switch change {
        case .create(let table, let ifExists, let files, let read):
            guard let format = table.writableFormat else { break }
            return try create(table, format, ifExists, files, read, index)
        case .alter(let name, let own) where own.contains(where: \.isRename): freed.insert(name.folded)
        case .files(let name, _), .alter(let name, _):
            guard change.isLogged(of: name), let stored = try catalog.table(name), let format = stored.writableFormat else { break }
            // Rows of a table that goes in the same commit.
            if isEnded(name, after: index) { return }
            guard gathered.insert(name.folded).inserted else { return }
            return try self.change(stored, format, changes.indices.filter { changes[$0].isLogged(of: name) })
        case .drop(let name, _, _, _): freed.insert(name.folded)
        case .createDatabase, .dropDatabase, .alterDatabase, .partitions, .requires: break
        }
        own.append((index, change, true))
    }

    /// Whether a later change ends the table, by the name that it has then: the one that it had may be another table's.
    private func isEnded(_ name: TableName, after index: Int) -> Bool {
        var name = name
        for change in changes[(index + 1)...] {
            if change.ends(name) { return true }
            guard case .alter(let other, let own) = change, other.folded == name.folded else { continue }
            for case .rename(let new) in own { name = new }
        }
        return false
    }

    /// All that the commit makes of a table that is there, as one version of it.
    private mutating func change(_ table: GlueTable, _ format: any WritableTableFormat, _ indices: [Int]) throws(SQLError) {
        let name = table.tableName
        guard let index = indices.first, let gathered = SharedChange.gather(indices.map { changes[$0] })?.first else {
            throw .internalFault("a change of a log that is none")
        }
        if let files = gathered.files, files.base.table.number != table.number {
            throw CatalogError.conflict("table \"\(name)\" was dropped or replaced")
        }
        let snapshot = if let found = gathered.files?.found { found } else { try catalog.snapshot(of: name, at: nil) }
        let declaration = try format.declaration(of: snapshot)
        // That it is still this table, and what else the catalog keeps of the change.
        if let files = gathered.files {
            var kept = FileChange(base: files.base)
            kept.loaded = files.loaded
            own.append((index, .files(name, kept), false))
        }
        guard let commit = try gathered.commit(of: table, declaration) else {
            return own.append((index, .alter(name, gathered.alterations.flatMap { $0.filter(\.isLogged) }), false))
        }
        if !gathered.alterations.isEmpty {
            let changed = try gathered.applied(to: table, declaration)
            own.append((index, .alter(name, [.follow(try changed.declaration(), keys: try changed.keys())]), false))
        }
        let location = table.storageDescriptor.location ?? ""
        logged.append(
            LoggedChange(
                index: index, others: Array(indices.dropFirst()), format: format, location: location, base: snapshot, commit: commit))
    }

    private mutating func create(
        _ table: GlueTable, _ format: any WritableTableFormat, _ ifExists: TableChange.IfExists, _ files: [DataFile],
        _ read: Set<TableVersion>, _ index: Int
    ) throws(SQLError) {
        let name = table.tableName, location = table.storageDescriptor.location ?? ""
        let isFree = freed.contains(name.folded)
        let existing = isFree ? nil : try catalog.table(name)
        if existing != nil, ifExists == .skip { return }
        if existing != nil, ifExists == .fail { throw SQLError(.duplicateTable, "relation \"\(name.name)\" already exists") }
        var change = FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        change.added = files
        let declaration = try table.declaration()
        if let known = existing, known.writableFormat?.name == format.name, known.storageDescriptor.location == location {
            let readItself = read.first { $0.table.number == known.number }
            let snapshot = try catalog.snapshot(of: name, at: readItself.map { .version($0.version) })
            change.base = snapshot.identity ?? change.base
            change.removesEverything = true
            change.dependsOnBase = readItself != nil
            _ = try format.declaration(of: snapshot)
            let commit = TableCommit(change, declaration: declaration, operation: "CREATE OR REPLACE TABLE AS SELECT")
            logged.append(LoggedChange(index: index, format: format, location: location, base: snapshot, commit: commit))
            return own.append((index, .alter(name, [.follow(declaration)]), false))
        }
        if let existing { try catalog.requireUnchanged(existing, read) }
        let isThere = try format.isThere(in: location, io: catalog.io)
        if isThere, !files.isEmpty {
            throw SQLError(.duplicateTable, "there is a \(format.name) table in the folder already", in: location)
        }
        own.append((index, .create(table, ifExists: ifExists, computedFrom: read), isThere))
        // One that is there already is taken as it is.
        if isThere { return }
        let operation = files.isEmpty ? "CREATE TABLE" : "CREATE TABLE AS SELECT"
        let commit = TableCommit(change, declaration: declaration, operation: operation)
        logged.append(LoggedChange(index: index, format: format, location: location, base: nil, commit: commit))
    }
}

extension TableChange {
    /// Whether it becomes part of the next version of the table of that name, if that has a log.
    fileprivate func isLogged(of name: TableName) -> Bool {
        switch self {
        case .files(let other, _): other.folded == name.folded
        case .alter(let other, let changes): other.folded == name.folded && changes.contains(where: \.isLogged)
        default: false
        }
    }

    /// Whether the table of that name is another one afterwards, or gone.
    fileprivate func ends(_ name: TableName) -> Bool {
        switch self {
        case .drop(let other, _, _, _): other.folded == name.folded
        case .create(let table, .replace, _, _): table.tableName.folded == name.folded
        case .dropDatabase(let database, _, _): database.lowercased() == name.database.lowercased()
        default: false
        }
    }
}

extension DefinitionChange {
    fileprivate var isRename: Bool { if case .rename = self { true } else { false } }
}

extension TableName {
    /// As it is compared: letter case does not tell names apart.
    var folded: TableName { TableName(database.lowercased(), name.lowercased()) }
}
