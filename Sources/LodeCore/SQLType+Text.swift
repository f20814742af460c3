/// How types are written in SQL.

extension SQLType: CustomStringConvertible {
    /// The type as SQL, in lower case: `decimal(12,2)`, `struct(a integer, b varchar)`.
    package var description: String {
        switch self {
        case .null: "\"null\""
        case .boolean: "boolean"
        case .tinyint: "tinyint"
        case .smallint: "smallint"
        case .integer: "integer"
        case .bigint: "bigint"
        case .real: "real"
        case .double: "double"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .varchar: "varchar"
        case .char(let count): "char(\(count))"
        case .varbinary: "varbinary"
        case .date: "date"
        case .time: "time"
        case .timestamp: "timestamp"
        case .timestamptz: "timestamptz"
        case .timestampNanos: "timestamp_ns"
        case .timestamptzNanos: "timestamptz_ns"
        case .interval: "interval"
        case .uuid: "uuid"
        case .json: "json"
        case .catalog(let type): type.rawValue
        case .list(let element): "\(element)[]"
        case .structure(let fields):
            "struct(" + fields.map { "\(Self.quoted($0.name)) \($0.type)" }.joined(separator: ", ") + ")"
        case .map(let key, let value): "map(\(key), \(value))"
        }
    }

    /// A field's name, in quotes unless it reads as one word.
    private static func quoted(_ name: String) -> String {
        let isWord = !name.isEmpty && name.utf8.allSatisfy { $0 >= 0x80 || TypeReader.isWord($0) }
        return isWord ? name : "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }
}
