/// Changes of a table's columns that its files may outlive, and what they make of a schema.

import LodeCore

/// A column, or a field at any depth: names of columns and fields; the parts of lists and maps are `element`, `key` and `value`.
package typealias ColumnPath = [String]

/// Where a column or field stands among its siblings.
package enum ColumnPlace: Hashable, Sendable {
    case first
    case after(String)
}

/// What ALTER TABLE changes of columns beside what is declared of them.
package enum ColumnChange: Hashable, Sendable {
    case rename(ColumnPath, to: String)
    case drop(ColumnPath)
    case move(ColumnPath, ColumnPlace)
    case retype(ColumnPath, SQLType)
    /// A new field of a struct; it is NULL in rows that are there.
    case add(Field, in: ColumnPath)

    /// The column that it is about, or in which the field is.
    package var column: String { path.first ?? "" }

    /// Whether it is only about the order of the columns, which a declaration says, too.
    package var isOfOrder: Bool { if case .move(let path, _) = self { path.count == 1 } else { false } }

    /// Whether values become those of another type.
    package var isOfType: Bool { if case .retype = self { true } else { false } }

    package var path: ColumnPath {
        switch self {
        case .rename(let path, _), .drop(let path), .move(let path, _), .retype(let path, _), .add(_, let path): path
        }
    }
}

extension Schema {
    /// The position of the column of that name.
    /// - Throws: `42703` if there is none.
    package func position(of name: String) throws(SQLError) -> Int { try ColumnChange.position(of: name, fields) }

    /// The columns after a change.
    /// - Throws: `42703` for a column or field that is not there, `42701` for one that is, `42P16` for a struct or table without fields.
    package func changed(by change: ColumnChange) throws(SQLError) -> Schema {
        Schema(try change.applied(to: fields, change.path[...]))
    }

    /// The names at a path as the schema spells them.
    /// - Throws: `42703` for a column or field that is not there.
    package func spelled(_ path: ColumnPath) throws(SQLError) -> ColumnPath {
        var spelled: ColumnPath = [], type = SQLType.structure(fields)
        for name in path {
            let (found, inner) = try ColumnChange.part(name, of: type)
            spelled.append(found)
            type = inner
        }
        return spelled
    }

    /// The type at a path.
    /// - Throws: `42703` for a column or field that is not there.
    package func type(at path: ColumnPath) throws(SQLError) -> SQLType {
        var type = SQLType.structure(fields)
        for name in path { type = try ColumnChange.part(name, of: type).type }
        return type
    }
}

extension ColumnChange {
    fileprivate static func position(of name: String, _ fields: [Field]) throws(SQLError) -> Int {
        if let position = Schema(fields).index(of: name) { return position }
        throw SQLError(
            .undefinedColumn, "column \"\(name)\" does not exist",
            hint: NearestName.find(name, among: fields.map(\.name)).map { "Did you mean \"\($0)\"?" })
    }

    /// A part of a type by its name, and that name as the type spells it.
    fileprivate static func part(_ name: String, of type: SQLType) throws(SQLError) -> (name: String, type: SQLType) {
        switch (type, name.lowercased()) {
        case (.structure(let fields), _):
            let field = fields[try position(of: name, fields)]
            return (field.name, field.type)
        case (.list(let element), "element"): return ("element", element)
        case (.map(let key, _), "key"): return ("key", key)
        case (.map(_, let value), "value"): return ("value", value)
        default: throw SQLError(.undefinedColumn, "\(type) has no field \"\(name)\"")
        }
    }

    fileprivate func applied(to fields: [Field], _ path: ArraySlice<String>) throws(SQLError) -> [Field] {
        guard let name = path.first else {
            guard case .add(let field, _) = self else { throw .internalFault("a change of no column") }
            if Schema(fields).index(of: field.name) != nil { throw Self.taken(field.name) }
            return fields + [field]
        }
        var fields = fields
        let position = try Self.position(of: name, fields), rest = path.dropFirst()
        if !rest.isEmpty || isInside {
            fields[position].type = try applied(to: fields[position].type, rest)
            return fields
        }
        switch self {
        case .rename(_, let new):
            if let other = Schema(fields).index(of: new), other != position { throw Self.taken(new) }
            fields[position].name = new
        case .drop:
            if fields.count == 1 { throw SQLError(.invalidTableDefinition, "\"\(name)\" is the only one there: it cannot be dropped") }
            fields.remove(at: position)
        case .move(_, let place): try Self.move(position, place, in: &fields)
        case .retype(_, let type): fields[position].type = type
        case .add: break
        }
        return fields
    }

    /// Whether the path ends at what changes inside.
    private var isInside: Bool { if case .add = self { true } else { false } }

    private func applied(to type: SQLType, _ path: ArraySlice<String>) throws(SQLError) -> SQLType {
        if case .structure(let fields) = type { return .structure(try applied(to: fields, path)) }
        guard let name = path.first else { throw SQLError(.wrongObjectType, "\(type) has no fields") }
        let rest = path.dropFirst(), inner = try Self.part(name, of: type)
        var new = inner.type
        if case .retype(_, let wanted) = self, rest.isEmpty {
            new = wanted
        } else if rest.isEmpty, !isInside {
            throw SQLError(.wrongObjectType, "\"\(inner.name)\" of \(type) can only be given another type")
        } else {
            new = try applied(to: inner.type, rest)
        }
        switch type {
        case .list: return .list(new)
        case .map(let key, let value): return inner.name == "key" ? .map(key: new, value: value) : .map(key: key, value: new)
        default: throw SQLError(.wrongObjectType, "\(type) has no fields")
        }
    }

    /// Puts an element where it belongs; used of whatever stands in the order of the fields, too.
    private static func move(_ position: Int, _ place: ColumnPlace, in fields: inout [Field]) throws(SQLError) {
        let field = fields.remove(at: position)
        switch place {
        case .first: fields.insert(field, at: 0)
        case .after(let name): fields.insert(field, at: try self.position(of: name, fields) + 1)
        }
    }

    private static func taken(_ name: String) -> SQLError { SQLError(.duplicateColumn, "column \"\(name)\" already exists") }
}
