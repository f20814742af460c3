/// Changes of columns in the text of a Delta table's schema: all that is said of a field stays with it.

import LodeCore

/// - Source: Delta PROTOCOL.md, "Schema Serialization Format", "Type Widening", "Type Change Metadata".
struct DeltaSchemaChange {
    let change: ColumnChange
    /// Whether all files are written again, so that none has values of an earlier type.
    let isRewritten: Bool

    static let typeChanges = "delta.typeChanges"

    /// - Parameter type: a struct, as JSON.
    /// - Throws: `42703` for a column or field that is not there.
    func applied(to type: JSONTree) throws(SQLError) -> JSONTree { try applied(to: type, change.path[...]) }

    private func applied(to type: JSONTree, _ path: ArraySlice<String>) throws(SQLError) -> JSONTree {
        var type = type
        let name = path.first ?? "", rest = path.dropFirst()
        if case .array(var fields)? = type["fields"] {
            if path.isEmpty {
                guard case .add(let field, _) = change else { throw .internalFault("a change of no column") }
                fields.append(
                    .object([
                        .init("name", .string(field.name)), .init("type", try DeltaSchemaText.type(field.type)),
                        .init("nullable", .boolean(true)), .init("metadata", .object([])),
                    ]))
            } else if rest.isEmpty, !isAddition {
                try change(&fields, name)
            } else {
                let place = try place(of: name, fields)
                let old = fields[place]["type"].flatMap { Self.part(of: $0, rest) }
                fields[place]["type"] = try applied(to: fields[place]["type"] ?? .null, rest)
                if case .retype = change, let old {
                    let new = fields[place]["type"].flatMap { Self.part(of: $0, rest) }
                    note(from: old, to: new, at: rest.joined(separator: "."), in: &fields[place])
                }
            }
            type["fields"] = .array(fields)
            return type
        }
        let key = try Self.key(of: name, type)
        guard let inner = type[key] else { throw missing(name) }
        if case .retype(_, let wanted) = change, rest.isEmpty {
            type[key] = try DeltaSchemaText.type(wanted)
        } else {
            type[key] = try applied(to: inner, rest)
        }
        return type
    }

    private var isAddition: Bool { if case .add = change { true } else { false } }

    private static func key(of part: String, _ type: JSONTree) throws(SQLError) -> String {
        switch (type["type"]?.text, part) {
        case ("array", "element"): return "elementType"
        case ("map", "key"): return "keyType"
        case ("map", "value"): return "valueType"
        default: throw SQLError(.undefinedColumn, "there is no field \"\(part)\"")
        }
    }

    private func place(of name: String, _ fields: [JSONTree]) throws(SQLError) -> Int {
        let folded = name.lowercased()
        let place = fields.firstIndex { $0["name"]?.text == name } ?? fields.firstIndex { $0["name"]?.text?.lowercased() == folded }
        guard let place else { throw missing(name) }
        return place
    }

    private func missing(_ name: String) -> SQLError { SQLError(.undefinedColumn, "column \"\(name)\" does not exist") }

    private func change(_ fields: inout [JSONTree], _ name: String) throws(SQLError) {
        let place = try place(of: name, fields)
        switch change {
        case .rename(_, let new): fields[place]["name"] = .string(new)
        case .drop: fields.remove(at: place)
        case .move(_, let wanted):
            let field = fields.remove(at: place)
            switch wanted {
            case .first: fields.insert(field, at: 0)
            case .after(let other): fields.insert(field, at: try self.place(of: other, fields) + 1)
            }
        case .retype(_, let type):
            let old = fields[place]["type"]
            fields[place]["type"] = try DeltaSchemaText.type(type)
            note(from: old, to: fields[place]["type"], at: nil, in: &fields[place])
        case .add: break
        }
    }

    // MARK: Earlier types

    /// What a list or map has at a path; nil beyond a struct, whose own fields note their changes.
    private static func part(of type: JSONTree, _ path: ArraySlice<String>) -> JSONTree? {
        guard let name = path.first else { return type }
        guard type["fields"] == nil, let key = try? key(of: name, type), let inner = type[key] else { return nil }
        return part(of: inner, path.dropFirst())
    }

    private func note(from old: JSONTree?, to new: JSONTree?, at path: String?, in field: inout JSONTree) {
        var metadata = field["metadata"] ?? .object([]), notes = metadata[Self.typeChanges]?.items ?? []
        if isRewritten {
            notes.removeAll { $0["fieldPath"]?.text == path }
        } else if let old, let new, old != new {
            var note = JSONTree.object([.init("toType", new), .init("fromType", old)])
            if let path { note["fieldPath"] = .string(path) }
            notes.append(note)
        }
        metadata[Self.typeChanges] = notes.isEmpty ? nil : .array(notes)
        field["metadata"] = metadata
    }

    /// Whether any field of a schema had another type.
    static func hasTypeChanges(_ schemaText: String) -> Bool { schemaText.contains("\"\(typeChanges)\"") }
}
