/// From the JSON values of a column to its lanes.

import LodeCore
import LodeVectors

/// A value that its column does not take.
struct JSONBadValue {
    var slot: JSONSlot
    /// Path and type of the column, as in `a.b[]`.
    var path: String
    var type: SQLType
    /// What is wrong with the keys of an object, and where.
    var fault: JSONFault?
    var position = 0
}

/// What decoders of one reader share: the text that slots point into, and what they found wrong in it.
final class JSONBatch {
    private(set) var buffer: Buffer
    private(set) var base: UnsafePointer<UInt8>
    private(set) var isASCII = false
    let strings: JSONStringReader
    var badValues: [JSONBadValue] = []
    let zones: ParseTimestamp.Zones?

    init(_ window: TextWindow, zones: ParseTimestamp.Zones?) throws(SQLError) {
        self.zones = zones
        strings = try JSONStringReader()
        buffer = window.buffer
        base = UnsafePointer(window.base)
    }

    /// To be called whenever the window was filled. ASCII needs no check for UTF-8.
    func take(_ window: TextWindow, isASCII: Bool) {
        buffer = window.buffer
        base = UnsafePointer(window.base)
        self.isASCII = isASCII
    }
}

/// Decodes a column of a chunk at a time: a struct field by field, a list by all its elements. Not `Sendable`.
///
/// A value that JSON has in another form is taken if nothing is lost: `"12"` as a number, `12` and `{"a": 1}` as text.
final class JSONColumnDecoder {
    let type: SQLType
    let path: String
    private let children: [JSONColumnDecoder]
    /// Of a struct's fields.
    private let keys: JSONKeys?
    private let format: DateFormat?
    /// Whether sniffing chose the type, so that nothing may be cut to fit it.
    private let isSniffed: Bool
    /// Slots of fields and elements; reused.
    private let slots: ByteSink

    private static let maximumSlots = 1 << 25

    init(_ field: Field, path: String, _ options: JSONReadOptions) throws(SQLError) {
        type = field.type
        self.path = path
        var children: [JSONColumnDecoder] = []
        var keys: JSONKeys?
        switch field.type {
        case .structure(let members):
            for member in members { children.append(try JSONColumnDecoder(member, path: "\(path).\(member.name)", options)) }
            keys = try JSONKeys(members.map { options.keys["\(path).\($0.name)"] ?? $0.name }, others: [], options)
        case .list(let element): children = [try JSONColumnDecoder(Field("element", element), path: "\(path)[]", options)]
        case .map(let key, let value):
            children = [
                try JSONColumnDecoder(Field("key", key), path: "\(path).key", options),
                try JSONColumnDecoder(Field("value", value), path: "\(path).value", options),
            ]
        default: break
        }
        self.children = children
        self.keys = keys
        isSniffed = options.isSniffed
        format = field.type == .date ? options.dateFormat : field.type.isTimestamp ? options.timestampFormat : nil
        slots = try ByteSink(capacity: 64)
    }

    /// Whether strings are decoded, which must be UTF-8.
    var holdsText: Bool { type.isText || children.contains { $0.holdsText } }

