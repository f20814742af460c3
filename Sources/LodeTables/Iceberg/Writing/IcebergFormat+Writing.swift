/// Writing Iceberg tables that no catalog keeps: their documents are numbered, and whoever writes the next one first has it.

import LodeCore

extension IcebergFormat: WritableTableFormat {
    package func declaration(of snapshot: any TableSnapshot) throws(SQLError) -> TableDeclaration {
        let own = try Self.own(snapshot)
        // Before a file is written.
        guard IcebergCommitter.number(of: own.document) != nil else { throw IcebergCommitter.foreign.within(own.document) }
        return try Self.declaration(ofKept: own)
    }

    package func check(_ declaration: TableDeclaration) throws(SQLError) {
        guard declaration.clustering == nil else { throw SQLError.unsupported("CLUSTER BY of an Iceberg table") }
        try IcebergDeclaration.check(declaration.properties, over: [:])
        var last = 0
        let version = try IcebergDeclaration.formatVersion(declaration.properties)
        let schema = IcebergSchema(fields: try IcebergDeclaration.schema(declaration.columns, after: &last, version: version))
        _ = try IcebergPartitionDeclaration.spec(declaration.partitionTerms, schema)
        _ = try IcebergSorting.fields(declaration.properties[IcebergDeclaration.sortedBy] ?? "", schema)
    }

    package func columnMatching(
        of declaration: TableDeclaration, by changes: [ColumnChange], over base: (any TableSnapshot)?
    ) throws(SQLError) -> ColumnMatching {
        if let base {
            let own = try Self.own(base)
            var change = IcebergSchemaChange(after: own.metadata.lastColumnID, version: own.metadata.formatVersion)
            // As the commit of a table that takes this one's place numbers them; any other that made one of these wider is refused.
            change.sources = own.metadata.sourceIDs
            let fields = try change.fields(own.icebergSchema, becoming: declaration, by: changes)
            return .mapped(fields.map { IcebergColumns.mapped($0, nil) })
        }
        var last = 0
        let version = try IcebergDeclaration.formatVersion(declaration.properties)
        return .mapped(
            try IcebergDeclaration.schema(declaration.columns, after: &last, version: version).map { IcebergColumns.mapped($0, nil) })
    }

    package func keepsFiles(_ change: ColumnChange, of snapshot: any TableSnapshot) throws(SQLError) -> Bool {
        guard case .retype(let path, let type) = change else { return true }
        let own = try Self.own(snapshot)
        return IcebergSchemaChange.widened(own.icebergSchema, at: path, to: type, version: own.metadata.formatVersion)
    }

    /// Files have all columns, those by which they are divided included: the partitioning may be another one day.
    package func layout(of declaration: TableDeclaration, in location: String) throws(SQLError) -> WriteLayout? {
        guard declaration.properties[IcebergDeclaration.version] != "1" else {
            throw SQLError.unsupported(
                "writing tables of version 1 of the Iceberg format",
                hint: "ALTER TABLE … SET TBLPROPERTIES ('format-version' = '2') makes it one of version 2, which later readers know.")
        }
        return WriteLayout(declaration.partitionTerms, in: TablePath.join(TablePath.folder(location), "data"))
    }

    package var evolvesLayout: Bool { true }
    package var checksAreOwn: Bool { true }
    package var sketchFunction: String? { "theta_sketch" }
    package var listsVersions: Bool { true }
    package var adoptsFiles: Bool { true }
    package var clones: Bool { true }

    package func clone(_ snapshot: any TableSnapshot, named name: String, to location: String, io: any TableIO) throws(SQLError) {
        try IcebergClone(snapshot: try Self.own(snapshot), location: TablePath.folder(location), io: io).publish()
    }

    package func rowWriting(of snapshot: any TableSnapshot) throws(SQLError) -> RowWriting {
        IcebergDeclaration.rowWriting(try Self.own(snapshot).metadata)
    }

    package func redeclared(
        _ snapshot: any TableSnapshot, _ declarations: [Redeclaration]
    ) throws(SQLError) -> any TableSnapshot {
        let own = try Self.own(snapshot), io = own.io
        var document = try IcebergDocument(try Self.plain(try io.read(own.document), io))
        let nothing = FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        let commit = TableCommit(nothing, declarations: declarations, operation: "ALTER TABLE")
        try IcebergCommitter(commit, own.folder.root, io).declare(&document, own.metadata, own.document)
        let metadata = try IcebergMetadata(document.bytes, own.document)
        return try IcebergSnapshot(own.folder, metadata, at: nil, identity: own.identity, io)
    }

    package func isThere(in location: String, io: any TableIO) throws(SQLError) -> Bool {
        try IcebergFolder.current(in: location, io) != nil
    }

    package func filesInUse(by snapshot: any TableSnapshot, since micros: Int64, io: any TableIO) throws(SQLError) -> Set<String> {
        try IcebergVacuum(snapshot: try Self.own(snapshot), io: io).filesInUse(since: micros)
    }

    package func retention(of snapshot: any TableSnapshot) -> Int64? { IcebergExpiry.retention(snapshot.properties) }

    package func expire(_ snapshot: any TableSnapshot, before micros: Int64, io: any TableIO) throws(SQLError) {
        try IcebergVacuum(snapshot: try Self.own(snapshot), io: io).expire(before: micros)
    }

    package func isData(_ path: String) -> Bool { IcebergVacuum.isCollected(path) }

    package func commit(
        _ commit: TableCommit, to base: (any TableSnapshot)?, in location: String, io: any TableIO
    ) throws(SQLError) -> Int64 {
        let committer = IcebergCommitter(commit, location, io)
        guard let base else { return try committer.create() }
        return try committer.publish(over: try Self.own(base))
    }

    static func own(_ snapshot: any TableSnapshot) throws(SQLError) -> IcebergSnapshot {
        guard let own = snapshot as? IcebergSnapshot else { throw .internalFault("an Iceberg table that is read as another one") }
        return own
    }
}
