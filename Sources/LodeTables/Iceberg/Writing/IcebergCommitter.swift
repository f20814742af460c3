/// Publishing a version of an Iceberg table.

import LodeCore
import LodeVectors

/// What writers and catalogs agree on.
package enum IcebergWriting {
    /// The property that names columns for files that do not number them.
    static let nameMapping = "schema.name-mapping.default"

    /// Attempts to have the next document before a commit is given up: each lost one is a commit of somebody else.
    static let attempts = 100

    static func conflict(detail: String) -> SQLError {
        SQLError(
            .serializationFailure, "could not commit: the Iceberg table was changed by another commit", detail: detail,
            hint: "Run the statement again.")
    }
}

/// One commit on its way: whoever writes the document of a number first has it.
///
///     manifest, manifest list ──▶ v<n + 1>.metadata.json ── putIfAbsent ──▶ won
///                                        └─ lost: does it go with ours? ── v<n + 2> …
///
/// - Source: Iceberg spec, "Commit Conflict Resolution and Retry", "File System Tables".
struct IcebergCommitter {
    private let commit: TableCommit
    private let location: String
    private let keepsDocuments: Bool
    private let io: any TableIO

    /// - Parameter keepsDocuments: whether earlier documents stay, even if nobody counts them any more.
    init(_ commit: TableCommit, _ location: String, keepsDocuments: Bool = false, _ io: any TableIO) {
        self.commit = commit
        self.location = TablePath.folder(location)
        self.keepsDocuments = keepsDocuments
        self.io = io
    }

    private var change: FileChange { commit.files }

    // MARK: The first version

    /// - Throws: `42P07` if there is a table already.
    func create() throws(SQLError) -> Int64 {
        let made = try first()
        guard try IcebergFormat.publish(made.document, as: 1, in: location, io: io) else {
            throw SQLError(.duplicateTable, "there is an Iceberg table in the folder already", in: location)
        }
        return made.snapshot
    }

    /// What the first document says.
    func first() throws(SQLError) -> IcebergRevision {
        guard let declaration = commit.declaration else { throw .internalFault("an Iceberg table that nobody declared") }
        guard declaration.clustering == nil else { throw SQLError.unsupported("CLUSTER BY of an Iceberg table") }
        var last = 0
        let version = try IcebergDeclaration.formatVersion(declaration.properties)
        let schema = IcebergSchema(id: 0, fields: try IcebergDeclaration.schema(declaration.columns, after: &last, version: version))
        let spec = try IcebergPartitionDeclaration.spec(declaration.partitionTerms, schema), now = WallClock.micros() / 1000
        let order = try IcebergSorting.fields(declaration.properties[IcebergDeclaration.sortedBy] ?? "", schema)
        var document = IcebergDocument(
            version: version, location: location, schema, lastColumnID: last, spec,
            sortedBy: order, properties: IcebergDeclaration.properties(declaration), millis: now)
        if commit.adoptsFiles {
            let mapping = IcebergNameMapping.tree(of: schema.fields).json
            document.set(properties: IcebergDeclaration.properties(declaration).merging([IcebergWriting.nameMapping: mapping]) { $1 })
        }
        var made: Int64 = 0
        if !change.added.isEmpty {
            let metadata = try IcebergMetadata(document.bytes, location)
            let snapshot = try IcebergSnapshotWriter(change, commit.operation, metadata, document, now, location, io).write(over: nil)
            document.add(snapshot)
            made = snapshot.id
        }
        return IcebergRevision(document: document.bytes, snapshot: made)
    }

    // MARK: Later versions

    func publish(over base: IcebergSnapshot) throws(SQLError) -> Int64 {
        for _ in 0..<IcebergWriting.attempts {
            guard let path = try IcebergFolder.current(in: location, io) else {
                throw SQLError(.undefinedFile, "the Iceberg table is gone", in: location)
            }
            guard let number = Self.number(of: path) else { throw Self.foreign.within(path) }
            let bytes = try io.read(path)
            guard !bytes.starts(with: [0x1f, 0x8b]) else { throw SQLError.unsupported("writing compressed Iceberg metadata").within(path) }
            let made = try next(over: bytes, path, base)
            let isWon = try IcebergFormat.publish(
                made.document, as: number &+ 1, in: location, keepsDocuments: keepsDocuments, io: io)
            if isWon { return made.snapshot }
        }
        throw IcebergWriting.conflict(detail: "Others committed \(IcebergWriting.attempts) times meanwhile.")
    }

