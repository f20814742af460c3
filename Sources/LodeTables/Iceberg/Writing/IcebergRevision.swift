/// The next document of a table that a catalog keeps.

import LodeCore

/// What a commit makes of a table's metadata document. Manifests are written by then; who keeps the table publishes the document, or what
/// it changes, if the one that it follows is still the current one.
package struct IcebergRevision: Sendable {
    package let document: [UInt8]
    /// The current snapshot from then on; 0 if there is none.
    package let snapshot: Int64
}

extension IcebergFormat {
    /// What the table demands of its rows, whoever keeps it.
    /// - Throws: `0A000` naming what a writer of this table must do and Lode does not.
    package static func declaration(ofKept snapshot: any TableSnapshot) throws(SQLError) -> TableDeclaration {
        let own = try own(snapshot)
        do throws(SQLError) {
            return try IcebergDeclaration.read(own.metadata, own.icebergSchema)
        } catch {
            throw error.within(own.document)
        }
    }

    /// The first document of a table that will lie in `location`.
    package static func first(_ commit: TableCommit, in location: String, io: any TableIO) throws(SQLError) -> IcebergRevision {
        try IcebergCommitter(commit, location, io).first()
    }

    /// The document that follows the current one.
    /// - Parameters:
    ///   - document: the current one, as it is written, and where it lies.
    ///   - base: the table as the statement found it; nil for the one that the document defines.
    /// - Throws: `40001` if what others committed since `base` does not go with the commit.
    package static func next(
        _ commit: TableCommit, over document: (bytes: [UInt8], place: String), to base: (any TableSnapshot)?, io: any TableIO
    ) throws(SQLError) -> IcebergRevision {
        let bytes = document.bytes.starts(with: [0x1f, 0x8b]) ? try io.decompress("gzip", document.bytes[...]) : document.bytes
        let metadata = try IcebergMetadata(bytes, document.place), folder = IcebergFolder(document: document.place, metadata)
        let found: IcebergSnapshot
        if let base { found = try own(base) } else { found = try IcebergSnapshot(folder, metadata, at: nil, identity: nil, io) }
        return try IcebergCommitter(commit, IcebergFolder.plain(metadata.location), io).next(over: bytes, document.place, found)
    }
}
