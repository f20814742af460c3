/// SQL types as Hive and Glue write them: `array<struct<a:int,b:decimal(12,2)>>`.

import LodeCore

/// Both directions between `SQLType` and the type strings of catalogs.
///
/// Types that Hive lacks keep a name of their own (`time`, `uuid`, `json`, `interval`, `timestamp_ns`, `timestamp with local time zone`).
package enum HiveTypeText {
    package static func write(_ type: SQLType) -> String {
        switch type {
        case .null: "void"
        case .boolean: "boolean"
        case .tinyint: "tinyint"
        case .smallint: "smallint"
        case .integer: "int"
        case .bigint: "bigint"
        case .real: "float"
        case .double: "double"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .varchar: "string"
        case .char(let count): "char(\(count))"
        case .varbinary: "binary"
        case .date: "date"
        case .time: "time"
        case .timestamp: "timestamp"
        case .timestamptz: "timestamp with local time zone"
        case .timestampNanos: "timestamp_ns"
        case .timestamptzNanos: "timestamptz_ns"
        case .interval: "interval"
        case .uuid: "uuid"
        case .json: "json"
        case .catalog(let type): type.rawValue
        case .list(let element): "array<\(write(element))>"
        case .structure(let fields):
            "struct<" + fields.map { "\(name($0.name)):\(write($0.type))" }.joined(separator: ",") + ">"
        case .map(let key, let value): "map<\(write(key)),\(write(value))>"
        }
    }

    /// - Throws: `42704` for a type that is not known, `42601` for text that is no type.
    package static func read(_ text: String) throws(SQLError) -> SQLType { try TypeReader.read(text, in: .hive) }

    /// The type of a column of at most `length` characters.
    package static func varchar(_ length: Int) -> String { "varchar(\(length))" }

    /// The n of `varchar(n)`; nil for every other type.
    package static func varcharLength(_ text: String) -> Int? {
        let word = text.lowercased()
        guard word.hasPrefix("varchar("), word.hasSuffix(")") else { return nil }
        return Int(word.dropFirst("varchar(".count).dropLast())
    }

    /// A field name, in backquotes unless it is a plain word.
    private static func name(_ name: String) -> String {
        let isPlain = !name.isEmpty && name.utf8.allSatisfy { TypeReader.isWord($0) }
        return isPlain ? name : "`" + name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``") + "`"
    }
}
