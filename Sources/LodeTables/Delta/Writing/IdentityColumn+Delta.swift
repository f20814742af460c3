/// Identity columns as the schema of a Delta table has them.

import LodeCore
import LodeVectors

/// - Source: Delta PROTOCOL.md, "Identity Columns".
extension IdentityColumn {
    private enum Key {
        static let start = "delta.identity.start"
        static let step = "delta.identity.step"
        static let highWaterMark = "delta.identity.highWaterMark"
        static let takesValues = "delta.identity.allowExplicitInsert"
    }

    /// Nil for a column that is none.
    static func read(_ metadata: JSONTree, of field: Field) throws(SQLError) -> IdentityColumn? {
        guard metadata[Key.start] != nil || metadata[Key.step] != nil else { return nil }
        guard let start = number(metadata[Key.start]), let step = number(metadata[Key.step]), step != 0, field.type == .bigint else {
            throw JSONReader.corrupted("column \"\(field.name)\" is no identity column")
        }
        return IdentityColumn(
            start: start, step: step, takesValues: metadata[Key.takesValues] == .boolean(true),
            highWaterMark: number(metadata[Key.highWaterMark]))
    }

    private static func number(_ tree: JSONTree?) -> Int64? {
        switch tree {
        case .number(let text)?, .string(let text)?: Int64(text)
        default: nil
        }
    }

    /// - Parameter column: nil for a column that is none, or no longer.
    static func write(_ column: IdentityColumn?, to metadata: inout JSONTree) {
        metadata[Key.start] = column.map { .integer($0.start) }
        metadata[Key.step] = column.map { .integer($0.step) }
        metadata[Key.takesValues] = column.map { .boolean($0.takesValues) }
        metadata[Key.highWaterMark] = column?.highWaterMark.map { .integer($0) }
    }

    static func isIn(_ schemaText: String) -> Bool { schemaText.contains("\"\(Key.step)\"") }

    /// A schema whose columns have given values up to these marks.
    static func marked(_ schemaText: String, _ marks: [String: Int64]) throws(SQLError) -> String {
        var schema = try JSONTree(schemaText), fields = schema["fields"]?.items ?? []
        for index in fields.indices {
            guard let name = fields[index]["name"]?.text, let mark = marks[name], var metadata = fields[index]["metadata"] else { continue }
            metadata[Key.highWaterMark] = .integer(mark)
            fields[index]["metadata"] = metadata
        }
        schema["fields"] = .array(fields)
        return schema.json
    }
}
