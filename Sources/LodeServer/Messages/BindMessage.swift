/// Bind: values for the parameters of a prepared statement, which make a portal of it.

import LodeCore

struct BindMessage: Equatable {
    /// Empty for the unnamed portal.
    var portal: String
    var statement: String
    /// None: all text. One: for all. Else one for each parameter.
    var parameterFormats: [Int16]
    /// Nil is NULL.
    var values: [[UInt8]?]
    /// As `parameterFormats`, for the columns of the result.
    var resultFormats: [Int16]
}

extension BindMessage {
    init(_ reader: inout MessageReader) throws(SQLError) {
        portal = try reader.string()
        statement = try reader.string()
        parameterFormats = try Self.formats(&reader)
        values = []
        for _ in 0..<(try reader.count(ofEntriesOf: 4)) {
            let length = try reader.int32()
            values.append(length == -1 ? nil : try reader.take(Int(length)))
        }
        resultFormats = try Self.formats(&reader)
    }

    private static func formats(_ reader: inout MessageReader) throws(SQLError) -> [Int16] {
        var formats: [Int16] = []
        for _ in 0..<(try reader.count(ofEntriesOf: 2)) { formats.append(try reader.int16()) }
        return formats
    }
}
