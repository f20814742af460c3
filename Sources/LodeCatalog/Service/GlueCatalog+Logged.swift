/// Tables of Glue that keep a log of their own: Delta, whose folder has it, and Iceberg, of which Glue says which document is the current.

import LodeCloud
import LodeCore
import LodeObjectStore
import LodeTables

extension GlueCatalog {
    /// The table as its log says it is.
    func snapshot(of table: GlueTable, _ format: any TableFormat, at time: TableTime? = nil) throws(SQLError) -> any TableSnapshot {
        let folder = table.folder ?? ""
        let identity = TableVersion(table: .shared("\(table.tableName) \(folder)"), version: 0, definitionVersion: 0)
        let definition = TableDefinition(
            identity: identity, location: folder, schema: Schema([]), fileFormat: "parquet", properties: table.parameters)
        let found = try format.snapshot(of: definition, at: time, io: StoreTableIO(stores))
        if let iceberg = found as? IcebergSnapshot { return iceberg.identified() }
        return found
    }

    /// A pointer is all that Glue changes at once.
    package func transactionScope(in database: String) throws(SQLError) -> TransactionScope { .oneTable }

    func beginWrite(_ table: GlueTable, _ format: any WritableTableFormat) throws(SQLError) -> any TableTransaction {
        // Before the first file is written.
        let lease = lease()
        let snapshot = try snapshot(of: table, format)
        let declared = try table.declared(try declaration(of: snapshot, format))
        return GatheredTransaction(declared, snapshot, lease, try format.rowWriting(of: snapshot))
    }

    private func declaration(of snapshot: any TableSnapshot, _ format: any WritableTableFormat) throws(SQLError) -> TableDeclaration {
        if snapshot is IcebergSnapshot { return try IcebergFormat.declaration(ofKept: snapshot) }
        return try format.declaration(of: snapshot)
    }

    // MARK: Publishing

    /// Makes a change of a table its next version. Who comes second looks again whether what it has written goes with what came first, and
    /// tries again.
    /// - Throws: `40001` if it does not, `40003` if Glue does not say what became of it.
    func publish(_ change: SharedChange) throws(SQLError) -> CommitOutcome {
        for attempt in 0..<SharedChange.attempts {
            if attempt > 0 { try SharedChange.pause(attempt) }
            guard let json = try tableJSON(change.name), let table = GlueTable(json) else { throw try missingTable(change.name) }
            guard let format = table.writableFormat else { throw SQLError.unsupported("writing the table \"\(change.name)\" of Glue") }
            if !table.isPublishedByCatalog { return try publish(change, of: table, json, format) }
            if let outcome = try publish(change, of: table, json) { return outcome }
        }
        throw CatalogError.conflict("table \"\(change.name)\" was changed")
    }

    /// Delta's log has each version for whoever comes first; Glue follows.
    private func publish(
        _ change: SharedChange, of table: GlueTable, _ json: CloudJSON, _ format: any WritableTableFormat
    ) throws(SQLError) -> CommitOutcome {
        let snapshot = try snapshot(of: table, format)
        try change.check(snapshot)
        guard let commit = try change.commit(to: table, try format.declaration(of: snapshot)) else {
            return CommitOutcome(version: snapshot.version, changed: false)
        }
        let version = try format.commit(
            commit, to: change.files?.found ?? snapshot, in: table.folder ?? "", io: StoreTableIO(stores))
        if let declaration = commit.declaration {
            let now = try table.declared(declaration).told(of: format)
            // The log counts: where that fails, what Glue has is old.
            _ = try? update(table.tableName, to: now.input(changing: json), from: table.versionId)
        }
        return CommitOutcome(version: version)
    }

    /// - Returns: nil if somebody else came first.
    private func publish(_ change: SharedChange, of table: GlueTable, _ json: CloudJSON) throws(SQLError) -> CommitOutcome? {
        guard let pointer = table.parameters[IcebergFormat.pointer] else { throw .internalFault("an Iceberg table without a document") }
        let format = IcebergFormat(), snapshot = try snapshot(of: table, format)
        try change.check(snapshot)
        guard let commit = try change.commit(to: table, try IcebergFormat.declaration(ofKept: snapshot)) else {
            return CommitOutcome(version: snapshot.version, changed: false)
        }
        let io = StoreTableIO(stores), bytes = try io.read(StorePath.plain(pointer))
        let revision = try IcebergFormat.next(commit, over: (bytes, pointer), to: change.files?.found, io: io)
        return try point(table, json, to: revision, io)
    }

    /// Points a table to its next document.
    /// - Returns: nil if somebody else came first; nothing of the attempt is left then but manifests.
    func point(
        _ table: GlueTable, _ json: CloudJSON, to revision: IcebergRevision, _ io: StoreTableIO
    ) throws(SQLError) -> CommitOutcome? {
        let place = try write(revision, after: table.parameters[IcebergFormat.pointer], io)
        let next = try table.pointing(to: place, revision)
        do throws(SQLError) {
            try update(table.tableName, to: next.input(changing: json), from: table.versionId)
        } catch {
            switch error.state {
            case .serializationFailure:
                // An answer that was lost is asked for again, and finds its own version.
                if try isPublished(place, of: table.tableName, io) { break }
                try? stores.delete([place])
                return nil
            case .statementCompletionUnknown:
                guard (try? isPublished(place, of: table.tableName, io)) == true else { throw error }
            default:
                try? stores.delete([place])
                throw error
            }
        }
        IcebergFormat.tidy(after: revision, at: place, io)
        return CommitOutcome(version: revision.snapshot)
    }

    /// Whether a document is, or was, the current one of a table.
    private func isPublished(_ place: String, of name: TableName, _ io: StoreTableIO) throws(SQLError) -> Bool {
        guard let pointer = try table(name)?.parameters[IcebergFormat.pointer] else { return false }
        if StorePath.plain(pointer) == place { return true }
        return try IcebergFormat.follows(place, try io.read(StorePath.plain(pointer)), io)
    }

    /// - Returns: where the document lies: a name that is nobody else's.
    func write(_ revision: IcebergRevision, after pointer: String?, _ io: StoreTableIO) throws(SQLError) -> String {
        let place = try IcebergFormat.place(of: revision, after: pointer)
        if try io.putIfAbsent(place, revision.document) { return place }
        // What is there is what a request wrote whose answer was lost.
        guard try io.read(place) == revision.document else {
            throw SQLError(.ioError, "the file was not written as it should be", in: place)
        }
        return place
    }
}
