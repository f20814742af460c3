/// The values of a partition as the catalog's key for it.

import LodeCore
import LodeTables

/// `FieldText`: unlike a folder's name it tells an empty text from NULL.
enum PartitionKey {
    static func write(_ values: [Value]) -> String {
        FieldText.write(values.map { $0.isNull ? nil : PartitionText.write($0) })
    }

    static func read(_ key: String, _ columns: [Field]) throws(SQLError) -> [Value] {
        if columns.isEmpty { return [] }
        let texts = FieldText.read(key)
        var values: [Value] = []
        for (text, column) in zip(texts, columns) {
            guard let text else {
                values.append(.null)
                continue
            }
            guard let value = PartitionText.read(text, as: column.type) else {
                throw SQLError(
                    .dataCorrupted, "the catalog's entry for a partition cannot be read",
                    detail: "Column \"\(column.name)\" is \(column.type); the partition's value is none.")
            }
            values.append(value)
        }
        guard texts.count == columns.count else {
            throw SQLError(
                .dataCorrupted, "the catalog's entry for a partition has \(texts.count) values for \(columns.count) columns")
        }
        return values
    }

    /// The values that a user or Glue gave as text.
    /// - Throws: `42P16` for a wrong number of values, `22P02` for one that is none of its column's type.
    static func parse(_ texts: [String], _ columns: [Field]) throws(SQLError) -> [Value] {
        guard texts.count == columns.count else {
            throw SQLError(
                .invalidTableDefinition, "a partition needs \(columns.count) values, not \(texts.count)",
                detail: "The partition columns are \(columns.map { "\"\($0.name)\"" }.joined(separator: ", ")).")
        }
        var values: [Value] = []
        for (text, column) in zip(texts, columns) {
            if text == HivePath.defaultPartition {
                values.append(.null)
            } else if let value = PartitionText.read(text, as: column.type) {
                values.append(value)
            } else {
                throw SQLError(
                    .invalidTextRepresentation,
                    "invalid value \"\(text)\" for partition column \"\(column.name)\" of type \(column.type)")
            }
        }
        return values
    }
}
