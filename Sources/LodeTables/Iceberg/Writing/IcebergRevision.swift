/// The next document of a table that a catalog keeps.

import LodeCore

/// What a commit makes of a table's metadata document. Manifests are written by then; who keeps the table publishes the document, or what
/// it changes, if the one that it follows is still the current one.
package struct IcebergRevision: Sendable {
    package let document: [UInt8]
    /// The current snapshot from then on; 0 if there is none.
    package let snapshot: Int64

    package init(document: [UInt8], snapshot: Int64) {
        self.document = document
        self.snapshot = snapshot
    }

    /// What a table says that is there already.
    package init(of known: IcebergSnapshot, _ io: any TableIO) throws(SQLError) {
        self.init(document: try IcebergFormat.plain(try io.read(known.document), io), snapshot: known.version)
    }
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

    /// The CHECK constraints among a table's properties.
    package static func checks(in properties: [String: String]) -> [TableDeclaration.Check] { IcebergDeclaration.checks(in: properties) }

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
        let bytes = try plain(document.bytes, io)
        let metadata = try IcebergMetadata(bytes, document.place), folder = IcebergFolder(document: document.place, metadata)
        let found: IcebergSnapshot
        if let base { found = try own(base) } else { found = try IcebergSnapshot(folder, metadata, at: nil, identity: nil, io) }
        return try IcebergCommitter(commit, IcebergFolder.plain(metadata.location), io).next(over: bytes, document.place, found)
    }

    /// Where a document lies that follows another one, under a name that is nobody else's.
    /// - Parameter earlier: where that lies; nil for the first one.
    /// - Source: Iceberg's Java library, `BaseMetastoreTableOperations.newTableMetadataFilePath`.
    package static func place(of revision: IcebergRevision, after earlier: String?) throws(SQLError) -> String {
        let metadata = try IcebergMetadata(revision.document, "the next metadata document")
        let number = earlier.map { (IcebergFolder.number(of: $0.split(separator: "/").last.map(String.init) ?? "") ?? 0) &+ 1 } ?? 0
        let digits = String(number), padded = String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
        let folder = metadata.properties["write.metadata.path"] ?? TablePath.join(TablePath.folder(metadata.location), "metadata")
        return TablePath.join(TablePath.folder(IcebergFolder.plain(folder)), "\(padded)-\(DeltaText.uuid()).metadata.json")
    }

    /// Deletes earlier documents that the table does not count any more, if it asks for that.
    /// - Parameter place: of the document that is the table's by now.
    package static func tidy(after revision: IcebergRevision, at place: String, _ io: any TableIO) {
        IcebergDocumentLog.tidy(place, revision.document, io)
    }

    /// Whether the document that `bytes` are came after the one at a place.
    package static func follows(_ place: String, _ bytes: [UInt8], _ io: any TableIO) throws(SQLError) -> Bool {
        try IcebergMetadata(try plain(bytes, io), place).metadataLog.contains { IcebergFolder.plain($0.file) == place }
    }

    /// A document that may be compressed.
    static func plain(_ bytes: [UInt8], _ io: any TableIO) throws(SQLError) -> [UInt8] {
        bytes.starts(with: [0x1f, 0x8b]) ? try io.decompress("gzip", bytes[...]) : bytes
    }
}
