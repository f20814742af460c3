/// What the stored values of a column mean.

import LodeCore

/// The union `LogicalType` of parquet.thrift.
/// - Source: Parquet format, "Logical Types".
enum LogicalType: Hashable, ThriftStruct {
    enum TimeUnit: Int16, Sendable { case millis = 1, micros, nanos }

    case string, map, list, enumeration
    case decimal(scale: Int, precision: Int)
    case date
    case time(isUTC: Bool, TimeUnit)
    case timestamp(isUTC: Bool, TimeUnit)
    case integer(bits: Int, signed: Bool)
    /// Always NULL.
    case unknown
    case json, bson, uuid, float16
    case variant, geometry, geography
    /// A member of the union that came after this was written.
    case unrecognized(Int16)

    init(from reader: inout ThriftReader) throws(SQLError) {
        var found: LogicalType?
        try reader.structure { (reader, field) throws(SQLError) in
            found = try Self.member(field, &reader)
        }
        guard let found else { throw reader.corrupt("an empty logical type") }
        self = found
    }

    private static func member(_ field: ThriftField, _ reader: inout ThriftReader) throws(SQLError) -> LogicalType {
        switch field.id {
        case 5:
            var scale = 0, precision = 0
            try reader.structure(field) { (reader, inner) throws(SQLError) in
                switch inner.id {
                case 1: scale = Int(try reader.int32(inner))
                case 2: precision = Int(try reader.int32(inner))
                default: try reader.skip(inner)
                }
            }
            return .decimal(scale: scale, precision: precision)
        case 7, 8: return try moment(field, &reader)
        case 10:
            var bits = 0, signed = true
            try reader.structure(field) { (reader, inner) throws(SQLError) in
                switch inner.id {
                case 1: bits = Int(try reader.int64(inner))
                case 2: signed = try reader.bool(inner)
                default: try reader.skip(inner)
                }
            }
            return .integer(bits: bits, signed: signed)
        default:
            try reader.skip(field)
            return plainMembers[field.id] ?? .unrecognized(field.id)
        }
    }

    private static let plainMembers: [Int16: LogicalType] = [
        1: .string, 2: .map, 3: .list, 4: .enumeration, 6: .date, 11: .unknown, 12: .json, 13: .bson, 14: .uuid, 15: .float16,
        16: .variant, 17: .geometry, 18: .geography,
    ]

    private static func moment(_ field: ThriftField, _ reader: inout ThriftReader) throws(SQLError) -> LogicalType {
        var isUTC = false
        var unit: TimeUnit?
        try reader.structure(field) { (reader, inner) throws(SQLError) in
            switch inner.id {
            case 1: isUTC = try reader.bool(inner)
            case 2:
                try reader.structure(inner) { (reader, member) throws(SQLError) in
                    unit = TimeUnit(rawValue: member.id)
                    try reader.skip(member)
                }
            default: try reader.skip(inner)
            }
        }
        guard let unit else { throw reader.corrupt("a time without a known unit") }
        return field.id == 7 ? .time(isUTC: isUTC, unit) : .timestamp(isUTC: isUTC, unit)
    }

    /// As the members of the union are called, with what they say.
    var name: String {
        switch self {
        case .string: "StringType()"
        case .map: "MapType()"
        case .list: "ListType()"
        case .enumeration: "EnumType()"
        case .decimal(let scale, let precision): "DecimalType(scale=\(scale), precision=\(precision))"
        case .date: "DateType()"
        case .time(let isUTC, let unit): "TimeType(isAdjustedToUTC=\(isUTC), unit=\(unit))"
        case .timestamp(let isUTC, let unit): "TimestampType(isAdjustedToUTC=\(isUTC), unit=\(unit))"
        case .integer(let bits, let signed): "IntType(bitWidth=\(bits), isSigned=\(signed))"
        case .unknown: "NullType()"
        case .json: "JsonType()"
        case .bson: "BsonType()"
        case .uuid: "UUIDType()"
        case .float16: "Float16Type()"
        case .variant: "VariantType()"
        case .geometry: "GeometryType()"
        case .geography: "GeographyType()"
        case .unrecognized(let id): "unknown (\(id))"
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        switch self {
        case .decimal(let scale, let precision):
            writer.structure(5) {
                $0.field(1, int32: scale)
                $0.field(2, int32: precision)
            }
        case .time(let isUTC, let unit): Self.write(7, isUTC, unit, &writer)
        case .timestamp(let isUTC, let unit): Self.write(8, isUTC, unit, &writer)
        case .integer(let bits, let signed):
            writer.structure(10) {
                $0.field(1, int8: Int8(clamping: bits))
                $0.field(2, signed)
            }
        case .unrecognized(let id): writer.structure(id) { _ in }
        default:
            if let id = Self.plainMembers.first(where: { $0.value == self })?.key { writer.structure(id) { _ in } }
        }
    }

    private static func write(_ id: Int16, _ isUTC: Bool, _ unit: TimeUnit, _ writer: inout ThriftWriter) {
        writer.structure(id) {
            $0.field(1, isUTC)
            $0.structure(2) { $0.structure(unit.rawValue) { _ in } }
        }
    }
}
