/// The enumerations of parquet.thrift.

/// How values are stored: Parquet's physical types.
enum ParquetType: Int32, Sendable {
    case boolean = 0, int32, int64, int96, float, double, byteArray, fixedLenByteArray

    /// As the format's documents write it.
    var name: String {
        switch self {
        case .boolean: "BOOLEAN"
        case .int32: "INT32"
        case .int64: "INT64"
        case .int96: "INT96"
        case .float: "FLOAT"
        case .double: "DOUBLE"
        case .byteArray: "BYTE_ARRAY"
        case .fixedLenByteArray: "FIXED_LEN_BYTE_ARRAY"
        }
    }

    /// Bytes of one PLAIN value; 0 where that varies (strings, bits) or depends on the column (fixed length).
    var plainWidth: Int {
        switch self {
        case .int32, .float: 4
        case .int64, .double: 8
        case .int96: 12
        case .boolean, .byteArray, .fixedLenByteArray: 0
        }
    }
}

/// How often a field occurs in its parent.
enum Repetition: Int32, Sendable {
    case required = 0, optional, repeated

    var name: String { "\(self)".uppercased() }
}

/// The annotations that `LogicalType` replaced, which old files have only.
enum ConvertedType: Int32, Sendable {
    case utf8 = 0, map, mapKeyValue, list, enumeration, decimal, date, timeMillis, timeMicros, timestampMillis, timestampMicros
    case uint8, uint16, uint32, uint64, int8, int16, int32, int64, json, bson, interval

    private static let names = [
        "UTF8", "MAP", "MAP_KEY_VALUE", "LIST", "ENUM", "DECIMAL", "DATE", "TIME_MILLIS", "TIME_MICROS", "TIMESTAMP_MILLIS",
        "TIMESTAMP_MICROS",
        "UINT_8", "UINT_16", "UINT_32", "UINT_64", "INT_8", "INT_16", "INT_32", "INT_64", "JSON", "BSON", "INTERVAL",
    ]

    /// As the format's documents write it.
    var name: String { Self.names[Int(rawValue)] }
}

/// How the values of a page are laid out.
/// - Source: Parquet format, "Encodings".
enum ParquetEncoding: Int32, Sendable {
    case plain = 0, plainDictionary = 2, rle, bitPacked, deltaBinaryPacked, deltaLengthByteArray, deltaByteArray, rleDictionary
    case byteStreamSplit

    var isDictionary: Bool { self == .plainDictionary || self == .rleDictionary }

    /// As the format's documents write it.
    var name: String {
        switch self {
        case .plain: "PLAIN"
        case .plainDictionary: "PLAIN_DICTIONARY"
        case .rle: "RLE"
        case .bitPacked: "BIT_PACKED"
        case .deltaBinaryPacked: "DELTA_BINARY_PACKED"
        case .deltaLengthByteArray: "DELTA_LENGTH_BYTE_ARRAY"
        case .deltaByteArray: "DELTA_BYTE_ARRAY"
        case .rleDictionary: "RLE_DICTIONARY"
        case .byteStreamSplit: "BYTE_STREAM_SPLIT"
        }
    }
}

/// What a page holds.
enum PageType: Int32, Sendable {
    case data = 0, index, dictionary, dataV2

    /// As the format's documents write it.
    var name: String {
        switch self {
        case .data: "DATA_PAGE"
        case .index: "INDEX_PAGE"
        case .dictionary: "DICTIONARY_PAGE"
        case .dataV2: "DATA_PAGE_V2"
        }
    }
}

/// How the pages of a column chunk are ordered by their bounds.
enum BoundaryOrder: Int32, Sendable { case unordered = 0, ascending, descending }
