/// A table as a transaction sees it: what it was, with the transaction's own files.

import LodeCore
import LodeTables

/// Leaves out the files that the transaction has taken away, and adds those that it has written.
package struct OverlaySnapshot: TableSnapshot {
    private let table: GlueTable
    private let changes: FileChange
    /// Nil for a table that the transaction has made.
    private var before: (any TableSnapshot)?
    package let schema: Schema
    package let partitionColumns: [Field]
    package let fileFormat: String
    package let columnMatching: ColumnMatching
    /// Whether files have the columns, too, by which the table is divided.
    private let filesAreWhole: Bool

    /// - Parameter replaced: what a table that the transaction has made takes the place of, as the next version of the same log.
    init(
        _ table: GlueTable, _ changes: FileChange, over before: (any TableSnapshot)?, replacing replaced: (any TableSnapshot)? = nil
    ) throws(SQLError) {
        self.table = table
        self.changes = changes
        self.before = before
        // What a log says of its table counts.
        let logged = table.writableFormat, known = logged == nil ? nil : before
        schema = if let known { known.schema } else { try table.schema() }
        partitionColumns = if let known { known.partitionColumns } else { try table.partitionFields() }
        filesAreWhole = try logged?.layout(of: try table.declaration(), in: "") != nil
        if let logged, before == nil {
            columnMatching = try logged.columnMatching(of: try table.declaration(), by: [], over: replaced)
        } else {
            columnMatching = before?.columnMatching ?? .name
        }
        guard let format = table.fileFormat else {
            throw SQLError(.dataCorrupted, "table \"\(table.tableName)\" has no known file format")
        }
        fileFormat = format.name
    }

    package var inLog: (any TableSnapshot)? { before?.inLog }
    package var rowMetadata: RowMetadata? { before?.rowMetadata }
    package var properties: [String: String] { table.readerProperties }
    package var readerOptions: [String: String] { before?.readerOptions ?? properties }
    package var identity: TableVersion? { before?.identity ?? changes.base }
    package var location: String? { table.writableFormat == nil ? nil : before?.location ?? table.storageDescriptor.location }
    package var isDearToList: Bool { before?.isDearToList ?? false }
    package var mayBeDividedOtherwise: Bool { before?.mayBeDividedOtherwise ?? false }

    /// The same, with what was there before read in another way.
    package func over(_ change: (any TableSnapshot) throws(SQLError) -> any TableSnapshot) throws(SQLError) -> OverlaySnapshot {
        var copy = self
        copy.before = try before.map { (found) throws(SQLError) in try change(found) }
        return copy
    }

    package var statistics: TableStatistics {
        var totals = TableStatistics(rowCount: 0, byteCount: 0, fileCount: 0)
        if let before, !changes.removesEverything { totals = before.statistics }
        for file in changes.added { totals.add(asRead(file), partitionColumns) }
        // How much the rest holds is not known without listing it; bounds hold, but counts do not.
        if changes.removesFiles, !changes.removesEverything {
            totals.rowCount = nil
            totals.columns = totals.columns.mapValues { ColumnStatistics(minimum: $0.minimum, maximum: $0.maximum) }
        }
        return totals
    }

    /// A file of the transaction's own. Where it has all columns, it is read as one that is in no partition.
    private func asRead(_ file: DataFile) -> DataFile {
        guard filesAreWhole else { return file }
        var file = file
        (file.partitionValues, file.partitionColumns) = ([], [])
        return file
    }

    package func plan(_ predicate: ColumnPredicate?) throws(SQLError) -> FileListing {
        var listing = FileListing()
        if let before, !changes.removesEverything {
            listing = try before.plan(predicate)
            let gone = Set(changes.removedPaths)
            listing.files.removeAll {
                gone.contains($0.path) || !$0.isDividedOtherwise && changes.emptiedPartitions.contains($0.partitionValues)
            }
        }
        listing.filesTotal += changes.added.count
        for file in changes.added.map(asRead) {
            let isWanted = predicate.map { filesAreWhole ? $0.mayMatch { name in file.statistics[name] } : mayMatch($0, file) } ?? true
            if isWanted { listing.files.append(file) } else { listing.filesPruned += 1 }
        }
        if !partitionColumns.isEmpty, !filesAreWhole {
            listing.partitionsTotal = max(listing.partitionsTotal, Set(listing.files.map(\.partitionValues)).count)
        }
        return listing
    }
}

/// Gathers a statement's change to a table of a transaction.
final class GatheredTransaction: TableTransaction {
    let table: GlueTable
    private(set) var snapshot: any TableSnapshot
    private var files: FileChange
    /// Keeps files that are not published yet from being collected.
    private let lease: Lease?
    let rowWriting: RowWriting

    init(_ table: GlueTable, _ snapshot: any TableSnapshot, _ lease: Lease? = nil, _ rowWriting: RowWriting = RowWriting()) {
        self.table = table
        self.rowWriting = rowWriting
        self.snapshot = snapshot
        self.lease = lease
        files = FileChange(base: snapshot.identity ?? TableVersion(table: TableID(0), version: 0, definitionVersion: 0))
        files.found = snapshot
    }

    var change: TableChange { .files(table.tableName, files) }
    func append(_ files: [DataFile]) { self.files.added += files }

    func move(to branch: String, _ snapshot: any TableSnapshot) throws(SQLError) {
        guard table.writableFormat?.evolvesLayout == true else {
            throw SQLError.unsupported("changing the branch \"\(branch)\" of \"\(table.name)\"")
        }
        self.snapshot = snapshot
        files.found = snapshot
        files.branch = branch
    }

    func deleteFiles(_ paths: [String]) { files.removedPaths += paths }
    func mark(_ files: [MarkedFile]) { self.files.marked += files }
    func feed(_ files: [DataFile]) { self.files.feed += files }
    func emptyPartitions(_ partitions: Set<[Value]>) { files.emptiedPartitions.formUnion(partitions) }
    func examined(_ paths: [String]) { files.examinedPaths.formUnion(paths) }
    func dependsOnSnapshot() { files.dependsOnBase = true }
    func keepsRows() { files.changesData = false }
    func rewriteManifests() { (files.changesData, files.rewritesManifests) = (false, true) }
    func note(_ distinctValues: [ColumnSketch]) { (files.changesData, files.distinctValues) = (false, distinctValues) }
    func restore(_ snapshot: any TableSnapshot) { files.restored = snapshot }
    func name(_ operation: String) { files.operation = operation }
    func reads(_ rows: ColumnPredicate) { files.reads = rows }
    func reached(_ marks: [String: Int64]) { files.identityMarks.merge(marks) { _, new in new } }
    func loads(_ files: [String]) { self.files.loaded += files }

    func replaceAll(with files: [DataFile]) {
        self.files.added = files
        self.files.removesEverything = true
    }
}