    /// What the document says that follows the current one, which lies at `path`.
    func next(over bytes: [UInt8], _ path: String, _ base: IcebergSnapshot) throws(SQLError) -> IcebergRevision {
        let metadata = try IcebergMetadata(bytes, path)
        var document = try IcebergDocument(bytes)
        let now = max(WallClock.micros() / 1000, metadata.lastUpdatedMillis)
        var version = try head(of: metadata) ?? 0
        document.follow(path, of: metadata.lastUpdatedMillis, at: now)
        if let sketches = change.distinctValues {
            // They are of the snapshot that was read, whatever came after it.
            guard metadata.uuid == base.metadata.uuid else { throw IcebergWriting.conflict(detail: "It is another table by now.") }
            try IcebergStatisticsWriter(sketches, of: base, location, io).write(metadata, to: &document)
            return IcebergRevision(document: document.bytes, snapshot: version)
        }
        try check(metadata, base)
        try declare(&document, metadata, path)
        for reference in commit.references { try IcebergReferences(metadata).apply(reference, to: &document) }
        if let earlier = (change.restored as? IcebergSnapshot)?.snapshot {
            guard metadata.snapshot(earlier.id) != nil else { throw IcebergWriting.conflict(detail: "The snapshot was expired.") }
            document.restore(earlier.id, at: now)
            version = earlier.id
        } else if !change.added.isEmpty || change.removesRows || change.rewritesManifests {
            let known = try IcebergMetadata(document.bytes, path)
            let made = try IcebergSnapshotWriter(change, commit.operation, known, document, now, location, io)
                .write(over: try head(of: known).flatMap { known.snapshot($0) })
            document.add(made, to: change.branch ?? IcebergDocument.main)
            version = made.id
        }
        return IcebergRevision(document: document.bytes, snapshot: version)
    }

    /// The snapshot that the change follows.
    /// - Throws: `42704` for a branch that is gone.
    private func head(of metadata: IcebergMetadata) throws(SQLError) -> Int64? {
        guard let branch = change.branch, branch != IcebergDocument.main else { return metadata.currentSnapshotID }
        guard let reference = metadata.references[branch], reference.isBranch else {
            throw SQLError(.undefinedObject, "the Iceberg table has no branch \"\(branch)\"", in: location)
        }
        return reference.snapshotID
    }

    /// Whether what was computed for `base` is right for the table as it is now.
    private func check(_ metadata: IcebergMetadata, _ base: IcebergSnapshot) throws(SQLError) {
        guard metadata.uuid == base.metadata.uuid else { throw IcebergWriting.conflict(detail: "It is another table by now.") }
        guard metadata.currentSchemaID == base.metadata.currentSchemaID, metadata.defaultSpecID == base.metadata.defaultSpecID else {
            throw IcebergWriting.conflict(detail: "Its columns or its partitioning were changed.")
        }
        // A declaration says all properties, and the order of rows; files of its commit have the numbers that new columns get after those
        // that the table has given.
        guard commit.declaration == nil || isDeclared(metadata, as: base.metadata) else {
            throw IcebergWriting.conflict(detail: "Its definition was changed.")
        }
        guard !addsRows || metadata.properties == base.metadata.properties || fulfils(metadata, base.metadata) else {
            throw IcebergWriting.conflict(detail: "CHECK constraints were added that its new rows were not held to.")
        }
        let head = try head(of: metadata)
        if head == base.snapshot?.id { return }
        if !change.changesData, !change.dependsOnBase {
            // Rows that only move: whether their files are still there, is looked at when they are taken away.
            guard let now = head, try deletes(of: metadata.snapshot(now)) == deletes(of: base.snapshot) else {
                throw IcebergWriting.conflict(detail: "Its rows were changed.")
            }
            return
        }
        let time = change.branch.map { TableTime.reference($0) }
        let now = try IcebergSnapshot(IcebergFolder(document: location, metadata), metadata, at: time, identity: nil, io)
        try IcebergConflicts(change, base).check(now)
    }

