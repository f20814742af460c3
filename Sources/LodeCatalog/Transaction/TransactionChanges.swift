/// What a transaction wants to become of tables, in the order in which its statements said so.

import LodeCore
import LodeTables

/// A value: a savepoint is a copy.
package struct TransactionChanges: Sendable {
    /// A table that the transaction has changed.
    struct Table: Sendable {
        /// As it is now; nil: dropped.
        var definition: GlueTable?
        /// What the catalog calls it; nil of one that the transaction has made.
        var origin: TableName?
        /// Its files since.
        var files: FileChange
        /// Where in the log its changes begin.
        var place: Int
        /// What one that the transaction has made takes the place of, as the next version of its log.
        var replaced: (any TableSnapshot)?
        /// What its log is to say of it, one statement after another, and the table as it is with that.
        var declarations: [Redeclaration] = []
        var redeclared: (any TableSnapshot)?
        /// The changes in the log that say so: they follow upon its files.
        var alterations = 0

        var hasFiles: Bool { files.removesFiles || !files.added.isEmpty }
    }

    /// What is to be published.
    private(set) var log: [TableChange] = []
    /// By the name that each has now, in lower case.
    private(set) var tables: [TableName: Table] = [:]
    /// Those that were made or changed (or nil: dropped), by name in lower case.
    private(set) var databases: [String: GlueDatabase?] = [:]
    private var made: Int64 = 0

    func table(_ name: TableName) -> Table? { tables[Self.key(name)] }

    /// Files that were written and are not published.
    package var files: [DataFile] { log.flatMap(\.added) }

    private static func key(_ name: TableName) -> TableName { TableName(name.database.lowercased(), name.name.lowercased()) }

    /// Adds a change, if it fits what `catalog`, seen with the changes so far, holds.
    mutating func add(_ change: TableChange, in catalog: TransactionCatalog) throws(SQLError) -> CommitOutcome {
        switch change {
        case .createDatabase(let database, let ifNotExists): return try create(database, ifNotExists, change, in: catalog)
        case .dropDatabase(let name, let ifExists, let cascade): return try drop(name, ifExists, cascade, change, in: catalog)
        case .alterDatabase(let name, let access):
            guard var database = try known(name, in: catalog) else {
                throw CatalogError.missingDatabase(name, among: try catalog.databases().map(\.name))
            }
            try database.apply(access)
            databases[name.lowercased()] = .some(database)
            log.append(change)
            return CommitOutcome()
        case .create(let table, let ifExists, let files, _): return try create(table, ifExists, files, change, in: catalog)
        case .drop(let name, let kinds, let ifExists, let purges):
            // What lies in the warehouse goes with its table.
            if purges, let table = try current(name, in: catalog), table.kind == .external, !table.hasOwnLog {
                throw CatalogError.noPurge(name)
            }
            return try drop(name, kinds, ifExists, change, in: catalog)
        case .alter(let name, let changes): return try alter(name, changes, in: catalog)
        case .files(let name, let files): return try apply(files, to: name, in: catalog)
        case .partitions, .requires:
            log.append(change)
            return CommitOutcome()
        }
    }

    // MARK: Databases

    private mutating func create(
        _ database: GlueDatabase, _ ifNotExists: Bool, _ change: TableChange, in catalog: TransactionCatalog
    ) throws(SQLError) -> CommitOutcome {
        if try known(database.name, in: catalog) != nil {
            if ifNotExists { return CommitOutcome(changed: false) }
            throw SQLError(.duplicateSchema, "schema \"\(database.name)\" already exists")
        }
        databases[database.name.lowercased()] = .some(database)
        log.append(change)
        return CommitOutcome()
    }

    private func known(_ database: String, in catalog: TransactionCatalog) throws(SQLError) -> GlueDatabase? {
        if let own = databases[database.lowercased()] { return own }
        return try catalog.database(database)
    }

    private mutating func drop(
        _ name: String, _ ifExists: Bool, _ cascade: Bool, _ change: TableChange, in catalog: TransactionCatalog
    ) throws(SQLError) -> CommitOutcome {
        guard try known(name, in: catalog) != nil else {
            if ifExists { return CommitOutcome(changed: false) }
            throw CatalogError.missingDatabase(name, among: try catalog.databases().map(\.name))
        }
        let inside = try catalog.tables(in: name)
        if !inside.isEmpty, !cascade {
            throw SQLError(
                .dependentObjectsStillExist, "cannot drop schema \"\(name)\" because it is not empty",
                hint: "Use DROP SCHEMA … CASCADE to drop its tables too.")
        }
        for table in inside { forget(table.tableName, table) }
        databases[name.lowercased()] = .some(nil)
        log.append(change)
        return CommitOutcome()
    }

    // MARK: Tables

    private mutating func create(
        _ table: GlueTable, _ ifExists: TableChange.IfExists, _ files: [DataFile], _ change: TableChange, in catalog: TransactionCatalog
    ) throws(SQLError) -> CommitOutcome {
        if let existing = try current(table.tableName, in: catalog) {
            switch ifExists {
            case .skip: return CommitOutcome(changed: false)
            case .fail: throw SQLError(.duplicateTable, "relation \"\(table.name)\" already exists")
            case .replace where (existing.kind == .view) != (table.kind == .view):
                throw SQLError(
                    .wrongObjectType, "\"\(table.name)\" is \(existing.kind.noun)", hint: "Drop it first, or choose another name.")
            case .replace: break
            }
        }
        made += 1
        var definition = table
        if table.kind == .managed, table.storageDescriptor.location == nil {
            definition.storageDescriptor.location = try catalog.managedLocation(of: table.tableName)
        }
        // A number that no table of the catalog has.
        var own = FileChange(base: TableVersion(table: TableID(-made), version: 0, definitionVersion: 0))
        own.added = files
        let replaced = try replaced(by: table, in: catalog)
        tables[Self.key(table.tableName)] = Table(definition: definition, origin: nil, files: own, place: log.count, replaced: replaced)
        log.append(change)
        return CommitOutcome(version: 1)
    }

    /// The table of the same format in the same place.
    private func replaced(by table: GlueTable, in catalog: TransactionCatalog) throws(SQLError) -> (any TableSnapshot)? {
        guard let format = table.writableFormat, let known = try catalog.table(table.tableName), self.table(table.tableName) == nil,
            known.writableFormat?.name == format.name, known.storageDescriptor.location == table.storageDescriptor.location
        else { return nil }
        return try catalog.snapshot(of: table.tableName, at: nil)
    }

    private func current(_ name: TableName, in catalog: TransactionCatalog) throws(SQLError) -> GlueTable? {
        if let own = table(name) { return own.definition }
        return try catalog.table(name)
    }

    private mutating func drop(
        _ name: TableName, _ kinds: Set<TableKind>, _ ifExists: Bool, _ change: TableChange, in catalog: TransactionCatalog
    ) throws(SQLError) -> CommitOutcome {
        guard let existing = try current(name, in: catalog) else {
            if ifExists { return CommitOutcome(changed: false) }
            throw try catalog.missingTable(name)
        }
        if !kinds.contains(existing.kind) { throw CatalogError.wrongKind(name, is: existing.kind, wanted: "what is to be dropped") }
        forget(name, existing)
        log.append(change)
        return CommitOutcome()
    }

    private mutating func forget(_ name: TableName, _ definition: GlueTable) {
        let known = table(name)
        let none = FileChange(base: known?.files.base ?? TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        tables[Self.key(name)] = Table(definition: nil, origin: known?.origin ?? name, files: none, place: log.count)
    }

    private mutating func alter(
        _ name: TableName, _ changes: [DefinitionChange], in catalog: TransactionCatalog
    ) throws(SQLError) -> CommitOutcome {
        guard let existing = try current(name, in: catalog) else { throw try catalog.missingTable(name) }
        let fresh = Table(definition: existing, origin: name, files: try Self.base(of: name, existing, catalog), place: log.count)
        var entry = table(name) ?? fresh
        if let format = existing.writableFormat, let origin = entry.origin, changes.contains(where: \.isLogged) {
            return try redeclare(name, &entry, origin, format, changes, in: catalog)
        }
        var definition = existing, kept: [DefinitionChange] = []
        for change in changes {
            guard case .requires(let version) = change else {
                kept.append(change)
                try definition.apply(change)
                continue
            }
            // Of the table as it was before the transaction's own changes.
            if version.table.number > 0 {
                insert(.requires(entry.origin ?? name, version), at: 0)
                entry.place += 1
            }
        }
        if definition.tableName != existing.tableName {
            if try current(definition.tableName, in: catalog) != nil {
                throw SQLError(.duplicateTable, "relation \"\(definition.name)\" already exists")
            }
            tables[Self.key(name)] = Table(definition: nil, origin: entry.origin, files: entry.files, place: log.count)
        }
        entry.definition = definition
        if entry.origin == nil, case .create(_, let ifExists, let files, let read) = log[entry.place] {
            // The table is made as it is now, once its name is free; its files stay where they are.
            remove(at: entry.place)
            entry.place = log.count
            log.append(.create(definition, ifExists: ifExists, files: files, computedFrom: read))
        } else {
            log.append(.alter(name, kept))
        }
        tables[Self.key(definition.tableName)] = entry
        return CommitOutcome()
    }

    /// Adds to what the next version of a table's log is to say, under the name that the table has there: before it gets another one.
    private mutating func redeclare(
        _ name: TableName, _ entry: inout Table, _ origin: TableName, _ format: any WritableTableFormat, _ changes: [DefinitionChange],
        in catalog: TransactionCatalog
    ) throws(SQLError) -> CommitOutcome {
        let found = try catalog.found(origin)
        for case .requires(let version) in changes where version.table.number > 0 {
            insert(.requires(origin, version), at: 0)
            entry.place += 1
        }
        let before = try format.declaration(of: entry.redeclared ?? found)
        guard var declared = try entry.definition?.declared(before) else { throw try catalog.missingTable(name) }
        for change in changes { try declared.apply(change) }
        let after = try declared.declaration(), columnChanges = changes.columnChanges
        if after != before || !columnChanges.isEmpty {
            entry.declarations.append(Redeclaration(after, by: columnChanges, isRewritten: changes.rewriteRows))
            entry.redeclared = try format.redeclared(found, entry.declarations)
        }
        entry.definition = declared
        // A change of somebody else's is told by what was found.
        if entry.files.found == nil { entry.files = FileChange(of: found) }
        if !changes.rewriteRows { entry.files.follow(columnChanges) }
        put(entry.files, of: origin, at: entry.place)
        insert(.alter(origin, changes.filter { if case .requires = $0 { false } else { true } }), at: entry.place + 1 + entry.alterations)
        entry.alterations += 1
        tables[Self.key(name)] = entry
        return CommitOutcome()
    }

    /// Makes a change of a table's files the first one of the table.
    private mutating func put(_ files: FileChange, of origin: TableName, at place: Int) {
        if place < log.count, case .files = log[place] {
            log[place] = .files(origin, files)
        } else {
            insert(.files(origin, files), at: place)
        }
    }

    private mutating func remove(at place: Int) {
        log.remove(at: place)
        for key in tables.keys where tables[key].map({ $0.place > place }) == true { tables[key]?.place -= 1 }
    }

    private mutating func insert(_ change: TableChange, at place: Int) {
        log.insert(change, at: place)
        for key in tables.keys where tables[key].map({ $0.place >= place }) == true { tables[key]?.place += 1 }
    }

    private static func base(of name: TableName, _ table: GlueTable, _ catalog: TransactionCatalog) throws(SQLError) -> FileChange {
        let none = TableVersion(table: TableID(0), version: 0, definitionVersion: 0)
        guard table.kind == .managed else { return FileChange(base: none) }
        return FileChange(base: try catalog.snapshot(of: name, at: nil).identity ?? none)
    }

    // MARK: Files

    /// Adds to what the transaction has done to the table's files before, so that the table changes once. Before all of the table's other
    /// changes: those must not look like somebody else's.
    private mutating func apply(
        _ change: FileChange, to name: TableName, in catalog: TransactionCatalog
    ) throws(SQLError) -> CommitOutcome {
        var change = change
        // What goes is what the transaction has seen: it must be all there is. Of single files the commit sees to that itself.
        if change.removesEverything || !change.emptiedPartitions.isEmpty { change.dependsOnBase = true }
        if change.found != nil, let origin = table(name).map(\.origin) ?? name { change.found = try catalog.found(origin) }
        guard var entry = table(name) else {
            tables[Self.key(name)] = Table(
                definition: try catalog.requireTable(name), origin: name, files: change, place: log.count)
            log.append(.files(name, change))
            return CommitOutcome(version: change.base.version + 1)
        }
        // Of one whose definition alone has changed so far.
        if entry.files.base.table.number == 0 { entry.files = change } else { entry.files.merge(change) }
        if case .create(let table, let ifExists, _, let read) = log[entry.place], entry.origin == nil {
            log[entry.place] = .create(table, ifExists: ifExists, files: entry.files.added, computedFrom: read)
        } else {
            put(entry.files, of: entry.origin ?? name, at: entry.place)
        }
        tables[Self.key(name)] = entry
        return CommitOutcome(version: change.base.version + 1)
    }
}

extension FileChange {
    /// A change of a table as it was found, of which nothing comes yet.
    fileprivate init(of found: any TableSnapshot) {
        self.init(base: found.identity ?? TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        self.found = found
    }

    /// Calls columns as they are called after changes of them.
    fileprivate mutating func follow(_ changes: [ColumnChange]) {
        if changes.isEmpty { return }
        for change in changes {
            for index in added.indices { added[index].follow(change) }
            if case .rename(let path, let new) = change, path.count == 1, let mark = identityMarks.removeValue(forKey: path[0]) {
                identityMarks[new] = mark
            }
        }
        // In the words of before.
        reads = nil
    }

    /// What comes of this change and then another one to the same table.
    mutating func merge(_ later: FileChange) {
        // Rows that are only added were not computed from any.
        if removedPaths.isEmpty { reads = later.reads } else if !later.removedPaths.isEmpty { reads = nil }
        if later.removesEverything {
            added = []
            removedPaths = []
            emptiedPartitions = []
            removesEverything = true
        }
        added.removeAll { later.emptiedPartitions.contains($0.partitionValues) }
        let own = Set(added.map(\.path))
        removedPaths += later.removedPaths.filter { !own.contains($0) }
        let gone = Set(later.removedPaths)
        added.removeAll { gone.contains($0.path) }
        emptiedPartitions.formUnion(later.emptiedPartitions)
        examinedPaths.formUnion(later.examinedPaths)
        added += later.added
        loaded += later.loaded
        dependsOnBase = dependsOnBase || later.dependsOnBase
        operation = later.operation ?? operation
        identityMarks.merge(later.identityMarks) { _, new in new }
    }
}
