/// From JSON values to a column: one builder a column, struct field or list element.

import Glibc
import LodeCore
import LodeVectors

/// Appends values one by one. Not `Sendable`: one morsel reader owns it.
///
/// A value that JSON has in another form is taken if nothing is lost: `"12"` as a number, `12` and `{"a": 1}` as text.
final class JSONBuilder {
    let type: SQLType
    let name: String
    private let path: String
    private let lanes: ByteSink
    private let stride: Int
    private(set) var count = 0
    /// One byte a row once a NULL came.
    private let valid: ByteSink
    private var hasNulls = false
    private let children: [JSONBuilder]
    private let keys: JSONKeys
    private let isMap: Bool
    private var arena: TextArena?
    private var pointsIntoWindow = false
    private let format: DateFormat?
    private let scratch: ByteSink
    /// Whether texts must be checked for UTF-8: set by the reader for windows that are not all ASCII.
    var checksText = false { didSet { for child in children { child.checksText = checksText } } }

    init(_ field: Field, path: String, dateFormat: DateFormat?, timestampFormat: DateFormat?) throws(SQLError) {
        type = field.type
        name = field.name
        self.path = path
        lanes = try ByteSink(capacity: 64)
        valid = try ByteSink(capacity: 64)
        scratch = try ByteSink(capacity: 64)
        stride = field.type.physical.stride
        var children: [JSONBuilder] = []
        func child(_ field: Field, _ path: String) throws(SQLError) {
            children.append(try JSONBuilder(field, path: path, dateFormat: dateFormat, timestampFormat: timestampFormat))
        }
        var isMap = false
        switch field.type {
        case .structure(let members): for member in members { try child(member, "\(path).\(member.name)") }
        case .list(let element): try child(Field("element", element), "\(path)[]")
        case .map(let key, let value):
            isMap = true
            try child(Field("key", key), "\(path).key")
            try child(Field("value", value), "\(path).value")
        default: break
        }
        self.isMap = isMap
        self.children = children
        keys = JSONKeys(children.map(\.name))
        format = field.type == .date ? dateFormat : timestampFormat
    }

    /// Forgets everything; the memory is kept where no column holds it.
    func reset() {
        lanes.truncate()
        valid.truncate()
        count = 0
        hasNulls = false
        arena = nil
        pointsIntoWindow = false
        for child in children { child.reset() }
    }

    /// Back to `rows` rows, after a row that failed half-way.
    func truncate(to rows: Int) {
        guard rows < count else { return }
        if isMap || isList {
            let elements = UnsafeRawPointer(lanes.base).assumingMemoryBound(to: ListRange.self)[rows].offset
            for child in children { child.truncate(to: Int(elements)) }
        } else {
            for child in children { child.truncate(to: rows) }
        }
        lanes.truncate(to: rows * stride)
        if hasNulls { valid.truncate(to: rows) }
        count = rows
    }

    private var isList: Bool { if case .list = type { true } else { false } }

    // MARK: Values in

    @inline(__always)
    private func room() throws(SQLError) -> UnsafeMutableRawPointer {
        let place = UnsafeMutableRawPointer(try lanes.reserve(16))
        lanes.advance(stride)
        return place
    }

    @inline(__always)
    private func added() throws(SQLError) {
        if hasNulls { try valid.append(1) }
        count &+= 1
    }

    func appendNull() throws(SQLError) {
        if !hasNulls {
            hasNulls = true
            for _ in 0..<count { try valid.append(1) }
        }
        let place = try room()
        place.storeBytes(of: 0, as: UInt64.self)
        place.storeBytes(of: 0, toByteOffset: 8, as: UInt64.self)
        if isList || isMap {
            place.storeBytes(of: ListRange(offset: UInt32(clamping: children[0].count), count: 0), as: ListRange.self)
        } else {
            for child in children { try child.appendNull() }
        }
        try valid.append(0)
        count &+= 1
    }

