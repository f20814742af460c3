/// What changes of a table's files and of its definition are as one version in its log.

import LodeCore
import LodeTables

extension TableCommit {
    /// - Parameters:
    ///   - files: nil where they stay.
    ///   - isBound: whether the change was computed from the table as it is.
    ///   - stored: the table as its catalog has it.
    ///   - declaration: as its log has it.
    /// - Returns: nil if the log says all of it already.
    init?(
        _ files: FileChange?, _ alterations: [DefinitionChange], isBound: Bool, of stored: GlueTable, _ declaration: TableDeclaration
    ) throws(SQLError) {
        let after = alterations.isEmpty ? declaration : try stored.declared(declaration).applying(alterations).declaration()
        var references: [TableReferenceChange] = []
        for case .reference(let reference) in alterations { references.append(reference) }
        let columnChanges = alterations.columnChanges, isDeclared = after != declaration || !columnChanges.isEmpty
        if !isDeclared, files == nil, references.isEmpty { return nil }
        var change = files ?? FileChange(base: TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        if isBound { change.dependsOnBase = true }
        let operation = change.operation ?? (alterations.isEmpty ? EmbeddedCatalog.operation(change) : Self.operation(alterations))
        self.init(change, declaration: isDeclared ? after : nil, columnChanges: columnChanges, operation: operation)
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
