/// Testing a predicate against the values of a partition, and against what is known of a file.

import LodeCore

package enum PartitionPruning {
    /// Whether rows of the partition with these values could pass. Values may be fewer than columns: the rest are unknown.
    /// - Parameter generated: what values tell of other columns.
    package static func mayMatch(
        _ predicate: ColumnPredicate?, _ columns: [Field], _ values: [Value], _ generated: GeneratedPartitions? = nil
    ) -> Bool {
        guard let predicate else { return true }
        return predicate.mayMatch { name in
            guard let index = columns.firstIndex(where: { sameName($0.name, name) }) else { return generated?.statistics(of: name, values) }
            guard index < values.count else { return nil }
            return statistics(of: values[index], columns[index].type)
        }
    }

    /// A column of which every row has the same value, as statistics.
    package static func statistics(of value: Value, _ type: SQLType) -> ColumnStatistics? {
        if value.isNull { return ColumnStatistics(nullCount: 1, rowCount: 1) }
        // Blank-padded text compares by rules of its own.
        if case .char = type { return ColumnStatistics(nullCount: 0, rowCount: 1) }
        return ColumnStatistics(minimum: value, maximum: value, nullCount: 0, rowCount: 1, boundsAreExact: true)
    }

    static func sameName(_ left: String, _ right: String) -> Bool {
        left == right || left.lowercased() == right.lowercased()
    }
}

extension TableSnapshot {
    /// Whether rows of a file of the table could pass, by the values of its partition and its statistics.
    package func mayMatch(_ predicate: ColumnPredicate, _ file: DataFile) -> Bool {
        predicate.mayMatch { name in
            if let index = partitionColumns.firstIndex(where: { PartitionPruning.sameName($0.name, name) }) {
                guard index < file.partitionValues.count else { return nil }
                return PartitionPruning.statistics(of: file.partitionValues[index], partitionColumns[index].type)
            }
            guard let column = schema.index(of: name) else { return nil }
            return file.statistics[schema.fields[column].name]
        }
    }
}
