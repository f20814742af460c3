/// One statement's change to a managed table.

import LodeCore
import LodeTables

/// Becomes a `TableChange`, which `Catalog.commit` can also publish together with those of other tables.
package final class ManagedTransaction: TableTransaction {
    package let snapshot: any TableSnapshot
    package let table: GlueTable
    private let catalog: any Catalog
    /// What a commit needs; for committing several tables together.
    package private(set) var change: TableChange
    private var files: FileChange

    init(_ snapshot: ManagedSnapshot, catalog: any Catalog) {
        self.snapshot = snapshot
        self.catalog = catalog
        table = snapshot.table
        files = FileChange(base: snapshot.identity)
        change = TableChange(snapshot.table.tableName, .files(files))
    }

    package func append(_ files: [DataFile]) { change.added += files }

    package func deleteFiles(_ paths: [String]) {
        switch files.removal {
        case .nothing: set { $0.removal = .paths(paths) }
        case .paths(let earlier): set { $0.removal = .paths(earlier + paths) }
        case .everything: break
        }
    }

    package func replaceAll(with files: [DataFile]) {
        change.added = files
        set { $0.removal = .everything }
    }

    package func dependsOnSnapshot() { set { $0.dependsOnBase = true } }

    package func setSchema(_ schema: Schema) throws(SQLError) {
        let new = try GlueTable.define(table.tableName, schema, partitionedBy: table.partitionKeys.map(\.name))
        var definition = files.definition ?? table
        definition.storageDescriptor.columns = new.storageDescriptor.columns
        definition.partitionKeys = new.partitionKeys
        definition.parameters[TableParameter.columnOrder] = new.parameters[TableParameter.columnOrder]
        set { $0.definition = definition }
    }

    package func setProperties(_ properties: [String: String]) {
        var definition = files.definition ?? table
        let order = definition.parameters[TableParameter.columnOrder]
        definition.parameters = properties
        definition.parameters[TableParameter.columnOrder] = order
        set { $0.definition = definition }
    }

    package func commit() throws(SQLError) -> CommitOutcome {
        guard let outcome = try catalog.commit([change]).first else { throw SQLError.internalFault("a commit without an outcome") }
        return outcome
    }

    private func set(_ update: (inout FileChange) -> Void) {
        update(&files)
        change.action = .files(files)
    }
}
