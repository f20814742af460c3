/// The commits after a checkpoint, put together.

import LodeCore

/// What commits say, the latest word on everything: a log is replayed from its end.
/// - Source: Delta PROTOCOL.md, "Action Reconciliation".
struct DeltaTail: Sendable {
    private(set) var protocolVersion: DeltaProtocol?
    private(set) var metadata: DeltaMetadata?
    /// By their names, those included that were removed.
    private(set) var domains: [String: DeltaDomain] = [:]
    /// Files that are part of the table, in the order in which they came.
    private(set) var adds: [DeltaAdd] = []
    /// The logical files that were added or removed: what a checkpoint says of them holds no longer.
    private var settled: Set<String> = []

    /// - Throws: what reading raises, `XX001` naming a file and line that is damaged.
    init(_ commits: [DeltaLogSegment.Commits], _ folder: DeltaFolder, _ io: any TableIO) throws(SQLError) {
        // Some writers of compacted files don't reconcile, but put the latest actions first.
        var compacted = commits.reversed().map { $0.versions.count > 1 }[...]
        try io.read(commits.reversed().map { folder.logFile($0.name) }) { (path, bytes) throws(SQLError) in
            var actions: [DeltaAction] = []
            try DeltaActionReader.read(bytes, path) { (action) throws(SQLError) in actions.append(action) }
            if compacted.popFirst() == false { actions.reverse() }
            for action in actions { replay(action, folder) }
        }
        adds.reverse()
    }

    /// The same after a later word on a domain.
    func having(_ domain: DeltaDomain) -> DeltaTail {
        var tail = self
        tail.domains[domain.name] = domain
        return tail
    }

    private mutating func replay(_ action: DeltaAction, _ folder: DeltaFolder) {
        switch action {
        case .add(let add):
            if settled.insert(folder.key(add.path, add.vector)).inserted { adds.append(add) }
        case .remove(let remove): settled.insert(folder.key(remove.path, remove.vector))
        case .metadata(let found): metadata = metadata ?? found
        case .protocolVersion(let found): protocolVersion = protocolVersion ?? found
        case .domain(let found): domains[found.name] = domains[found.name] ?? found
        case .changeFile, .commitInfo, .sidecar, .other: break
        }
    }

    /// Whether the checkpoint's word on a file holds.
    func leaves(_ add: DeltaAdd, _ folder: DeltaFolder) -> Bool {
        settled.isEmpty || !settled.contains(folder.key(add.path, add.vector))
    }
}

/// Where a table lies.
struct DeltaFolder: Hashable, Sendable {
    /// Without a slash at its end.
    var root: String

    init(_ location: String) { root = TablePath.folder(location) }

    var log: String { TablePath.join(root, "_delta_log") }

    func logFile(_ name: String) -> String { TablePath.join(log, name) }

    func dataFile(_ path: String) -> String { DeltaPath.location(path, in: root) }

    /// What identifies a logical file: a data file with a deletion vector or without one.
    func key(_ path: String, _ vector: DeltaVectorDescriptor?) -> String {
        guard let vector else { return dataFile(path) }
        return "\(dataFile(path))\u{0}\(vector.uniqueID)"
    }
}
