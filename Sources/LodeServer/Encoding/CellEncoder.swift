/// One column of a chunk as values on the wire.

import LodeCore
import LodeEngine
import LodeVectors

/// Made once per chunk and column; asked once per row, and therefore a class: a struct of this many references would be copied each time.
///
/// Text is PostgreSQL's output of the type, binary what its `…send` function gives.
final class CellEncoder {
    let column: Column
    /// What lanes belong to: the column, or its dictionary.
    let source: Column
    let members: [CellEncoder]
    private let text: ValueText
    private let json: ValueJSON?
    private let layout: Column.Layout
    private let hasNulls: Bool
    private let isLatin1: Bool

    init(_ column: Column, _ style: TextStyle) {
        self.column = column
        let zone = style.zone
        isLatin1 = style.encoding == .latin1
        let source = column.layout == .dictionary ? column.dictionary ?? column : column
        self.source = source
        layout = column.layout
        hasNulls = column.mayHaveNulls || column.type == .null
        text = ValueText(column, zone: zone, objects: style.objects)
        if case .map = column.type { json = ValueJSON(column, zone: zone) } else { json = nil }
        members = source.children.map { CellEncoder($0, style) }
    }

    @inline(__always)
    func isNull(_ row: Int) -> Bool { hasNulls && (column.type == .null || column.isNull(row)) }

    /// Where the value of a row lies.
    @inline(__always)
    func lane(_ row: Int) -> Int {
        switch layout {
        case .flat: return row
        case .constant: return 0
        case .dictionary:
            let codes = column.lanes(as: Int32.self, keptBy: self)
            return Int(codes[row])
        }
    }

    @inline(__always)
    func load<T: BitwiseCopyable>(_ lane: Int, as type: T.Type) -> T {
        let lanes = source.lanes(as: type, keptBy: self)
        return lanes[lane]
    }

    // MARK: Text

    /// Appends the text of a row that is not NULL, as the client wants it.
    @inline(__always)
    func appendText(_ row: Int, to sink: ByteSink) throws(SQLError) {
        let start = sink.count
        try appendUTF8(row, to: sink)
        if isLatin1 { try Latin1.encode(from: start, in: sink) }
    }

    @inline(__always)
    private func appendUTF8(_ row: Int, to sink: ByteSink) throws(SQLError) {
        switch source.type {
        case .boolean: try sink.append(UInt8(ascii: load(lane(row), as: UInt8.self) != 0 ? "t" : "f"))
        case .list: try appendArray(lane(row), to: sink)
        case .structure: try appendRecord(lane(row), to: sink)
        case .map: try json?.append(row, to: sink)
        case .char(let count): try appendPadded(row, count, to: sink)
        default: try text.append(row, to: sink)
        }
    }

    /// char(n) has its blanks on the wire.
    private func appendPadded(_ row: Int, _ count: Int, to sink: ByteSink) throws(SQLError) {
        let start = sink.count
        try text.append(row, to: sink)
        var characters = 0
        for index in start..<sink.count where sink.base[index] & 0xc0 != 0x80 { characters += 1 }
        while characters < count {
            try sink.append(UInt8(ascii: " "))
            characters += 1
        }
    }

    /// `{1,NULL,"a b"}`.
    private func appendArray(_ lane: Int, to sink: ByteSink) throws(SQLError) {
        let range = load(lane, as: ListRange.self)
        try sink.append(UInt8(ascii: "{"))
        for index in 0..<Int(range.count) {
            if index > 0 { try sink.append(UInt8(ascii: ",")) }
            let row = Int(range.offset) + index
            if members[0].isNull(row) {
                try sink.append("NULL")
            } else if case .list = members[0].source.type {
                try members[0].appendUTF8(row, to: sink)
            } else {
                let start = sink.count
                try members[0].appendUTF8(row, to: sink)
                try ElementQuoting.quoteArrayElement(from: start, in: sink)
            }
        }
        try sink.append(UInt8(ascii: "}"))
    }

