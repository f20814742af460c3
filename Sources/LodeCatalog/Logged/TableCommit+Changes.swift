/// What changes of a table's files and of its definition are as one version in its log.

import LodeCore
import LodeTables

extension TableCommit {
    /// - Parameters:
    ///   - files: nil where they stay.
    ///   - alterations: what statements said of the definition, one after another.
    ///   - isBound: whether the change was computed from the table as it is.
    ///   - stored: the table as its catalog has it.
    ///   - declaration: as its log has it.
    /// - Returns: nil if the log says all of it already.
    init?(
        _ files: FileChange?, _ alterations: [[DefinitionChange]], isBound: Bool, of stored: GlueTable, _ declaration: TableDeclaration
    ) throws(SQLError) {
        var table = try stored.declared(declaration), before = declaration, steps: [Redeclaration] = []
        for changes in alterations {
            table = try table.applying(changes)
            let after = try table.declaration(), columnChanges = changes.columnChanges
            if after == before, columnChanges.isEmpty { continue }
            steps.append(Redeclaration(after, by: columnChanges, isRewritten: changes.rewriteRows))
            before = after
        }
        var references: [TableReferenceChange] = []
        for case .reference(let reference) in alterations.joined() { references.append(reference) }
        // A transaction says with a change of a definition what it has found, though no file comes or goes.
        let changesFiles = files.map { alterations.isEmpty || !$0.isEmpty } ?? false
        if steps.isEmpty, !changesFiles, references.isEmpty { return nil }
        var change = files ?? FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        if isBound { change.dependsOnBase = true }
        let operation = change.operation ?? alterations.first.map(Self.operation) ?? EmbeddedCatalog.operation(change)
        self.init(change, declarations: steps, operation: operation)
        self.references = references
    }

    /// What Delta's own writers call changes of a definition.
    private static func operation(_ changes: [DefinitionChange]) -> String {
        switch changes.first {
        case .addColumns, .column(.add): "ADD COLUMNS"
        case .column(.rename): "RENAME COLUMN"
        case .column(.drop): "DROP COLUMNS"
        case .column(.move), .column(.retype): "CHANGE COLUMN"
        case .cluster: "CLUSTER BY"
        case .removeProperties: "UNSET TBLPROPERTIES"
        case .setProperties: "SET TBLPROPERTIES"
        case .addConstraint: "ADD CONSTRAINT"
        case .dropConstraint: "DROP CONSTRAINT"
        case .setDefault, .setNullable, .setComment(_, column: _?): "CHANGE COLUMN"
        case .partitioning: "CHANGE PARTITION FIELD"
        default: "ALTER TABLE"
        }
    }
}

extension GlueTable {
    func applying(_ changes: [DefinitionChange]) throws(SQLError) -> GlueTable {
        var table = self
        for change in changes { try table.apply(change) }
        return table
    }
}
