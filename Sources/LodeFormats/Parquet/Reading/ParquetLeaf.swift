/// A stored column: the leaf of a Parquet schema.

import LodeCore

/// What the reader must know of one leaf.
struct ParquetLeaf: Sendable {
    /// Position among the leaves, which is the position of its chunk in every row group.
    var index: Int
    /// Names from the root down, joined with dots.
    var path: String
    var element: SchemaElement
    var physical: ParquetType
    /// The definition level of a value that is there; 0 if it can't be missing.
    var definition: Int
    /// How many repeated fields lie above it.
    var repetition: Int
    var type: SQLType
    var storage: LeafStorage
    /// Why values of the column can't be read, if they can't.
    var refusal: String?

    /// Of a column annotated as decimal.
    var decimalScale: Int {
        if case .decimal(let scale, _)? = element.logicalType ?? element.impliedLogicalType { scale } else { 0 }
    }
}

/// How stored values become lanes.
enum LeafStorage: Hashable, Sendable {
    /// Bits of BOOLEAN columns.
    case bits
    /// Values of a fixed width.
    case fixed(LaneConversion)
    /// BYTE_ARRAY; strings must be UTF-8.
    case text(isUTF8: Bool)
    /// Decimals stored as BYTE_ARRAY.
    case decimalText
}

/// The SQL type of a leaf and how it is read.
struct LeafMeaning {
    var type: SQLType
    var storage: LeafStorage
    var refusal: String?

    init(_ type: SQLType, _ storage: LeafStorage, refusal: String? = nil) {
        self.type = type
        self.storage = storage
        self.refusal = refusal
    }

    /// Reads the annotations of a leaf: the logical type, else the converted one, else the bare physical type.
    /// Annotations that don't fit the physical type are passed over, as other readers do.
    init(_ element: SchemaElement, _ physical: ParquetType, int96: Int96Unit = .exactMicros) {
        switch physical {
        case .boolean: self.init(.boolean, .bits)
        case .int32: self = Self.int32(element)
        case .int64: self = Self.int64(element)
        case .int96: self.init(int96.type, .fixed(.int96(int96)))
        case .float: self.init(.real, .fixed(.copy4))
        case .double: self.init(.double, .fixed(.copy8))
        case .byteArray: self = Self.byteArray(element)
        case .fixedLenByteArray: self = Self.fixedBytes(element)
        }
    }

    private static func int32(_ element: SchemaElement) -> LeafMeaning {
        switch element.logicalType ?? element.impliedLogicalType {
        case .date: return LeafMeaning(.date, .fixed(.copy4))
        // Nothing but NULL, from a writer that never saw a value: other files may know the type.
        case .unknown: return LeafMeaning(.null, .fixed(.narrow8))
        case .time: return LeafMeaning(.time, .fixed(.widenMillis))
        case .integer(8, true): return LeafMeaning(.tinyint, .fixed(.narrow8))
        case .integer(16, true), .integer(8, false): return LeafMeaning(.smallint, .fixed(.narrow16))
        case .integer(32, false): return LeafMeaning(.bigint, .fixed(.widenUnsigned))
        case .decimal(let scale, let precision):
            guard let type = decimal(precision, scale) else { return refusedDecimal(precision, scale) }
            return LeafMeaning(type, .fixed(precision <= 18 ? .widen : .wide32))
        default: return LeafMeaning(.integer, .fixed(.copy4))
        }
    }

    private static func int64(_ element: SchemaElement) -> LeafMeaning {
        switch element.logicalType ?? element.impliedLogicalType {
        case .time(_, let unit):
            return LeafMeaning(.time, .fixed(unit == .nanos ? .nanos : unit == .millis ? .millis : .copy8))
        case .timestamp(let isUTC, let unit):
            if unit == .nanos { return LeafMeaning(isUTC ? .timestamptzNanos : .timestampNanos, .fixed(.copy8)) }
            return LeafMeaning(isUTC ? .timestamptz : .timestamp, .fixed(unit == .millis ? .millis : .copy8))
        case .integer(64, false): return LeafMeaning(.decimal(precision: 20, scale: 0), .fixed(.wideUnsigned64))
        case .decimal(let scale, let precision):
            guard let type = decimal(precision, scale) else { return refusedDecimal(precision, scale) }
            return LeafMeaning(type, .fixed(precision <= 18 ? .copy8 : .wide64))
        default: return LeafMeaning(.bigint, .fixed(.copy8))
        }
    }

