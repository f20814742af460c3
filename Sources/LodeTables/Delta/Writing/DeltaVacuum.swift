/// Which files of a Delta table nobody can want any more.

import LodeCore

/// - Source: Delta PROTOCOL.md, "Add File and Remove File" (tombstones), "VACUUM Protocol Check"; Delta's documentation, "VACUUM".
struct DeltaVacuum {
    let snapshot: DeltaSnapshot
    let io: any TableIO

    /// A server's clock may be so far behind, in microseconds.
    private static let clockSlack: Int64 = 300_000_000

    /// Where files with changed rows lie.
    /// - Source: Delta PROTOCOL.md, "Change Data Files".
    static let feedFolder = "_change_data"

    /// Whether a file of the table's folder could be one of its data, a deletion vector, or one with changed rows.
    /// - Parameter path: relative to the folder.
    static func isData(_ path: String) -> Bool {
        guard path.hasSuffix(".parquet") || path.hasSuffix(".bin") else { return false }
        let parts = path.split(separator: "/")
        return !(parts.first ?? "" == feedFolder ? parts.dropFirst() : parts[...]).contains { HivePath.isHidden($0) }
    }

    /// Files that the table has now, or had at a time since `micros`.
    func filesInUse(since micros: Int64) throws(SQLError) -> Set<String> {
        var used: Set<String> = []
        try snapshot.adds { (add) throws(SQLError) in try take(add.path, add.vector, &used) }
        // What was removed since, is named by a commit since: commits are kept longer than files.
        for (version, file) in try DeltaLogListing(snapshot.folder.log, io).commits where file.modifiedMicros >= micros - Self.clockSlack {
            let path = snapshot.folder.logFile(DeltaLogListing.commitName(version))
            var actions: [DeltaAction] = []
            try DeltaActionReader.read(try io.read(path), path) { (action) throws(SQLError) in actions.append(action) }
            for action in actions {
                switch action {
                case .add(let add): try take(add.path, add.vector, &used)
                case .remove(let remove): try take(remove.path, remove.vector, &used)
                case .changeFile(let file): used.insert(snapshot.folder.dataFile(file.path))
                case .metadata, .protocolVersion, .domain, .commitInfo, .sidecar, .other: break
                }
            }
        }
        return used
    }

    private func take(_ path: String, _ vector: DeltaVectorDescriptor?, _ used: inout Set<String>) throws(SQLError) {
        used.insert(snapshot.folder.dataFile(path))
        if case .file(let place, _)? = try vector?.vector(in: snapshot.folder.root).place { used.insert(place) }
    }
}
