/// What the changes of a commit make of one table with a log of its own.

import LodeCore
import LodeTables

/// Files and definition of a table change together: as one version of it.
struct TableLogChange {
    let name: TableName
    /// Its files, if they change.
    private(set) var files: FileChange?
    /// What statements said of its definition, one after another.
    private(set) var alterations: [[DefinitionChange]] = []
    /// The state that the table must be in, if something was computed from it.
    private(set) var required: TableVersion?

    /// Attempts to publish a change before it is given up: each lost one is a commit of somebody else.
    static let attempts = 30

    /// Apart from each other, so that those who lost together do not meet again.
    static func pause(_ attempt: Int) throws(SQLError) {
        try Cancellation.pauseCurrent(nanoseconds: Int.random(in: 500_000...(1_000_000 << min(attempt, 9))))
    }

    /// The changes of a commit by table, in the order of its changes; nil if others than of files and definitions are among them.
    static func gather(_ changes: [TableChange]) -> [TableLogChange]? {
        var gathered: [TableLogChange] = []
        func place(of name: TableName) -> Int {
            if let known = gathered.firstIndex(where: { $0.name == name }) { return known }
            gathered.append(TableLogChange(name: name))
            return gathered.count - 1
        }
        for change in changes {
            switch change {
            case .files(let name, let files): gathered[place(of: name)].files = files
            case .alter(let name, let alterations):
                let at = place(of: name)
                guard alterations.allSatisfy({ $0.isLogged || $0.isCondition }) else { return nil }
                for case .requires(let version) in alterations { gathered[at].required = version }
                let own = alterations.filter(\.isLogged)
                if !own.isEmpty { gathered[at].alterations.append(alterations) }
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

    /// What the log is to say, and what the catalog is.
    struct Outcome {
        /// Nil if the log says all of it already.
        var commit: TableCommit?
        /// As the catalog has the table from then on.
        var table: GlueTable
    }

    /// - Parameters:
    ///   - stored: the table as its catalog has it.
    ///   - declaration: as its log has it.
    func outcome(for stored: GlueTable, _ declaration: TableDeclaration) throws(SQLError) -> Outcome {
        var table = try stored.declared(declaration), steps: [Redeclaration] = [], references: [TableReferenceChange] = []
        for list in alterations {
            for alteration in list {
                try table.apply(alteration)
                if case .reference(let reference) = alteration { references.append(reference) }
            }
            let after = try table.declaration(), columnChanges = list.columnChanges
            if after == steps.last?.declaration ?? declaration, columnChanges.isEmpty { continue }
            steps.append(Redeclaration(after, by: columnChanges, isRewritten: list.rewriteRows))
        }
        let isOfFiles = files.map { alterations.isEmpty || !$0.isEmpty } ?? false
        if steps.isEmpty, references.isEmpty, !isOfFiles { return Outcome(table: table) }
        var change = files ?? FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        if required != nil { change.dependsOnBase = true }
        let made = alterations.first.map { EmbeddedCatalog.operation($0) } ?? EmbeddedCatalog.operation(change)
        var commit = TableCommit(change, declarations: steps, operation: change.operation ?? made)
        commit.references = references
        return Outcome(commit: commit, table: table)
    }

    /// The same in a catalog that keeps no more of a table than its log does.
    /// - Returns: nil if the log says all of it already.
    func commit(to stored: GlueTable, _ declaration: TableDeclaration) throws(SQLError) -> TableCommit? {
        let outcome = try outcome(for: stored, declaration)
        if outcome.commit == nil, try outcome.table != stored.declared(declaration) {
            throw SQLError.unsupported("a change that the log of \"\(name)\" does not keep", hint: "Keys are the warehouse's own.")
        }
        return outcome.commit
    }
}
