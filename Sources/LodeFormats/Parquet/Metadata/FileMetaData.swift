/// The footer of a Parquet file.

import LodeCore

/// `FileMetaData` of parquet.thrift.
struct FileMetaData: Hashable, ThriftStruct {
    var version: Int32 = 1
    /// The schema tree, depth first; the first element is the root.
    var schema: [SchemaElement] = []
    var rowCount = 0
    var rowGroups: [RowGroup] = []
    var keyValues: [KeyValue]?
    var createdBy: String?
    /// Whether the bounds of each leaf are in the order that its type defines; nil in old files, whose `minimum` and
    /// `maximum` are not to be trusted.
    var hasTypeOrder: [Bool]?
    var isEncrypted = false

    init() {}

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1: version = try reader.int32(field)
            case 2: schema = try reader.structs(field, SchemaElement.self)
            case 3: rowCount = try reader.size(field)
            case 4: rowGroups = try reader.structs(field, RowGroup.self)
            case 5: keyValues = try reader.structs(field, KeyValue.self)
            case 6: createdBy = try reader.text(field)
            case 7: hasTypeOrder = try Self.columnOrders(field, &reader)
            case 8:
                isEncrypted = true
                try reader.skip(field)
            default: try reader.skip(field)
            }
        }
    }

    private static func columnOrders(_ field: ThriftField, _ reader: inout ThriftReader) throws(SQLError) -> [Bool] {
        var orders: [Bool] = []
        try reader.list(field) { (reader, element) throws(SQLError) in
            var isTypeOrder = false
            try reader.structure(element) { (reader, member) throws(SQLError) in
                isTypeOrder = member.id == 1
                try reader.skip(member)
            }
            orders.append(isTypeOrder)
        }
        return orders
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, version)
        writer.field(2, structs: schema)
        writer.field(3, int64: rowCount)
        writer.field(4, structs: rowGroups)
        writer.field(5, structs: keyValues)
        writer.field(6, createdBy)
        writer.field(7, list: hasTypeOrder, of: .structure) { writer, isTypeOrder in
            writer.structure { if isTypeOrder { $0.structure(1) { _ in } } }
        }
    }
}
