/// Bounds and counts of one column in a row group or a page, as stored.

import LodeCore

/// `Statistics` of parquet.thrift: bounds are PLAIN-encoded values without a length.
struct ParquetStatistics: Hashable, ThriftStruct {
    /// The deprecated bounds, written in whatever order the writer thought right.
    var legacyMaximum: [UInt8]?
    var legacyMinimum: [UInt8]?
    var nullCount: Int?
    var distinctCount: Int?
    /// Bounds in the order that `FileMetaData.columnOrders` gives.
    var maximum: [UInt8]?
    var minimum: [UInt8]?
    /// Whether the bound is a value of the data; nil if the writer does not say.
    var isMaximumExact: Bool?
    var isMinimumExact: Bool?

    init(
        minimum: [UInt8]? = nil, maximum: [UInt8]? = nil, nullCount: Int? = nil, distinctCount: Int? = nil,
        isMinimumExact: Bool? = nil, isMaximumExact: Bool? = nil
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.nullCount = nullCount
        self.distinctCount = distinctCount
        self.isMinimumExact = isMinimumExact
        self.isMaximumExact = isMaximumExact
    }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: legacyMaximum = try reader.bytes(field)
            case 2: legacyMinimum = try reader.bytes(field)
            // Some writers put -1 where they do not know.
            case 3: nullCount = Int(exactly: try reader.int64(field)).flatMap { $0 < 0 ? nil : $0 }
            case 4: distinctCount = Int(exactly: try reader.int64(field)).flatMap { $0 < 0 ? nil : $0 }
            case 5: maximum = try reader.bytes(field)
            case 6: minimum = try reader.bytes(field)
            case 7: isMaximumExact = try reader.bool(field)
            case 8: isMinimumExact = try reader.bool(field)
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, legacyMaximum)
        writer.field(2, legacyMinimum)
        writer.field(3, int64: nullCount)
        writer.field(4, int64: distinctCount)
        writer.field(5, maximum)
        writer.field(6, minimum)
        writer.field(7, isMaximumExact)
        writer.field(8, isMinimumExact)
    }
}
