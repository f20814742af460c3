/// The files of a Delta log as versions that are won, looked past and taken back.

import LodeCore

extension DeltaFormat: NumberedLog {
    package var firstLogNumber: Int64 { 0 }

    package func logNumber(of path: String) -> Int64? {
        let parts = path.split(separator: "/").suffix(2)
        guard parts.count == 2, parts.first == "_delta_log", let name = parts.last, name.hasSuffix(".json"),
            let number = Int64(name.dropLast(".json".utf8.count)), number >= 0, DeltaLogListing.commitName(number) == name
        else { return nil }
        return number
    }

    package func logNumber(of snapshot: any TableSnapshot) -> Int64? { (snapshot as? DeltaSnapshot)?.version }

    package func version(of number: Int64, _ bytes: [UInt8], _ path: String) throws(SQLError) -> Int64 { number }

    package func snapshot(of table: TableDefinition, before number: Int64, io: any TableIO) throws(SQLError) -> any TableSnapshot {
        try snapshot(of: table, at: .version(number - 1), io: io)
    }

    package func revert(_ number: Int64, in location: String, io: any TableIO) throws(SQLError) -> Int64 {
        try DeltaReversal(number, DeltaFolder(location), io).publish()
    }

    package func followUp(_ number: Int64, _ bytes: [UInt8], in location: String, io: any TableIO) {
        let found = try? Self.snapshot(of: location, at: .version(number), io)
        guard let snapshot = found as? DeltaSnapshot else { return }
        DeltaCheckpointWriter.write(after: number, snapshot.metadata, snapshot.protocolVersion, snapshot.folder, io)
    }
}

/// A version that takes back an earlier one: files that it added go, files that it removed come back, the definition is that of before.
///
/// A protocol that was raised stays: older writers are kept out for good. What others made of the files since, is theirs:
/// if they wrote one anew that had taken the place of others, all files stay as they are.
/// - Source: Delta PROTOCOL.md, "Add File and Remove File", "Change Metadata".
private struct DeltaReversal {
    private let number: Int64
    private let folder: DeltaFolder
    private let io: any TableIO
    private let transaction = DeltaText.uuid()

    init(_ number: Int64, _ folder: DeltaFolder, _ io: any TableIO) {
        self.number = number
        self.folder = folder
        self.io = io
    }

    func publish() throws(SQLError) -> Int64 {
        let path = folder.logFile(DeltaLogListing.commitName(number)), before = try snapshot(at: number - 1)
        var done: [DeltaAction] = []
        try DeltaActionReader.read(try io.read(path), path) { (action) throws(SQLError) in done.append(action) }
        while true {
            let current = try snapshot(at: nil), version = current.version + 1
            let (bytes, metadata) = try actions(taking: done, back: before, from: current, as: version)
            let place = folder.logFile(DeltaLogListing.commitName(version))
            guard case .won = try io.publish(place, bytes) else { continue }
            DeltaCheckpointWriter.write(after: version, metadata, current.protocolVersion, folder, io)
            return version
        }
    }

    private func snapshot(at version: Int64?) throws(SQLError) -> DeltaSnapshot {
        let found = try DeltaFormat.snapshot(of: folder.root, at: version.map { .version($0) }, io)
        guard let snapshot = found as? DeltaSnapshot else { throw .internalFault("a Delta table that is read as another one") }
        return snapshot
    }

    private func actions(
        taking done: [DeltaAction], back before: DeltaSnapshot, from current: DeltaSnapshot, as version: Int64
    ) throws(SQLError) -> ([UInt8], DeltaMetadata) {
        let gone = Set(done.compactMap { if case .remove(let remove) = $0 { folder.key(remove.path, remove.vector) } else { nil } })
        var live: Set<String> = [], known: [String: DeltaAdd] = [:]
        try current.adds { (add) throws(SQLError) in live.insert(folder.key(add.path, add.vector)) }
        try before.adds { (add) throws(SQLError) in
            let key = folder.key(add.path, add.vector)
            if gone.contains(key) { known[key] = add }
        }
        // Rows of the files that went lie in those that came. Where others wrote one of these anew, both would count.
        let isRewritten = done.contains { if case .add(let add) = $0 { !live.contains(folder.key(add.path, add.vector)) } else { false } }
        let keepsFiles = isRewritten && !gone.isEmpty
        let now = WallClock.micros() / 1000
        var writer = DeltaActionWriter(), metadata = current.metadata
        var info = DeltaProvenance(
            timestamp: now, operation: "RESTORE", parameters: ["version": String(number - 1)], readVersion: current.version,
            isBlindAppend: false, transaction: transaction)
        if DeltaProperties.isOn(DeltaProperties.inCommitTimestamps, metadata.configuration) {
            info.inCommitTimestamp = max(now, (DeltaHistory.inCommitTimestamp(of: version - 1, folder, io) ?? 0) &+ 1)
        }
        writer.write(info)
        for action in done {
            switch action {
            case .metadata(let changed) where changed == metadata:
                metadata = before.metadata
                writer.write(metadata)
            case .add(let add) where !keepsFiles && live.contains(folder.key(add.path, add.vector)):
                writer.writeRemove(add, dataChange: add.dataChange, at: now)
            case .remove(let remove) where !keepsFiles:
                let key = folder.key(remove.path, remove.vector)
                if !live.contains(key), let add = known[key] { writer.write(add, dataChange: remove.dataChange) }
            case .domain(let changed) where changed.name != DeltaRowTracking.domain:
                // Numbers of rows are never given twice.
                var earlier = before.domain(changed.name) ?? changed
                earlier.isRemoved = before.domain(changed.name) == nil
                writer.write(earlier)
            case .metadata, .add, .remove, .changeFile, .domain, .protocolVersion, .commitInfo, .sidecar, .other: break
            }
        }
        return (writer.bytes, metadata)
    }
}
