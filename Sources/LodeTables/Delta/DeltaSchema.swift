/// A Delta table's schema, as its metadata spells it.

import LodeCore
import LodeVectors

/// The columns with their names in files.
/// - Source: Delta PROTOCOL.md, "Schema Serialization Format", "Column Mapping", "Type Change Metadata".
struct DeltaSchema: Sendable {
    /// As SQL has them. NULL may occur in all of them: what other writers promise is not checked.
    let schema: Schema
    /// Aligned with the schema.
    let columns: [MappedColumn]
    /// SQL of generated columns, by their names.
    let generated: [String: String]

    /// - Throws: `XX001` for text that is no schema, `0A000` naming a type that Lode has not.
    init(_ text: String, _ mapping: DeltaFeatures.Mapping) throws(SQLError) {
        var columns: [Column] = []
        do throws(SQLError) {
            let type = try JSONReader.read(text) { (reader) throws(SQLError) in try Self.type(&reader, mapping) }
            guard case .structure = type.type else { throw JSONReader.corrupted("the schema is no struct") }
            columns = type.fields
        } catch {
            throw error.within("schemaString")
        }
        var names: Set<String> = []
        for column in columns where !names.insert(column.mapped.name.lowercased()).inserted {
            throw SQLError(.dataCorrupted, "the schema of the Delta table has the column \"\(column.mapped.name)\" twice")
        }
        schema = Schema(columns.map { Field($0.mapped.name, $0.type) })
        self.columns = columns.map(\.mapped)
        let expressions = columns.compactMap { column in column.generated.map { (column.mapped.name, SparkQuoting.toSQL($0)) } }
        generated = Dictionary(expressions) { first, _ in first }
    }

    struct Column {
        var mapped: MappedColumn
        var type: SQLType
        /// As the text has it.
        var generated: String?
    }

    private struct ReadType {
        var type: SQLType
        /// Of structs.
        var fields: [Column] = []
        /// As `MappedColumn` has them.
        var parts: [MappedColumn] = []
    }

    private static func type(_ reader: inout JSONReader, _ mapping: DeltaFeatures.Mapping) throws(SQLError) -> ReadType {
        if reader.isString { return ReadType(type: try primitive(try reader.string())) }
        var kind: String?, fields: [Column] = []
        var element: ReadType?, key: ReadType?, value: ReadType?
        try reader.object { (reader, name) throws(SQLError) in
            switch name {
            case "type": kind = try reader.string()
            case "fields":
                try reader.array { (reader) throws(SQLError) in fields.append(try field(&reader, mapping)) }
            case "elementType": element = try type(&reader, mapping)
            case "keyType": key = try type(&reader, mapping)
            case "valueType": value = try type(&reader, mapping)
            default: try reader.skip()
            }
        }
        switch (kind, element, key, value) {
        case ("struct", _, _, _):
            return ReadType(
                type: .structure(fields.map { Field($0.mapped.name, $0.type) }), fields: fields, parts: fields.map(\.mapped))
        case ("array", let element?, _, _): return ReadType(type: .list(element.type), parts: [part("element", element)])
        case ("map", _, let key?, let value?):
            return ReadType(type: .map(key: key.type, value: value.type), parts: [part("key", key), part("value", value)])
        case (let kind?, _, _, _): return ReadType(type: try primitive(kind))
        default: throw JSONReader.corrupted("a type has no name")
        }
    }

    private static func part(_ name: String, _ type: ReadType) -> MappedColumn {
        MappedColumn(name: name, fileName: name, parts: type.parts)
    }