    /// `(1,,"a b")`.
    private func appendRecord(_ lane: Int, to sink: ByteSink) throws(SQLError) {
        try sink.append(UInt8(ascii: "("))
        for (index, member) in members.enumerated() {
            if index > 0 { try sink.append(UInt8(ascii: ",")) }
            if member.isNull(lane) { continue }
            let start = sink.count
            try member.appendUTF8(lane, to: sink)
            try ElementQuoting.quoteRecordField(from: start, in: sink)
        }
        try sink.append(UInt8(ascii: ")"))
    }

    // MARK: Binary

    /// Appends the value of a row that is not NULL as `…send` gives it.
    func appendBinary(_ row: Int, to sink: ByteSink) throws(SQLError) {
        let lane = lane(row)
        switch source.type {
        case .null: return
        case .boolean: try sink.append(load(lane, as: UInt8.self) != 0 ? UInt8(1) : 0)
        case .tinyint: try sink.append(UInt16(bitPattern: Int16(load(lane, as: Int8.self))))
        case .smallint: try sink.append(UInt16(bitPattern: load(lane, as: Int16.self)))
        case .integer: try sink.append(UInt32(bitPattern: load(lane, as: Int32.self)))
        case .bigint: try sink.append(UInt64(bitPattern: load(lane, as: Int64.self)))
        case .real: try sink.append(load(lane, as: Float.self).bitPattern)
        case .double: try sink.append(load(lane, as: Double.self).bitPattern)
        case .decimal(_, let scale):
            let unscaled = source.physical == .int64 ? Int128(load(lane, as: Int64.self)) : load(lane, as: Int128.self)
            try WireNumeric.append(unscaled, scale: scale, to: sink)
        case .date: try sink.append(UInt32(bitPattern: WireTime.date(load(lane, as: Int32.self))))
        case .time: try sink.append(UInt64(bitPattern: load(lane, as: Int64.self)))
        case .timestamp, .timestamptz: try sink.append(UInt64(bitPattern: WireTime.timestamp(load(lane, as: Int64.self))))
        case .interval:
            let interval = load(lane, as: Interval.self)
            try sink.append(UInt64(bitPattern: interval.micros))
            try sink.append(UInt32(bitPattern: interval.days))
            try sink.append(UInt32(bitPattern: interval.months))
        case .uuid:
            let bits = UInt128(bitPattern: load(lane, as: Int128.self)) ^ (1 << 127)
            try sink.append(UInt64(truncatingIfNeeded: bits >> 64))
            try sink.append(UInt64(truncatingIfNeeded: bits))
        case .varbinary, .varchar, .json: try sink.append(load(lane, as: StringView.self))
        case .char, .map, .timestampNanos, .timestamptzNanos: try appendText(row, to: sink)
        case .list: try BinaryArray.append(self, lane, to: sink)
        case .structure: try appendBinaryRecord(lane, to: sink)
        case .catalog(let type):
            if type.isVector { return try BinaryArray.append(vector: self, lane, to: sink) }
            if type.isNumber { return try sink.append(UInt32(truncatingIfNeeded: load(lane, as: Int64.self))) }
            try sink.append(load(lane, as: StringView.self))
        }
    }

    /// The length of a value and the value in binary; -1 for NULL.
    func appendBinaryCell(_ row: Int, to sink: ByteSink) throws(SQLError) {
        if isNull(row) { return try sink.append(UInt32.max) }
        let start = sink.count
        try sink.append(UInt32(0))
        try appendBinary(row, to: sink)
        try CellLength.store(sink.count - start - 4, at: start, in: sink)
    }

    private func appendBinaryRecord(_ lane: Int, to sink: ByteSink) throws(SQLError) {
        try sink.append(UInt32(truncatingIfNeeded: members.count))
        for member in members {
            try sink.append(WireType(member.column.type).id)
            try member.appendBinaryCell(lane, to: sink)
        }
    }
}

/// Lengths before values.
enum CellLength {
    /// - Throws: `54000` for what no length can say.
    @inline(__always)
    static func store(_ length: Int, at offset: Int, in sink: ByteSink) throws(SQLError) {
        guard length < Int(Int32.max) else { throw tooLong() }
        sink.store(UInt32(truncatingIfNeeded: length), at: offset)
    }

    @inline(never)
    static func tooLong() -> SQLError {
        SQLError(.programLimitExceeded, "a value or row of 2 GiB or more cannot be sent")
    }
}
