/// What Avro's types are in SQL, and their values.

import LodeCore
import LodeVectors

/// A column of an Avro file, or a part of one.
///
/// - Source: Avro specification 1.12, "Logical Types"; Iceberg Table Spec, Appendix A "Avro".
struct AvroType: Sendable {
    let schema: AvroSchema
    let type: SQLType
    /// Of a record its fields, of an array its element, of a map its key and its value.
    let parts: [AvroType]
    let field: FileField

    /// - Throws: `0A000` naming what Lode has no type for.
    init(_ given: AvroSchema, name: String, id: Int? = nil) throws(SQLError) {
        let schema = try Self.withoutNull(given, name)
        self.schema = schema
        var parts: [AvroType] = []
        switch schema.kind {
        case .record(let fields):
            for field in fields { parts.append(try AvroType(field.schema, name: field.name, id: field.id)) }
            if parts.isEmpty { throw .unsupported("the Avro record \"\(name)\" without fields") }
            type = .structure(parts.map { Field($0.field.name, $0.type) })
        case .array(let element) where schema.logicalType == "map":
            guard case .record(let fields) = element.kind, fields.count == 2 else { throw .unsupported("the Avro map \"\(name)\"") }
            for field in fields { parts.append(try AvroType(field.schema, name: field.name, id: field.id)) }
            type = .map(key: parts[0].type, value: parts[1].type)
        case .array(let element):
            parts = [try AvroType(element, name: "element", id: schema.elementID)]
            type = .list(parts[0].type)
        case .map(let value):
            parts = [
                try AvroType(AvroSchema(.string), name: "key", id: schema.keyID), try AvroType(value, name: "value", id: schema.valueID),
            ]
            type = .map(key: .varchar, value: parts[1].type)
        default: type = try Self.primitive(schema, name)
        }
        self.parts = parts
        field = FileField(name: name, id: id, parts: parts.map(\.field))
    }

    /// A union of NULL and one type is that type.
    private static func withoutNull(_ schema: AvroSchema, _ name: String) throws(SQLError) -> AvroSchema {
        guard case .union(let branches) = schema.kind else { return schema }
        let others = branches.filter { if case .null = $0.kind { false } else { true } }
        guard others.count <= 1 else { throw .unsupported("the Avro union \"\(name)\" of \(others.count) types") }
        return others.first ?? AvroSchema(.null)
    }

    private static func primitive(_ schema: AvroSchema, _ name: String) throws(SQLError) -> SQLType {
        switch (schema.kind, schema.logicalType) {
        case (.boolean, _): return .boolean
        case (.int, "date"): return .date
        case (.int, "time-millis"), (.long, "time-micros"): return .time
        case (.int, _): return .integer
        case (.long, "timestamp-millis"), (.long, "timestamp-micros"): return schema.isUTC == false ? .timestamp : .timestamptz
        case (.long, "local-timestamp-millis"), (.long, "local-timestamp-micros"): return .timestamp
        case (.long, "timestamp-nanos"): return schema.isUTC == false ? .timestampNanos : .timestamptzNanos
        case (.long, "local-timestamp-nanos"): return .timestampNanos
        case (.long, _): return .bigint
        case (.float, _): return .real
        case (.double, _): return .double
        case (.string, "uuid"): return .uuid
        case (.fixed(16), "uuid"): return .uuid
        case (.bytes, "decimal"), (.fixed, "decimal"):
            let precision = schema.precision ?? 0, scale = schema.scale ?? 0
            guard (1...38).contains(precision), (0...precision).contains(scale) else {
                throw .unsupported("the Avro decimal \"\(name)\" of \(precision) digits")
            }
            return .decimal(precision: precision, scale: scale)
        case (.fixed, "duration"): throw .unsupported("the Avro duration \"\(name)\"")
        case (.bytes, _), (.fixed, _): return .varbinary
        // A column of NULLs has to have some type.
        case (.string, _), (.enumeration, _), (.null, _): return .varchar
        case (.record, _), (.array, _), (.map, _), (.union, _): throw .internalFault("a nested Avro type is no primitive one")
        }
    }

    // MARK: Values

    /// - Throws: `XX001` for a value that is none of the type.
    func value(_ tree: AvroTree) throws(SQLError) -> Value {
        switch (tree, type) {
        case (.null, _): return .null
        case (.record(let values), .structure):
            var members: [Value] = []
            for (part, value) in zip(parts, values) { members.append(try part.value(value)) }
            return .structure(members)
        case (.list(let items), .list):
            var members: [Value] = []
            for item in items { members.append(try parts[0].value(item)) }
            return .list(members)
        case (.list(let items), .map):
            var entries: [Value.MapEntry] = []
            for item in items {
                guard case .record(let pair) = item, pair.count == 2 else { throw wrong }
                entries.append(.init(key: try parts[0].value(pair[0]), value: try parts[1].value(pair[1])))
            }
            return .map(entries)
        case (.boolean(let flag), .boolean): return .boolean(flag)
        case (.float(let number), .real): return .double(Double(number))
        case (.double(let number), .double): return .double(number)
        case (.number(let number), _): return try value(number)
        case (.bytes(let bytes), _): return try value(bytes)
        default: throw wrong
        }
    }

    private func value(_ number: Int64) throws(SQLError) -> Value {
        let isMillis = schema.logicalType?.hasSuffix("-millis") == true
        let (micros, overflow) = isMillis ? number.multipliedReportingOverflow(by: 1000) : (number, false)
        switch type {
        case .integer:
            guard Int32(exactly: number) != nil else { throw wrong }
            return .integer(number)
        case .bigint: return .integer(number)
        case .date:
            guard let days = Int32(exactly: number) else { throw wrong }
            return .date(days)
        case .time:
            guard !overflow, (0...86_400_000_000).contains(micros) else { throw wrong }
            return .time(micros)
        case .timestamp, .timestamptz:
            if overflow { throw wrong }
            return .timestamp(micros)
        case .timestampNanos, .timestamptzNanos: return .timestampNanos(number)
        case .varchar:
            guard case .enumeration(let symbols) = schema.kind, symbols.indices.contains(Int(number)) else { throw wrong }
            return .text(symbols[Int(number)])
        default: throw wrong
        }
    }

    private func value(_ bytes: [UInt8]) throws(SQLError) -> Value {
        switch type {
        case .varbinary: return .bytes(bytes)
        case .varchar:
            guard let text = String(validating: bytes, as: UTF8.self) else { throw wrong }
            return .text(text)
        case .decimal(let precision, let scale):
            guard let first = bytes.first, bytes.count <= 16 else { throw wrong }
            let unscaled = bytes.reduce(first < 128 ? 0 : Int128(-1)) { $0 << 8 | Int128($1) }
            guard Decimal128.fits(unscaled, precision: precision) else { throw wrong }
            return .decimal(unscaled, scale: scale)
        case .uuid:
            if bytes.count == 16 { return .uuid(bytes.reduce(0) { $0 << 8 | UInt128($1) }) }
            let digits = bytes.filter { $0 != UInt8(ascii: "-") }
            guard digits.count == 32, digits.allSatisfy({ HexDigit.value($0) != nil }),
                let number = UInt128(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw wrong }
            return .uuid(number)
        default: throw wrong
        }
    }

    private var wrong: SQLError { SQLError(.dataCorrupted, "a value of the Avro column \"\(field.name)\" is no \(type)") }
}
