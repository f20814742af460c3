/// The little structs that footers are made of.

import LodeCore

/// A note in a footer or on a column.
struct KeyValue: Hashable, ThriftStruct {
    var key = ""
    var value: String?

    init(key: String, value: String?) {
        self.key = key
        self.value = value
    }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: key = try reader.text(field)
            case 2: value = try reader.text(field)
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, key)
        writer.field(2, value)
    }
}

/// A column that the rows of a row group are sorted by.
struct SortingColumn: Hashable, ThriftStruct {
    /// Position among the leaves.
    var column = 0
    var descending = false
    var nullsFirst = false

    init(column: Int, descending: Bool, nullsFirst: Bool) {
        self.column = column
        self.descending = descending
        self.nullsFirst = nullsFirst
    }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: column = try reader.size(field)
            case 2: descending = try reader.bool(field)
            case 3: nullsFirst = try reader.bool(field)
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, int32: column)
        writer.field(2, descending)
        writer.field(3, nullsFirst)
    }
}

/// How many pages of a column chunk use an encoding.
struct PageEncodingStats: Hashable, ThriftStruct {
    /// As stored.
    var pageType: Int32 = 0
    var encoding: Int32 = 0
    var count = 0

    init(pageType: PageType, encoding: ParquetEncoding, count: Int) {
        self.pageType = pageType.rawValue
        self.encoding = encoding.rawValue
        self.count = count
    }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: pageType = try reader.int32(field)
            case 2: encoding = try reader.int32(field)
            case 3: count = try reader.size(field)
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, pageType)
        writer.field(2, encoding)
        writer.field(3, int32: count)
    }
}
