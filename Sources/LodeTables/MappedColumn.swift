/// What a table's columns are called in its files, where that differs from file to table.

import LodeCore

/// A column of a table, or a part of one, and how files have it.
package struct MappedColumn: Hashable, Sendable {
    /// As the table calls it. Elements, keys and values have no name of their own.
    package var name: String
    /// As files call it.
    package var fileName: String
    /// The number that files give to it.
    package var fieldID: Int?
    /// What files call it that number nothing, where they are read at all (an Iceberg name mapping); none of them has it if there is no
    /// name. Nil if such a file is damaged.
    package var unnumberedNames: [String]?
    /// What it is in rows of files that lack it (Iceberg's `initial-default`).
    package var missing: Value = .null
    /// Of a struct its fields, of a list its element, of a map its key and its value.
    package var parts: [MappedColumn]

    package init(
        name: String, fileName: String, fieldID: Int? = nil, unnumberedNames: [String]? = nil, missing: Value = .null,
        parts: [MappedColumn] = []
    ) {
        self.name = name
        self.fileName = fileName
        self.fieldID = fieldID
        self.unnumberedNames = unnumberedNames
        self.missing = missing
        self.parts = parts
    }

    /// A file's type in the words of the table: fields as the table calls them, and timestamps with or without a zone as in `wanted`.
    /// Values stay as they are, bit for bit.
    ///
    /// Parquet files have instants as INT96 or as integers that may lack the note that they are UTC: what they are, the table knows.
    /// - Source: Delta PROTOCOL.md, "Delta Data Type to Parquet Type Mappings".
    package func relabeled(_ type: SQLType, like wanted: SQLType) -> SQLType {
        switch (type, wanted) {
        case (.timestamp, .timestamptz), (.timestamp, .timestamptzNanos): return .timestamptz
        case (.timestamptz, .timestamp), (.timestamptz, .timestampNanos): return .timestamp
        case (.timestampNanos, .timestamptz), (.timestampNanos, .timestamptzNanos): return .timestamptzNanos
        case (.timestamptzNanos, .timestamp), (.timestamptzNanos, .timestampNanos): return .timestampNanos
        case (.structure(let fields), .structure(let wantedFields)):
            return .structure(fields.map { relabeled($0, like: wantedFields) })
        case (.list(let element), .list(let wantedElement)):
            guard let part = parts.first else { return type }
            return .list(part.relabeled(element, like: wantedElement))
        case (.map(let key, let value), .map(let wantedKey, let wantedValue)):
            guard parts.count == 2 else { return type }
            return .map(key: parts[0].relabeled(key, like: wantedKey), value: parts[1].relabeled(value, like: wantedValue))
        default: return type
        }
    }

    private func relabeled(_ field: Field, like wanted: [Field]) -> Field {
        var field = field
        guard let part = parts.first(where: { $0.fileName == field.name }) ?? parts.first(where: { sameName($0.fileName, field.name) })
        else {
            // A field that the table no longer has must not be taken for another one that is called so by now.
            field.name = "\u{1f}" + field.name
            return field
        }
        if let own = wanted.first(where: { $0.name == part.name }) { field.type = part.relabeled(field.type, like: own.type) }
        field.name = part.name
        return field
    }

    private func sameName(_ left: String, _ right: String) -> Bool { PartitionPruning.sameName(left, right) }
}
