/// How the values of a column read as text: what `cast(x as varchar)`, the shell and text files show.

import LodeCore

/// Renders rows of one column as UTF-8, in PostgreSQL's output format; nested values as DuckDB writes them.
///
///     boolean true   double 0.1, 1e+20   decimal 12.30   date 2024-02-29   timestamptz 2024-02-29 12:00:00+00
///     interval 1 day 02:00:00   varbinary \x00ff   list [1, NULL]   struct {'a': 1}   map {a=1}
package struct ValueText {
    /// Seconds east of UTC at an instant (microseconds since 1970 UTC): how timestamptz values are shown.
    package typealias Zone = @Sendable (Int64) -> Int

    private let column: Column
    /// What lanes belong to: the column, or its dictionary.
    private let source: Column
    private let members: [ValueText]
    private let names: [String]
    private let zone: Zone?
    /// The names of objects by number: how `regclass` values and their kin are shown. Nil for those that are not known.
    package typealias Names = @Sendable (CatalogType, Int64) -> String?
    private let objects: Names?

    /// `zone` nil means UTC; without `objects`, objects are shown as numbers.
    package init(_ column: Column, zone: Zone? = nil, objects: Names? = nil) {
        self.column = column
        let source = column.layout == .dictionary ? column.dictionary ?? column : column
        self.source = source
        self.zone = zone
        self.objects = objects
        members = source.children.map { ValueText($0, zone: zone, objects: objects) }
        if case .structure(let fields) = column.type { names = fields.map(\.name) } else { names = [] }
    }

    /// Appends the text of one row, without quotes. NULL appends nothing: the caller looks at `Column.isNull`.
    @inline(__always)
    package func append(_ row: Int, to sink: ByteSink) throws(SQLError) {
        if column.validityBuffer != nil, column.isNull(row) { return }
        switch column.layout {
        case .flat: try appendLane(row, to: sink)
        case .constant: try appendLane(0, to: sink)
        case .dictionary: try appendLane(Int(column.lanes(as: Int32.self)[row]), to: sink)
        }
    }

    private func appendLane(_ lane: Int, to sink: ByteSink) throws(SQLError) {
        let source = self.source
        switch source.type {
        case .null: return
        case .boolean: try sink.append(source.lanes(as: UInt8.self)[lane] != 0 ? "true" : "false")
        case .tinyint: try NumberText.append(Int64(source.lanes(as: Int8.self)[lane]), to: sink)
        case .smallint: try NumberText.append(Int64(source.lanes(as: Int16.self)[lane]), to: sink)
        case .integer: try NumberText.append(Int64(source.lanes(as: Int32.self)[lane]), to: sink)
        case .bigint: try NumberText.append(source.lanes(as: Int64.self)[lane], to: sink)
        case .real: try NumberText.append(source.lanes(as: Float.self)[lane], to: sink)
        case .double: try NumberText.append(source.lanes(as: Double.self)[lane], to: sink)
        case .decimal(_, let scale):
            let unscaled =
                source.physical == .int64 ? Int128(source.lanes(as: Int64.self)[lane]) : source.lanes(as: Int128.self)[lane]
            try NumberText.append(decimal: unscaled, scale: scale, to: sink)
        case .varchar, .char, .json: try sink.append(source.lanes(as: StringView.self)[lane])
        case .varbinary: try Self.append(binary: source.lanes(as: StringView.self)[lane], to: sink)
        case .date: try TimeText.append(date: source.lanes(as: Int32.self)[lane], to: sink)
        case .time: try TimeText.append(time: source.lanes(as: Int64.self)[lane], to: sink)
        case .timestamp: try TimeText.append(timestamp: source.lanes(as: Int64.self)[lane], to: sink)
        case .timestamptz:
            let micros = source.lanes(as: Int64.self)[lane]
            try TimeText.append(timestamptz: micros, offsetSeconds: zone?(micros) ?? 0, to: sink)
        case .timestampNanos: try TimeText.append(timestampNanos: source.lanes(as: Int64.self)[lane], to: sink)
        case .timestamptzNanos:
            let nanos = source.lanes(as: Int64.self)[lane]
            try TimeText.append(timestamptzNanos: nanos, offsetSeconds: zone?(Nanoseconds.split(nanos).micros) ?? 0, to: sink)
        case .interval: try TimeText.append(source.lanes(as: Interval.self)[lane], to: sink)
        case .uuid:
            try Self.append(uuid: UInt128(bitPattern: source.lanes(as: Int128.self)[lane]) ^ (1 << 127), to: sink)
        case .catalog(let type): try append(type, lane, to: sink)
        case .list: try appendList(lane, to: sink)
        case .map: try appendMap(lane, to: sink)
        case .structure: try appendStructure(lane, to: sink)
        }
    }

    private func append(_ type: CatalogType, _ lane: Int, to sink: ByteSink) throws(SQLError) {
        switch type.base {
        case .bigint:
            let number = source.lanes(as: Int64.self)[lane]
            if type.isReference, let objects {
                // No object has the number 0.
                if number == 0 { return try sink.append("-") }
                if let name = objects(type, number) { return try sink.append(name) }
            }
            try NumberText.append(number, to: sink)
        case .varchar: try sink.append(source.lanes(as: StringView.self)[lane])
        default:
            let range = source.lanes(as: ListRange.self)[lane]
            for index in 0..<Int(range.count) {
                if index > 0 { try sink.append(" ") }
                try members[0].append(Int(range.offset) + index, to: sink)
            }
        }
    }

    private func appendList(_ lane: Int, to sink: ByteSink) throws(SQLError) {
        let range = source.lanes(as: ListRange.self)[lane]
        try sink.append(UInt8(ascii: "["))
        for index in 0..<Int(range.count) {
            if index > 0 { try sink.append(", ") }
            try members[0].appendMember(Int(range.offset) + index, to: sink)
        }
        try sink.append(UInt8(ascii: "]"))
    }

    private func appendMap(_ lane: Int, to sink: ByteSink) throws(SQLError) {
        let range = source.lanes(as: ListRange.self)[lane]
        try sink.append(UInt8(ascii: "{"))
        for index in 0..<Int(range.count) {
            if index > 0 { try sink.append(", ") }
            try members[0].appendMember(Int(range.offset) + index, to: sink)
            try sink.append(UInt8(ascii: "="))
            try members[1].appendMember(Int(range.offset) + index, to: sink)
        }
        try sink.append(UInt8(ascii: "}"))
    }

    private func appendStructure(_ lane: Int, to sink: ByteSink) throws(SQLError) {
        try sink.append(UInt8(ascii: "{"))
        for index in members.indices {
            try sink.append(index > 0 ? ", '" : "'")
            try sink.append(index < names.count ? names[index] : "")
            try sink.append("': ")
            try members[index].appendMember(lane, to: sink)
        }
        try sink.append(UInt8(ascii: "}"))
    }

    /// A value within a list, map or struct: NULL is written, and strings that would confuse are quoted.
    private func appendMember(_ row: Int, to sink: ByteSink) throws(SQLError) {
        if column.isNull(row) || column.type == .null { return try sink.append("NULL") }
        guard column.type.isText, column.type != .json else { return try append(row, to: sink) }
        let start = sink.count
        try append(row, to: sink)
        let text = UnsafeBufferPointer(start: sink.base + start, count: sink.count - start)
        guard Self.needsQuotes(text) else { return }
        let copy = Array(text)
        sink.truncate(to: start)
        try sink.append(UInt8(ascii: "'"))
        for byte in copy {
            if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\") { try sink.append(UInt8(ascii: "\\")) }
            try sink.append(byte)
        }
        try sink.append(UInt8(ascii: "'"))
    }

    private static func needsQuotes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first, let last = text.last else { return true }
        if first == 32 || last == 32 { return true }
        if text.count == 4, text.elementsEqual("NULL".utf8) { return true }
        return text.contains { "[]{}(),:='\"\\".utf8.contains($0) }
    }

    private static let hexDigits: StaticString = "0123456789abcdef"

    /// `\x` and two hexadecimal digits a byte.
    package static func append(binary: StringView, to sink: ByteSink) throws(SQLError) {
        let digits = hexDigits.utf8Start
        try binary.withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
            let out = try sink.reserve(2 + bytes.count * 2)
            out[0] = UInt8(ascii: "\\")
            out[1] = UInt8(ascii: "x")
            var at = 2
            for byte in bytes {
                out[at] = digits[Int(byte >> 4)]
                out[at + 1] = digits[Int(byte & 15)]
                at += 2
            }
            sink.advance(at)
        })
    }

    /// `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`.
    package static func append(uuid: UInt128, to sink: ByteSink) throws(SQLError) {
        let digits = hexDigits.utf8Start
        let out = try sink.reserve(36)
        var at = 0
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 {
                out[at] = UInt8(ascii: "-")
                at += 1
            }
            out[at] = digits[Int(truncatingIfNeeded: uuid >> UInt128(124 - index * 4)) & 15]
            at += 1
        }
        sink.advance(at)
    }
}
