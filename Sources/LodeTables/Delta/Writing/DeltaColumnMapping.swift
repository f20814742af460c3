/// Column mapping: the names and numbers that files have for columns, given once and kept through all other names.

import LodeCore

/// - Source: Delta PROTOCOL.md, "Column Mapping", "Writer Requirements for Column Mapping".
struct DeltaColumnMapping {
    static let mode = "delta.columnMapping.mode"
    static let maxColumnID = "delta.columnMapping.maxColumnId"

    /// Keys in the metadata of a field.
    enum Key {
        static let id = "delta.columnMapping.id"
        static let physicalName = "delta.columnMapping.physicalName"
    }

    /// The greatest number that any field of the table ever had.
    private(set) var last: Int64

    init(_ schema: JSONTree?, _ configuration: [String: String]) {
        last = max(DeltaProperties.integer(Self.maxColumnID, configuration) ?? 0, schema.map { Self.greatest($0) } ?? 0)
    }

    private static func greatest(_ type: JSONTree) -> Int64 {
        var last: Int64 = 0
        for field in type["fields"]?.items ?? [] {
            if case .number(let text)? = field["metadata"]?[Key.id], let id = Int64(text) { last = max(last, id) }
            if let inner = field["type"] { last = max(last, greatest(inner)) }
        }
        for part in ["elementType", "keyType", "valueType"] { last = max(last, type[part].map { greatest($0) } ?? 0) }
        return last
    }

    /// Whether the property asks for a mapping.
    static func isOn(_ configuration: [String: String]) -> Bool { (configuration[mode] ?? "none").lowercased() != "none" }

    /// Gives numbers and names to fields that have none, in the order of the schema.
    /// - Parameter table: the table's id, from which names follow; nil for fields whose files call them as the table does.
    mutating func assign(to type: JSONTree, of table: String?) -> JSONTree {
        var type = type
        if case .array(let fields)? = type["fields"] {
            var assigned: [JSONTree] = []
            for field in fields { assigned.append(assignOne(field, table)) }
            type["fields"] = .array(assigned)
        }
        for part in ["elementType", "keyType", "valueType"] {
            if let inner = type[part] { type[part] = assign(to: inner, of: table) }
        }
        return type
    }

    private mutating func assignOne(_ field: JSONTree, _ table: String?) -> JSONTree {
        var field = field, metadata = field["metadata"] ?? .object([])
        if metadata[Key.id] == nil || metadata[Key.physicalName] == nil {
            last &+= 1
            let name = table.map { Self.name(of: last, in: $0) } ?? field["name"]?.text ?? ""
            metadata[Key.id] = metadata[Key.id] ?? .integer(last)
            metadata[Key.physicalName] = metadata[Key.physicalName] ?? .string(name)
            field["metadata"] = metadata
        }
        if let inner = field["type"] { field["type"] = assign(to: inner, of: table) }
        return field
    }

    /// `col-<uuid>`. It follows from the table and the number, so that files can be written before the commit that gives the name, and is
    /// another one for each column that the table ever has.
    private static func name(of id: Int64, in table: String) -> String { "col-\(DeltaText.uuid(of: id, in: table))" }
}
