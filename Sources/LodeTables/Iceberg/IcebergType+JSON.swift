/// Reading schemas and types from the metadata's JSON.

import LodeCore
import LodeVectors

extension IcebergType {
    private static let words: [String: IcebergType] = [
        "boolean": .boolean, "int": .int, "long": .long, "float": .float, "double": .double, "date": .date, "time": .time,
        "timestamp": .timestamp, "timestamptz": .timestamptz, "timestamp_ns": .timestampNanos, "timestamptz_ns": .timestamptzNanos,
        "string": .string, "uuid": .uuid, "binary": .binary, "variant": .variant, "unknown": .unknown,
    ]

    /// - Throws: `XX001` for what is no type. One that Lode has not is `other`.
    /// - Source: Iceberg Table Spec, Appendix C "JSON serialization", "Schemas".
    init(_ reader: inout JSONReader) throws(SQLError) {
        if reader.isString {
            self = Self.primitive(try reader.string())
            return
        }
        var kind: String?, fields: [IcebergField]?
        var parts: [String: IcebergType] = [:], ids: [String: Int64] = [:], requirements: [String: Bool] = [:]
        try reader.object { (reader, member) throws(SQLError) in
            switch member {
            case "type": kind = try reader.string()
            case "fields": fields = try IcebergField.list(&reader)
            case "element", "key", "value": parts[member] = try IcebergType(&reader)
            case "element-id", "key-id", "value-id": ids[String(member.dropLast(3))] = try reader.integer()
            case "element-required", "value-required": requirements[String(member.dropLast(9))] = try reader.boolean()
            default: try reader.skip()
            }
        }
        func part(_ name: String) throws(SQLError) -> IcebergField {
            guard let type = parts[name], let id = ids[name].flatMap({ Int(exactly: $0) }) else {
                throw JSONReader.corrupted("a \(kind ?? "type") has no \(name) or no \(name)-id")
            }
            return IcebergField(id: id, name: name, type: type, isRequired: requirements[name] ?? (name == "key"))
        }
        switch (kind, fields) {
        case ("struct", let fields?): self = .structure(fields)
        case ("list", _): self = .list(try part("element"))
        case ("map", _): self = .map(key: try part("key"), value: try part("value"))
        default: throw JSONReader.corrupted("a type is none of the nested ones")
        }
    }

    static func primitive(_ word: String) -> IcebergType {
        if let known = words[word] { return known }
        if word.hasPrefix("fixed["), word.hasSuffix("]"), let size = Int(word.dropFirst(6).dropLast()), size >= 0 { return .fixed(size) }
        if word.hasPrefix("decimal("), word.hasSuffix(")") {
            let numbers = word.dropFirst(8).dropLast().split(separator: ",").map { Int($0.filter { $0 != " " }) }
            if numbers.count == 2, let precision = numbers[0], let scale = numbers[1], (1...38).contains(precision),
                (0...precision).contains(scale)
            {
                return .decimal(precision: precision, scale: scale)
            }
        }
        return .other(String(word.prefix(100)))
    }
}

extension IcebergField {
    static func list(_ reader: inout JSONReader) throws(SQLError) -> [IcebergField] {
        var fields: [IcebergField] = []
        try reader.array { (reader) throws(SQLError) in fields.append(try IcebergField(&reader)) }
        return fields
    }

    private init(_ reader: inout JSONReader) throws(SQLError) {
        var id: Int64?, name: String?, type: IcebergType?, isRequired = false, doc: String?
        var initial: String?, write: String?
        try reader.object { (reader, member) throws(SQLError) in
            switch member {
            case "id": id = try reader.integer()
            case "name": name = try reader.string()
            case "type": type = try IcebergType(&reader)
            case "required": isRequired = try reader.boolean()
            case "doc": doc = try reader.optionalString()
            case "initial-default": initial = try reader.source()
            case "write-default": write = try reader.source()
            default: try reader.skip()
            }
        }
        guard let id = id.flatMap({ Int(exactly: $0) }), let name, let type else {
            throw JSONReader.corrupted("a field has no id, name or type")
        }
        self.init(id: id, name: name, type: type, isRequired: isRequired, doc: doc)
        do throws(SQLError) {
            initialDefault = try initial.map { (text) throws(SQLError) in try type.value(json: text) }
            writeDefault = try write.map { (text) throws(SQLError) in try type.value(json: text) }
        } catch {
            throw error.within("the default of field \"\(name)\"")
        }
    }
}

extension IcebergSchema {
    /// - Throws: `XX001` for what is no schema.
    init(_ reader: inout JSONReader) throws(SQLError) {
        var id: Int64 = 0, fields: [IcebergField]?, identifiers: [Int] = []
        try reader.object { (reader, member) throws(SQLError) in
            switch member {
            case "schema-id": id = try reader.integer()
            case "fields": fields = try IcebergField.list(&reader)
            case "identifier-field-ids":
                if try reader.takeNull() { return }
                try reader.array { (reader) throws(SQLError) in identifiers.append(Int(try reader.integer())) }
            default: try reader.skip()
            }
        }
        guard let fields else { throw JSONReader.corrupted("a schema has no fields") }
        self.init(id: Int(id), fields: fields)
        identifierIDs = identifiers
    }
}
