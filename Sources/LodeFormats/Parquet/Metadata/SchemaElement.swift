/// One node of a file's schema tree.

import LodeCore

/// A node in the depth-first list that is a Parquet schema; a group says how many children follow it.
struct SchemaElement: Hashable, ThriftStruct {
    /// Nil for groups.
    var type: ParquetType?
    /// Bytes of a value of `fixedLenByteArray`.
    var typeLength: Int?
    /// Nil for the root.
    var repetition: Repetition?
    var name = ""
    var childCount: Int?
    var convertedType: ConvertedType?
    var scale: Int?
    var precision: Int?
    var fieldID: Int32?
    var logicalType: LogicalType?

    init(
        name: String, type: ParquetType? = nil, typeLength: Int? = nil, repetition: Repetition? = nil, childCount: Int? = nil,
        convertedType: ConvertedType? = nil, scale: Int? = nil, precision: Int? = nil, fieldID: Int32? = nil,
        logicalType: LogicalType? = nil
    ) {
        self.name = name
        self.type = type
        self.typeLength = typeLength
        self.repetition = repetition
        self.childCount = childCount
        self.convertedType = convertedType
        self.scale = scale
        self.precision = precision
        self.fieldID = fieldID
        self.logicalType = logicalType
    }

    init(from reader: inout ThriftReader) throws(SQLError) {
        try reader.structure { (reader, field) throws(SQLError) in
            switch field.id {
            case 1:
                let raw = try reader.int32(field)
                guard let known = ParquetType(rawValue: raw) else { throw reader.corrupt("unknown physical type \(raw)") }
                type = known
            case 2: typeLength = Int(try reader.int32(field))
            case 3:
                let raw = try reader.int32(field)
                guard let known = Repetition(rawValue: raw) else { throw reader.corrupt("unknown repetition \(raw)") }
                repetition = known
            case 4: name = try reader.text(field)
            case 5: childCount = Int(try reader.int32(field))
            case 6: convertedType = ConvertedType(rawValue: try reader.int32(field))
            case 7: scale = Int(try reader.int32(field))
            case 8: precision = Int(try reader.int32(field))
            case 9: fieldID = try reader.int32(field)
            case 10: logicalType = try LogicalType(field, from: &reader)
            default: try reader.skip(field)
            }
        }
    }

    func writeFields(_ writer: inout ThriftWriter) {
        writer.field(1, type?.rawValue)
        writer.field(2, int32: typeLength)
        writer.field(3, repetition?.rawValue)
        writer.field(4, name)
        writer.field(5, int32: childCount)
        writer.field(6, convertedType?.rawValue)
        writer.field(7, int32: scale)
        writer.field(8, int32: precision)
        writer.field(9, fieldID)
        writer.field(10, logicalType)
    }
}
