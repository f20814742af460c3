/// Writing Iceberg tables that no catalog keeps: their documents are numbered, and whoever writes the next one first has it.

import LodeCore

extension IcebergFormat: WritableTableFormat {
    package func declaration(of snapshot: any TableSnapshot) throws(SQLError) -> TableDeclaration {
        let own = try Self.own(snapshot)
        do throws(SQLError) {
            // Before a file is written.
            guard IcebergCommitter.number(of: own.document) != nil else { throw IcebergCommitter.foreign }
            return try IcebergDeclaration.read(own.metadata, own.icebergSchema)
        } catch {
            throw error.within(own.document)
        }
    }

    package func check(_ declaration: TableDeclaration) throws(SQLError) {
        guard declaration.checks.isEmpty else { throw SQLError.unsupported("CHECK constraints of an Iceberg table") }
        try IcebergDeclaration.check(declaration.properties, over: [:])
        var last = 0
        let schema = IcebergSchema(fields: try IcebergDeclaration.schema(declaration.columns, after: &last))
        _ = try IcebergDeclaration.spec(declaration.partitionColumns, schema)
    }

    /// New columns would need numbers that no column had before, and the files have them already.
    package var replacesInPlace: Bool { false }

    package func columnMatching(of declaration: TableDeclaration) throws(SQLError) -> ColumnMatching {
        var last = 0
        return .mapped(try IcebergDeclaration.schema(declaration.columns, after: &last).map { IcebergColumns.mapped($0, nil) })
    }

    package func isThere(in location: String, io: any TableIO) throws(SQLError) -> Bool {
        try IcebergFolder.current(in: location, io) != nil
    }

    /// Every snapshot stays until it is expired, which nothing does yet: no file is of no use.
    package func filesInUse(by snapshot: any TableSnapshot, since micros: Int64, io: any TableIO) throws(SQLError) -> Set<String> {
        throw SQLError.unsupported("VACUUM of an Iceberg table", hint: "All of its snapshots are kept.")
    }

    package func isData(_ path: String) -> Bool { !path.hasPrefix("metadata/") && path.hasSuffix(".parquet") }

    package func commit(
        _ commit: TableCommit, to base: (any TableSnapshot)?, in location: String, io: any TableIO
    ) throws(SQLError) -> Int64 {
        let committer = IcebergCommitter(commit, location, io)
        guard let base else { return try committer.create() }
        return try committer.publish(over: try Self.own(base))
    }

    private static func own(_ snapshot: any TableSnapshot) throws(SQLError) -> IcebergSnapshot {
        guard let own = snapshot as? IcebergSnapshot else { throw .internalFault("an Iceberg table that is read as another one") }
        return own
    }
}
