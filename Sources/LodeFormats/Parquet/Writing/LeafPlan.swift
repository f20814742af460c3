/// From the columns of a table to the schema tree and the leaves of a file.

import LodeCore
import LodeVectors

/// One leaf of the schema: how its values are stored.
struct LeafPlan: Sendable {
    /// By the names that the rows have.
    var path: [String]
    /// By those that the file has.
    var filePath: [String]
    var type: SQLType
    var physical: ParquetType
    /// Bytes of a value of `fixedLenByteArray`.
    var fixedBytes: Int
    /// The levels of a value that is there.
    var maximumDefinition: Int
    var maximumRepetition: Int
}

/// The schema elements, depth first, and the leaves in the same order.
struct SchemaPlan: Sendable {
    var elements: [SchemaElement] = []
    var leaves: [LeafPlan] = []

    init(_ schema: Schema, _ ids: FieldIDs = .none) throws(SQLError) {
        cursor = FieldIDs.Cursor(ids)
        elements.append(SchemaElement(name: "schema", childCount: schema.count))
        for field in schema.fields { try add(field, ids.top, path: [], file: [], definition: 0, repetition: 0) }
    }

    private var cursor: FieldIDs.Cursor

    /// - Parameter parent: the field ids that were given for the members of the parent.
    private mutating func add(
        _ field: Field, _ parent: FieldIDs.Member?, path: [String], file: [String], definition: Int, repetition: Int
    ) throws(SQLError) {
        guard path.count < 500, definition < 250 else { throw .unsupported("nesting of more than 250 levels in Parquet") }
        let path = path + [field.name]
        let definition = definition + (field.nullable ? 1 : 0)
        let occurrence: Repetition = field.nullable ? .optional : .required
        let ids = parent?.members[field.name.lowercased()], id = cursor.take(ids)
        let name = ids?.name ?? field.name, file = file + [name]
        switch field.type {
        case .structure(let members):
            guard !members.isEmpty else { throw .unsupported("a struct without fields in Parquet") }
            elements.append(SchemaElement(name: name, repetition: occurrence, childCount: members.count, fieldID: id))
            for member in members { try add(member, ids, path: path, file: file, definition: definition, repetition: repetition) }
        case .list(let element):
            elements.append(
                SchemaElement(
                    name: name, repetition: occurrence, childCount: 1, convertedType: .list, fieldID: id, logicalType: .list))
            elements.append(SchemaElement(name: "list", repetition: .repeated, childCount: 1))
            try add(
                Field("element", element), ids, path: path + ["list"], file: file + ["list"], definition: definition + 1,
                repetition: repetition + 1)
        case .map(let key, let value):
            elements.append(
                SchemaElement(name: name, repetition: occurrence, childCount: 1, convertedType: .map, fieldID: id, logicalType: .map))
            elements.append(SchemaElement(name: "key_value", repetition: .repeated, childCount: 2))
            for part in [Field("key", key, nullable: false), Field("value", value)] {
                try add(
                    part, ids, path: path + ["key_value"], file: file + ["key_value"], definition: definition + 1,
                    repetition: repetition + 1)
            }
        default:
            var (element, fixedBytes) = Self.leaf(field, occurrence)
            element.name = name
            element.fieldID = id
            elements.append(element)
            leaves.append(
                LeafPlan(
                    path: path, filePath: file, type: field.type, physical: element.type ?? .byteArray, fixedBytes: fixedBytes,
                    maximumDefinition: definition, maximumRepetition: repetition))
        }
    }

    /// - Source: Parquet format, "Logical Types".
    private static func leaf(_ field: Field, _ occurrence: Repetition) -> (SchemaElement, fixedBytes: Int) {
        func element(
            _ type: ParquetType, _ converted: ConvertedType? = nil, _ logical: LogicalType? = nil, length: Int? = nil
        ) -> (SchemaElement, Int) {
            (
                SchemaElement(
                    name: field.name, type: type, typeLength: length, repetition: occurrence, convertedType: converted, logicalType: logical
                ),
                length ?? 0
            )
        }
        switch field.type {
        case .boolean: return element(.boolean)
        case .tinyint: return element(.int32, .int8, .integer(bits: 8, signed: true))
        case .smallint: return element(.int32, .int16, .integer(bits: 16, signed: true))
        case .integer: return element(.int32, .int32, .integer(bits: 32, signed: true))
        case .bigint: return element(.int64, .int64, .integer(bits: 64, signed: true))
        case .real: return element(.float)
        case .double: return element(.double)
        case .decimal(let precision, let scale):
            var (found, bytes) =
                precision <= 9 ? element(.int32) : precision <= 18 ? element(.int64) : element(.fixedLenByteArray, length: 16)
            found.convertedType = .decimal
            found.logicalType = .decimal(scale: scale, precision: precision)
            found.precision = precision
            found.scale = scale
            if precision <= 18 { bytes = 0 }
            return (found, bytes)
        case .varchar, .char: return element(.byteArray, .utf8, .string)
        case .json: return element(.byteArray, .json, .json)
        case .varbinary: return element(.byteArray)
        case .date: return element(.int32, .date, .date)
        case .time: return element(.int64, .timeMicros, .time(isUTC: false, .micros))
        // Without an annotation of the old kind: that one would mean UTC.
        case .timestamp: return element(.int64, nil, .timestamp(isUTC: false, .micros))
        case .timestamptz: return element(.int64, .timestampMicros, .timestamp(isUTC: true, .micros))
        case .timestampNanos: return element(.int64, nil, .timestamp(isUTC: false, .nanos))
        case .timestamptzNanos: return element(.int64, nil, .timestamp(isUTC: true, .nanos))
        case .interval: return element(.fixedLenByteArray, .interval, length: 12)
        case .uuid: return element(.fixedLenByteArray, nil, .uuid, length: 16)
        // Queries that are written have stored types.
        case .null, .list, .structure, .map, .catalog: return element(.int32, nil, .unknown)
        }
    }
}
