/// Making an earlier version of a Delta table the current one.

import LodeCore

/// - Source: Delta's documentation, "Restore a Delta table to an earlier state"; PROTOCOL.md, "Add File and Remove File".
enum DeltaRestore {
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
