/// A column of one row group: its metadata and where its indexes lie.

import LodeCore

/// `ColumnChunk` of parquet.thrift.
struct ColumnChunk: Hashable, ThriftStruct {
    /// Another file that holds the data; only `_metadata` files use it.
    var filePath: String?
    var fileOffset = 0
    /// Nil only where it is encrypted.
    var metaData: ColumnMetaData?
    var offsetIndexOffset: Int?
    var offsetIndexBytes: Int?
    var columnIndexOffset: Int?
    var columnIndexBytes: Int?
    var isEncrypted = false

    init() {}

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: filePath = try reader.text(field)
            case 2: fileOffset = Int(try reader.int64(field))
            case 3: metaData = try ColumnMetaData(field, from: &reader)
            case 4: offsetIndexOffset = try reader.size(field)
            case 5: offsetIndexBytes = try reader.size(field)
            case 6: columnIndexOffset = try reader.size(field)
            case 7: columnIndexBytes = try reader.size(field)
            case 8:
                isEncrypted = true
                try reader.skip(field)
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, filePath)
        writer.field(2, int64: fileOffset)
        writer.field(3, metaData)
        writer.field(4, int64: offsetIndexOffset)
        writer.field(5, int32: offsetIndexBytes)
        writer.field(6, int64: columnIndexOffset)
        writer.field(7, int32: columnIndexBytes)
    }
}