    private static func byteArray(_ element: SchemaElement) -> LeafMeaning {
        switch element.logicalType ?? element.impliedLogicalType {
        case .string, .enumeration: return LeafMeaning(.varchar, .text(isUTF8: true))
        case .json: return LeafMeaning(.json, .text(isUTF8: true))
        case .decimal(let scale, let precision):
            if isLong(precision, scale) { return LeafMeaning(.double, .decimalText) }
            guard let type = decimal(precision, scale) else { return refusedDecimal(precision, scale) }
            return LeafMeaning(type, .decimalText)
        default: return LeafMeaning(.varbinary, .text(isUTF8: false))
        }
    }

    private static func fixedBytes(_ element: SchemaElement) -> LeafMeaning {
        let width = element.typeLength ?? 0
        let plain = LeafMeaning(.varbinary, .fixed(.bytes(width: width)))
        switch element.logicalType ?? element.impliedLogicalType {
        case .uuid where width == 16: return LeafMeaning(.uuid, .fixed(.uuid))
        case .float16 where width == 2: return LeafMeaning(.real, .fixed(.half))
        case .decimal(let scale, let precision):
            if isLong(precision, scale) { return LeafMeaning(.double, .fixed(.bigEndianDouble(width: width, scale: scale))) }
            guard let type = decimal(precision, scale) else { return refusedDecimal(precision, scale) }
            return LeafMeaning(
                type, .fixed(precision <= 18 ? .bigEndian64(width: width) : .bigEndian128(width: width)))
        case nil where element.convertedType == .interval && width == 12: return LeafMeaning(.interval, .fixed(.interval))
        default: return plain
        }
    }

    private static func decimal(_ precision: Int, _ scale: Int) -> SQLType? {
        guard precision >= 1, precision <= 38, scale >= 0, scale <= precision else { return nil }
        return .decimal(precision: precision, scale: scale)
    }

    /// Whether a decimal has more digits than the type decimal.
    private static func isLong(_ precision: Int, _ scale: Int) -> Bool { precision > 38 && (0...precision).contains(scale) }

    private static func refusedDecimal(_ precision: Int, _ scale: Int) -> LeafMeaning {
        LeafMeaning(.varbinary, .text(isUTF8: false), refusal: "a Parquet decimal(\(precision),\(scale))")
    }
}

extension SchemaElement {
    /// Why a leaf of a variant can't be read; nil if it is of a type that variants have.
    /// - Source: Parquet format, VariantShredding.md, "Shredded Value Types".
    func variantRefusal(_ physical: ParquetType) -> String? {
        let logical = logicalType ?? impliedLogicalType
        switch (physical, logical) {
        case (.boolean, nil), (.int32, nil), (.int64, nil), (.float, nil), (.double, nil), (.byteArray, nil), (.int32, .date),
            (.int32, .integer(_, signed: true)), (.int64, .integer(_, signed: true)), (.int64, .time(_, .micros)),
            (.int64, .timestamp(_, .micros)), (.int64, .timestamp(_, .nanos)), (.byteArray, .string), (.fixedLenByteArray, .uuid),
            (.int32, .decimal), (.int64, .decimal), (.byteArray, .decimal), (.fixedLenByteArray, .decimal):
            return nil
        default:
            return "a variant with parts that are stored as \(physical)" + (logical.map { " (\($0.name))" } ?? "")
        }
    }

    /// The logical type that the older annotation stands for.
    /// - Source: Parquet format, "Logical Types", compatibility notes.
    var impliedLogicalType: LogicalType? {
        switch convertedType {
        case .utf8: .string
        case .map, .mapKeyValue: .map
        case .list: .list
        case .enumeration: .enumeration
        case .decimal: .decimal(scale: scale ?? 0, precision: precision ?? 0)
        case .date: .date
        case .timeMillis: .time(isUTC: true, .millis)
        case .timeMicros: .time(isUTC: true, .micros)
        case .timestampMillis: .timestamp(isUTC: true, .millis)
        case .timestampMicros: .timestamp(isUTC: true, .micros)
        case .uint8: .integer(bits: 8, signed: false)
        case .uint16: .integer(bits: 16, signed: false)
        case .uint32: .integer(bits: 32, signed: false)
        case .uint64: .integer(bits: 64, signed: false)
        case .int8: .integer(bits: 8, signed: true)
        case .int16: .integer(bits: 16, signed: true)
        case .int32: .integer(bits: 32, signed: true)
        case .int64: .integer(bits: 64, signed: true)
        case .json: .json
        case .bson: .bson
        case .interval, nil: nil
        }
    }
}
