/// Making an earlier version of a Delta table the current one.

import LodeCore

/// - Source: Delta's documentation, "Restore a Delta table to an earlier state"; PROTOCOL.md, "Add File and Remove File".
enum DeltaRestore {
    /// The definition of the earlier version, without giving numbers anew that have been given since.
    static func metadata(_ earlier: DeltaMetadata, after now: DeltaMetadata) throws(SQLError) -> DeltaMetadata {
        var metadata = earlier, marks: [String: Int64] = [:]
        for field in try JSONTree(now.schemaText)["fields"]?.items ?? [] {
            guard let name = field["name"]?.text else { continue }
            if case .number(let text)? = field["metadata"]?["delta.identity.highWaterMark"] { marks[name] = Int64(text) }
        }
        if !marks.isEmpty { metadata.schemaText = try IdentityColumn.marked(metadata.schemaText, marks) }
        let greatest = "delta.columnMapping.maxColumnId"
        let ids = [metadata, now].compactMap { $0.configuration[greatest].flatMap { Int64($0) } }
        if metadata.configuration[greatest] != nil, let id = ids.max() { metadata.configuration[greatest] = String(id) }
        metadata.id = now.id
        return metadata
    }

    /// The files that go and those that come back. A file is another one with other rows deleted.
    static func difference(
        from now: DeltaSnapshot, to earlier: DeltaSnapshot
    ) throws(SQLError) -> (gone: [DeltaAdd], back: [DeltaAdd]) {
        struct Key: Hashable {
            var path: String
            var vector: String?

            init(_ add: DeltaAdd, _ folder: DeltaFolder) {
                path = folder.dataFile(add.path)
                vector = add.vector?.uniqueID
            }
        }
        var left: [Key: DeltaAdd] = [:], back: [DeltaAdd] = []
        try now.adds { (add) throws(SQLError) in left[Key(add, now.folder)] = add }
        try earlier.adds { (add) throws(SQLError) in
            if left.removeValue(forKey: Key(add, now.folder)) == nil { back.append(add) }
        }
        return (left.values.sorted { $0.path < $1.path }, back)
    }
}
