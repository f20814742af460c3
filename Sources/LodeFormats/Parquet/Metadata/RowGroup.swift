/// A horizontal slice of a file.

import LodeCore

/// `RowGroup` of parquet.thrift: a column chunk for every leaf of the schema, in the schema's order.
struct RowGroup: Hashable, ThriftStruct {
    var columns: [ColumnChunk] = []
    var uncompressedBytes = 0
    var rowCount = 0
    var sortingColumns: [SortingColumn]?
    var fileOffset: Int?
    var compressedBytes: Int?
    var ordinal: Int16?

    init() {}

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: columns = try reader.structs(field, ColumnChunk.self)
            case 2: uncompressedBytes = Int(try reader.int64(field))
            case 3: rowCount = try reader.size(field)
            case 4: sortingColumns = try reader.structs(field, SortingColumn.self)
            case 5: fileOffset = Int(try reader.int64(field))
            case 6: compressedBytes = Int(try reader.int64(field))
            case 7: ordinal = Int16(truncatingIfNeeded: try reader.int64(field))
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, structs: columns)
        writer.field(2, int64: uncompressedBytes)
        writer.field(3, int64: rowCount)
        writer.field(4, structs: sortingColumns)
        writer.field(5, int64: fileOffset)
        writer.field(6, int64: compressedBytes)
        writer.field(7, int16: ordinal)
    }
}
