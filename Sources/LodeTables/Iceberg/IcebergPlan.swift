/// What planning a scan of an Iceberg table has found so far.

import LodeCore

struct IcebergPlan {
    var listing = FileListing()
    /// By the number of their specs, those of earlier ones.
    var partitionings: [Int: IcebergPartitioning] = [:]
    /// The fields of which statistics are wanted.
    let ids: Set<Int>
    private let predicate: ColumnPredicate?
    private var tests: [Int: IcebergPartitionTest] = [:]

    /// - Parameter isLarge: whether only the statistics that the predicate uses are kept.
    init(_ predicate: ColumnPredicate?, _ columns: IcebergColumns, isLarge: Bool) {
        self.predicate = predicate
        ids = isLarge ? columns.ids(of: predicate?.columns ?? []) : Set(columns.leaves.keys)
    }

    private mutating func test(_ predicate: ColumnPredicate, _ partitioning: IcebergPartitioning) -> IcebergPartitionTest {
        if partitioning.isWhole, let known = tests[partitioning.spec.id] { return known }
        let made = IcebergPartitionTest(predicate, partitioning.sources)
        if !partitioning.isWhole { return made }
        tests[partitioning.spec.id] = made
        return made
    }

    /// Whether files of a manifest are live and can hold rows that pass, or deletes of such.
    mutating func mayHold(_ manifest: IcebergManifest, _ partitioning: IcebergPartitioning) -> Bool {
        if manifest.liveFiles == 0 { return false }
        guard let predicate, let summaries = manifest.summaries else { return true }
        return test(predicate, partitioning).mayMatch(partitioning.ranges(summaries))
    }

    mutating func skip(_ manifest: IcebergManifest) {
        guard !manifest.hasDeletes else { return }
        listing.filesTotal += manifest.liveFiles ?? 0
        listing.filesPruned += manifest.liveFiles ?? 0
    }

    /// Whether rows of a file's partition can pass.
    mutating func mayHold(_ entry: IcebergEntry, _ partitioning: IcebergPartitioning) -> Bool {
        guard let predicate else { return true }
        return test(predicate, partitioning).mayMatch(entry.partition)
    }

    /// Whether rows of a file can pass, by its statistics and the columns that its partition tells.
    func mayMatch(_ statistics: [String: ColumnStatistics], _ entry: IcebergEntry, _ partitioning: IcebergPartitioning) -> Bool {
        guard let predicate else { return true }
        return predicate.mayMatch { name in
            if let constant = partitioning.constants.first(where: { $0.column.name == name }) {
                return PartitionPruning.statistics(of: entry.partition[constant.place], constant.column.type)
            }
            return statistics[name]
        }
    }
}