    /// Appends the value at the cursor and steps over it.
    /// - Throws: `JSONTrouble.stop` if the row is bad, anything else if the statement cannot go on.
    func append(_ cursor: inout JSONCursor, depth: Int = 0) throws(SQLError) {
        cursor.skipSpaces()
        guard cursor.at < cursor.end else { throw cursor.fault(.unexpectedEnd) }
        switch (type, cursor.base[cursor.at]) {
        case (.structure, UInt8(ascii: "{")): return try appendObject(&cursor, depth)
        case (.list, UInt8(ascii: "[")): return try appendArray(&cursor, depth)
        case (.map, UInt8(ascii: "{")): return try appendMap(&cursor, depth)
        default: break
        }
        let token = try cursor.token()
        if token.kind == .null { return try appendNull() }
        guard try appendScalar(token, cursor.base) else { throw cursor.trouble.mismatch(path, type.description, token) }
        try added()
    }

    private func checkDepth(_ depth: Int, _ cursor: JSONCursor) throws(SQLError) {
        guard depth < JSONCheck.maximumDepth else { throw cursor.fault(.tooDeep) }
    }

    private func appendObject(_ cursor: inout JSONCursor, _ depth: Int) throws(SQLError) {
        try checkDepth(depth, cursor)
        let row = count
        try Self.appendMembers(&cursor, keys, children, row: row, depth: depth + 1)
        try added()
    }

    /// Reads an object's members into the builders of its keys; those without a member get NULL.
    static func appendMembers(
        _ cursor: inout JSONCursor, _ keys: JSONKeys, _ builders: [JSONBuilder], row: Int, depth: Int
    ) throws(SQLError) {
        cursor.at &+= 1
        cursor.skipSpaces()
        var isOpen = !cursor.take(UInt8(ascii: "}"))
        var expected = 0
        while isOpen {
            let key = try cursor.string()
            cursor.skipSpaces()
            guard cursor.take(UInt8(ascii: ":")) else { throw cursor.fault(.expectedColon) }
            // Of a key that comes twice the first counts.
            if let index = keys.index(of: key, cursor.base, expected: expected), builders[index].count == row {
                expected = index &+ 1
                try builders[index].append(&cursor, depth: depth)
            } else {
                _ = try cursor.token()
            }
            cursor.skipSpaces()
            if cursor.take(UInt8(ascii: ",")) {
                cursor.skipSpaces()
            } else {
                guard cursor.take(UInt8(ascii: "}")) else { throw cursor.fault(.expectedComma) }
                isOpen = false
            }
        }
        for builder in builders where builder.count == row { try builder.appendNull() }
    }

    private func appendArray(_ cursor: inout JSONCursor, _ depth: Int) throws(SQLError) {
        try checkDepth(depth, cursor)
        let child = children[0], first = child.count
        cursor.at &+= 1
        cursor.skipSpaces()
        var isOpen = !cursor.take(UInt8(ascii: "]"))
        while isOpen {
            try child.append(&cursor, depth: depth + 1)
            cursor.skipSpaces()
            if !cursor.take(UInt8(ascii: ",")) {
                guard cursor.take(UInt8(ascii: "]")) else { throw cursor.fault(.expectedComma) }
                isOpen = false
            }
        }
        try appendRange(first)
    }

    private func appendMap(_ cursor: inout JSONCursor, _ depth: Int) throws(SQLError) {
        try checkDepth(depth, cursor)
        let keyBuilder = children[0], valueBuilder = children[1], first = keyBuilder.count
        cursor.at &+= 1
        cursor.skipSpaces()
        var isOpen = !cursor.take(UInt8(ascii: "}"))
        while isOpen {
            let key = try cursor.string()
            guard try keyBuilder.appendScalar(key, cursor.base) else {
                throw cursor.trouble.mismatch(keyBuilder.path, keyBuilder.type.description, key)
            }
            try keyBuilder.added()
            cursor.skipSpaces()
            guard cursor.take(UInt8(ascii: ":")) else { throw cursor.fault(.expectedColon) }
            try valueBuilder.append(&cursor, depth: depth + 1)
            cursor.skipSpaces()
            if cursor.take(UInt8(ascii: ",")) {
                cursor.skipSpaces()
            } else {
                guard cursor.take(UInt8(ascii: "}")) else { throw cursor.fault(.expectedComma) }
                isOpen = false
            }
        }
        try appendRange(first)
    }