    private static func field(_ reader: inout JSONReader, _ mapping: DeltaFeatures.Mapping) throws(SQLError) -> Column {
        var name: String?, read: ReadType?, physicalName: String?, id: Int64?, generated: String?
        try reader.object { (reader, member) throws(SQLError) in
            switch member {
            case "name": name = try reader.string()
            case "type": read = try type(&reader, mapping)
            case "metadata":
                if try reader.takeNull() { return }
                try reader.object { (reader, key) throws(SQLError) in
                    switch key {
                    case "delta.columnMapping.physicalName": physicalName = try reader.optionalString()
                    case "delta.columnMapping.id": id = try reader.optionalInteger()
                    case "delta.generationExpression": generated = try reader.optionalString()
                    case "delta.typeChanges": try checkTypeChanges(&reader)
                    default: try reader.skip()
                    }
                }
            default: try reader.skip()
            }
        }
        guard let name, let read else { throw JSONReader.corrupted("a field of the schema has no name or no type") }
        if mapping == .none {
            return Column(mapped: MappedColumn(name: name, fileName: name, parts: read.parts), type: read.type, generated: generated)
        }
        guard let physicalName else { throw JSONReader.corrupted("column \"\(name)\" has no physical name") }
        if mapping == .id, id == nil { throw JSONReader.corrupted("column \"\(name)\" has no id") }
        return Column(
            mapped: MappedColumn(name: name, fileName: physicalName, fieldID: mapping == .id ? id.map { Int($0) } : nil, parts: read.parts),
            type: read.type, generated: generated)
    }

    // MARK: Types

    /// - Source: Delta PROTOCOL.md, "Primitive Types", "Variant Data Type", "Void Type". `char(n)` and `varchar(n)` are Spark's.
    private static func primitive(_ name: String) throws(SQLError) -> SQLType {
        switch name {
        case "string": return .varchar
        case "long": return .bigint
        case "integer": return .integer
        case "short": return .smallint
        case "byte": return .tinyint
        case "float": return .real
        case "double": return .double
        case "boolean": return .boolean
        case "binary": return .varbinary
        case "date": return .date
        case "timestamp": return .timestamptz
        case "timestamp_ntz": return .timestamp
        case "decimal": return .decimal(precision: 10, scale: 0)
        // Read as JSON; of the types that tables have, no other one is.
        case "variant": return .json
        // Nothing but NULL, and in no file.
        case "void", "null": return .varchar
        default: break
        }
        if let arguments = arguments(of: "decimal", name), arguments.count == 2 {
            let (precision, scale) = (arguments[0], arguments[1])
            guard (1...38).contains(precision), (0...precision).contains(scale) else {
                throw JSONReader.corrupted("there is no type \(name)")
            }
            return .decimal(precision: precision, scale: scale)
        }
        if arguments(of: "varchar", name) != nil || arguments(of: "char", name) != nil || name.hasPrefix("string collate ") {
            return .varchar
        }
        throw SQLError.unsupported("the Delta type \(name)")
    }

    /// The numbers in `name(1,2)`.
    private static func arguments(of name: String, _ text: String) -> [Int]? {
        guard text.hasPrefix(name + "("), text.hasSuffix(")") else { return nil }
        let parts = text.dropFirst(name.utf8.count + 1).dropLast().split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0.filter { $0 != " " }) }
        return numbers.count == parts.count ? numbers : nil
    }

    /// - Throws: `0A000` for a change of a type that is not among those of the protocol.
    /// - Source: Delta PROTOCOL.md, "Type Widening", "Reader Requirements for Type Widening".
    private static func checkTypeChanges(_ reader: inout JSONReader) throws(SQLError) {
        if try reader.takeNull() { return }
        try reader.array { (reader) throws(SQLError) in
            var from: String?, to: String?
            try reader.object { (reader, name) throws(SQLError) in
                switch name {
                case "fromType": from = try reader.scalarText()
                case "toType": to = try reader.scalarText()
                default: try reader.skip()
                }
            }
            guard let from, let to else { throw JSONReader.corrupted("a type change does not say from what to what") }
            guard let old = try? primitive(from), let new = try? primitive(to), isWidening(old, new) else {
                throw SQLError.unsupported("the Delta type change from \(from) to \(to)")
            }
        }
    }

    static func isWidening(_ old: SQLType, _ new: SQLType) -> Bool {
        let integers: [SQLType] = [.tinyint, .smallint, .integer, .bigint]
        if let small = integers.firstIndex(of: old) {
            if let large = integers.firstIndex(of: new) { return small <= large }
            if new == .double { return old != .bigint }
            guard case .decimal(let precision, let scale) = new else { return false }
            return precision - scale >= (old == .bigint ? 20 : 10)
        }
        switch (old, new) {
        case (.real, .double), (.date, .timestamp): return true
        case (.decimal(let p, let s), .decimal(let precision, let scale)): return scale >= s && precision - scale >= p - s
        default: return old == new
        }
    }
}
