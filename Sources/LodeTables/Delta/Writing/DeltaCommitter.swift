/// Publishing a version of a Delta table.

import LodeCore

/// One commit on its way: whoever writes the log file of a version first has it.
///
///     version n + 1 ── putIfAbsent ──▶ won
///                          └─ lost: is it ours after all? does it go with ours? ── n + 2 …
///
/// - Source: Delta PROTOCOL.md, "Delta Log Entries", "Add File and Remove File", "Requirements for Writers".
struct DeltaCommitter {
    private let commit: TableCommit
    private let folder: DeltaFolder
    private let io: any TableIO
    private let transaction = DeltaText.uuid()

    init(_ commit: TableCommit, _ folder: DeltaFolder, _ io: any TableIO) {
        self.commit = commit
        self.folder = folder
        self.io = io
    }

    private var change: FileChange { commit.files }

    /// Whether nothing that the table holds matters to the change.
    private var isBlind: Bool { !change.removesRows && !change.dependsOnBase && commit.declaration == nil }

    // MARK: The first version

    /// - Throws: `42P07` if there is a table already.
    func create() throws(SQLError) -> Int64 {
        guard var declaration = commit.declaration else { throw .internalFault("a Delta table that nobody declared") }
        for (index, column) in declaration.columns.enumerated() {
            let mark = column.identity?.reached(in: change.added, of: column.field.name)
            if let mark { declaration.columns[index].identity?.highWaterMark = mark }
        }
        let metadata = try DeltaDeclaration.metadata(declaration, over: nil)
        let version = DeltaWriterFeatures.needed(metadata, declaration, over: nil)
        var writer = DeltaActionWriter()
        writer.write(provenance(removed: [], version: 0, after: nil, metadata))
        writer.write(version)
        writer.write(metadata)
        if let columns = declaration.clustering {
            writer.write(DeltaClustering.write(columns, try DeltaSchema(metadata, version)))
        }
        var tracking = DeltaRowTracking.assigns(version, metadata.configuration) ? try DeltaRowTracking(nil) : nil
        try writeAdds(metadata, version, as: 0, &tracking, to: &writer)
        if let domain = tracking?.noted { writer.write(domain) }
        if case .won = try put(writer.bytes, as: 0) { return 0 }
        throw SQLError(.duplicateTable, "there is a Delta table in the folder already", in: folder.root)
    }

    // MARK: Later versions

    func publish(over base: DeltaSnapshot) throws(SQLError) -> Int64 {
        if let sketches = change.distinctValues {
            try DeltaExtendedStatistics.write(sketches, of: base, io)
            return base.version
        }
        var snapshot = base, version = base.version + 1
        var numbers = base.domain(DeltaRowTracking.domain)
        // They hold for as long as nobody else changes the files.
        let marks = try DeltaVectorWriter.write(change.marked, folder, io)
        let rules = DeltaConflicts(change, base)
        while true {
            let (bytes, metadata, needed) = try actions(over: snapshot, as: version, marks, numbers)
            guard case .lost(let winner) = try put(bytes, as: version) else {
                DeltaCheckpointWriter.write(after: version, metadata, needed, folder, io)
                return version
            }
            let path = folder.logFile(DeltaLogListing.commitName(version))
            try rules.check(winner, path)
            // What others have added meanwhile would be left without numbers.
            if turnsOnTracking(metadata, over: snapshot) { throw DeltaConflicts.conflict(detail: "The table's rows are being numbered.") }
            numbers = try DeltaRowTracking.domain(in: winner, path) ?? numbers
            version += 1
            // What is not named by its path is looked up again.
            if change.removesEverything || !change.emptiedPartitions.isEmpty {
                guard let later = try DeltaFormat.snapshot(of: folder.root, at: .version(version - 1), io) as? DeltaSnapshot else {
                    throw .internalFault("a Delta table became another one")
                }
                snapshot = later
            }
        }
    }

    private func put(_ bytes: [UInt8], as version: Int64) throws(SQLError) -> Publication {
        try io.publish(folder.logFile(DeltaLogListing.commitName(version)), bytes)
    }