    /// Rows that only lie elsewhere fulfil what those that are there fulfil.
    private var addsRows: Bool { change.changesData && !change.added.isEmpty }

    /// Whether rows that were held to the constraints of `earlier` fulfil all that there are by now.
    private func fulfils(_ metadata: IcebergMetadata, _ earlier: IcebergMetadata) -> Bool {
        let known = IcebergDeclaration.checks(in: earlier.properties)
        return IcebergDeclaration.checks(in: metadata.properties).allSatisfy { known.contains($0) }
    }

    private func isDeclared(_ metadata: IcebergMetadata, as earlier: IcebergMetadata) -> Bool {
        metadata.properties == earlier.properties && metadata.formatVersion == earlier.formatVersion
            && metadata.defaultSortOrderID == earlier.defaultSortOrderID && metadata.lastColumnID == earlier.lastColumnID
    }

    /// The manifests that say which rows are deleted.
    private func deletes(of snapshot: IcebergMetadata.Snapshot?) throws(SQLError) -> Set<String> {
        var found: Set<String> = []
        guard let list = snapshot?.manifestList else { return found }
        try IcebergManifestList.read(IcebergFolder.plain(list), io) { (manifest) throws(SQLError) in
            if manifest.hasDeletes, manifest.liveFiles != 0 { found.insert(manifest.path) }
        }
        return found
    }

    /// What the commit's declarations make of a document, one after another.
    func declare(_ document: inout IcebergDocument, _ metadata: IcebergMetadata, _ path: String) throws(SQLError) {
        var known: IcebergMetadata? = metadata
        for step in commit.declarations {
            let before = if let known { known } else { try IcebergMetadata(document.bytes, path) }
            try apply(step, before, &document)
            known = nil
        }
    }

    private func apply(_ step: Redeclaration, _ metadata: IcebergMetadata, _ document: inout IcebergDocument) throws(SQLError) {
        let declaration = step.declaration
        guard let schema = metadata.schema(metadata.currentSchemaID) else { throw .internalFault("a table without a schema") }
        try IcebergDeclaration.check(declaration.properties, over: metadata.properties)
        if !commit.isReplacement || declaration.properties[IcebergDeclaration.version] != nil {
            try document.upgrade(to: try IcebergDeclaration.formatVersion(declaration.properties), from: metadata)
        }
        var properties = IcebergDeclaration.properties(declaration)
        properties[IcebergWriting.nameMapping] = metadata.properties[IcebergWriting.nameMapping]
        document.set(properties: properties)
        let changed = try changedSchema(schema, step, metadata, &document)
        try setLayout(declaration, schema, changed, metadata, &document)
    }

    /// Makes the columns those that are declared.
    private func changedSchema(
        _ schema: IcebergSchema, _ step: Redeclaration, _ metadata: IcebergMetadata, _ document: inout IcebergDocument
    ) throws(SQLError) -> IcebergSchema {
        var change = IcebergSchemaChange(after: metadata.lastColumnID, version: metadata.formatVersion)
        // Where all files are others, a column that gets another type is another one for the manifests that are left.
        if commit.isReplacement { change.sources = metadata.sourceIDs }
        let fields = try change.fields(schema, becoming: step.declaration, by: step.columnChanges)
        if fields == schema.fields { return schema }
        let isNew = fields.contains { field in field.isRequired && !schema.fields.contains { $0.id == field.id } }
        if isNew, !step.isRewritten, metadata.currentSnapshotID != nil {
            throw SQLError.unsupported("adding a NOT NULL column to an Iceberg table with rows")
        }
        var changed = IcebergSchema(id: (metadata.schemas.map(\.id).max() ?? 0) &+ 1, fields: fields)
        changed.identifierIDs = schema.identifierIDs.filter { changed.find($0) != nil }
        guard fields.allSatisfy({ $0.isRequired || !changed.identifierIDs.contains($0.id) }) else {
            throw SQLError.unsupported("a column without NOT NULL in the key of an Iceberg table")
        }
        if let known = metadata.schemas.first(where: { $0.fields == fields && $0.identifierIDs == changed.identifierIDs }) {
            document.set("current-schema-id", .integer(known.id))
            return known
        }
        document.add(changed.tree, id: changed.id, lastColumnID: max(change.last, metadata.lastColumnID))
        return changed
    }

