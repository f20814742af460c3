/// From the strings of a column to its lanes.

import Glibc
import LodeCore
import LodeVectors

/// A field that could not be read.
struct CSVBadField {
    var row: Int
    var column: Int
    var outcome: ParseOutcome
    /// Whether the bytes are no UTF-8, rather than no value.
    var isInvalidText = false
}

/// Turns fields into columns, a column of a chunk at a time. Not `Sendable`.
final class CSVDecoder {
    private let columns: [CSVColumn]
    private let fields: CSVFieldReader
    private let quote: UInt16
    /// Whether plain strings of a column must be compared with null strings: the null strings' lengths, as bits (63: longer).
    private let nullLengths: UInt64
    private let emptyIsNull: Bool
    /// Per column: whether every field must be read slowly, because a null text would pass as a value.
    private let readsSlowly: [Bool]
    /// Collected instead of thrown, as the first of every row.
    private(set) var badFields: [CSVBadField] = []
    private let collectsBadFields: Bool
    private let zones: ParseTimestamp.Zones?

    init(_ dialect: CSVDialect, _ columns: [CSVColumn], collectsBadFields: Bool, zones: ParseTimestamp.Zones?) throws(SQLError) {
        self.zones = zones
        self.columns = columns
        self.collectsBadFields = collectsBadFields
        fields = try CSVFieldReader(dialect)
        quote = dialect.quote.map(UInt16.init) ?? 0xffff
        emptyIsNull = dialect.nullTexts.contains("")
        var lengths: UInt64 = 0
        for text in dialect.nullTexts where !text.isEmpty { lengths |= 1 << UInt64(min(63, text.utf8.count)) }
        nullLengths = lengths
        let nulls = (dialect.nullTexts + dialect.foundNullTexts).filter { !$0.isEmpty }
        let rewrites = fields.rewritesNumbers
        readsSlowly = columns.map { column in
            if column.type.isText { return false }
            if column.format != nil || (rewrites && column.type.isNumeric) { return true }
            return nulls.contains { CSVValue.fits($0, column) }
        }
    }

    func takeBadFields() -> [CSVBadField] {
        defer { badFields.removeAll(keepingCapacity: true) }
        return badFields
    }

    /// The column at position `index` of the file for all rows of `tokens`, which lie in `window`.
    /// - Throws: nothing for bad fields if they are collected; their lanes are NULL then.
    func decode(_ index: Int, _ tokens: CSVTokens, _ window: TextWindow) throws(SQLError) -> Column {
        let rows = Rows(tokens, window, index)
        let column = columns[index]
        switch column.type {
        case .boolean:
            return try lanes(column, rows, UInt8(0)) { ParseBoolean.boolean($0, $1, $2) }
        case .tinyint: return try lanes(column, rows, Int8(0)) { ParseInteger.int8($0, $1, $2) }
        case .smallint: return try lanes(column, rows, Int16(0)) { ParseInteger.int16($0, $1, $2) }
        case .integer: return try lanes(column, rows, Int32(0)) { ParseInteger.int32($0, $1, $2) }
        case .bigint: return try lanes(column, rows, Int64(0)) { ParseInteger.int64($0, $1, $2) }
        case .real: return try lanes(column, rows, Float(0)) { ParseDouble.float($0, $1, $2) }
        case .double: return try lanes(column, rows, 0.0) { ParseDouble.double($0, $1, $2) }
        case .decimal(let precision, let scale):
            if precision <= 18 {
                let limit = Int64(truncatingIfNeeded: Decimal128.power(precision))
                return try lanes(column, rows, Int64(0)) { ParseDecimal.int64($0, $1, scale: scale, limit: limit, $2) }
            }
            let limit = Decimal128.power(precision)
            return try lanes(column, rows, Int128(0)) { ParseDecimal.int128($0, $1, scale: scale, limit: limit, $2) }
        case .date:
            if column.isSniffed { return try lanes(column, rows, Int32(0)) { CSVValue.isoDate($0, $1, $2) } }
            return try lanes(column, rows, Int32(0)) { ParseDate.date($0, $1, $2) }
        case .time: return try lanes(column, rows, Int64(0)) { ParseTime.time($0, $1, $2) }
        case .timestamp:
            let isSniffed = column.isSniffed
            return try lanes(column, rows, Int64(0)) {
                CSVValue.withoutNanos(ParseTimestamp.timestamp($0, $1, $2), $0, $1, isSniffed: isSniffed)
            }
        case .timestamptz:
            let isSniffed = column.isSniffed
            return try lanes(column, rows, Int64(0)) {
                CSVValue.withoutNanos(ParseTimestamp.timestamptz($0, $1, zones: zones, $2), $0, $1, isSniffed: isSniffed)
            }
        case .timestampNanos: return try lanes(column, rows, Int64(0)) { ParseNanos.timestamp($0, $1, $2) }
        case .timestamptzNanos: return try lanes(column, rows, Int64(0)) { ParseNanos.timestamptz($0, $1, zones: zones, $2) }
        case .interval: return try lanes(column, rows, Interval()) { ParseInterval.interval($0, $1, $2) }
        case .uuid: return try lanes(column, rows, Int128(0)) { ParseUUID.uuid($0, $1, $2) }
        case .varchar, .char, .json, .varbinary: return try texts(column, rows, window.buffer)
        case .null, .list, .structure, .map, .catalog:
            throw .unsupported("reading type \(column.type) from csv", hint: "Read it as varchar and cast it.")
        }
    }