    private func actions(
        over snapshot: DeltaSnapshot, as version: Int64, _ marks: [String: DeltaVectorWriter.Mark], _ numbers: DeltaDomain?
    ) throws(SQLError) -> (bytes: [UInt8], DeltaMetadata, DeltaProtocol) {
        let declared = try snapshot.declared(by: commit.declarations), needed = declared.protocolVersion
        var metadata = declared.metadata, writer = DeltaActionWriter()
        if !change.identityMarks.isEmpty { metadata.schemaText = try IdentityColumn.marked(metadata.schemaText, change.identityMarks) }
        var (removed, marked) = try touched(in: snapshot, marks), back: [DeltaAdd] = []
        if let earlier = change.restored as? DeltaSnapshot {
            // What the table allows now counts, not what it did then.
            try refuseRemoving(metadata.configuration)
            metadata = try DeltaRestore.metadata(earlier.metadata, after: metadata)
            (removed, back) = try DeltaRestore.difference(from: snapshot, to: earlier)
        }
        try refuseWhatIsNotAllowed(metadata.configuration)
        let info = provenance(removed: removed, marked: marked, version: version, after: snapshot, metadata)
        writer.write(info)
        if needed != snapshot.protocolVersion { writer.write(needed) }
        if metadata != snapshot.metadata { writer.write(metadata) }
        if let domain = declared.clustering { writer.write(domain) }
        var tracking = DeltaRowTracking.assigns(needed, metadata.configuration) ? try DeltaRowTracking(numbers) : nil
        if turnsOnTracking(metadata, over: snapshot) {
            try writeNumbered(snapshot, but: Set((removed + marked).map(\.path)), as: version, &tracking, to: &writer)
        }
        for add in removed + marked { writer.writeRemove(add, dataChange: change.changesData, at: info.timestamp) }
        for add in marked {
            guard let mark = marks[folder.dataFile(add.path)] else { continue }
            var add = try Self.marked(add, mark)
            try tracking?.number(&add, rows: mark.rowCount, as: version)
            writer.write(add, dataChange: change.changesData)
        }
        for add in back { writer.write(try numbered(add, snapshot, as: version, &tracking), dataChange: true) }
        try writeFeed(metadata, needed, to: &writer)
        try writeAdds(metadata, needed, as: version, &tracking, to: &writer)
        if let domain = tracking?.noted { writer.write(domain) }
        return (writer.bytes, metadata, needed)
    }

    /// Whether rows that are there are to have numbers from now on.
    private func turnsOnTracking(_ metadata: DeltaMetadata, over snapshot: DeltaSnapshot) -> Bool {
        DeltaProperties.isOn(DeltaRowTracking.property, metadata.configuration)
            && !DeltaProperties.isOn(DeltaRowTracking.property, snapshot.metadata.configuration)
    }

    /// Gives numbers to the rows of files that have none and stay.
    /// - Source: Delta PROTOCOL.md, "Writer Requirements for Row Tracking".
    private func writeNumbered(
        _ snapshot: DeltaSnapshot, but gone: Set<String>, as version: Int64, _ tracking: inout DeltaRowTracking?,
        to writer: inout DeltaActionWriter
    ) throws(SQLError) {
        try snapshot.adds { (add) throws(SQLError) in
            if gone.contains(add.path) || add.hasRowNumbers { return }
            writer.write(try numbered(add, snapshot, as: version, &tracking), dataChange: false)
        }
    }

    /// A file that is there, or comes back, with numbers for its rows where these get some.
    private func numbered(
        _ add: DeltaAdd, _ snapshot: DeltaSnapshot, as version: Int64, _ tracking: inout DeltaRowTracking?
    ) throws(SQLError) -> DeltaAdd {
        if tracking == nil || add.hasRowNumbers { return add }
        let reader = DeltaStatisticsReader(snapshot.deltaSchema, partitionColumns: snapshot.partitionColumns, only: [])
        guard let rows = add.statistics.flatMap({ reader.read($0, isDeleted: true).rowCount }) else {
            throw SQLError.unsupported(
                "row tracking of a Delta table with files whose rows nobody counted", hint: "OPTIMIZE … FULL writes them anew."
            ).within(folder.dataFile(add.path))
        }
        var add = add
        try tracking?.number(&add, rows: rows, as: version)
        return add
    }

