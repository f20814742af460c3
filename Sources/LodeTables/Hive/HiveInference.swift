/// Partition columns that are nowhere declared, taken from the paths of files.

import LodeCore

/// The `key=value` folders that all of a set of files have, with the narrowest types that fit.
package struct HiveInference: Hashable, Sendable {
    package var columns: [Field]
    /// For each path, aligned with `columns`.
    package var values: [[Value]]

    /// Nil unless every path has the same keys and at least one; with `isWanted`, unless some path has keys: a file that lies outside
    /// of a key's folders has NULL. Columns come in the order of their names, as in DuckDB, however the
    /// folders are nested.
    ///
    /// A column is bigint, date or timestamp if all its values but NULL read as that, otherwise varchar; numbers that are
    /// written with leading zeros stay text.
    ///
    /// - Parameters:
    ///   - types: types of some columns, by name, that hold instead.
    ///   - findsTypes: whether columns without a type in `types` get one by their values; otherwise they are varchar.
    /// - Throws: `42703` if `types` names a column that the paths have not, `22P02` for a value that is not of its type.
    package init?(paths: [String], types: [Field] = [], findsTypes: Bool = true, isWanted: Bool = false) throws(SQLError) {
        guard let (keys, texts) = Self.texts(paths, isWanted: isWanted) else { return nil }
        columns = keys.indices.map { index in
            Field(keys[index], findsTypes ? Self.type(of: texts.lazy.compactMap { $0[index] }) : .varchar)
        }
        for field in types {
            guard let index = columns.firstIndex(where: { $0.name.lowercased() == field.name.lowercased() }) else {
                throw SQLError(
                    .undefinedColumn, "hive_types names \"\(field.name)\", which is no partition column",
                    detail: "The paths have: \(keys.joined(separator: ", ")).",
                    hint: NearestName.find(field.name, among: keys).map { "Did you mean \"\($0)\"?" })
            }
            columns[index].type = field.type
        }
        values = []
        values.reserveCapacity(paths.count)
        for (place, row) in texts.enumerated() {
            var found: [Value] = []
            for (text, field) in zip(row, columns) {
                guard let text else {
                    found.append(.null)
                    continue
                }
                guard let value = PartitionText.read(text, as: field.type) else {
                    throw SQLError(
                        .invalidTextRepresentation, "\"\(text)\" is no \(field.type)",
                        in: "\(paths[place]), partition column \"\(field.name)\"",
                        hint: "Give the column another type, such as hive_types = {'\(field.name)': varchar}.")
                }
                found.append(value)
            }
            values.append(found)
        }
    }

    /// The keys in the order of their names, and what each path has for them.
    private static func texts(_ paths: [String], isWanted: Bool) -> (keys: [String], texts: [[String?]])? {
        var keys: [String] = [], places: [String: Int] = [:]
        var texts: [[Int: String?]] = []
        texts.reserveCapacity(paths.count)
        for (index, path) in paths.enumerated() {
            var row: [Int: String?] = [:]
            for (key, text) in HivePath.pairs(inPath: path) {
                let folded = key.lowercased()
                if places[folded] == nil {
                    guard index == 0 || isWanted else { return nil }
                    places[folded] = keys.count
                    keys.append(key)
                }
                // A key that comes twice says nothing.
                guard let place = places[folded], row[place] == nil, isWanted || key == keys[place] else { return nil }
                row[place] = .some(text)
            }
            guard row.count == keys.count || isWanted else { return nil }
            texts.append(row)
        }
        if keys.isEmpty { return nil }
        let order = keys.indices.sorted { keys[$0] < keys[$1] }
        return (order.map { keys[$0] }, texts.map { row in order.map { row[$0] ?? nil } })
    }

    private static func type(of texts: some Sequence<String>) -> SQLType {
        var candidates: [SQLType] = [.bigint, .date, .timestamp, .timestampNanos]
        var isEmpty = true
        for text in texts {
            isEmpty = false
            candidates.removeAll { !reads(text, as: $0) }
            if candidates.isEmpty { return .varchar }
        }
        return isEmpty ? .varchar : candidates[0]
    }

    private static func reads(_ text: String, as type: SQLType) -> Bool {
        guard !text.isEmpty, let value = PartitionText.read(text, as: type) else { return false }
        // `007` and `+7` would come back as 7.
        return type != .bigint || PartitionText.write(value) == text
    }
}