    /// How rows are divided and sorted from now on.
    private func setLayout(
        _ declaration: TableDeclaration, _ schema: IcebergSchema, _ changed: IcebergSchema, _ metadata: IcebergMetadata,
        _ document: inout IcebergDocument
    ) throws(SQLError) {
        let isReplaced = commit.isReplacement
        if !isReplaced {
            try requireSources(metadata, schema, changed)
            try Self.requireSourceTypes(metadata, schema, changed)
        }
        let before = isReplaced ? nil : try IcebergPartitionDeclaration.terms(metadata, changed)
        if before.map({ !IcebergPartitionDeclaration.isSame($0, declaration.partitionTerms) }) ?? true {
            let (spec, isNew, last) = try IcebergPartitionDeclaration.changed(declaration.partitionTerms, changed, metadata)
            document.set(spec, isNew: isNew, lastFieldID: last)
        }
        let order = declaration.properties[IcebergDeclaration.sortedBy] ?? ""
        if isReplaced || order != IcebergSorting.text(metadata, schema) ?? "" {
            document.set(order: try IcebergSorting.fields(order, changed))
        }
    }

    /// - Throws: `2BP01` for a column that would go and by which rows are divided or sorted.
    private func requireSources(
        _ metadata: IcebergMetadata, _ schema: IcebergSchema, _ changed: IcebergSchema
    ) throws(SQLError) {
        let spec = metadata.spec(metadata.defaultSpecID)?.fields.filter { $0.transform != .void }.flatMap(\.sourceIDs) ?? []
        let order = metadata.sortOrders.first { $0.id == metadata.defaultSortOrderID }?.fields.flatMap(\.sourceIDs) ?? []
        for (ids, what, hint) in [(spec, "partitioned", "DROP PARTITION FIELD"), (order, "sorted", "WRITE UNORDERED")] {
            guard let lost = ids.first(where: { schema.find($0) != nil && changed.find($0) == nil }), let found = schema.find(lost) else {
                continue
            }
            throw SQLError(
                .dependentObjectsStillExist, "column \"\(found.path.joined(separator: "."))\" cannot go: the table is \(what) by it",
                hint: "ALTER TABLE … \(hint) ends that.")
        }
    }

    /// Manifests keep partition values as the type was when they were written, those of earlier specs too: only a wider integer is
    /// read from them as it is meant.
    /// - Throws: `0A000` for a column that gets another type and by which rows are or were divided.
    static func requireSourceTypes(
        _ metadata: IcebergMetadata, _ schema: IcebergSchema, _ changed: IcebergSchema
    ) throws(SQLError) {
        for id in metadata.sourceIDs.sorted() {
            guard let before = schema.find(id)?.field.type, let after = changed.find(id)?.field.type, before != after else { continue }
            if IcebergSchemaChange.keepsPartitions(before, after) { continue }
            throw SQLError.unsupported("another type for a column by which the Iceberg table is partitioned")
        }
    }

    // MARK: Documents

    static var foreign: SQLError { SQLError.unsupported("writing an Iceberg table that another catalog keeps") }

    /// Of a document that no catalog named.
    static func number(of path: String) -> Int64? {
        guard let name = path.split(separator: "/").last, name.hasPrefix("v"), name.hasSuffix(".metadata.json") else { return nil }
        return Int64(name.dropFirst().dropLast(".metadata.json".utf8.count))
    }
}
