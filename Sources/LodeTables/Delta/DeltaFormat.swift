/// Delta Lake tables.

import LodeCore

/// Tables whose folder has a log of commits in `_delta_log`.
///
/// All that defines a table is in its log: columns and properties that a catalog has are not looked at.
/// - Source: Delta PROTOCOL.md, https://github.com/delta-io/delta.
package struct DeltaFormat: TableFormat {
    package init() {}

    package var name: String { "delta" }

    package func snapshot(of table: TableDefinition, at time: TableTime?, io: any TableIO) throws(SQLError) -> any TableSnapshot {
        try Self.snapshot(of: table.location, at: time, identity: table.identity, io)
    }

    /// The table in a folder, whether or not a catalog knows it.
    package static func snapshot(
        of location: String, at time: TableTime? = nil, identity: TableVersion? = nil, _ io: any TableIO
    ) throws(SQLError) -> any TableSnapshot {
        let folder = DeltaFolder(location)
        let listing = try DeltaLogListing(folder.log, io)
        let version: Int64?
        switch time {
        case nil: version = nil
        case .version(let number): version = number
        case .timestamp(let micros): version = try DeltaHistory(listing, folder, io).version(at: micros)
        case .reference(let name): throw SQLError.unsupported("the branch or tag \"\(name)\" of a Delta table")
        }
        let segment = try listing.segment(of: version, in: folder.log)
        return try DeltaSnapshot(segment, folder, identity: identity, io)
    }

    /// The table in a folder; nil if it holds none.
    package static func table(in location: String, _ io: any TableIO) throws(SQLError) -> (any TableSnapshot)? {
        let folder = DeltaFolder(location), listing = try DeltaLogListing(folder.log, io)
        if listing.isEmpty { return nil }
        return try DeltaSnapshot(try listing.segment(of: nil, in: folder.log), folder, identity: nil, io)
    }
}

extension DeltaFormat: WritableTableFormat {
    package func declaration(of snapshot: any TableSnapshot) throws(SQLError) -> TableDeclaration {
        let snapshot = try Self.own(snapshot)
        do throws(SQLError) {
            try DeltaWriterFeatures.check(snapshot.protocolVersion, snapshot.metadata.configuration)
            return try DeltaDeclaration.read(snapshot)
        } catch {
            throw error.place == nil ? error.within(snapshot.folder.root) : error
        }
    }

    package func check(_ declaration: TableDeclaration) throws(SQLError) {
        try declaration.requirePartitionColumns()
        _ = try DeltaDeclaration.metadata(declaration, over: nil)
    }

    package func columnMatching(
        of declaration: TableDeclaration, by changes: [ColumnChange], over base: (any TableSnapshot)?
    ) throws(SQLError) -> ColumnMatching {
        let metadata = try metadata(of: declaration, by: changes, over: base)
        // Numbers are written whether files are found by them or by names.
        return .mapped(try DeltaSchema(metadata.schemaText, DeltaColumnMapping.isOn(metadata.configuration) ? .id : .none).columns)
    }

    package func keepsFiles(_ change: ColumnChange, of snapshot: any TableSnapshot) throws(SQLError) -> Bool {
        guard case .retype(let path, let new) = change else { return true }
        if snapshot.partitionColumns.contains(where: { path == [$0.name] }) { return false }
        return DeltaSchema.isWidening(try snapshot.schema.type(at: path), new)
    }

    package func requirements(
        of declaration: TableDeclaration, by changes: [ColumnChange], over base: (any TableSnapshot)?
    ) throws(SQLError) -> [String] {
        let earlier = try base.map { (base) throws(SQLError) in try Self.own(base).protocolVersion }
        return DeltaWriterFeatures.news(try metadata(of: declaration, by: changes, over: base), declaration, over: earlier)
    }

    private func metadata(
        of declaration: TableDeclaration, by changes: [ColumnChange], over base: (any TableSnapshot)?
    ) throws(SQLError) -> DeltaMetadata {
        guard let base else { return try DeltaDeclaration.metadata(declaration, over: nil) }
        var isRewritten = false
        for change in changes where try !keepsFiles(change, of: base) { isRewritten = true }
        return try DeltaDeclaration.metadata(declaration, over: try Self.own(base).metadata, by: changes, isRewritten: isRewritten)
    }

    package func isThere(in location: String, io: any TableIO) throws(SQLError) -> Bool {
        try !DeltaLogListing(DeltaFolder(location).log, io).isEmpty
    }

    package func filesInUse(by snapshot: any TableSnapshot, since micros: Int64, io: any TableIO) throws(SQLError) -> Set<String> {
        try DeltaVacuum(snapshot: try Self.own(snapshot), io: io).filesInUse(since: micros)
    }

    package func rowWriting(of snapshot: any TableSnapshot) throws(SQLError) -> RowWriting {
        let snapshot = try Self.own(snapshot), configuration = snapshot.metadata.configuration
        var writing = RowWriting()
        writing.marksRows = DeltaProperties.isOn(DeltaProperties.deletionVectors, configuration)
            && DeltaWriterFeatures.has("deletionVectors", snapshot.protocolVersion)
        if DeltaProperties.isOn(DeltaProperties.changeDataFeed, configuration) {
            writing.feedFolder = TablePath.join(snapshot.folder.root, DeltaVacuum.feedFolder)
        }
        return writing
    }

    package var sketchFunction: String? { "hyperloglog_sketch" }
    package var adoptsFiles: Bool { true }
    package var clones: Bool { true }

    package func clone(_ snapshot: any TableSnapshot, named name: String, to location: String, io: any TableIO) throws(SQLError) {
        try DeltaClone(snapshot: try Self.own(snapshot), name: name, folder: DeltaFolder(location), io: io).publish()
    }

    package func retention(of snapshot: any TableSnapshot) -> Int64? {
        snapshot.properties["delta.deletedFileRetentionDuration"].flatMap(DeltaProperties.micros)
    }

    package func isData(_ path: String) -> Bool { DeltaVacuum.isData(path) }

    package func commit(
        _ commit: TableCommit, to base: (any TableSnapshot)?, in location: String, io: any TableIO
    ) throws(SQLError) -> Int64 {
        let committer = DeltaCommitter(commit, DeltaFolder(location), io)
        guard let base else { return try committer.create() }
        return try committer.publish(over: try Self.own(base))
    }

    private static func own(_ snapshot: any TableSnapshot) throws(SQLError) -> DeltaSnapshot {
        guard let own = snapshot as? DeltaSnapshot else { throw .internalFault("a Delta table that is read as another one") }
        return own
    }
}
