/// The catalog as a transaction sees it: as it was when the transaction began to read, with the transaction's own changes.

import LodeCore
import LodeObjectStore
import LodeTables

/// Statements inside BEGIN … COMMIT read and change this one as they would the catalog itself; nothing of it is seen by others before
/// `publish`, which hands all changes to the catalog as one commit.
///
///     read:    catalog at the moment of the first read  ─▶  own changes on top  ─▶  the statement
///     change:  checked against what is read, kept in `TransactionChanges`
///     publish: read set (SERIALIZABLE), then all changes: applied to what is there then, or `40001`
package final class TransactionCatalog: Catalog {
    private struct State {
        var changes = TransactionChanges()
        var moment: ReadMoment?
        var lease: Lease?
        /// What was read of the catalog's tables, by the name under which it was found.
        var reads: [TableVersion: TableName] = [:]
        /// Those of them that must not have changed by the end: FOR UPDATE.
        var locked: Set<TableVersion> = []
        /// Tables with logs of their own, as they were found when they were first read, by their numbers.
        var logged: [Int64: any TableSnapshot] = [:]
        /// Those of attached catalogs, by their names.
        var shared: [TableName: any TableSnapshot] = [:]
    }

    let base: any Catalog
    private let state = Lock(State())

    package init(over base: any Catalog) { self.base = base }

    // MARK: The transaction

    /// All changes so far, to go back to them.
    package var changes: TransactionChanges { state.withLock { $0.changes } }

    /// Goes back to what the changes were.
    /// - Returns: files that were written since and are of no use any more.
    package func restore(_ earlier: TransactionChanges) -> [DataFile] {
        state.withLock { state in
            let kept = Set(earlier.files.map(\.path))
            defer { state.changes = earlier }
            return state.changes.files.filter { !kept.contains($0.path) }
        }
    }

    /// From here on, a change of these tables is a conflict.
    package func lock(_ tables: Set<TableVersion>) { state.withLock { $0.locked.formUnion(tables) } }

    /// Makes all changes visible to others, or none.
    /// - Parameter isSerializable: whether a change of anything that was read, since it was read, is a conflict, too.
    /// - Throws: `40001` if a concurrent change does not go with these.
    package func publish(isSerializable: Bool) throws(SQLError) {
        let (changes, reads, locked) = state.withLock { ($0.changes.log, $0.reads, $0.locked) }
        if changes.isEmpty { return }
        var required: [TableChange] = []
        for (version, name) in reads where isSerializable || locked.contains(version) {
            // Of a catalog that does not change nobody can hold the state.
            let isHeld = version.table.isShared ? try isChanged(name.database, by: changes) : true
            if isHeld { required.append(.requires(name, version)) }
        }
        _ = try base.commit(required + changes)
    }

    /// Whether a catalog that other engines share, to which a database belongs, is the one that changes.
    private func isChanged(_ database: String, by changes: [TableChange]) throws(SQLError) -> Bool {
        let own = try base.attachedCatalog(of: database)
        for change in changes where try change.catalogs(of: base).contains(own) { return true }
        return false
    }

    /// The moment of which the tables are read; that of the first read.
    private func moment() throws(SQLError) -> TableTime {
        if let known = state.withLock({ $0.moment }) { return .timestamp(known.micros) }
        let fresh = try base.readMoment()
        return state.withLock { state in
            if state.moment == nil { state.moment = fresh }
            return .timestamp(state.moment?.micros ?? fresh.micros)
        }
    }

    // MARK: Names

    package func databases() throws(SQLError) -> [GlueDatabase] {
        let changes = changes
        let known = try base.databases().filter { changes.databases[$0.name.lowercased()] == nil }
        return (known + changes.databases.values.compactMap(\.self)).sorted { $0.name < $1.name }
    }

    package func database(_ name: String) throws(SQLError) -> GlueDatabase? {
        if let changed = changes.databases[name.lowercased()] { return changed }
        return try base.database(name)
    }

    package func tables(in database: String) throws(SQLError) -> [GlueTable] {
        let changes = changes
        if let changed = changes.databases[database.lowercased()], changed == nil { return [] }
        let known = try base.tables(in: database).filter { changes.table($0.tableName) == nil }
        let own = changes.tables.values.compactMap(\.definition).filter { $0.databaseName.lowercased() == database.lowercased() }
        return (known + own).sorted { $0.name < $1.name }
    }

    package func table(_ name: TableName) throws(SQLError) -> GlueTable? {
        if let changed = changes.table(name) { return changed.definition }
        guard let table = try base.table(name) else { return nil }
        guard table.kind == .managed else { return table }
        // A table that others made since is not there.
        return try snapshotAtMoment(name) == nil ? nil : table
    }

    package func partitions(of name: TableName) throws(SQLError) -> [GluePartition] { try base.partitions(of: origin(name)) }

    package func versions(of name: TableName) throws(SQLError) -> [VersionRecord] { try base.versions(of: origin(name)) }

    package func definitions(of name: TableName) throws(SQLError) -> [GlueTable]? { try base.definitions(of: origin(name)) }

    package func tags(of name: TableName) throws(SQLError) -> [String: String] {
        guard let own = changes.table(name)?.definition else { return try base.tags(of: name) }
        return own.tags ?? [:]
    }

    /// What the catalog calls a table that the transaction may have renamed.
    private func origin(_ name: TableName) -> TableName { changes.table(name)?.origin ?? name }

    // MARK: Reading

    package func snapshot(of name: TableName, at time: TableTime?) throws(SQLError) -> any TableSnapshot {
        if time != nil { return try base.snapshot(of: origin(name), at: time) }
        let snapshot = try ownSnapshot(name)
        let known = origin(name)
        if let read = snapshot.identity, read.table.number > 0 || read.table.isShared { state.withLock { $0.reads[read] = known } }
        return snapshot
    }

    /// All tables are read at the transaction's moment.
    package func snapshot(of name: TableName, besides version: TableVersion) throws(SQLError) -> any TableSnapshot {
        try snapshot(of: name, at: nil)
    }

    package func snapshot(of name: TableName, asOf moment: ReadMoment) throws(SQLError) -> any TableSnapshot {
        try snapshot(of: name, at: nil)
    }

    private func ownSnapshot(_ name: TableName) throws(SQLError) -> any TableSnapshot {
        guard let changed = changes.table(name) else {
            let table = try requireTable(name)
            if table.writableFormat != nil { return try loggedSnapshot(name, table) }
            guard table.kind == .managed else { return try base.snapshot(of: name, at: nil) }
            guard let found = try snapshotAtMoment(name) else { throw try missingTable(name) }
            return found
        }
        guard let definition = changed.definition else { throw try missingTable(name) }
        if definition.writableFormat != nil {
            var before = changed.redeclared
            if before == nil, let origin = changed.origin { before = try found(origin) }
            if let before, !changed.hasFiles { return before }
            return try OverlaySnapshot(definition, changed.files, over: before, replacing: changed.replaced)
        }
        guard definition.kind == .managed else { return try base.snapshot(of: changed.origin ?? name, at: nil) }
        let before = try changed.origin.map { (origin) throws(SQLError) in try base.snapshot(of: origin, at: try moment()) }
        return try OverlaySnapshot(definition, changed.files, over: before)
    }

    /// A table with a log of its own as the transaction found it, by the name that the catalog has for it.
    func found(_ origin: TableName) throws(SQLError) -> any TableSnapshot { try loggedSnapshot(origin, try base.requireTable(origin)) }

    /// A table with a log of its own stays as the transaction found it, and is found with all or nothing of every change of several tables.
    private func loggedSnapshot(_ name: TableName, _ table: GlueTable) throws(SQLError) -> any TableSnapshot {
        guard let number = table.number else { return try sharedSnapshot(name) }
        if let known = state.withLock({ $0.logged[number] }) { return known }
        let found = try base.snapshot(of: name, asOf: try readMoment())
        return state.withLock { state in
            let kept = state.logged[number] ?? found
            state.logged[number] = kept
            return kept
        }
    }

    /// A table of an attached catalog stays as the transaction found it.
    private func sharedSnapshot(_ name: TableName) throws(SQLError) -> any TableSnapshot {
        if let known = state.withLock({ $0.shared[name] }) { return known }
        let found = try base.snapshot(of: name, at: nil)
        return state.withLock { state in
            let kept = state.shared[name] ?? found
            state.shared[name] = kept
            return kept
        }
    }

    /// Nil for a table that was not there then.
    private func snapshotAtMoment(_ name: TableName) throws(SQLError) -> (any TableSnapshot)? {
        do throws(SQLError) {
            return try base.snapshot(of: name, at: try moment())
        } catch {
            if error.state == .invalidParameterValue { return nil }
            throw error
        }
    }

    package func readMoment() throws(SQLError) -> ReadMoment {
        _ = try moment()
        guard let moment = state.withLock({ $0.moment }) else { return try base.readMoment() }
        return moment
    }

    // MARK: Changing

    package func attachedCatalog(of database: String) throws(SQLError) -> String? { try base.attachedCatalog(of: database) }
    package func stores(of database: String) throws(SQLError) -> StoreRegistry? { try base.stores(of: database) }
    package func stores(of table: TableName) throws(SQLError) -> StoreRegistry? { try base.stores(of: table) }

    /// Before anything is written: what one catalog publishes, another one can't take back.
    private func requireOwn(_ database: String) throws(SQLError) {
        if let name = try base.attachedCatalog(of: database) { throw Self.foreign(name) }
    }

    private static func foreign(_ name: String) -> SQLError {
        SQLError.unsupported(
            "changing the catalog \"\(name)\" inside BEGIN … COMMIT", hint: "End the transaction with COMMIT; then change it.")
    }

    package func analyze(_ name: TableName, _ measure: () throws(SQLError) -> MeasuredTable) throws(SQLError) {
        try requireOwn(name.database)
        try base.analyze(name, measure)
    }

    package func completing(_ table: GlueTable) throws(SQLError) -> GlueTable {
        try requireOwn(table.databaseName)
        return try base.completing(table)
    }

    package func beginWrite(_ name: TableName) throws(SQLError) -> any TableTransaction {
        if let attached = try base.attachedCatalog(of: name.database) { return try beginSharedWrite(name, in: attached) }
        takeLease()
        let table = try requireTable(name)
        if let format = table.writableFormat { return try beginLoggedWrite(name, table, format) }
        // Refuses what is no managed table.
        guard table.kind == .managed else { return try base.beginWrite(origin(name)) }
        // To add rows to a table is not to read it.
        return GatheredTransaction(table, try ownSnapshot(name))
    }

    /// Tables of one attached catalog change together, if it can publish that, and nothing else does.
    private func beginSharedWrite(_ name: TableName, in attached: String) throws(SQLError) -> any TableTransaction {
        try requireTogether(name, attached)
        let begun = try base.beginWrite(name)
        // Files of a folder are there for all as soon as they are written.
        guard begun.table.writableFormat != nil else { throw Self.foreign(attached) }
        let before = try sharedSnapshot(name), writing = begun.rowWriting.ofSeveralStatements
        guard let known = changes.table(name), known.hasFiles else { return GatheredTransaction(begun.table, before, lease(), writing) }
        return GatheredTransaction(begun.table, try OverlaySnapshot(begun.table, known.files, over: before), lease(), writing)
    }

    /// - Throws: `0A000` where what changes could not be published as one.
    private func requireTogether(_ table: TableName, _ attached: String) throws(SQLError) {
        let scope = try base.transactionScope(in: table.database)
        if scope == .none { throw Self.foreign(attached) }
        for change in changes.log {
            for name in try change.catalogs(of: base) where name != attached { throw Self.foreign(attached) }
            guard scope == .oneTable, let other = change.tableName, other != table else { continue }
            throw SQLError.unsupported(
                "changing several tables of the catalog \"\(attached)\" inside BEGIN … COMMIT",
                hint: "It publishes each table on its own: end the transaction with COMMIT before you change another one.")
        }
    }

    /// - Throws: `0A000` for a change of the warehouse's own beside those of an attached catalog.
    private func requireNoneShared() throws(SQLError) {
        if state.withLock({ $0.shared.isEmpty }) { return }
        for change in changes.log { for case let name? in try change.catalogs(of: base) { throw Self.foreign(name) } }
    }

    private func beginLoggedWrite(
        _ name: TableName, _ table: GlueTable, _ format: any WritableTableFormat
    ) throws(SQLError) -> any TableTransaction {
        let known = changes.table(name), snapshot = try ownSnapshot(name), marks = known?.files.identityMarks ?? [:]
        // What the transaction has made is as it says.
        guard known?.origin != nil || known == nil else { return GatheredTransaction(table.counted(to: marks), snapshot) }
        let before = if let declared = known?.redeclared { declared } else { try found(known?.origin ?? name) }
        return GatheredTransaction(
            try table.declared(try format.declaration(of: before)).counted(to: marks), snapshot, nil,
            try format.rowWriting(of: before).ofSeveralStatements)
    }

    package func commit(_ new: [TableChange]) throws(SQLError) -> [CommitOutcome] {
        for change in new {
            for name in try change.catalogs(of: base) {
                guard let name else {
                    try requireNoneShared()
                    continue
                }
                guard case .files(let table, _) = change else { throw Self.foreign(name) }
                try requireTogether(table, name)
            }
            switch change {
            case .alter(let name, let changes): try requireAlterable(name, changes)
            case .files(let name, let files) where files.branch != nil:
                throw SQLError.unsupported(
                    "changing a branch of \"\(name)\" inside BEGIN … COMMIT", hint: "A branch is changed by single statements.")
            case .files(let name, let files) where !files.emptiedPartitions.isEmpty:
                guard try table(name)?.partitionTerms.allSatisfy(\.isColumn) == false else { break }
                throw SQLError.unsupported(
                    "INSERT OVERWRITE of \"\(name)\", which is divided by transforms of columns, inside BEGIN … COMMIT",
                    hint: "End the transaction with COMMIT; then replace its partitions.")
            default: break
            }
        }
        takeLease()
        var changes = changes, outcomes: [CommitOutcome] = []
        for change in new { outcomes.append(try changes.add(change, in: self)) }
        let settled = changes
        state.withLock { $0.changes = settled }
        return outcomes
    }

    /// - Throws: `0A000` for what a version of a table's log can't say beside what else the transaction makes of the table.
    private func requireAlterable(_ name: TableName, _ changes: [DefinitionChange]) throws(SQLError) {
        guard changes.contains(where: \.isLogged), try table(name)?.writableFormat != nil else { return }
        let known = self.changes.table(name)
        for change in changes {
            let what: String
            switch change {
            case .reference: what = "changing branches and tags of \"\(name)\""
            // Its files are divided by what it was.
            case .partitioning where known?.hasFiles == true: what = "changing the partitioning of \"\(name)\" after its rows"
            default: continue
            }
            throw SQLError.unsupported(what + " inside BEGIN … COMMIT", hint: "End the transaction with COMMIT; then change it.")
        }
    }

    package func loadedFiles(of name: TableName) throws(SQLError) -> Set<String> {
        let own = changes.table(name), files = Set(own?.files.loaded ?? [])
        return own != nil && own?.origin == nil ? files : files.union(try base.loadedFiles(of: origin(name)))
    }

    package func unnamed(_ files: [DataFile]) -> [DataFile] { base.unnamed(files) }

    package func managedLocation(of name: TableName) throws(SQLError) -> String { try base.managedLocation(of: name) }

    package func lease() -> Lease { base.lease() }

    /// What the transaction writes is kept from collectors from before its first file.
    private func takeLease() {
        if state.withLock({ $0.lease != nil }) { return }
        let lease = base.lease()
        state.withLock { if $0.lease == nil { $0.lease = lease } }
    }

    package func vacuum(_ request: VacuumRequest) throws(SQLError) -> [VacuumedFile] { try base.vacuum(request) }

    /// What the transaction has dropped is there until it is published.
    package func collectDropped() throws(SQLError) {}
}