    /// The column of the values that `values` names. What does not fit becomes NULL and is noted in the batch.
    func column(_ values: JSONSlotColumn, _ batch: JSONBatch) throws(SQLError) -> Column {
        switch type {
        case .structure: return try structure(values, batch)
        case .list: return try list(values, batch)
        case .map: return try map(values, batch)
        case .varchar, .char, .json, .varbinary: return try texts(values, batch)
        case .boolean: return try booleans(values, batch)
        case .tinyint: return try numbers(values, batch, Int8(0)) { JSONNumber.integer($0, $1, $2) }
        case .smallint: return try numbers(values, batch, Int16(0)) { JSONNumber.integer($0, $1, $2) }
        case .integer: return try numbers(values, batch, Int32(0)) { JSONNumber.integer($0, $1, $2) }
        case .bigint: return try numbers(values, batch, Int64(0)) { JSONNumber.bigint($0, $1, $2) }
        case .real: return try numbers(values, batch, Float(0)) { ParseDouble.float($0, $1, $2) }
        case .double: return try numbers(values, batch, 0.0) { ParseDouble.double($0, $1, $2) }
        case .decimal(let precision, let scale):
            if precision <= 18 {
                let limit = Int64(truncatingIfNeeded: Decimal128.power(precision))
                return try numbers(values, batch, Int64(0)) { ParseDecimal.int64($0, $1, scale: scale, limit: limit, $2) }
            }
            let limit = Decimal128.power(precision)
            return try numbers(values, batch, Int128(0)) { ParseDecimal.int128($0, $1, scale: scale, limit: limit, $2) }
        case .date: return try lanes(values, batch, Int32(0)) { ParseDate.date($0, $1, $2) }
        case .time: return try lanes(values, batch, Int64(0)) { ParseTime.time($0, $1, $2) }
        case .timestamp:
            return try lanes(values, batch, Int64(0)) {
                CSVValue.withoutNanos(ParseTimestamp.timestamp($0, $1, $2), $0, $1, isSniffed: isSniffed)
            }
        case .timestamptz:
            return try lanes(values, batch, Int64(0)) {
                CSVValue.withoutNanos(ParseTimestamp.timestamptz($0, $1, zones: batch.zones, $2), $0, $1, isSniffed: isSniffed)
            }
        case .timestampNanos: return try lanes(values, batch, Int64(0)) { ParseNanos.timestamp($0, $1, $2) }
        case .timestamptzNanos: return try lanes(values, batch, Int64(0)) { ParseNanos.timestamptz($0, $1, zones: batch.zones, $2) }
        case .interval: return try lanes(values, batch, Interval()) { ParseInterval.interval($0, $1, $2) }
        case .uuid: return try lanes(values, batch, Int128(0)) { ParseUUID.uuid($0, $1, $2) }
        case .null, .catalog: throw .unsupported("reading type \(type) from json", hint: "Read it as json.")
        }
    }

    private func note(_ slot: JSONSlot, _ batch: JSONBatch) { batch.badValues.append(JSONBadValue(slot: slot, path: path, type: type)) }

    // MARK: Scalars

    /// Lanes of what JSON writes as numbers. `parse` is inlined into the loop.
    @inline(__always)
    private func numbers<Lane: BitwiseCopyable>(
        _ values: JSONSlotColumn, _ batch: JSONBatch, _ zero: Lane,
        _ parse: (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<Lane>) -> ParseOutcome
    ) throws(SQLError) -> Column {
        let out = try JSONLanes(type, zero, values.count), lanes = out.lanes
        let base = batch.base
        var row = 0
        while row < values.count {
            let slot = values[row], bytes = base + slot.start
            // A digit or a minus sign.
            if bytes[0] &- 45 < 13, slot.count > 0, (lanes + row).withUnsafePointer({ parse(bytes, slot.count, $0) }) == .parsed {
                row &+= 1
                continue
            }
            try other(slot, batch, out, row, parse)
            row &+= 1
        }
        return out.column()
    }

    /// Lanes of what JSON writes as strings.
    @inline(__always)
    private func lanes<Lane: BitwiseCopyable>(
        _ values: JSONSlotColumn, _ batch: JSONBatch, _ zero: Lane,
        _ parse: (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<Lane>) -> ParseOutcome
    ) throws(SQLError) -> Column {
        let out = try JSONLanes(type, zero, values.count), lanes = out.lanes
        let base = batch.base
        let isPlain = format == nil
        var row = 0
        while row < values.count {
            let slot = values[row], bytes = base + slot.start
            if isPlain, slot.count > 2, bytes[0] == UInt8(ascii: "\""), !slot.hasEscapes,
                (lanes + row).withUnsafePointer({ parse(bytes + 1, slot.count &- 2, $0) }) == .parsed
            {
                row &+= 1
                continue
            }
            try other(slot, batch, out, row, parse)
            row &+= 1
        }
        return out.column()
    }

    private func booleans(_ values: JSONSlotColumn, _ batch: JSONBatch) throws(SQLError) -> Column {
        let out = try JSONLanes(type, UInt8(0), values.count)
        for row in 0..<values.count {
            let slot = values[row]
            switch JSONKind(slot, batch.base) {
            case .yes: out.lanes[row] = 1
            case .no: out.lanes[row] = 0
            default: try other(slot, batch, out, row) { ParseBoolean.boolean($0, $1, $2) }
            }
        }
        return out.column()
    }

