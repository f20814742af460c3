/// Whether a commit that came first goes with one that is to follow.

import LodeCore

/// Writers are serializable among each other; rows that others only added may come before or after.
///
///     the winner …                       this commit …                                  then
///     changed metadata or protocol       anything                                       40001
///     removed a file, or rows of it      removes it or rows of it, or read it           40001
///     added rows                         depends on all that there is                   40001
///     added or removed any file          makes an earlier state the table's again       40001
///     added rows, having read some       read where they are                            40001
///     removed or added rows elsewhere    only puts rows into other files                goes on
///     only put rows into other files     read those, and removes none of them           goes on
///
/// - Source: Delta PROTOCOL.md, "ACID Transactions"; Delta's documentation, "Concurrency control", "Write-write conflicts".
struct DeltaConflicts {
    private let change: FileChange
    private let base: DeltaSnapshot
    private let hasDeclaration: Bool
    private let removed: Set<String>

    init(_ change: FileChange, _ base: DeltaSnapshot, hasDeclaration: Bool) {
        self.change = change
        self.base = base
        self.hasDeclaration = hasDeclaration
        removed = Set(change.removedPaths + change.marked.map(\.file.path))
    }

    static func conflict(detail: String) -> SQLError {
        SQLError(.serializationFailure, "the table was changed by a concurrent statement", detail: detail, hint: "Run the statement again.")
    }

    /// - Parameter bytes: the winner's log file.
    /// - Throws: `40001` if this commit can't follow it.
    func check(_ bytes: [UInt8], _ path: String) throws(SQLError) {
        var actions: [DeltaAction] = []
        try DeltaActionReader.read(bytes, path) { (action) throws(SQLError) in actions.append(action) }
        let isBlind = isBlindAppend(actions)
        for action in actions {
            if change.restored != nil { try checkFilesStay(action) }
            switch action {
            case .metadata: throw Self.conflict(detail: "The table's definition was changed.")
            case .protocolVersion: throw Self.conflict(detail: "The table's protocol was changed.")
            case .remove(let remove): try check(remove)
            case .add(let add): try check(add, isBlind: isBlind)
            case .domain(let domain) where domain.name == DeltaClustering.domain:
                throw Self.conflict(detail: "The table's clustering was changed.")
            case .changeFile, .commitInfo, .domain, .sidecar, .other: break
            }
        }
    }

    /// Whether the winner added rows without looking at any.
    private func isBlindAppend(_ actions: [DeltaAction]) -> Bool {
        if base.metadata.configuration["delta.isolationLevel"]?.lowercased() == "serializable" { return false }
        var stated: Bool?, isWrite = false
        for action in actions {
            switch action {
            case .remove: return false
            case .commitInfo(let info):
                stated = info.isBlindAppend
                isWrite = info.operation == "WRITE"
            default: break
            }
        }
        return stated ?? isWrite
    }

    /// What comes and goes with an earlier state was told from the files that there were, rows or not.
    private func checkFilesStay(_ action: DeltaAction) throws(SQLError) {
        switch action {
        case .add, .remove: throw Self.conflict(detail: "Files of the table, which is restored, were added or removed.")
        case .metadata, .protocolVersion, .domain, .changeFile, .commitInfo, .sidecar, .other: break
        }
    }

    private func check(_ remove: DeltaRemove) throws(SQLError) {
        let path = base.folder.dataFile(remove.path)
        if removed.contains(path) { throw Self.conflict(detail: "A file that this statement removes was removed.") }
        // Rows that only lie in other files by now are those that were read.
        guard change.changesData, remove.dataChange else { return }
        if change.dependsOnBase { throw Self.conflict(detail: "Rows were removed.") }
        // What is removed as a whole, is looked up again.
        guard !removed.isEmpty else { return }
        guard let read = change.reads else { throw Self.conflict(detail: "A file that this statement read was removed.") }
        var wasRead = false
        try base.adds { (add) throws(SQLError) in
            if !wasRead, base.folder.dataFile(add.path) == path { wasRead = try base.mayHold(add, read) }
        }
        if wasRead { throw Self.conflict(detail: "A file that this statement read was removed.") }
    }

    private func check(_ add: DeltaAdd, isBlind: Bool) throws(SQLError) {
        guard add.dataChange, change.changesData else { return }
        if change.dependsOnBase { throw Self.conflict(detail: "Rows were added.") }
        if isBlind || removed.isEmpty { return }
        if let read = change.reads, try !base.mayHold(add, read) { return }
        throw Self.conflict(detail: "Rows were added where this statement has read.")
    }
}