    /// - Source: Delta PROTOCOL.md, "Append-only Tables".
    private func refuseRemoving(_ configuration: [String: String]) throws(SQLError) {
        guard change.changesData, DeltaProperties.isOn(DeltaProperties.appendOnly, configuration) else { return }
        throw SQLError(
            .objectNotInPrerequisiteState, "rows of the table can only be added, not changed or removed", in: folder.root,
            detail: "Its property delta.appendOnly is true.")
    }

    /// - Source: Delta PROTOCOL.md, "Writer Requirements for AddCDCFile".
    private func refuseWhatIsNotAllowed(_ configuration: [String: String]) throws(SQLError) {
        guard change.removesRows else { return }
        try refuseRemoving(configuration)
        // Rows that only lie in other files then would be told as changed.
        if DeltaProperties.isOn(DeltaProperties.changeDataFeed, configuration), change.changesData, change.feed.isEmpty,
            !change.removedPaths.isEmpty, !change.added.isEmpty
        {
            throw SQLError.unsupported(
                "changing rows of a Delta table with a change data feed together with others",
                hint: "Outside of BEGIN … COMMIT, each statement by itself, it can be done.")
        }
    }

    // MARK: Files

    /// The files that go, and those of which rows go.
    /// - Throws: `40001` if one of them is no longer there.
    private func touched(
        in snapshot: DeltaSnapshot, _ marks: [String: DeltaVectorWriter.Mark]
    ) throws(SQLError) -> (removed: [DeltaAdd], marked: [DeltaAdd]) {
        guard change.removesRows else { return ([], []) }
        let paths = Set(change.removedPaths)
        var found: [DeltaAdd] = [], marked: [DeltaAdd] = [], named = 0
        try snapshot.adds { (add) throws(SQLError) in
            let path = folder.dataFile(add.path)
            if marks[path] != nil {
                marked.append(add)
            } else if paths.contains(path) {
                named += 1
                found.append(add)
            } else if change.removesEverything {
                found.append(add)
            } else if try isEmptied(add, snapshot) {
                found.append(add)
            }
        }
        guard named == paths.count else { throw DeltaConflicts.conflict(detail: "A file that this statement removes is gone.") }
        guard marked.count == marks.count else {
            throw DeltaConflicts.conflict(detail: "A file whose rows this statement removes is gone.")
        }
        return (found, marked)
    }

    /// A file as it is when rows of it have gone. What is known of its columns holds for the rows that it was written with.
    /// - Source: Delta PROTOCOL.md, "Per-file Statistics".
    private static func marked(_ add: DeltaAdd, _ mark: DeltaVectorWriter.Mark) throws(SQLError) -> DeltaAdd {
        var marked = add, statistics = JSONTree.object([])
        marked.vector = mark.vector
        if let text = add.statistics { statistics = try JSONTree(text) }
        if statistics["numRecords"] == nil { statistics["numRecords"] = mark.rowCount.map { .integer($0) } }
        statistics["tightBounds"] = .boolean(false)
        marked.statistics = statistics.json
        return marked
    }

    /// - Source: Delta PROTOCOL.md, "Add CDC File".
    private func writeFeed(_ metadata: DeltaMetadata, _ needed: DeltaProtocol, to writer: inout DeltaActionWriter) throws(SQLError) {
        if change.feed.isEmpty { return }
        let columns = Self.partitionColumns(metadata, try DeltaSchema(metadata, needed))
        for file in change.feed {
            writer.write(
                DeltaChangeFile(
                    path: try relative(file.path), partitionValues: try DeltaPartitionValue.texts(file.partitionValues, columns),
                    size: Int64(file.size)))
        }
    }

    /// The partition columns as the log calls them.
    private static func partitionColumns(_ metadata: DeltaMetadata, _ schema: DeltaSchema) -> [(name: String, field: Field)] {
        metadata.partitionColumns.compactMap { name in
            schema.schema.index(of: name).map { (schema.columns[$0].fileName, schema.schema.fields[$0]) }
        }
    }

    private func isEmptied(_ add: DeltaAdd, _ snapshot: DeltaSnapshot) throws(SQLError) -> Bool {
        if change.emptiedPartitions.isEmpty { return false }
        return change.emptiedPartitions.contains(try snapshot.partitionValues(of: add))
    }

