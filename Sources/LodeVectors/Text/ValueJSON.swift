/// How the values of a column read as JSON.

import LodeCore

/// Numbers, booleans and `json` stand as they are; dates, uuids and the like are strings of their SQL text, and so are NaN and the
/// infinities,
/// which JSON has no numbers for.
package struct ValueJSON {
    private let column: Column
    private let source: Column
    private let text: ValueText
    private let members: [ValueJSON]
    private let names: [String]
    private let quotesLargeNumbers: Bool
    private let format: DateFormat?

    /// `quotesLargeNumbers` writes decimals, and whole numbers beyond 2^53, as strings: for readers that hold numbers as doubles.
    package init(_ column: Column, quotesLargeNumbers: Bool = false, zone: ValueText.Zone? = nil) {
        self.init(column, quotesLargeNumbers, zone, nil, nil)
    }

    /// Dates and timestamps by formats instead.
    package init(_ column: Column, dateFormat: DateFormat?, timestampFormat: DateFormat?) {
        self.init(column, false, nil, dateFormat, timestampFormat)
    }

    private init(
        _ column: Column, _ quotesLargeNumbers: Bool, _ zone: ValueText.Zone?, _ dateFormat: DateFormat?, _ timestampFormat: DateFormat?
    ) {
        self.column = column
        self.quotesLargeNumbers = quotesLargeNumbers
        text = ValueText(column, zone: zone)
        let source = column.layout == .dictionary ? column.dictionary ?? column : column
        self.source = source
        members = source.children.map { ValueJSON($0, quotesLargeNumbers, zone, dateFormat, timestampFormat) }
        if case .structure(let fields) = column.type { names = fields.map(\.name) } else { names = [] }
        switch column.type {
        case .date: format = dateFormat
        case .timestamp, .timestamptz, .timestampNanos, .timestamptzNanos: format = timestampFormat
        default: format = nil
        }
    }

    /// Appends the JSON of one row; NULL is `null`.
    package func append(_ row: Int, to sink: ByteSink) throws(SQLError) {
        if column.type == .null || (column.mayHaveNulls && column.isNull(row)) { return try sink.append("null") }
        let lane: Int
        switch column.layout {
        case .flat: lane = row
        case .constant: lane = 0
        case .dictionary: lane = Int(column.lanes(as: Int32.self)[row])
        }
        switch column.type {
        case .boolean, .tinyint, .smallint, .integer: try text.append(row, to: sink)
        case .bigint:
            let isLarge = quotesLargeNumbers && source.lanes(as: Int64.self)[lane].magnitude > 1 << 53
            try isLarge ? quoted(row, to: sink) : text.append(row, to: sink)
        case .decimal: try quotesLargeNumbers ? quoted(row, to: sink) : text.append(row, to: sink)
        case .real: try source.lanes(as: Float.self)[lane].isFinite ? text.append(row, to: sink) : quoted(row, to: sink)
        case .double: try source.lanes(as: Double.self)[lane].isFinite ? text.append(row, to: sink) : quoted(row, to: sink)
        case .varchar, .char: try appendText(source.lanes(as: StringView.self)[lane], to: sink)
        case .json: try text.append(row, to: sink)
        case .catalog(let type):
            switch type.base {
            case .bigint where !type.isReference: try text.append(row, to: sink)
            case .varchar: try appendText(source.lanes(as: StringView.self)[lane], to: sink)
            default: try quoted(row, to: sink)
            }
        case .list: try appendList(lane, to: sink)
        case .map: try appendMap(lane, to: sink)
        case .structure: try appendStructure(lane, to: sink)
        case .varbinary:
            // The backslash of `\x` is escaped.
            try sink.append("\"\\")
            try text.append(row, to: sink)
            try sink.append("\"")
        default:
            if let format { try appendFormatted(row, format, to: sink) } else { try quoted(row, to: sink) }
        }
    }

    private func quoted(_ row: Int, to sink: ByteSink) throws(SQLError) {
        try sink.append("\"")
        try text.append(row, to: sink)
        try sink.append("\"")
    }

    private func appendFormatted(_ row: Int, _ format: DateFormat, to sink: ByteSink) throws(SQLError) {
        let plain = try ByteSink(capacity: 64)
        switch column.value(at: row) {
        case .date(let days): try format.append(Int64(days) &* CivilDate.microsPerDay, to: plain)
        case .timestamp(let micros): try format.append(micros, to: plain)
        case .timestampNanos(let nanos):
            let (micros, rest) = Nanoseconds.split(nanos)
            try format.append(micros, nanos: rest, to: plain)
        default: try text.append(row, to: plain)
        }
        try Self.appendString(plain.bytes, to: sink)
    }

    private func appendText(_ view: StringView, to sink: ByteSink) throws(SQLError) {
        try view.withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in try Self.appendString(bytes, to: sink) })
    }

    private func appendList(_ lane: Int, to sink: ByteSink) throws(SQLError) {
        let range = source.lanes(as: ListRange.self)[lane]
        try sink.append("[")
        for index in 0..<Int(range.count) {
            if index > 0 { try sink.append(",") }
            try members[0].append(Int(range.offset) + index, to: sink)
        }
        try sink.append("]")
    }

    /// Keys are strings, whatever their type.
    private func appendMap(_ lane: Int, to sink: ByteSink) throws(SQLError) {
        let range = source.lanes(as: ListRange.self)[lane]
        let key = try ByteSink(capacity: 64)
        try sink.append("{")
        for index in 0..<Int(range.count) {
            if index > 0 { try sink.append(",") }
            key.truncate()
            try members[0].text.append(Int(range.offset) + index, to: key)
            try Self.appendString(key.bytes, to: sink)
            try sink.append(":")
            try members[1].append(Int(range.offset) + index, to: sink)
        }
        try sink.append("}")
    }

    private func appendStructure(_ lane: Int, to sink: ByteSink) throws(SQLError) {
        try sink.append("{")
        for index in members.indices {
            if index > 0 { try sink.append(",") }
            try Self.appendString(names[index], to: sink)
            try sink.append(":")
            try members[index].append(lane, to: sink)
        }
        try sink.append("}")
    }

    /// The same of a string.
    package static func appendString(_ text: String, to sink: ByteSink) throws(SQLError) {
        var text = text
        var failure: SQLError?
        text.withUTF8 { utf8 in
            do throws(SQLError) { try appendString(UnsafeRawBufferPointer(utf8), to: sink) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// A string in quotes, with the escapes that JSON demands.
    package static func appendString(_ bytes: UnsafeRawBufferPointer, to sink: ByteSink) throws(SQLError) {
        // Six bytes a control character at worst.
        let out = try sink.reserve(bytes.count * 6 + 2)
        var written = 1
        out[0] = UInt8(ascii: "\"")
        for byte in bytes {
            if byte >= 32, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                out[written] = byte
                written &+= 1
                continue
            }
            out[written] = UInt8(ascii: "\\")
            written += 1
            switch byte {
            case 8: out[written] = UInt8(ascii: "b")
            case 9: out[written] = UInt8(ascii: "t")
            case 10: out[written] = UInt8(ascii: "n")
            case 12: out[written] = UInt8(ascii: "f")
            case 13: out[written] = UInt8(ascii: "r")
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out[written] = byte
            default:
                for (index, character) in [UInt8(ascii: "u"), 48, 48, 48 + byte >> 4].enumerated() { out[written + index] = character }
                let low = byte & 15
                out[written + 4] = low < 10 ? 48 + low : 87 + low
                written += 4
            }
            written += 1
        }
        out[written] = UInt8(ascii: "\"")
        sink.advance(written + 1)
    }
}