    /// Where the fields of one column lie.
    private struct Rows: ~Escapable {
        let base: UnsafePointer<UInt8>
        let slots: Lanes<UInt32>
        let stride: Int
        let count: Int
        let skip: UInt32
        let index: Int
        /// Whether a carriage return may stand before the newline.
        let isLast: Bool
        let hasHighBytes: Bool

        @_lifetime(borrow tokens)
        init(_ tokens: borrowing CSVTokens, _ window: TextWindow, _ index: Int) {
            base = UnsafePointer(window.base)
            slots = Lanes(tokens.slots) + index
            stride = tokens.stride
            count = tokens.count
            skip = UInt32(tokens.delimiterLength)
            self.index = index
            isLast = index == tokens.columns - 1
            hasHighBytes = tokens.hasHighBytes
        }

        @inline(__always)
        func field(_ row: Int) -> (bytes: UnsafePointer<UInt8>, count: Int) {
            let slot = slots + row &* stride
            let start = slot[0] &+ skip
            let bytes = base + Int(start)
            // Wrapping: a missing field has a negative length.
            var count = Int(Int32(bitPattern: slot[1] &- start))
            if isLast, count > 0, bytes[count &- 1] == 13 { count &-= 1 }
            return (bytes, count)
        }
    }

    /// Fixed-width lanes. `parse` is inlined into the loop.
    @inline(__always)
    private func lanes<Lane: BitwiseCopyable>(
        _ column: CSVColumn, _ rows: Rows, _ zero: Lane,
        _ parse: (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<Lane>) -> ParseOutcome
    ) throws(SQLError) -> Column {
        let buffer = try Buffer(byteCount: rows.count * MemoryLayout<Lane>.stride)
        let out = buffer.lanes(as: Lane.self)
        var validity: Buffer?
        let isSlow = readsSlowly[rows.index]
        var row = 0
        while row < rows.count {
            let (bytes, count) = rows.field(row)
            if !isSlow, count > 0, (out + row).withUnsafePointer({ parse(bytes, count, $0) }) == .parsed {
                row &+= 1
                continue
            }
            out[row] = zero
            var outcome = ParseOutcome.parsed
            if var text = try fields.text(bytes, count, isText: false, hasNulls: column.hasNulls) {
                if column.type.isNumeric { text = try fields.number(text) }
                outcome = (out + row).withUnsafePointer { place in
                    guard let format = column.format else { return parse(text.bytes, text.count, place) }
                    return CSVValue.formatted(
                        text.bytes, text.count, format, column.type, isSniffed: column.isSniffed, zones, UnsafeMutableRawPointer(place))
                }
                if outcome != .parsed { out[row] = zero }
            } else {
                outcome = .malformed
                try clear(&validity, row, rows.count)
                row &+= 1
                continue
            }
            if outcome != .parsed {
                try note(CSVBadField(row: row, column: rows.index, outcome: outcome))
                try clear(&validity, row, rows.count)
            }
            row &+= 1
        }
        return Column(flat: column.type, count: rows.count, lanes: buffer, validity: validity)
    }