    private func appendRange(_ first: Int) throws(SQLError) {
        guard let offset = UInt32(exactly: first), let length = UInt32(exactly: children[0].count - first) else {
            throw SQLError(.programLimitExceeded, "a chunk of lists has more than 4 billion elements")
        }
        try room().storeBytes(of: ListRange(offset: offset, count: length), as: ListRange.self)
        try added()
    }

    // MARK: Scalars

    /// Adds the lane of a value that is not NULL; false if it does not fit.
    private func appendScalar(_ token: JSONToken, _ base: UnsafePointer<UInt8>) throws(SQLError) -> Bool {
        if type.isText || type == .varbinary { return try appendText(token, base) }
        var bytes = base + token.start
        var length = token.end - token.start
        switch token.kind {
        case .object, .array, .null: return false
        case .yes, .no:
            guard type == .boolean else { return false }
            try room().storeBytes(of: token.kind == .yes ? 1 : 0, as: UInt8.self)
            return true
        case .string where token.hasEscapes:
            guard let (copy, written) = try unescaped(token, base) else { return false }
            (bytes, length) = (UnsafePointer(copy), written)
        case .number where type == .boolean: return false
        default: break
        }
        let place = try room()
        if try parse(bytes, length, place) == .parsed { return true }
        lanes.truncate(to: count * stride)
        return false
    }

    private func parse(_ text: UnsafePointer<UInt8>, _ count: Int, _ place: UnsafeMutableRawPointer) throws(SQLError) -> ParseOutcome {
        if let format, type.isTemporal, type != .time { return CSVValue.formatted(text, count, format, type, place) }
        switch type {
        case .boolean: return ParseBoolean.boolean(text, count, place.assumingMemoryBound(to: UInt8.self))
        case .tinyint: return ParseInteger.int8(text, count, place.assumingMemoryBound(to: Int8.self))
        case .smallint: return ParseInteger.int16(text, count, place.assumingMemoryBound(to: Int16.self))
        case .integer: return ParseInteger.int32(text, count, place.assumingMemoryBound(to: Int32.self))
        case .bigint:
            let out = place.assumingMemoryBound(to: Int64.self)
            let outcome = ParseInteger.int64(text, count, out)
            if outcome == .parsed { return outcome }
            // 1.0 and 1e3 are whole numbers too.
            var number = 0.0
            guard ParseDouble.double(text, count, &number) == .parsed, let whole = Int64(exactly: number) else { return outcome }
            out.pointee = whole
            return .parsed
        case .real: return ParseDouble.float(text, count, place.assumingMemoryBound(to: Float.self))
        case .double: return ParseDouble.double(text, count, place.assumingMemoryBound(to: Double.self))
        case .decimal(let precision, let scale):
            if precision > 18 {
                return ParseDecimal.int128(
                    text, count, scale: scale, limit: Decimal128.power(precision), place.assumingMemoryBound(to: Int128.self))
            }
            let limit = Int64(truncatingIfNeeded: Decimal128.power(precision))
            return ParseDecimal.int64(text, count, scale: scale, limit: limit, place.assumingMemoryBound(to: Int64.self))
        case .date: return ParseDate.date(text, count, place.assumingMemoryBound(to: Int32.self))
        case .time: return ParseTime.time(text, count, place.assumingMemoryBound(to: Int64.self))
        case .timestamp: return ParseTimestamp.timestamp(text, count, place.assumingMemoryBound(to: Int64.self))
        case .timestamptz: return ParseTimestamp.timestamptz(text, count, zones: nil, place.assumingMemoryBound(to: Int64.self))
        case .interval: return ParseInterval.interval(text, count, place.assumingMemoryBound(to: Interval.self))
        case .uuid: return ParseUUID.uuid(text, count, place.assumingMemoryBound(to: Int128.self))
        default: return .malformed
        }
    }

