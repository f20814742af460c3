/// Statistics of a table from those of its files.

import LodeCore

extension TableStatistics {
    /// Totals over `files` alone. A partition column's one value counts as its bounds.
    package init(of files: [DataFile], partitionColumns: [Field]) {
        self.init(rowCount: 0, byteCount: 0, fileCount: 0)
        for file in files { add(file, partitionColumns) }
    }

    /// Takes one more file in.
    package mutating func add(_ file: DataFile, _ partitionColumns: [Field]) {
        var known = file.statistics
        for (column, value) in zip(file.partitionColumns ?? partitionColumns, file.partitionValues) {
            guard var own = PartitionPruning.statistics(of: value, column.type) else { continue }
            own.rowCount = file.liveRowCount
            own.nullCount = value.isNull ? file.liveRowCount : 0
            known[column.name] = own
        }
        if fileCount == 0 {
            columns = known.mapValues { $0.withRowCount(file.rowCount) }
        } else {
            columns = columns.reduce(into: [:]) { merged, entry in
                guard let other = known[entry.key] else { return }
                merged[entry.key] = entry.value.merged(with: other.withRowCount(file.rowCount))
            }
        }
        rowCount = Self.sum(rowCount, file.liveRowCount)
        byteCount = Self.sum(byteCount, file.size)
        fileCount = Self.sum(fileCount, 1)
    }

    private static func sum(_ left: Int?, _ right: Int?) -> Int? {
        guard let left, let right else { return nil }
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? nil : sum
    }
}

extension ColumnStatistics {
    /// The same with what else others say of these rows: for estimates.
    package func completed(by other: ColumnStatistics) -> ColumnStatistics {
        var result = self
        (result.minimum, result.maximum) = (minimum ?? other.minimum, maximum ?? other.maximum)
        result.boundsAreExact = false
        result.nullCount = nullCount ?? other.nullCount
        // A count is better than a guess.
        if let count = other.distinctCount, distinctCount == nil || distinctBounds != nil {
            (result.distinctCount, result.distinctBounds) = (count, other.distinctBounds)
        }
        return result
    }

    /// What a sketch tells: one that has seen more values than it keeps is some percent off.
    package init(sketchedDistinctCount count: Int64) {
        self.init(distinctCount: Int(clamping: max(0, count)))
        guard count > Self.exactlySketched else { return }
        distinctBounds = Int(clamping: count - count / 20)...Int(clamping: count + min(count / 20, .max - count))
    }

    private static let exactlySketched: Int64 = 256

    fileprivate func withRowCount(_ count: Int?) -> ColumnStatistics {
        var copy = self
        if copy.rowCount == nil { copy.rowCount = count }
        return copy
    }
}