    private func writeAdds(
        _ metadata: DeltaMetadata, _ needed: DeltaProtocol, as version: Int64, _ tracking: inout DeltaRowTracking?,
        to writer: inout DeltaActionWriter
    ) throws(SQLError) {
        if change.added.isEmpty { return }
        let schema = try DeltaSchema(metadata, needed), columns = Self.partitionColumns(metadata, schema)
        let statistics = DeltaStatisticsText(schema, partitionColumns: metadata.partitionColumns, metadata.configuration)
        let now = WallClock.micros() / 1000
        for file in change.added {
            var add = DeltaAdd(path: try relative(file.path), size: Int64(file.size))
            add.partitionValues = try DeltaPartitionValue.texts(file.partitionValues, columns)
            add.modificationTime = file.modifiedMicros > 0 ? file.modifiedMicros / 1000 : now
            add.statistics = statistics.write(file)
            try tracking?.number(&add, rows: file.rowCount, as: version)
            writer.write(add, dataChange: change.changesData)
        }
    }

    private func relative(_ path: String) throws(SQLError) -> String {
        guard path.hasPrefix(folder.root + "/") else { throw .internalFault("a new file lies outside of its table's folder") }
        return PercentText.encoded(String(path.dropFirst(folder.root.utf8.count + 1)), keepingSlashes: true).replacing("%3D", with: "=")
    }

    // MARK: What the commit says of itself

    private func provenance(
        removed: [DeltaAdd], marked: [DeltaAdd] = [], version: Int64, after snapshot: DeltaSnapshot?, _ metadata: DeltaMetadata
    ) -> DeltaProvenance {
        let now = WallClock.micros() / 1000
        var info = DeltaProvenance(
            timestamp: now, operation: commit.operation, readVersion: snapshot?.version, isBlindAppend: isBlind, transaction: transaction)
        if DeltaProperties.isOn(DeltaProperties.inCommitTimestamps, metadata.configuration) {
            let earlier = version > 0 ? DeltaHistory.inCommitTimestamp(of: version - 1, folder, io) : nil
            info.inCommitTimestamp = max(now, (earlier ?? 0) &+ 1)
        }
        (info.operation, info.parameters) = DeltaOperation.named(commit.operation, change, metadata)
        if DeltaProperties.isOn(DeltaRowTracking.property, metadata.configuration) {
            // Where it was not known in which columns, rows could not bring their numbers along.
            info.keepsRowNumbers = snapshot?.rowMetadata?.lineage != nil || !commit.declarations.contains(where: \.isRewritten)
        }
        info.metrics = [
            ("numFiles", change.added.count), ("numRemovedFiles", removed.count),
            ("numOutputRows", change.added.reduce(0) { $0 + ($1.rowCount ?? 0) }),
            ("numOutputBytes", change.added.reduce(0) { $0 + $1.size }),
        ]
        if !marked.isEmpty {
            info.metrics += [
                ("numDeletionVectorsAdded", marked.count), ("numDeletionVectorsRemoved", marked.count { $0.vector != nil }),
                ("numDeletedRows", change.marked.reduce(0) { $0 + $1.rows.count }),
            ]
        }
        return info
    }
}

/// What Delta's own writers call operations.
enum DeltaOperation {
    static func named(_ operation: String, _ change: FileChange, _ metadata: DeltaMetadata) -> (String, [String: String]) {
        let partitions = JSONTree.strings(metadata.partitionColumns).json
        switch operation {
        case "INSERT": return ("WRITE", ["mode": "Append", "partitionBy": partitions])
        case "INSERT OVERWRITE": return ("WRITE", ["mode": "Overwrite", "partitionBy": partitions])
        case "CREATE TABLE", "CREATE TABLE AS SELECT", "CREATE OR REPLACE TABLE", "CREATE OR REPLACE TABLE AS SELECT":
            return (
                operation,
                ["partitionBy": partitions, "properties": JSONTree.texts(metadata.configuration).json, "isManaged": "false"])
        case "DELETE", "UPDATE", "MERGE": return (operation, ["predicate": "[]"])
        case "RESTORE": return (operation, ["version": change.restored.map { String($0.version) } ?? ""])
        case "OPTIMIZE": return (operation, ["predicate": "[]", "zOrderBy": "[]"])
        default: return (operation, [:])
        }
    }
}
