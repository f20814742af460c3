/// Partition columns that are nowhere declared, taken from the paths of files.

import LodeCore

/// The `key=value` folders that all of a set of files have, with the narrowest types that fit.
package struct HiveInference: Hashable, Sendable {
    package var columns: [Field]
    /// For each path, aligned with `columns`.
    package var values: [[Value]]

    /// Nil unless every path has the same keys and at least one.
    ///
    /// A column is bigint, date or timestamp if all its values but NULL read as that, otherwise varchar; numbers that are
    /// written with leading zeros stay text.
    package init?(paths: [String]) {
        guard let first = paths.first else { return nil }
        let keys = HivePath.pairs(inPath: first).map(\.key)
        guard !keys.isEmpty, Set(keys.map { $0.lowercased() }).count == keys.count else { return nil }
        var texts: [[String?]] = []
        texts.reserveCapacity(paths.count)
        for path in paths {
            let pairs = HivePath.pairs(inPath: path)
            guard pairs.map(\.key) == keys else { return nil }
            texts.append(pairs.map(\.value))
        }
        columns = keys.indices.map { index in
            Field(keys[index], Self.type(of: texts.lazy.compactMap { $0[index] }))
        }
        let fields = columns
        values = texts.map { row in
            zip(row, fields).map { text, field in text.flatMap { PartitionText.read($0, as: field.type) } ?? .null }
        }
    }

    private static func type(of texts: some Sequence<String>) -> SQLType {
        var candidates: [SQLType] = [.bigint, .date, .timestamp]
        var isEmpty = true
        for text in texts {
            isEmpty = false
            candidates.removeAll { !reads(text, as: $0) }
            if candidates.isEmpty { return .varchar }
        }
        return isEmpty ? .varchar : candidates[0]
    }

    private static func reads(_ text: String, as type: SQLType) -> Bool {
        guard let value = PartitionText.read(text, as: type) else { return false }
        // `007` and `+7` would come back as 7.
        return type != .bigint || PartitionText.write(value) == text
    }
}
