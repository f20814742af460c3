/// The numbered documents of an Iceberg table that no catalog keeps, as versions that are won, looked past and taken back.

import LodeCore

extension IcebergFormat: NumberedLog {
    package var firstLogNumber: Int64 { 1 }

    package func logNumber(of path: String) -> Int64? {
        path.split(separator: "/").dropLast().last == "metadata" ? IcebergCommitter.number(of: path) : nil
    }

    package func logNumber(of snapshot: any TableSnapshot) -> Int64? {
        (snapshot as? IcebergSnapshot).flatMap { IcebergCommitter.number(of: $0.document) }
    }

    package func version(of number: Int64, _ bytes: [UInt8], _ path: String) throws(SQLError) -> Int64 {
        try IcebergMetadata(bytes, path).currentSnapshotID ?? 0
    }

    package func snapshot(of table: TableDefinition, before number: Int64, io: any TableIO) throws(SQLError) -> any TableSnapshot {
        try Self.snapshot(of: table.location, document: number - 1, identity: table.identity, io)
    }

    package func revert(_ number: Int64, in location: String, io: any TableIO) throws(SQLError) -> Int64 {
        try IcebergReversal(number, TablePath.folder(location), io).publish()
    }

    /// Tells where the latest document is: readers that find none of a later number take it. Documents that nobody counts any more go.
    /// - Source: Iceberg spec, "File System Tables"; Iceberg's Java library, `HadoopTableOperations`.
    package func followUp(_ number: Int64, _ bytes: [UInt8], in location: String, io: any TableIO) {
        Self.hint(at: number, in: location, io)
        IcebergDocumentLog.tidy(Self.documentPath(number, in: location), bytes, io)
    }

    private static func hint(at number: Int64, in location: String, _ io: any TableIO) {
        try? io.put(TablePath.join(TablePath.folder(location), "metadata/version-hint.text"), Array(String(number).utf8))
    }

    /// Writes the document of a number, and does what follows it.
    /// - Parameter keepsDocuments: whether earlier ones stay, even if nobody counts them any more.
    /// - Returns: false if somebody else has written one of that number.
    static func publish(
        _ bytes: [UInt8], as number: Int64, in location: String, keepsDocuments: Bool = false, io: any TableIO
    ) throws(SQLError) -> Bool {
        guard case .won = try io.publish(documentPath(number, in: location), bytes) else { return false }
        if keepsDocuments {
            hint(at: number, in: location, io)
        } else {
            IcebergFormat().followUp(number, bytes, in: location, io: io)
        }
        return true
    }

    fileprivate static func snapshot(
        of location: String, document number: Int64, identity: TableVersion? = nil, _ io: any TableIO
    ) throws(SQLError) -> IcebergSnapshot {
        let path = documentPath(number, in: location)
        let (folder, metadata) = try IcebergFolder.open(path, mayHaveMoved: false, io)
        return try IcebergSnapshot(folder, metadata, at: nil, identity: identity, io)
    }

    static func documentPath(_ number: Int64, in location: String) -> String {
        TablePath.join(TablePath.folder(location), "metadata/v\(number).metadata.json")
    }
}

/// A document that takes back an earlier one.
///
/// As long as nothing came after it: the table goes back to the snapshot, the columns and the properties of before, and the snapshot that
/// is taken back stays among those that can be read. Otherwise what it added goes, and what it removed comes back, as a snapshot of its
/// own.
///
/// The document of before stays: until it is known that this one is there, readers look past the one that is taken back, and whoever was
/// interrupted begins again.
/// - Source: Iceberg spec, "Snapshot References", "Table Metadata Fields".
private struct IcebergReversal {
    private let number: Int64
    private let location: String
    private let io: any TableIO

    init(_ number: Int64, _ location: String, _ io: any TableIO) {
        self.number = number
        self.location = location
        self.io = io
    }

    func publish() throws(SQLError) -> Int64 {
        for _ in 0..<IcebergWriting.attempts {
            guard let path = try IcebergFolder.current(in: location, io), let latest = IcebergCommitter.number(of: path) else {
                throw SQLError(.undefinedFile, "the Iceberg table is gone", in: location)
            }
            if latest > number { return try removeChanges(latest) }
            let bytes = try goBack(from: try io.read(path), path)
            if try IcebergFormat.publish(bytes, as: latest + 1, in: location, keepsDocuments: true, io: io) { return latest + 1 }
        }
        throw IcebergWriting.conflict(detail: "Others committed \(IcebergWriting.attempts) times meanwhile.")
    }

    private func goBack(from bytes: [UInt8], _ path: String) throws(SQLError) -> [UInt8] {
        let earlier = IcebergFormat.documentPath(number - 1, in: location)
        let before = try JSONTree(String(decoding: try io.read(earlier), as: UTF8.self))
        var tree = try JSONTree(String(decoding: bytes, as: UTF8.self))
        let millis = try IcebergMetadata(bytes, path).lastUpdatedMillis, now = max(WallClock.micros() / 1000, millis)
        let names = [
            "current-snapshot-id", "refs", "current-schema-id", "default-spec-id", "default-sort-order-id", "properties",
        ]
        if tree["current-snapshot-id"] != before["current-snapshot-id"], let id = before["current-snapshot-id"], id != .integer(-1) {
            let entry = JSONTree.object([.init("snapshot-id", id), .init("timestamp-ms", .integer(now))])
            tree["snapshot-log"] = .array((tree["snapshot-log"]?.items ?? []) + [entry])
        }
        for name in names { tree[name] = before[name] }
        var text: [UInt8] = []
        tree.write(to: &text)
        var document = try IcebergDocument(text)
        document.follow(path, of: millis, at: now)
        return document.bytes
    }

    /// - Throws: `40001` if a file that comes back had rows of which some are gone: who wrote since saw them in other files.
    private func removeChanges(_ latest: Int64) throws(SQLError) -> Int64 {
        let before = try files(of: number - 1), then = try files(of: number), current = try files(of: latest)
        let base = try IcebergFormat.snapshot(of: location, document: latest, io)
        var change = FileChange(base: TableVersion(table: TableID(0), version: base.version, definitionVersion: 0))
        change.removedPaths = then.keys.filter { before[$0] == nil && current[$0] != nil }.sorted()
        change.added = before.values.filter { then[$0.path] == nil && current[$0.path] == nil }.sorted { $0.path < $1.path }
        guard change.added.allSatisfy({ $0.deletes == nil }) else {
            throw IcebergWriting.conflict(detail: "Others wrote the table before a change of several tables was taken back.")
        }
        if change.added.isEmpty, change.removedPaths.isEmpty { return latest }
        let commit = TableCommit(change, operation: "ROLLBACK")
        _ = try IcebergCommitter(commit, location, keepsDocuments: true, io).publish(over: base)
        return latest + 1
    }

    private func files(of number: Int64) throws(SQLError) -> [String: DataFile] {
        let files = try IcebergFormat.snapshot(of: location, document: number, io).plan(nil).files
        return Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
    }
}
