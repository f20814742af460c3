/// RowDescription's entry for one column.

import LodeCore

struct ColumnDescription: Equatable {
    var name: String
    /// The table's and the column's numbers; 0 for what is computed.
    var table: UInt32 = 0
    var column: Int16 = 0
    var type: WireType
    var format: WireFormat
}

/// How values go over the wire.
enum WireFormat: Int16, Equatable, Sendable {
    case text = 0
    case binary = 1
}

extension ColumnDescription {
    func encode(_ writer: inout MessageWriter) throws(SQLError) {
        try writer.string(name)
        try writer.int32(Int32(bitPattern: table))
        try writer.int16(column)
        try writer.int32(Int32(bitPattern: type.id))
        try writer.int16(type.size)
        try writer.int32(type.modifier)
        try writer.int16(format.rawValue)
    }
}
