/// Where a column of a row group lies in the file, and what is known of it.

import LodeCore

/// `ColumnMetaData` of parquet.thrift.
struct ColumnMetaData: Hashable, ThriftStruct {
    var type = ParquetType.boolean
    /// Those that this reader knows; a page says which one it uses.
    var encodings: [ParquetEncoding] = []
    var path: [String] = []
    /// As stored: unknown ones are refused when the column is read.
    var codec: Int32 = 0
    /// Values and NULLs; for a column without repeated ancestors, the rows.
    var valueCount = 0
    /// Pages with their headers, before and after compression.
    var uncompressedBytes = 0
    var compressedBytes = 0
    var keyValues: [KeyValue]?
    var dataPageOffset = 0
    var indexPageOffset: Int?
    var dictionaryPageOffset: Int?
    var statistics: ParquetStatistics?
    var encodingStats: [PageEncodingStats]?
    var bloomFilterOffset: Int?
    var bloomFilterBytes: Int?

    init() {}

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1:
                let raw = try reader.int32(field)
                guard let known = ParquetType(rawValue: raw) else { throw reader.corrupt("unknown physical type \(raw)") }
                type = known
            case 2:
                try reader.list(field) { (reader, element) throws(SQLError) in
                    if let known = ParquetEncoding(rawValue: try reader.int32(element)) { encodings.append(known) }
                }
            case 3:
                try reader.list(field) { (reader, element) throws(SQLError) in path.append(try reader.text(element)) }
            case 4: codec = try reader.int32(field)
            case 5: valueCount = try reader.size(field)
            case 6: uncompressedBytes = Int(try reader.int64(field))
            case 7: compressedBytes = try reader.size(field)
            case 8: keyValues = try reader.structs(field, KeyValue.self)
            case 9: dataPageOffset = try reader.size(field)
            case 10: indexPageOffset = Int(try reader.int64(field))
            case 11: dictionaryPageOffset = Int(try reader.int64(field))
            case 12: statistics = try ParquetStatistics(field, from: &reader)
            case 13 where field.type == .list: encodingStats = try reader.structs(field, PageEncodingStats.self)
            // Forks of the format have used these numbers for other things.
            case 14 where field.type.isInteger: bloomFilterOffset = try reader.size(field)
            case 15 where field.type.isInteger: bloomFilterBytes = try reader.size(field)
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, type.rawValue)
        writer.field(2, list: encodings, of: .int32) { $0.element(Int64($1.rawValue)) }
        writer.field(3, list: path, of: .binary) { $0.element($1) }
        writer.field(4, codec)
        writer.field(5, int64: valueCount)
        writer.field(6, int64: uncompressedBytes)
        writer.field(7, int64: compressedBytes)
        writer.field(8, structs: keyValues)
        writer.field(9, int64: dataPageOffset)
        writer.field(10, int64: indexPageOffset)
        writer.field(11, int64: dictionaryPageOffset)
        writer.field(12, statistics)
        writer.field(13, structs: encodingStats)
        writer.field(14, int64: bloomFilterOffset)
        writer.field(15, int32: bloomFilterBytes)
    }
}