    /// The lane of a value that is not of the usual form: NULL, or a value in another form, or a bad one.
    private func other<Lane: BitwiseCopyable>(
        _ slot: JSONSlot, _ batch: JSONBatch, _ out: JSONLanes<Lane>, _ row: Int,
        _ parse: (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<Lane>) -> ParseOutcome
    ) throws(SQLError) {
        guard let kind = JSONKind(slot, batch.base) else { return try out.setNull(row) }
        let isWord = kind == .yes || kind == .no
        if isWord == (type == .boolean) || kind == .string, kind != .object, kind != .array,
            let text = try batch.strings.text(slot, batch.base)
        {
            let outcome = (out.lanes + row).withUnsafePointer { place in
                guard let format else { return parse(text.bytes, text.count, place) }
                return CSVValue.formatted(
                    text.bytes, text.count, format, type, isSniffed: isSniffed, batch.zones, UnsafeMutableRawPointer(place))
            }
            if outcome == .parsed { return }
        }
        note(slot, batch)
        try out.setNull(row)
    }

    // MARK: Strings

    /// Strings without their escapes (with them and their quotes for `json`); everything else as written in the file, less white space.
    /// Short strings lie in their lanes, long ones are pointed at.
    private func texts(_ values: JSONSlotColumn, _ batch: JSONBatch) throws(SQLError) -> Column {
        let out = try JSONLanes(type, StringView(), values.count)
        let base = batch.base
        let isPlain = type == .varchar && batch.isASCII
        var pointsIntoWindow = false
        var arena: TextArena?
        var row = 0
        while row < values.count {
            let slot = values[row], bytes = base + slot.start
            if isPlain, slot.count >= 2, bytes[0] == UInt8(ascii: "\""), !slot.hasEscapes {
                out.lanes[row] = StringView(bytes + 1, count: slot.count &- 2)
                pointsIntoWindow = pointsIntoWindow || slot.count > StringView.inlineCapacity &+ 2
            } else if let kind = JSONKind(slot, base) {
                if let view = try text(slot, kind, batch, &arena, &pointsIntoWindow) {
                    out.lanes[row] = view
                } else {
                    note(slot, batch)
                    try out.setNull(row)
                }
            } else {
                try out.setNull(row)
            }
            row &+= 1
        }
        var heaps: [AnyObject] = pointsIntoWindow ? [batch.buffer] : []
        if let arena { heaps += arena.heaps }
        return out.column(heaps: heaps)
    }

    /// The lane of one text; nil if it is bad.
    private func text(
        _ slot: JSONSlot, _ kind: JSONKind, _ batch: JSONBatch, _ arena: inout TextArena?, _ pointsIntoWindow: inout Bool
    ) throws(SQLError) -> StringView? {
        let base = batch.base
        if !batch.isASCII, UTF8Check.firstInvalid(base + slot.start, slot.count) != nil { return nil }
        var text = JSONStringReader.Text(bytes: base + slot.start, count: slot.count)
        if kind == .object || kind == .array {
            text = try batch.strings.withoutSpaces(slot, base)
        } else if type != .json {
            guard let unescaped = try batch.strings.text(slot, base) else { return nil }
            text = unescaped
        }
        if type == .varbinary {
            guard let bytes = try batch.strings.binary(text) else { return nil }
            text = bytes
        }
        if text.isCopied {
            let store = arena ?? TextArena(blockBytes: 64 * 1024)
            arena = store
            return try store.add(UnsafeRawBufferPointer(start: text.bytes, count: text.count))
        }
        pointsIntoWindow = pointsIntoWindow || text.count > StringView.inlineCapacity
        return StringView(text.bytes, count: text.count)
    }

    // MARK: Nested values

