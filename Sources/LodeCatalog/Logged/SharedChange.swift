/// What the changes of a commit make of one table with a log of its own, in a catalog that other engines share.

import LodeCore
import LodeTables

/// Files and definition of a table change together: as one version of it.
struct SharedChange {
    let name: TableName
    /// Its files, if they change.
    private(set) var files: FileChange?
    private(set) var alterations: [DefinitionChange] = []
    /// The state that the table must be in, if something was computed from it.
    private(set) var required: TableVersion?

    /// Attempts to publish a change before it is given up: each lost one is a commit of somebody else.
    static let attempts = 30

    /// Apart from each other, so that those who lost together do not meet again.
    static func pause(_ attempt: Int) throws(SQLError) {
        try Cancellation.pauseCurrent(nanoseconds: Int.random(in: 500_000...(1_000_000 << min(attempt, 9))))
    }

    /// The changes of a commit by table, in the order of its changes; nil if others than of files and definitions are among them.
    static func gather(_ changes: [TableChange]) -> [SharedChange]? {
        var gathered: [SharedChange] = []
        func place(of name: TableName) -> Int {
            if let known = gathered.firstIndex(where: { $0.name == name }) { return known }
            gathered.append(SharedChange(name: name))
            return gathered.count - 1
        }
        for change in changes {
            switch change {
            case .files(let name, let files): gathered[place(of: name)].files = files
            case .alter(let name, let alterations):
                let at = place(of: name)
                for alteration in alterations {
                    if case .requires(let version) = alteration {
                        gathered[at].required = version
                    } else if alteration.isLogged {
                        gathered[at].alterations.append(alteration)
                    } else {
                        return nil
                    }
                }
            case .requires(let name, let version): gathered[place(of: name)].required = version
            case .createDatabase, .dropDatabase, .alterDatabase, .create, .drop, .partitions: return nil
            }
        }
        return gathered
    }

    private init(name: TableName) { self.name = name }

    /// - Parameter snapshot: the table as it is.
    /// - Throws: `40001` if the table is no longer what the change was computed from.
    func check(_ snapshot: any TableSnapshot) throws(SQLError) {
        guard let required else { return }
        guard let found = snapshot.identity, found.table == required.table, found.version == required.version else {
            throw CatalogError.conflict("table \"\(name)\" was changed")
        }
    }

    /// - Parameters:
    ///   - stored: the table as its catalog has it.
    ///   - declaration: as its log has it.
    /// - Returns: nil if the log says all of it already.
    func commit(to stored: GlueTable, _ declaration: TableDeclaration) throws(SQLError) -> TableCommit? {
        let commit = try TableCommit(files, alterations, isBound: required != nil, of: stored, declaration)
        if commit == nil, try stored.declared(declaration).applying(alterations) != stored.declared(declaration) {
            throw SQLError.unsupported("a change that the log of \"\(name)\" does not keep", hint: "Keys are the warehouse's own.")
        }
        return commit
    }
}
