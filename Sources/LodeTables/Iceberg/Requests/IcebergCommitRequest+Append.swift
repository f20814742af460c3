/// Whether a snapshot only appends.

import LodeCore

extension IcebergCommitRequest {
    /// Whether a new snapshot has every file of its parent as that has it, and else only data files: no row of the parent is gone. In which
    /// manifests the files lie does not matter, so that clients may merge these. That its branch is at the parent, is seen to when the
    /// change is applied.
    /// - Returns: false also where that can't be told.
    func isAppend(_ snapshot: JSONTree, to table: IcebergCatalogTable, _ io: any TableIO) -> Bool {
        let metadata = table.metadata
        guard snapshot["summary"]?["operation"]?.text == "append", let list = Self.own(snapshot["manifest-list"]?.text, metadata) else {
            return false
        }
        var gone: [String: IcebergManifest] = [:], new: [IcebergManifest] = []
        do throws(SQLError) {
            if let parent = snapshot["parent-snapshot-id"]?.integer {
                let added = updates.first { $0.action == .addSnapshot && $0.json["snapshot"]?["snapshot-id"]?.integer == parent }
                let known = added?.json["snapshot"]?["manifest-list"]?.text ?? metadata.snapshot(parent)?.manifestList
                guard let earlier = Self.own(known, metadata) else { return false }
                // Writers leave out what has no live files.
                try IcebergManifestList.read(earlier, io) { manifest in
                    if manifest.liveFiles != 0 { gone[manifest.path] = manifest }
                }
            }
            try IcebergManifestList.read(list, io) { manifest in
                if let before = gone[manifest.path], Self.isSame(before, manifest) {
                    gone[manifest.path] = nil
                } else {
                    new.append(manifest)
                }
            }
            if gone.isEmpty { return !new.contains(where: \.hasDeletes) }
            guard (Array(gone.values) + new).allSatisfy({ Self.own($0.path, metadata) != nil }) else { return false }
            let folder = IcebergFolder(document: table.path ?? metadata.location, metadata)
            let reader = try IcebergSnapshot(folder, metadata, at: nil, identity: nil, io)
            guard try Self.keepsFiles(of: Array(gone.values), in: new, reader) else { return false }
            return try Self.keepsSaying(Array(gone.values), new, io)
        } catch { return false }
    }

    /// Whether manifests have the live files of others: all of them, and no delete files beside them.
    private static func keepsFiles(
        of gone: [IcebergManifest], in new: [IcebergManifest], _ reader: IcebergSnapshot
    ) throws(SQLError) -> Bool {
        var known: Set<IcebergLiveFile> = [], found: Set<IcebergLiveFile> = [], isSeen = true
        try reader.forEachLiveFile(in: gone) { (file, _, _) in known.insert(file) }
        try reader.forEachLiveFile(in: new) { (file, manifest, ranges) in
            guard known.contains(file) else {
                // Deletes are of rows that are there.
                isSeen = isSeen && file.content == .data
                return
            }
            found.insert(file)
            // Readers pass over a manifest by what the list says of it.
            isSeen = isSeen && manifest.hasDeletes == (file.content != .data) && manifest.liveFiles != 0 && file.lies(in: ranges)
        }
        return isSeen && found.count == known.count
    }

    /// Whether manifests say of the live files of others what those do, and nothing else of a file of theirs.
    private static func keepsSaying(
        _ gone: [IcebergManifest], _ new: [IcebergManifest], _ io: any TableIO
    ) throws(SQLError) -> Bool {
        let known = try IcebergSaidFile.all(in: gone, io), paths = Set(known.map(\.path))
        return try IcebergSaidFile.all(in: new, io).filter { paths.contains($0.path) } == known
    }

    /// In all that readers go by.
    private static func isSame(_ one: IcebergManifest, _ other: IcebergManifest) -> Bool {
        one.size == other.size && one.specID == other.specID && one.hasDeletes == other.hasDeletes
            && one.sequenceNumber == other.sequenceNumber && one.addedFiles == other.addedFiles
            && one.existingFiles == other.existingFiles && one.summaries == other.summaries && one.firstRowID == other.firstRowID
    }

    /// The path of a file in the table's folder: nothing else is read because a client names it.
    private static func own(_ path: String?, _ metadata: IcebergMetadata) -> String? {
        guard let path = path.map(IcebergFolder.plain), !path.split(separator: "/").contains(".."),
            path.hasPrefix(TablePath.folder(IcebergFolder.plain(metadata.location)) + "/")
        else { return nil }
        return path
    }
}
