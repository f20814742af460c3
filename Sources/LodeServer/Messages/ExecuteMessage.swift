/// Execute: rows of a portal, please.

import LodeCore

struct ExecuteMessage: Equatable {
    var portal: String
    /// How many rows at most; 0 or less for all.
    var maximumRows: Int32
}

extension ExecuteMessage {
    init(_ reader: inout MessageReader) throws(SQLError) {
        portal = try reader.string()
        maximumRows = try reader.int32()
    }
}
