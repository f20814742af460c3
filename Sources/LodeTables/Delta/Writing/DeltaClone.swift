/// Making a Delta table that has the files of another one.

import LodeCore

/// The first version of a clone is a version of its source: with its definition and its files, under the places where they lie.
/// - Source: Delta's documentation, "Clone types"; PROTOCOL.md, "Add File and Remove File" (absolute paths).
struct DeltaClone {
    let snapshot: DeltaSnapshot
    /// Of the source.
    let name: String
    /// Of the clone.
    let folder: DeltaFolder
    let io: any TableIO

    /// - Throws: `42P07` if there is a table already.
    func publish() throws(SQLError) {
        let now = WallClock.micros() / 1000
        var metadata = snapshot.metadata, writer = DeltaActionWriter()
        metadata.id = DeltaText.uuid()
        metadata.createdTime = now
        var info = DeltaProvenance(
            timestamp: now, operation: "CLONE", readVersion: nil, isBlindAppend: false, transaction: DeltaText.uuid())
        info.parameters = ["source": name, "sourceVersion": String(snapshot.version), "isShallow": "true"]
        if DeltaProperties.isOn(DeltaProperties.inCommitTimestamps, metadata.configuration) { info.inCommitTimestamp = now }
        writer.write(info)
        writer.write(snapshot.protocolVersion)
        writer.write(metadata)
        for name in [DeltaClustering.domain, DeltaRowTracking.domain] {
            if let domain = snapshot.domain(name) { writer.write(domain) }
        }
        try snapshot.adds { (add) throws(SQLError) in writer.write(try placed(add), dataChange: true) }
        if case .won = try io.publish(folder.logFile(DeltaLogListing.commitName(0)), writer.bytes) { return }
        throw SQLError(.duplicateTable, "there is a Delta table in the folder already", in: folder.root)
    }

    /// The file by where it lies, and not relative to its table.
    private func placed(_ add: DeltaAdd) throws(SQLError) -> DeltaAdd {
        var placed = add
        placed.path = Self.uri(snapshot.folder.dataFile(add.path))
        if let vector = add.vector, vector.storageType == "u",
            case .file(let place, _) = try vector.vector(in: snapshot.folder.root).place
        {
            placed.vector?.storageType = "p"
            placed.vector?.pathOrInline = Self.uri(place)
        }
        return placed
    }

    private static func uri(_ location: String) -> String {
        guard let end = location.firstRange(of: "://")?.upperBound else {
            return "file://" + PercentText.encoded(location, keepingSlashes: true)
        }
        return location[..<end] + PercentText.encoded(String(location[end...]), keepingSlashes: true)
    }
}