    /// Text lanes: short strings lie in them, long ones point into the window.
    private func texts(_ column: CSVColumn, _ rows: Rows, _ window: Buffer) throws(SQLError) -> Column {
        let buffer = try Buffer(byteCount: rows.count * 16)
        let out = buffer.lanes(as: StringView.self)
        var validity: Buffer?
        var arena: TextArena?
        let isPlain = column.type == .varchar && !rows.hasHighBytes
        var pointsIntoWindow = false
        var row = 0
        while row < rows.count {
            let (bytes, count) = rows.field(row)
            if isPlain, count > 0, UInt16(bytes[0]) != quote, bytes[0] != 32,
                nullLengths &>> UInt64(truncatingIfNeeded: min(63, count)) & 1 == 0
            {
                out[row] = StringView(bytes, count: count)
                pointsIntoWindow = pointsIntoWindow || count > StringView.inlineCapacity
                row &+= 1
                continue
            }
            out[row] = StringView()
            if let text = try fields.text(bytes, count, isText: true, hasNulls: column.hasNulls) {
                if let lane = try lane(text, column, rows, row, &arena) {
                    out[row] = lane
                    pointsIntoWindow = pointsIntoWindow || (!text.isCopied && text.count > StringView.inlineCapacity)
                } else {
                    try clear(&validity, row, rows.count)
                }
            } else {
                try clear(&validity, row, rows.count)
            }
            row &+= 1
        }
        var heaps: [AnyObject] = pointsIntoWindow ? [window] : []
        if let arena { heaps += arena.heaps }
        return Column(flat: column.type, count: rows.count, lanes: buffer, validity: validity, heaps: heaps)
    }

    /// The lane of one text; nil if it is bad, which is noted.
    private func lane(
        _ text: CSVFieldReader.Text, _ column: CSVColumn, _ rows: Rows, _ row: Int, _ arena: inout TextArena?
    ) throws(SQLError) -> StringView? {
        if column.type != .varbinary, rows.hasHighBytes, UTF8Check.firstInvalid(text.bytes, text.count) != nil {
            try note(CSVBadField(row: row, column: rows.index, outcome: .malformed, isInvalidText: true))
            return nil
        }
        if column.type == .varchar, !text.isCopied { return StringView(text.bytes, count: text.count) }
        let store = arena ?? TextArena(blockBytes: 64 * 1024)
        arena = store
        switch column.type {
        case .varbinary:
            let sink = try ByteSink(capacity: text.count)
            guard try ParseBinary.append(text.bytes, text.count, to: sink) == .parsed else {
                try note(CSVBadField(row: row, column: rows.index, outcome: .malformed))
                return nil
            }
            return try store.add(sink.bytes)
        case .char(let width):
            let sink = try ByteSink(capacity: text.count + width)
            try sink.append(UnsafeRawBufferPointer(start: text.bytes, count: text.count))
            var characters = 0
            for index in 0..<text.count where text.bytes[index] & 0xc0 != 0x80 { characters += 1 }
            if characters > width {
                try note(CSVBadField(row: row, column: rows.index, outcome: .outOfRange))
                return nil
            }
            while characters < width {
                try sink.append(32)
                characters += 1
            }
            return try store.add(sink.bytes)
        case .json:
            guard JSONCursor.isValid(UnsafeRawBufferPointer(start: text.bytes, count: text.count)) else {
                try note(CSVBadField(row: row, column: rows.index, outcome: .malformed))
                return nil
            }
            return try store.add(UnsafeRawBufferPointer(start: text.bytes, count: text.count))
        default: return try store.add(UnsafeRawBufferPointer(start: text.bytes, count: text.count))
        }
    }

    private func clear(_ validity: inout Buffer?, _ row: Int, _ count: Int) throws(SQLError) {
        let mask = if let validity { validity } else { try Validity.allValid(count) }
        validity = mask
        Validity.clear(mask.lanes(as: UInt64.self), row)
    }

    /// Keeps a bad field for the reader, which throws or rejects it.
    private func note(_ field: CSVBadField) throws(SQLError) {
        badFields.append(field)
        if !collectsBadFields { throw Self.stop }
    }

    /// Thrown to leave the loop; the reader replaces it by the error that names the place.
    static let stop = SQLError(.invalidTextRepresentation, "a csv field could not be read")
}
