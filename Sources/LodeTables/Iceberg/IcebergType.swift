/// The types of Iceberg's columns, and SQL's types for them.

import LodeCore

/// - Source: Iceberg Table Spec, "Schemas and Data Types".
package indirect enum IcebergType: Hashable, Sendable {
    case boolean, int, long, float, double
    case decimal(precision: Int, scale: Int)
    case date, time
    case timestamp, timestamptz, timestampNanos, timestamptzNanos
    case string, uuid
    case fixed(Int)
    case binary
    /// Read as JSON, and not written.
    case variant
    /// Nothing but NULL, and in no file.
    case unknown
    /// One that Lode has not, by its name.
    case other(String)
    case structure([IcebergField])
    case list(IcebergField)
    case map(key: IcebergField, value: IcebergField)

    /// As Lode has values of it.
    package var sqlType: SQLType {
        switch self {
        case .boolean: .boolean
        case .int: .integer
        case .long: .bigint
        case .float: .real
        case .double: .double
        case .decimal(let precision, let scale): .decimal(precision: precision, scale: scale)
        case .date: .date
        case .time: .time
        case .timestamp: .timestamp
        case .timestamptz: .timestamptz
        case .timestampNanos: .timestampNanos
        case .timestamptzNanos: .timestamptzNanos
        // A column of NULLs has to have some type.
        case .string, .unknown, .other: .varchar
        case .uuid: .uuid
        case .fixed, .binary: .varbinary
        case .variant: .json
        case .structure(let fields): .structure(fields.map { Field($0.name, $0.type.sqlType) })
        case .list(let element): .list(element.type.sqlType)
        case .map(let key, let value): .map(key: key.type.sqlType, value: value.type.sqlType)
        }
    }

    /// - Throws: `0A000` naming the type, if Lode has it not.
    package func requireKnown() throws(SQLError) {
        if case .other(let name) = self { throw SQLError.unsupported("the Iceberg type \(name)") }
        for part in parts { try part.type.requireKnown() }
    }

    /// The fields of a struct, the element of a list, the key and the value of a map.
    package var parts: [IcebergField] {
        switch self {
        case .structure(let fields): fields
        case .list(let element): [element]
        case .map(let key, let value): [key, value]
        default: []
        }
    }
}

/// A column, a field of a struct, or the element, key or value of a list or map.
package struct IcebergField: Hashable, Sendable {
    package var id: Int
    /// "element", "key" and "value" for parts that have no name of their own.
    package var name: String
    package var type: IcebergType
    package var isRequired: Bool
    package var doc: String?
    /// What rows of files without the field have, in the column's SQL type. Of a struct that is not NULL: what its fields say.
    package var initialDefault: Value?
    /// What rows get that are written without it.
    package var writeDefault: Value?

    package init(id: Int, name: String, type: IcebergType, isRequired: Bool = false, doc: String? = nil) {
        self.id = id
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.doc = doc
    }
}

/// The columns of a table at some time.
package struct IcebergSchema: Hashable, Sendable {
    package var id: Int
    package var fields: [IcebergField]
    /// The fields that tell rows apart.
    package var identifierIDs: [Int] = []

    package init(id: Int = 0, fields: [IcebergField]) {
        self.id = id
        self.fields = fields
    }

    /// The names that lead to a field, and the field; nil if the schema has none of that number.
    package func find(_ id: Int) -> (path: [String], field: IcebergField)? {
        for field in fields { if let found = Self.find(id, in: field) { return found } }
        return nil
    }

    private static func find(_ id: Int, in field: IcebergField) -> (path: [String], field: IcebergField)? {
        if field.id == id { return ([field.name], field) }
        for part in field.type.parts { if let found = find(id, in: part) { return ([field.name] + found.path, found.field) } }
        return nil
    }
}
