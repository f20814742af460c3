/// Iceberg's types and columns as SQL's.

import LodeCloud
import LodeCore

/// A `schema` of a metadata document.
/// - Source: Iceberg Table Spec, "Schemas and Data Types", Appendix C "JSON serialization".
package struct IcebergSchema: Sendable {
    package let json: CloudJSON
    private let fields: [CloudJSON]

    package init(_ json: CloudJSON) {
        self.json = json
        fields = json["fields"]?.items ?? []
    }

    /// Keys in the parameters of a column.
    package enum Fact {
        /// The number by which files know the column; those that AWS Glue gives to Iceberg's columns.
        package static let id = "iceberg.field.id", isOptional = "iceberg.field.optional", isCurrent = "iceberg.field.current"
        /// The type as Iceberg writes it, with the numbers inside; of nested ones, and those that SQL has no word for.
        package static let type = "iceberg.field.type"
    }

    /// - Throws: `0A000` for types that Lode has not, `XX001` for what is no schema.
    package func columns() throws(SQLError) -> [GlueColumn] {
        var columns: [GlueColumn] = []
        for field in fields {
            guard let name = field["name"]?.string, let type = field["type"], let id = field["id"]?.integer else {
                throw SQLError(.dataCorrupted, "a column of the table's metadata has no name, type or id")
            }
            let isRequired = field["required"]?.boolean ?? false
            do throws(SQLError) {
                let read = try Self.type(type)
                var column = GlueColumn(
                    name: name, type: HiveTypeText.write(read), comment: field["doc"]?.string, nullable: !isRequired)
                var facts = column.parameters ?? [:]
                facts[Fact.id] = String(id)
                facts[Fact.isOptional] = isRequired ? "false" : "true"
                facts[Fact.isCurrent] = "true"
                if let word = type.string {
                    if word.hasPrefix("fixed") { facts[Fact.type] = word }
                } else {
                    facts[Fact.type] = String(decoding: type.bytes, as: UTF8.self)
                }
                column.parameters = facts
                columns.append(column)
            } catch {
                throw error.within("column \(name)")
            }
        }
        return columns
    }

    /// The path of the field with this id: `id`, `address.city`.
    package func name(of id: Int64) -> String? {
        for field in fields { if let path = Self.path(to: id, in: field) { return path.joined(separator: ".") } }
        return nil
    }

    private static func path(to id: Int64, in field: CloudJSON) -> [String]? {
        guard let name = field["name"]?.string else { return nil }
        if field["id"]?.integer == id { return [name] }
        for child in field["type"]?["fields"]?.items ?? [] { if let path = path(to: id, in: child) { return [name] + path } }
        return nil
    }

    /// The names of the fields that tell rows apart.
    package var identifiers: [String] { (json["identifier-field-ids"]?.items ?? []).compactMap { $0.integer.flatMap(name(of:)) } }

    // MARK: Types

    private static let words: [String: SQLType] = [
        "boolean": .boolean, "int": .integer, "long": .bigint, "float": .real, "double": .double, "date": .date, "time": .time,
        "timestamp": .timestamp, "timestamptz": .timestamptz, "timestamp_ns": .timestampNanos, "timestamptz_ns": .timestamptzNanos,
        "string": .varchar, "uuid": .uuid, "binary": .varbinary, "unknown": .null,
    ]

    /// - Throws: `0A000` naming the type.
    static func type(_ json: CloudJSON) throws(SQLError) -> SQLType {
        if let word = json.string { return try type(word: word) }
        func part(_ name: String) throws(SQLError) -> SQLType {
            guard let part = json[name] else { throw broken(json) }
            return try type(part)
        }
        switch json["type"]?.string {
        case "struct":
            var fields: [Field] = []
            for field in json["fields"]?.items ?? [] {
                guard let name = field["name"]?.string, let type = field["type"] else { throw broken(json) }
                fields.append(Field(name, try Self.type(type), nullable: !(field["required"]?.boolean ?? false)))
            }
            if fields.isEmpty { throw broken(json) }
            return .structure(fields)
        case "list": return .list(try part("element"))
        case "map": return .map(key: try part("key"), value: try part("value"))
        default: throw broken(json)
        }
    }

    private static func type(word: String) throws(SQLError) -> SQLType {
        if let known = words[word] { return known }
        if word.hasPrefix("fixed["), word.hasSuffix("]"), Int(word.dropFirst(6).dropLast()) != nil { return .varbinary }
        if word.hasPrefix("decimal("), word.hasSuffix(")") {
            let numbers = word.dropFirst(8).dropLast().split(separator: ",").map { Int($0.filter { $0 != " " }) }
            if numbers.count == 2, let precision = numbers[0], let scale = numbers[1], (1...38).contains(precision),
                (0...precision).contains(scale)
            {
                return .decimal(precision: precision, scale: scale)
            }
        }
        throw SQLError.unsupported("a column of Iceberg's type \(word.prefix(100))")
    }

    private static func broken(_ json: CloudJSON) -> SQLError {
        let shown = String(decoding: json.bytes.prefix(200), as: UTF8.self)
        return SQLError(.dataCorrupted, "a type of the table's metadata can't be read", detail: "It is \(shown).")
    }
}