    private func unescaped(_ token: JSONToken, _ base: UnsafePointer<UInt8>) throws(SQLError) -> (UnsafeMutablePointer<UInt8>, Int)? {
        scratch.truncate()
        let out = try scratch.reserve(token.end - token.start + 64)
        guard let written = JSONUnescape.text(base + token.start, token.end - token.start, out) else { return nil }
        return (out, written)
    }

    /// Strings without their escapes (with them and their quotes for `json`); everything else as it stands in the file,
    /// less white space.
    private func appendText(_ token: JSONToken, _ base: UnsafePointer<UInt8>) throws(SQLError) -> Bool {
        var start = token.start, end = token.end
        if type == .json, token.kind == .string {
            start -= 1
            end += 1
        }
        if checksText, UTF8Check.firstInvalid(base + start, end - start) != nil { return false }
        let view: StringView
        if token.kind == .string, token.hasEscapes, type != .json {
            guard let (copy, written) = try unescaped(token, base) else { return false }
            view = try store(UnsafeRawBufferPointer(start: copy, count: written))
        } else if type == .varbinary {
            scratch.truncate()
            guard try ParseBinary.append(base + start, end - start, to: scratch) == .parsed else { return false }
            view = try store(scratch.bytes)
        } else if token.kind == .object || token.kind == .array, let packed = try withoutSpaces(base + start, end - start) {
            view = try store(packed)
        } else {
            view = StringView(base + start, count: end - start)
            pointsIntoWindow = pointsIntoWindow || end - start > StringView.inlineCapacity
        }
        try room().storeBytes(of: view, as: StringView.self)
        return true
    }

    /// A checked object or array without the white space between its parts; nil if there is none.
    private func withoutSpaces(_ bytes: UnsafePointer<UInt8>, _ count: Int) throws(SQLError) -> UnsafeRawBufferPointer? {
        scratch.truncate()
        let out = try scratch.reserve(count)
        var written = 0, at = 0, isInString = false
        while at < count {
            let byte = bytes[at]
            if isInString, byte == UInt8(ascii: "\\"), at + 1 < count {
                out[written] = byte
                written &+= 1
                at &+= 1
            } else if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if !isInString, byte <= 32 {
                at &+= 1
                continue
            }
            out[written] = bytes[at]
            written &+= 1
            at &+= 1
        }
        return written == count ? nil : UnsafeRawBufferPointer(start: out, count: written)
    }

    private func store(_ bytes: UnsafeRawBufferPointer) throws(SQLError) -> StringView {
        let arena = self.arena ?? TextArena(blockBytes: 64 * 1024)
        self.arena = arena
        return try arena.add(bytes)
    }

    // MARK: Columns out

    /// The rows so far as a column. `window` is what texts point into.
    func column(_ window: Buffer) throws(SQLError) -> Column {
        var validity: Buffer?
        if hasNulls {
            let mask = try Buffer.zeroed(byteCount: Validity.wordCount(count) * 8)
            let words = mask.base.assumingMemoryBound(to: UInt64.self)
            for row in 0..<count where valid.base[row] != 0 { words[row >> 6] |= 1 << UInt64(row & 63) }
            validity = mask
        }
        var members: [Column] = []
        for child in children { members.append(try child.column(window)) }
        let buffer = try Buffer(copying: UnsafeRawBufferPointer(start: lanes.base, count: count * stride))
        var heaps: [AnyObject] = pointsIntoWindow ? [window] : []
        if let arena { heaps += arena.heaps }
        return Column(flat: type, count: count, lanes: buffer, validity: validity, heaps: heaps, children: members)
    }
}
