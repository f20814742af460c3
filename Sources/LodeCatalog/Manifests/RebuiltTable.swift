/// A table as its manifests describe it.

import LodeCore

/// The rows that the catalog is to have of it.
struct RebuiltTable {
    let id: Int64
    private(set) var definition: GlueTable
    private(set) var definitionVersion: Int64
    var oldestVersion: Int64
    private(set) var versions: [ManifestVersion]
    /// In the order in which they came.
    private(set) var files: [ManifestFile]
    /// Registered ones.
    private(set) var partitions: [ManifestPartition]

    /// - Parameter chain: the first one describes the whole table. Nil if it does not.
    init?(_ chain: [TableManifest]) {
        guard let first = chain.first, let definition = first.definition else { return nil }
        id = first.table
        self.definition = definition
        definitionVersion = first.definitionVersion
        oldestVersion = first.oldestVersion
        versions = first.versions
        files = first.files
        partitions = first.partitions
        for change in chain.dropFirst() { apply(change) }
    }

    var version: Int64 { versions.last?.version ?? 0 }

    private mutating func apply(_ change: TableManifest) {
        if let definition = change.definition {
            self.definition = definition
            definitionVersion = change.definitionVersion
        }
        versions += change.versions
        for version in change.versions.map(\.version) {
            for removal in change.removals where removal.version == version { remove(removal) }
            files += change.files.filter { $0.added == version }
        }
        let gone = Set(change.removedPartitions.map { SQLText($0) })
        partitions.removeAll { gone.contains(SQLText($0.key)) }
        partitions += change.partitions
    }

    private mutating func remove(_ removal: ManifestRemoval) {
        // Texts as they are: Swift takes those that look the same for equal.
        let paths = removal.paths.map { Set($0.map { SQLText($0) }) }
        for index in files.indices where files[index].removed == nil && paths?.contains(SQLText(files[index].path)) != false {
            files[index].removed = removal.version
        }
    }

    /// Gives up the versions that need a file that is gone, and forgets files that only those before the oldest had.
    /// - Parameter isThere: whether a file is there, whole.
    /// - Returns: files of the current version that are gone.
    mutating func settle(_ isThere: (ManifestFile) throws(SQLError) -> Bool) throws(SQLError) -> [ManifestFile] {
        var missing: [ManifestFile] = []
        for file in files where try !isThere(file) {
            if let removed = file.removed {
                oldestVersion = max(oldestVersion, removed)
            } else {
                missing.append(file)
            }
        }
        let oldest = oldestVersion
        files.removeAll { $0.removed.map { $0 <= oldest } ?? false }
        if let first = versions.firstIndex(where: { $0.version >= oldest }), first > 0 {
            // Its definition follows from an earlier version that goes.
            if versions[first].definition == nil {
                versions[first].definition = versions[..<first].last { $0.definition != nil }?.definition
            }
            versions.removeFirst(first)
        }
        return missing
    }
}
