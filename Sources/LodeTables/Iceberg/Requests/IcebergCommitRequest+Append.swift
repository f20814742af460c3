/// Whether a snapshot only appends.

import LodeCore

extension IcebergCommitRequest {
    /// Whether a new snapshot has every manifest of its parent as that has it, and else only manifests of data: no row of the parent is
    /// gone. That its branch is at the parent, is seen to when the change is applied.
    /// - Returns: false also where that can't be told, as when manifests were merged.
    func isAppend(_ snapshot: JSONTree, to metadata: IcebergMetadata, _ io: any TableIO) -> Bool {
        guard snapshot["summary"]?["operation"]?.text == "append", let list = Self.own(snapshot["manifest-list"]?.text, metadata) else {
            return false
        }
        var kept: [String: IcebergManifest] = [:], isAppend = true
        if let parent = snapshot["parent-snapshot-id"]?.integer {
            let added = updates.first { $0.action == .addSnapshot && $0.json["snapshot"]?["snapshot-id"]?.integer == parent }
            let known = added?.json["snapshot"]?["manifest-list"]?.text ?? metadata.snapshot(parent)?.manifestList
            guard let earlier = Self.own(known, metadata) else { return false }
            do throws(SQLError) {
                // Writers leave out what has no live files.
                try IcebergManifestList.read(earlier, io) { manifest in
                    if manifest.liveFiles != 0 { kept[manifest.path] = manifest }
                }
            } catch { return false }
        }
        do throws(SQLError) {
            try IcebergManifestList.read(list, io) { manifest in
                if let before = kept.removeValue(forKey: manifest.path) {
                    isAppend = isAppend && Self.isSame(before, manifest)
                } else if manifest.hasDeletes {
                    isAppend = false
                }
            }
        } catch { return false }
        return isAppend && kept.isEmpty
    }

    /// In all that readers go by.
    private static func isSame(_ one: IcebergManifest, _ other: IcebergManifest) -> Bool {
        one.size == other.size && one.specID == other.specID && one.hasDeletes == other.hasDeletes
            && one.sequenceNumber == other.sequenceNumber && one.addedFiles == other.addedFiles
            && one.existingFiles == other.existingFiles && one.summaries == other.summaries
    }

    /// The path of a file in the table's folder: nothing else is read because a client names it.
    private static func own(_ path: String?, _ metadata: IcebergMetadata) -> String? {
        guard let path = path.map(IcebergFolder.plain), !path.split(separator: "/").contains(".."),
            path.hasPrefix(TablePath.folder(IcebergFolder.plain(metadata.location)) + "/")
        else { return nil }
        return path
    }
}