    private func structure(_ values: JSONSlotColumn, _ batch: JSONBatch) throws(SQLError) -> Column {
        let out = try JSONLanes(type, UInt8(0), values.count)
        guard let keys else { throw .internalFault("a struct without keys") }
        let width = children.count
        guard values.count * width <= Self.maximumSlots else {
            throw SQLError(
                .programLimitExceeded, "\(values.count) objects of \(width) fields each do not fit in a chunk",
                hint: "Read \(path) as json.")
        }
        try reserve(values.count * width)
        let fields = reserved
        fields.update(repeating: JSONSlot(), count: values.count * width)
        for row in 0..<values.count {
            let slot = values[row]
            guard let kind = JSONKind(slot, batch.base) else {
                try out.setNull(row)
                continue
            }
            var cursor = JSONCursor(batch.base, at: slot.start, end: slot.end, padding: Buffer.padding)
            guard kind == .object, keys.skipObject(&cursor, into: fields + row * width) else {
                batch.badValues.append(JSONBadValue(slot: slot, path: path, type: type, fault: cursor.fault, position: cursor.at))
                try out.setNull(row)
                continue
            }
        }
        var members: [Column] = []
        for (index, child) in children.enumerated() {
            members.append(try child.column(JSONSlotColumn(first: Lanes(fields) + index, stride: width, count: values.count), batch))
        }
        return out.column(children: members)
    }

    private func list(_ values: JSONSlotColumn, _ batch: JSONBatch) throws(SQLError) -> Column {
        let (out, elements) = try ranges(values, batch, of: .array)
        return out.column(children: [try children[0].column(found(elements, of: 1, 0), batch)])
    }

    private func map(_ values: JSONSlotColumn, _ batch: JSONBatch) throws(SQLError) -> Column {
        let (out, entries) = try ranges(values, batch, of: .object)
        let keys = try children[0].column(found(entries, of: 2, 0), batch)
        return out.column(children: [keys, try children[1].column(found(entries, of: 2, 1), batch)])
    }

    /// Which elements of all (in `slots`, keys and values by turns where they are those of objects) are each row's, and how many there are.
    private func ranges(
        _ values: JSONSlotColumn, _ batch: JSONBatch, of wanted: JSONKind
    ) throws(SQLError) -> (JSONLanes<ListRange>, Int) {
        let out = try JSONLanes(type, ListRange(offset: 0, count: 0), values.count)
        let close = wanted == .array ? UInt8(ascii: "]") : UInt8(ascii: "}")
        var elements = 0
        slots.truncate()
        for row in 0..<values.count {
            let slot = values[row], first = elements, kind = JSONKind(slot, batch.base)
            if kind == wanted {
                var cursor = JSONCursor(batch.base, at: slot.start + 1, end: slot.end, padding: Buffer.padding)
                cursor.skipSpaces()
                while !cursor.take(close) {
                    try addElement(&cursor)
                    if wanted == .object {
                        cursor.at += 1
                        try addElement(&cursor)
                    }
                    elements += 1
                    _ = cursor.take(UInt8(ascii: ","))
                }
            } else {
                if kind != nil { note(slot, batch) }
                try out.setNull(row)
            }
            out.lanes[row] = try range(first, elements)
        }
        return (out, elements)
    }

    /// Steps over an element of a value that was checked, and over white space around it.
    private func addElement(_ cursor: inout JSONCursor) throws(SQLError) {
        cursor.skipSpaces()
        let start = cursor.at
        guard cursor.skipValue() else { throw .internalFault("a JSON value that was checked is malformed") }
        let place = UnsafeMutableRawPointer(try slots.reserve(MemoryLayout<JSONSlot>.stride))
        place.storeBytes(of: JSONSlot(start, cursor.at, hasEscapes: cursor.hasEscapes), as: JSONSlot.self)
        slots.advance(MemoryLayout<JSONSlot>.stride)
        cursor.skipSpaces()
    }

    private func reserve(_ count: Int) throws(SQLError) {
        slots.truncate()
        _ = try slots.reserve(count * MemoryLayout<JSONSlot>.stride)
    }

    /// What `reserve` made room for; good until more is asked for.
    private var reserved: MutableLanes<JSONSlot> {
        @_lifetime(borrow self) get {
            MutableLanes(UnsafeMutableRawPointer(slots.base).assumingMemoryBound(to: JSONSlot.self), keptBy: self)
        }
    }

    @_lifetime(borrow self)
    private func found(_ count: Int, of stride: Int, _ index: Int) -> JSONSlotColumn {
        JSONSlotColumn(first: Lanes(reserved) + index, stride: stride, count: count)
    }

    private func range(_ first: Int, _ end: Int) throws(SQLError) -> ListRange {
        guard let offset = UInt32(exactly: first), let length = UInt32(exactly: end - first) else {
            throw SQLError(.programLimitExceeded, "a chunk of lists has more than 4 billion elements")
        }
        return ListRange(offset: offset, count: length)
    }
}
