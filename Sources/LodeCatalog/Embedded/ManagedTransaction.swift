/// One statement's change to a managed table.

import LodeCore
import LodeTables

/// Gathers a `FileChange`.
final class ManagedTransaction: TableTransaction {
    let table: GlueTable
    let snapshot: any TableSnapshot
    private var files: FileChange

    init(_ snapshot: ManagedSnapshot) {
        self.snapshot = snapshot
        table = snapshot.table
        files = FileChange(base: snapshot.state)
    }

    var change: TableChange { .files(table.tableName, files) }

    func append(_ files: [DataFile]) { self.files.added += files }

    func deleteFiles(_ paths: [String]) { files.removedPaths += paths }

    func emptyPartitions(_ partitions: Set<[Value]>) { files.emptiedPartitions.formUnion(partitions) }

    func replaceAll(with files: [DataFile]) {
        self.files.added = files
        self.files.removesEverything = true
    }

    func dependsOnSnapshot() { files.dependsOnBase = true }
    func keepsRows() { files.changesData = false }
    func restore(_ snapshot: any TableSnapshot) { files.restored = snapshot }

    func loads(_ files: [String]) { self.files.loaded += files }

    func name(_ operation: String) { files.operation = operation }
}
