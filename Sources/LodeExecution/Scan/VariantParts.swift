/// Variants that files do not call so.

import LodeCore
import LodeVectors

/// A table knows its variants, where not all writers of Parquet say which structs store them.
/// - Source: Delta PROTOCOL.md, "Variant data in Parquet".
enum VariantParts {
    /// A file's type with JSON for the structs that are variants of the table, at any depth.
    static func read(_ type: SQLType, like wanted: SQLType) -> SQLType {
        switch (type, wanted) {
        case (.structure, .json): return VariantColumn.isStorage(type) ? .json : type
        case (.structure(let fields), .structure(let wantedFields)):
            return .structure(
                fields.map { field in
                    var field = field
                    if let own = wantedFields.first(where: { $0.name == field.name }) { field.type = read(field.type, like: own.type) }
                    return field
                })
        case (.list(let element), .list(let wantedElement)): return .list(read(element, like: wantedElement))
        case (.map(let key, let value), .map(let wantedKey, let wantedValue)):
            return .map(key: read(key, like: wantedKey), value: read(value, like: wantedValue))
        default: return type
        }
    }

    /// The values of a column in the type that the above gives.
    static func read(_ column: Column, as type: SQLType) throws(SQLError) -> Column {
        if column.type == type { return column }
        if type == .json { return try VariantColumn.json(column) }
        let flat = try column.flattened()
        let inner: [SQLType] =
            switch type {
            case .structure(let fields): fields.map(\.type)
            case .list(let element): [element]
            case .map(let key, let value): [key, value]
            default: []
            }
        var children: [Column] = []
        for (child, type) in zip(flat.children, inner) { children.append(try read(child, as: type)) }
        return flat.retyped(type, children: children)
    }
}
