/// What stands before every page.

import LodeCore

/// `PageHeader` of parquet.thrift. Exactly one of the three inner headers is there, as `type` says.
struct PageHeader: Hashable, ThriftStruct {
    /// As stored: pages of unknown types are skipped.
    var type: Int32 = -1
    var uncompressedBytes = 0
    /// Bytes that follow the header.
    var compressedBytes = 0
    /// CRC-32 of those bytes.
    var checksum: UInt32?
    var data: DataPageHeader?
    var dictionary: DictionaryPageHeader?
    var dataV2: DataPageHeaderV2?

    init(type: PageType, uncompressedBytes: Int, compressedBytes: Int) {
        self.type = type.rawValue
        self.uncompressedBytes = uncompressedBytes
        self.compressedBytes = compressedBytes
    }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: type = try reader.int32(field)
            case 2: uncompressedBytes = try reader.size32(field)
            case 3: compressedBytes = try reader.size32(field)
            case 4: checksum = UInt32(bitPattern: try reader.int32(field))
            case 5: data = try DataPageHeader(field, from: &reader)
            case 7: dictionary = try DictionaryPageHeader(field, from: &reader)
            case 8: dataV2 = try DataPageHeaderV2(field, from: &reader)
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, type)
        writer.field(2, int32: uncompressedBytes)
        writer.field(3, int32: compressedBytes)
        writer.field(4, checksum.map { Int32(bitPattern: $0) })
        writer.field(5, data)
        writer.field(7, dictionary)
        writer.field(8, dataV2)
    }
}

/// Of a data page whose levels are compressed together with its values.
struct DataPageHeader: Hashable, ThriftStruct {
    /// Values and NULLs.
    var valueCount = 0
    /// Encodings as stored.
    var encoding: Int32 = 0
    var definitionEncoding: Int32 = ParquetEncoding.rle.rawValue
    var repetitionEncoding: Int32 = ParquetEncoding.rle.rawValue
    var statistics: ParquetStatistics?

    init(valueCount: Int, encoding: ParquetEncoding, statistics: ParquetStatistics? = nil) {
        self.valueCount = valueCount
        self.encoding = encoding.rawValue
        self.statistics = statistics
    }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: valueCount = try reader.size32(field)
            case 2: encoding = try reader.int32(field)
            case 3: definitionEncoding = try reader.int32(field)
            case 4: repetitionEncoding = try reader.int32(field)
            // Bounds of single pages are read from the column index only.
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, int32: valueCount)
        writer.field(2, encoding)
        writer.field(3, definitionEncoding)
        writer.field(4, repetitionEncoding)
        writer.field(5, statistics)
    }
}

/// Of the page that holds a column chunk's dictionary.
struct DictionaryPageHeader: Hashable, ThriftStruct {
    var valueCount = 0
    var encoding: Int32 = 0
    var isSorted: Bool?

    init(valueCount: Int, encoding: ParquetEncoding, isSorted: Bool? = nil) {
        self.valueCount = valueCount
        self.encoding = encoding.rawValue
        self.isSorted = isSorted
    }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: valueCount = try reader.size32(field)
            case 2: encoding = try reader.int32(field)
            case 3: isSorted = try reader.bool(field)
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, int32: valueCount)
        writer.field(2, encoding)
        writer.field(3, isSorted)
    }
}

/// Of a data page whose levels stand uncompressed before its values.
struct DataPageHeaderV2: Hashable, ThriftStruct {
    /// Values and NULLs.
    var valueCount = 0
    var nullCount = 0
    var rowCount = 0
    var encoding: Int32 = 0
    var definitionBytes = 0
    var repetitionBytes = 0
    var isCompressed = true
    var statistics: ParquetStatistics?

    init(
        valueCount: Int, nullCount: Int, rowCount: Int, encoding: ParquetEncoding, definitionBytes: Int, repetitionBytes: Int,
        isCompressed: Bool, statistics: ParquetStatistics? = nil
    ) {
        self.valueCount = valueCount
        self.nullCount = nullCount
        self.rowCount = rowCount
        self.encoding = encoding.rawValue
        self.definitionBytes = definitionBytes
        self.repetitionBytes = repetitionBytes
        self.isCompressed = isCompressed
        self.statistics = statistics
    }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: valueCount = try reader.size32(field)
            case 2: nullCount = try reader.size32(field)
            case 3: rowCount = try reader.size32(field)
            case 4: encoding = try reader.int32(field)
            case 5: definitionBytes = try reader.size32(field)
            case 6: repetitionBytes = try reader.size32(field)
            case 7: isCompressed = try reader.bool(field)
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, int32: valueCount)
        writer.field(2, int32: nullCount)
        writer.field(3, int32: rowCount)
        writer.field(4, encoding)
        writer.field(5, int32: definitionBytes)
        writer.field(6, int32: repetitionBytes)
        writer.field(7, isCompressed)
        writer.field(8, statistics)
    }
}
