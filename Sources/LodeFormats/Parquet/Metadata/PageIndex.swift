/// The page index: where each page of a column chunk lies, and its bounds.

import LodeCore

/// Where one data page lies.
struct PageLocation: Hashable, ThriftStruct {
    /// Of the page header, from the start of the file.
    var offset = 0
    /// Header and page.
    var bytes = 0
    /// In the row group.
    var firstRow = 0

    init(offset: Int, bytes: Int, firstRow: Int) {
        self.offset = offset
        self.bytes = bytes
        self.firstRow = firstRow
    }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: offset = try reader.size(field)
            case 2: bytes = try reader.size(field)
            case 3: firstRow = try reader.size(field)
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, int64: offset)
        writer.field(2, int32: bytes)
        writer.field(3, int64: firstRow)
    }
}

/// The data pages of a column chunk, in order.
struct OffsetIndex: Hashable, ThriftStruct {
    var pages: [PageLocation] = []

    init(pages: [PageLocation]) { self.pages = pages }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: pages = try reader.structs(field, PageLocation.self)
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) { writer.field(1, structs: pages) }
}

/// The bounds of the data pages of a column chunk; every list has one element a page.
struct ColumnIndex: Hashable, ThriftStruct {
    /// Pages that hold nothing but NULL; their bounds are empty.
    var isNullPage: [Bool] = []
    var minimums: [[UInt8]] = []
    var maximums: [[UInt8]] = []
    var order = BoundaryOrder.unordered
    var nullCounts: [Int]?

    init(isNullPage: [Bool], minimums: [[UInt8]], maximums: [[UInt8]], order: BoundaryOrder, nullCounts: [Int]?) {
        self.isNullPage = isNullPage
        self.minimums = minimums
        self.maximums = maximums
        self.order = order
        self.nullCounts = nullCounts
    }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1:
                try reader.list(field) { (reader, element) throws(SQLError) in isNullPage.append(try reader.bool(element)) }
            case 2:
                try reader.list(field) { (reader, element) throws(SQLError) in minimums.append(try reader.bytes(element)) }
            case 3:
                try reader.list(field) { (reader, element) throws(SQLError) in maximums.append(try reader.bytes(element)) }
            case 4: order = BoundaryOrder(rawValue: try reader.int32(field)) ?? .unordered
            case 5:
                var counts: [Int] = []
                try reader.list(field) { (reader, element) throws(SQLError) in counts.append(Int(try reader.int64(element))) }
                nullCounts = counts
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, list: isNullPage, of: .boolTrue) { $0.element($1) }
        writer.field(2, list: minimums, of: .binary) { $0.element($1) }
        writer.field(3, list: maximums, of: .binary) { $0.element($1) }
        writer.field(4, order.rawValue)
        writer.field(5, list: nullCounts, of: .int64) { $0.element(Int64($1)) }
    }
}
