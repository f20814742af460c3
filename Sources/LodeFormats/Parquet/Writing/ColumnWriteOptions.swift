/// How single columns of a Parquet file are written.

import LodeCore

/// The wishes for one column; what is nil is decided by its values.
struct ColumnWriteOptions: Hashable, Sendable {
    /// Nil: a dictionary where that pays, otherwise what the version of the file suggests.
    var encoding: ParquetEncoding?
    var bloomFilter: BloomFilterOptions?

    /// The encodings that options name, by name.
    static let encodings: [(name: String, encoding: ParquetEncoding)] = [
        ("plain", .plain), ("dictionary", .rleDictionary), ("rle_dictionary", .rleDictionary), ("plain_dictionary", .rleDictionary),
        ("delta_binary_packed", .deltaBinaryPacked), ("delta_length_byte_array", .deltaLengthByteArray),
        ("delta_byte_array", .deltaByteArray), ("byte_stream_split", .byteStreamSplit), ("rle", .rle),
    ]

    /// - Throws: `22023` for a name that is none.
    static func encoding(_ name: String) throws(SQLError) -> ParquetEncoding {
        let folded = name.lowercased()
        if let found = encodings.first(where: { $0.name == folded }) { return found.encoding }
        throw SQLError(
            .invalidParameterValue, "unknown encoding \"\(name)\"",
            detail: "There are " + encodings.map(\.name).joined(separator: ", ") + ".",
            hint: NearestName.find(folded, among: encodings.map(\.name)).map { "Did you mean \"\($0)\"?" })
    }

    /// Whether values of a physical type can be stored so.
    /// - Source: Parquet format, "Encodings", the supported types of each.
    static func fits(_ encoding: ParquetEncoding, _ type: ParquetType) -> Bool {
        switch encoding {
        case .plain: true
        case .rleDictionary, .plainDictionary: type != .boolean
        case .deltaBinaryPacked: type == .int32 || type == .int64
        case .deltaLengthByteArray: type == .byteArray
        case .deltaByteArray: type == .byteArray || type == .fixedLenByteArray
        case .byteStreamSplit: [.int32, .int64, .float, .double, .fixedLenByteArray].contains(type)
        case .rle: type == .boolean
        case .bitPacked: false
        }
    }

    /// What is chosen where nobody asks and a dictionary does not pay.
    static func standard(_ type: ParquetType, version2: Bool) -> ParquetEncoding {
        guard version2 else { return .plain }
        switch type {
        case .boolean: return .rle
        case .int32, .int64: return .deltaBinaryPacked
        case .float, .double: return .byteStreamSplit
        case .byteArray: return .deltaLengthByteArray
        case .fixedLenByteArray, .int96: return .plain
        }
    }
}

/// How a column's Bloom filters are made.
struct BloomFilterOptions: Hashable, Sendable {
    /// The part of values that are not there and that the filter lets pass, 0 < fpp < 1.
    var falsePositives = 0.01
    /// Distinct values expected in a row group; nil for as many as there are.
    var distinct: Int?
}
