/// The schema with which an Avro file was written.

import LodeCore

/// - Source: Avro specification 1.12, "Schema Declaration"; Iceberg Table Spec, Appendix A "Avro" for the numbers of fields.
package struct AvroSchema: Sendable {
    package indirect enum Kind: Sendable {
        case null, boolean, int, long, float, double, bytes, string
        case fixed(Int)
        case enumeration([String])
        case array(AvroSchema)
        /// Keys are strings.
        case map(AvroSchema)
        case union([AvroSchema])
        case record([Field])
    }

    package struct Field: Sendable {
        package var name: String
        package var id: Int?
        package var schema: AvroSchema
    }

    package var kind: Kind
    /// `date`, `decimal`, `timestamp-micros`: what the values mean, if that is not what they are.
    package var logicalType: String?
    package var precision: Int?
    package var scale: Int?
    /// Of timestamps: whether they are instants, where the writer says so.
    package var isUTC: Bool?
    /// The number of the elements of an array, and of the keys and values of a map.
    package var elementID: Int?
    package var keyID: Int?
    package var valueID: Int?

    package init(_ kind: Kind) { self.kind = kind }

    /// - Throws: `XX001` for what is no schema, `0A000` for one that contains itself.
    package init(json bytes: [UInt8]) throws(SQLError) {
        var names = Names()
        self = try JSONReader.read(bytes) { (reader) throws(SQLError) in try Self.read(&reader, &names) }
    }

    /// What files have is far smaller. Names may stand for types of names, so that a short text can be a large schema.
    private static let mostParts = 100_000

    /// Types that have a name, which may be used again.
    private struct Names {
        var known: [String: (schema: AvroSchema, parts: Int)] = [:]
        var open: Set<String> = []
        /// Parts of the schema so far, counted as often as they are used.
        var parts = 0
    }

    private static func read(_ reader: inout JSONReader, _ names: inout Names) throws(SQLError) -> AvroSchema {
        names.parts += 1
        guard names.parts < mostParts else { throw SQLError(.programLimitExceeded, "the schema of the Avro file is too large") }
        if reader.isString { return try named(try reader.string(), &names) }
        if reader.isObject { return try object(&reader, &names) }
        var branches: [AvroSchema] = []
        try reader.array { (reader) throws(SQLError) in
            let branch = try read(&reader, &names)
            if case .union = branch.kind { throw JSONReader.corrupted("a union lies directly in a union") }
            branches.append(branch)
        }
        if branches.isEmpty { throw JSONReader.corrupted("a union has no branches") }
        return AvroSchema(.union(branches))
    }

    private static func named(_ name: String, _ names: inout Names) throws(SQLError) -> AvroSchema {
        if let primitive = primitive(name) { return AvroSchema(primitive) }
        if names.open.contains(name) { throw SQLError.unsupported("the Avro type \(name), which contains itself") }
        guard let found = names.known[name] else { throw JSONReader.corrupted("there is no Avro type \(name.prefix(100))") }
        names.parts += found.parts
        return found.schema
    }

    private static func primitive(_ name: String) -> Kind? {
        switch name {
        case "null": .null
        case "boolean": .boolean
        case "int": .int
        case "long": .long
        case "float": .float
        case "double": .double
        case "bytes": .bytes
        case "string": .string
        default: nil
        }
    }

    /// What an object says, in whatever order.
    private struct Members {
        var type: AvroSchema?
        var kind: String?
        var name: String?
        var namespace: String?
        var size: Int64?
        var symbols: [String] = []
        var attributes = AvroSchema(.null)
    }

    private static func object(_ reader: inout JSONReader, _ names: inout Names) throws(SQLError) -> AvroSchema {
        let before = names.parts
        // A type may be used within itself, and its name may stand behind its fields: the names come first.
        var ahead = reader, members = Members()
        try ahead.object { (reader, member) throws(SQLError) in
            switch member {
            case "name": members.name = try reader.string()
            case "namespace": members.namespace = try reader.optionalString()
            default: try reader.skip()
            }
        }
        let own = [members.name, fullName(members)].compactMap(\.self)
        names.open.formUnion(own)
        var fields: [Field]?, element: AvroSchema?, value: AvroSchema?
        try reader.object { (reader, member) throws(SQLError) in
            switch member {
            case "type":
                if reader.isString { members.kind = try reader.string() } else { members.type = try read(&reader, &names) }
            case "fields":
                var all: [Field] = []
                try reader.array { (reader) throws(SQLError) in all.append(try field(&reader, &names)) }
                fields = all
            case "items": element = try read(&reader, &names)
            case "values": value = try read(&reader, &names)
            case "size": members.size = try reader.integer()
            case "symbols": members.symbols = try reader.strings()
            default: try attribute(&reader, member, &members.attributes)
            }
        }
        names.open.subtract(own)
        var schema = members.attributes
        switch (members.kind, fields, element, value) {
        case ("record", let fields?, _, _), ("error", let fields?, _, _): schema.kind = .record(fields)
        case ("array", _, let element?, _): schema.kind = .array(element)
        case ("map", _, _, let value?): schema.kind = .map(value)
        case ("enum", _, _, _): schema.kind = .enumeration(members.symbols)
        case ("fixed", _, _, _):
            guard let size = members.size.flatMap({ Int(exactly: $0) }), (0...1 << 20).contains(size) else {
                throw JSONReader.corrupted("an Avro type fixed has no size")
            }
            schema.kind = .fixed(size)
        case (let kind?, _, _, _): schema = schema.merged(with: try named(kind, &names))
        case (nil, _, _, _):
            guard let type = members.type else { throw JSONReader.corrupted("an Avro type has no type") }
            schema = schema.merged(with: type)
        }
        for name in own { names.known[name] = (schema, names.parts - before) }
        return schema
    }

    /// Another type, with the attributes of this one.
    private func merged(with type: AvroSchema) -> AvroSchema {
        var merged = type
        merged.logicalType = logicalType ?? type.logicalType
        merged.precision = precision ?? type.precision
        merged.scale = scale ?? type.scale
        merged.isUTC = isUTC ?? type.isUTC
        return merged
    }

    private static func fullName(_ members: Members) -> String? {
        guard let name = members.name, let space = members.namespace, !space.isEmpty, !name.contains(".") else { return nil }
        return "\(space).\(name)"
    }

    private static func attribute(
        _ reader: inout JSONReader, _ member: String, _ schema: inout AvroSchema
    ) throws(SQLError) {
        switch member {
        case "logicalType": schema.logicalType = try reader.scalarText()
        case "precision": schema.precision = Int(try reader.source())
        case "scale": schema.scale = Int(try reader.source())
        case "adjust-to-utc": schema.isUTC = try reader.source() == "true"
        case "element-id": schema.elementID = Int(try reader.source())
        case "key-id": schema.keyID = Int(try reader.source())
        case "value-id": schema.valueID = Int(try reader.source())
        default: try reader.skip()
        }
    }

    private static func field(_ reader: inout JSONReader, _ names: inout Names) throws(SQLError) -> Field {
        var name: String?, id: Int?, schema: AvroSchema?
        try reader.object { (reader, member) throws(SQLError) in
            switch member {
            case "name": name = try reader.string()
            case "field-id": id = Int(try reader.source())
            case "type": schema = try read(&reader, &names)
            default: try reader.skip()
            }
        }
        guard let name, let schema else { throw JSONReader.corrupted("a field of an Avro record has no name or no type") }
        return Field(name: name, id: id, schema: schema)
    }
}
