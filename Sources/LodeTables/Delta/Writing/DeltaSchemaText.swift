/// Writing the schema of a Delta table, and changing one that somebody else wrote.

import LodeCore

/// - Source: Delta PROTOCOL.md, "Schema Serialization Format", "Primitive Types", "Default Columns", "Generated Columns".
enum DeltaSchemaText {
    /// Keys in the metadata of a column.
    enum Key {
        static let comment = "comment"
        static let generated = "delta.generationExpression"
        static let invariants = "delta.invariants"
        /// Spark's name for a DEFAULT.
        static let defaultValue = "CURRENT_DEFAULT"
        /// Spark's name for `char(n)` and `varchar(n)`, which the protocol has as `string`.
        static let lengthType = "__CHAR_VARCHAR_TYPE_STRING"
    }

    /// The schema with columns as they are declared now; of those that it has, what is not declared in SQL stays.
    /// - Throws: `0A000` naming a type that Delta has not.
    static func write(_ columns: [TableDeclaration.Column], over earlier: JSONTree?) throws(SQLError) -> JSONTree {
        var known: [(field: Field, text: JSONTree)] = []
        if let earlier {
            let types = try DeltaSchema(earlier.json, .none).schema.fields
            known = zip(types, earlier["fields"]?.items ?? []).map { ($0, $1) }
        }
        var fields: [JSONTree] = []
        for column in columns {
            if let old = known.first(where: { $0.field.name == column.field.name && $0.field.type == column.field.type })?.text {
                fields.append(changed(old, by: column))
            } else {
                fields.append(try field(column))
            }
        }
        return JSONTree.object([.init("type", .string("struct")), .init("fields", .array(fields))])
    }

    private static func field(_ column: TableDeclaration.Column) throws(SQLError) -> JSONTree {
        do throws(SQLError) {
            let field = JSONTree.object([
                .init("name", .string(column.field.name)), .init("type", try type(column.field.type)), .init("nullable", .boolean(true)),
                .init("metadata", .object([])),
            ])
            return changed(field, by: column)
        } catch {
            throw SQLError(error.state, error.message, detail: "Column \"\(column.field.name)\" has it.", hint: error.hint)
        }
    }

    private static func changed(_ field: JSONTree, by column: TableDeclaration.Column) -> JSONTree {
        var field = field
        field["nullable"] = .boolean(column.field.nullable)
        var metadata = field["metadata"] ?? .object([])
        metadata[Key.lengthType] = column.maximumLength.map { .string("varchar(\($0))") }
        metadata[Key.comment] = column.comment.map { .string($0) }
        metadata[Key.defaultValue] = column.defaultValue.map { .string(SparkQuoting.toSpark($0)) }
        metadata[Key.generated] = column.generated.map { .string(SparkQuoting.toSpark($0)) }
        IdentityColumn.write(column.identity, to: &metadata)
        field["metadata"] = metadata
        return field
    }

    // MARK: Types

    static func type(_ type: SQLType) throws(SQLError) -> JSONTree {
        switch type {
        case .varchar: return .string("string")
        case .bigint: return .string("long")
        case .integer: return .string("integer")
        case .smallint: return .string("short")
        case .tinyint: return .string("byte")
        case .real: return .string("float")
        case .double: return .string("double")
        case .boolean: return .string("boolean")
        case .varbinary: return .string("binary")
        case .date: return .string("date")
        case .timestamptz: return .string("timestamp")
        case .timestamp: return .string("timestamp_ntz")
        case .decimal(let precision, let scale): return .string("decimal(\(precision),\(scale))")
        case .list(let element):
            return .object([
                .init("type", .string("array")), .init("elementType", try self.type(element)), .init("containsNull", .boolean(true)),
            ])
        case .map(let key, let value):
            return .object([
                .init("type", .string("map")), .init("keyType", try self.type(key)), .init("valueType", try self.type(value)),
                .init("valueContainsNull", .boolean(true)),
            ])
        case .structure(let fields):
            var written: [JSONTree] = []
            for field in fields {
                written.append(
                    .object([
                        .init("name", .string(field.name)), .init("type", try self.type(field.type)), .init("nullable", .boolean(true)),
                        .init("metadata", .object([])),
                    ]))
            }
            return .object([.init("type", .string("struct")), .init("fields", .array(written))])
        case .null, .char, .time, .timestampNanos, .timestamptzNanos, .interval, .uuid, .json, .catalog:
            throw SQLError.unsupported("the type \(type) in a Delta table", hint: Self.hint(type))
        }
    }

    private static func hint(_ type: SQLType) -> String? {
        switch type {
        case .char, .uuid, .json, .interval, .time: "Store it as varchar."
        case .timestampNanos: "Store it as timestamp, which has microseconds."
        case .timestamptzNanos: "Store it as timestamptz, which has microseconds."
        default: nil
        }
    }

    /// Whether columns, or parts of them, are timestamps without a zone: they need a feature of the protocol.
    static func hasLocalTimestamps(_ type: SQLType) -> Bool {
        switch type {
        case .timestamp: true
        case .list(let element): hasLocalTimestamps(element)
        case .map(let key, let value): hasLocalTimestamps(key) || hasLocalTimestamps(value)
        case .structure(let fields): fields.contains { hasLocalTimestamps($0.type) }
        default: false
        }
    }
}

/// Names in expressions that Delta tables keep: Spark quotes them with backticks, where SQL has double quotes.
enum SparkQuoting {
    static func toSpark(_ sql: String) -> String { swapped(sql, UInt8(ascii: "\""), UInt8(ascii: "`")) }
    static func toSQL(_ text: String) -> String { swapped(text, UInt8(ascii: "`"), UInt8(ascii: "\"")) }

    /// Outside of texts, one quote becomes the other one.
    private static func swapped(_ text: String, _ from: UInt8, _ to: UInt8) -> String {
        guard text.utf8.contains(from) else { return text }
        var isText = false, bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: "'") { isText.toggle() }
            bytes.append(byte == from && !isText ? to : byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
