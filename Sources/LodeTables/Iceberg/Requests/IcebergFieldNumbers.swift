/// The numbers of fields in a schema as JSON.

import LodeCore

enum IcebergFieldNumbers {
    /// The members of a type that are numbers of fields, and the types below them.
    private static let parts = [("element-id", "element"), ("key-id", "key"), ("value-id", "value")]

    /// - Throws: `22023` for a field without a number.
    static func greatest(in type: JSONTree) throws(SQLError) -> Int64 {
        var found: Int64 = 0
        for field in type["fields"]?.items ?? [] {
            found = max(found, try number(field, "id"))
            if let inner = field["type"] { found = max(found, try greatest(in: inner)) }
        }
        for (id, part) in parts where type[part] != nil {
            found = max(found, try number(type, id))
            if let inner = type[part] { found = max(found, try greatest(in: inner)) }
        }
        return found
    }

    private static func number(_ json: JSONTree, _ name: String) throws(SQLError) -> Int64 {
        let number = try json.number(name)
        guard (0...Int64(Int32.max)).contains(number) else { throw IcebergDocumentEdit.wrong("a field can't have the number \(number)") }
        return number
    }

    /// The schema with numbers from 1 on, those of a level before those below it.
    /// - Returns: and which number each one has become.
    static func fresh(_ schema: JSONTree) throws(SQLError) -> (schema: JSONTree, numbers: [Int64: Int64]) {
        var next: Int64 = 0, numbers: [Int64: Int64] = [:], result = schema
        result = try renumbered(schema, &next, &numbers)
        if let identifiers = schema["identifier-field-ids"] {
            result["identifier-field-ids"] = .array(try identifiers.items.map { (item) throws(SQLError) in try known(item, numbers) })
        }
        return (result, numbers)
    }

    /// The number that a field has now.
    static func known(_ number: JSONTree?, _ numbers: [Int64: Int64]) throws(SQLError) -> JSONTree {
        guard let id = number?.integer, let new = numbers[id] else {
            throw IcebergDocumentEdit.wrong("there is no field \(number?.json.prefix(100) ?? "without a number")")
        }
        return .integer(new)
    }

    private static func renumbered(
        _ type: JSONTree, _ next: inout Int64, _ numbers: inout [Int64: Int64]
    ) throws(SQLError) -> JSONTree {
        var result = type
        func take(_ old: Int64) -> JSONTree {
            next += 1
            numbers[old] = next
            return .integer(next)
        }
        if let fields = type["fields"]?.items {
            var renamed: [JSONTree] = []
            for field in fields {
                var field = field
                field["id"] = take(try number(field, "id"))
                renamed.append(field)
            }
            for index in renamed.indices {
                if let inner = renamed[index]["type"] { renamed[index]["type"] = try renumbered(inner, &next, &numbers) }
            }
            result["fields"] = .array(renamed)
        }
        let present = parts.filter { type[$0.1] != nil }
        for (id, _) in present { result[id] = take(try number(type, id)) }
        for (_, part) in present { if let inner = type[part] { result[part] = try renumbered(inner, &next, &numbers) } }
        return result
    }
}
