/// Parse: a statement to be prepared.

import LodeCore

struct ParseMessage: Equatable {
    /// Empty for the unnamed statement.
    var name: String
    var query: String
    /// The object ids of parameter types; 0 and those that are missing are to be inferred.
    var parameterTypes: [UInt32]
}

extension ParseMessage {
    init(_ reader: inout MessageReader) throws(SQLError) {
        name = try reader.string()
        query = try reader.string()
        parameterTypes = []
        for _ in 0..<(try reader.count(ofEntriesOf: 4)) { parameterTypes.append(UInt32(bitPattern: try reader.int32())) }
    }
}
