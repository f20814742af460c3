/// Giving up snapshots of an Iceberg table, and finding the files that are left.

import LodeCore

/// - Source: Iceberg's documentation, "Maintenance": "Expire Snapshots", "Delete orphan files".
struct IcebergVacuum {
    let snapshot: IcebergSnapshot
    let io: any TableIO

    private static func now() -> Int64 { WallClock.micros() / 1000 }

    /// Whether a file of the table's folder could be data, a manifest, statistics or a document.
    /// - Parameter path: relative to the folder.
    static func isCollected(_ path: String) -> Bool {
        let isMetadata = path.hasPrefix("metadata/")
        let endings = isMetadata ? [".avro", ".metadata.json", ".puffin", ".stats"] : [".parquet", ".avro", ".orc", ".puffin"]
        return endings.contains { path.hasSuffix($0) } && !path.split(separator: "/").contains { HivePath.isHidden($0) }
    }

    /// Writes a document without the snapshots that were replaced before `micros`.
    /// - Throws: `55000` for a table whose files others have, too.
    func expire(before micros: Int64) throws(SQLError) {
        let root = snapshot.location ?? ""
        for _ in 0..<IcebergWriting.attempts {
            guard let path = try IcebergFolder.current(in: root, io), let number = IcebergCommitter.number(of: path) else {
                throw IcebergCommitter.foreign.within(root)
            }
            let bytes = try io.read(path), metadata = try IcebergMetadata(bytes, path)
            guard metadata.uuid == snapshot.metadata.uuid else { throw IcebergWriting.conflict(detail: "It is another table by now.") }
            if metadata.properties["gc.enabled"]?.lowercased() == "false" {
                throw SQLError(
                    .objectNotInPrerequisiteState, "snapshots of the Iceberg table cannot be expired", in: root,
                    detail: "Its property gc.enabled is false: other tables may have its files.")
            }
            let now = max(Self.now(), metadata.lastUpdatedMillis)
            let expiry = IcebergExpiry(metadata, before: micros / 1000, now: now)
            if expiry.isEmpty { return }
            var document = try IcebergDocument(bytes)
            document.remove(expiry)
            document.follow(path, of: metadata.lastUpdatedMillis, at: now)
            if try IcebergFormat.publish(document.bytes, as: number &+ 1, in: root, io: io) { return }
        }
        throw IcebergWriting.conflict(detail: "Others committed \(IcebergWriting.attempts) times meanwhile.")
    }

    /// Files of snapshots, with the manifests that name them, and what the document names.
    /// - Parameter micros: 0 for all snapshots that the document lists; else those that expiring before that time would leave.
    func filesInUse(since micros: Int64) throws(SQLError) -> Set<String> {
        let metadata = snapshot.metadata
        let gone =
            micros <= 0
            ? [] : IcebergExpiry(metadata, before: micros / 1000, now: max(Self.now(), metadata.lastUpdatedMillis)).snapshots
        var used: Set<String> = [snapshot.document], manifests: [String: IcebergManifest] = [:]
        for kept in metadata.snapshots where !gone.contains(kept.id) {
            if let list = kept.manifestList { used.insert(snapshot.locate(list)) }
            try snapshot.forEachManifest(of: kept) { (manifest) throws(SQLError) in
                let place = snapshot.locate(manifest.path)
                if used.insert(place).inserted { manifests[place] = manifest }
            }
        }
        try snapshot.forEachPath(in: Array(manifests.values)) { (path) throws(SQLError) in used.insert(snapshot.locate(path)) }
        for path in try IcebergDocument(try io.read(snapshot.document)).namedFiles { used.insert(snapshot.locate(path)) }
        return used
    }
}

extension IcebergDocument {
    /// Takes away snapshots, with what is known of them.
    mutating func remove(_ expiry: IcebergExpiry) {
        func isKept(_ item: JSONTree) -> Bool {
            guard case .number(let digits)? = item["snapshot-id"], let id = Int64(digits) else { return true }
            return !expiry.snapshots.contains(id)
        }
        for list in ["snapshots", "statistics", "partition-statistics"] {
            if let items = tree[list]?.items { replace(list, .array(items.filter(isKept))) }
        }
        // The log has no holes: what was before a snapshot that is gone, goes too.
        if let log = tree["snapshot-log"]?.items {
            replace("snapshot-log", .array(Array(log.suffix(from: (log.lastIndex { !isKept($0) }).map { $0 + 1 } ?? 0))))
        }
        guard case .object(let members)? = tree["refs"] else { return }
        replace("refs", .object(members.filter { !expiry.references.contains($0.name) }))
    }

    /// Statistics of snapshots, and earlier documents.
    var namedFiles: [String] {
        let names = [("statistics", "statistics-path"), ("partition-statistics", "statistics-path"), ("metadata-log", "metadata-file")]
        return names.flatMap { list, name in (tree[list]?.items ?? []).compactMap { $0[name]?.text } }
    }
}
