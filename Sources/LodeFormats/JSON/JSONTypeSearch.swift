/// Finding out the type of a JSON column from its values.

import LodeCore
import LodeVectors

/// What values of one place in the rows were seen. Merges as it goes; conflicts become `json`.
final class JSONTypeSearch {
    private var sawNumber = false, sawLong = false, sawFraction = false, sawFlag = false, sawString = false
    private(set) var sawObject = false, sawArray = false
    /// Whether all strings so far are dates or timestamps, or are uuids.
    private var strings: CSVTypeSearch
    private var areIdentifiers = true
    /// The keys of the objects seen, in the order of their appearance, and what values each has.
    private var keys: JSONKeys?
    private var fields: [JSONTypeSearch] = []
    private var spellings = JSONObjectFields()
    private var element: JSONTypeSearch?
    private var objects = 0, members = 0
    private let options: JSONReadOptions
    private let depth: Int

    /// Objects with more different keys than this are read as json.
    private var maximumFields: Int { depth == 0 ? 65_536 : 4096 }

    init(_ options: JSONReadOptions, depth: Int = 0) throws(SQLError) {
        self.options = options
        self.depth = depth
        strings = CSVTypeSearch(
            dateFormat: options.dateFormat, timestampFormat: options.timestampFormat, numbers: options.convertsStringsToIntegers)
    }

    /// Takes the value at the cursor, which was checked, and steps over it.
    func take(_ cursor: inout JSONCursor) throws(SQLError) {
        cursor.skipSpaces()
        let start = cursor.at
        if depth < options.maximumDepth, fields.count <= maximumFields {
            if cursor.byte == UInt8(ascii: "{") { return try takeObject(&cursor) }
            if cursor.byte == UInt8(ascii: "[") { return try takeArray(&cursor) }
        }
        guard cursor.skipValue() else { throw .internalFault("a JSON value that was checked is malformed") }
        let slot = JSONSlot(start, cursor.at, hasEscapes: cursor.hasEscapes), bytes = cursor.base + start
        switch JSONKind(slot, cursor.base) {
        case nil: break
        case .yes, .no: sawFlag = true
        case .number: takeNumber(bytes, slot.count)
        case .string: takeString(bytes + 1, slot.count - 2, slot.hasEscapes)
        case .object: (sawObject, sawString) = (true, true)
        case .array: (sawArray, sawString) = (true, true)
        }
    }

    private func takeNumber(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        sawNumber = true
        if sawFraction { return }
        var whole: Int64 = 0
        if ParseInteger.int64(bytes, count, &whole) == .parsed { return }
        if UInt64(String(decoding: UnsafeBufferPointer(start: bytes, count: min(count, 32)), as: UTF8.self)) != nil {
            sawLong = true
        } else {
            sawFraction = true
        }
    }

    private func takeString(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ hasEscapes: Bool) {
        sawString = true
        if areIdentifiers {
            var identifier: Int128 = 0
            areIdentifiers = count == 36 && !hasEscapes && ParseUUID.uuid(bytes, count, &identifier) == .parsed
        }
        if hasEscapes || count == 0 { strings.giveUp() } else { strings.take(bytes, count) }
    }

    private func takeObject(_ cursor: inout JSONCursor) throws(SQLError) {
        sawObject = true
        objects += 1
        let keys = if let keys { keys } else { try JSONKeys(growingTo: maximumFields + 1) }
        self.keys = keys
        cursor.at += 1
        cursor.skipSpaces()
        if cursor.take(UInt8(ascii: "}")) { return }
        var place = JSONKeys.start
        var isOpen = true
        while isOpen {
            let index = keys.field(&cursor, &place)
            members += 1
            if index == fields.count { fields.append(try JSONTypeSearch(options, depth: depth + 1)) }
            if index >= 0 {
                spellings.note(index, keys.names[index], object: objects)
                try fields[index].take(&cursor)
            } else {
                cursor.skipSpaces()
                guard index != JSONKeys.noKey, cursor.skipValue() else {
                    throw .internalFault("a JSON object that was checked is malformed")
                }
            }
            cursor.skipSpaces()
            isOpen = cursor.take(UInt8(ascii: ","))
            cursor.skipSpaces()
        }
        cursor.at += 1
    }

    private func takeArray(_ cursor: inout JSONCursor) throws(SQLError) {
        sawArray = true
        let inner = if let element { element } else { try JSONTypeSearch(options, depth: depth + 1) }
        element = inner
        cursor.at += 1
        cursor.skipSpaces()
        if cursor.take(UInt8(ascii: "]")) { return }
        repeat {
            try inner.take(&cursor)
            cursor.skipSpaces()
        } while cursor.take(UInt8(ascii: ","))
        cursor.at += 1
    }

    /// The type that fits every value seen: the narrowest, or json.
    var type: SQLType { found ?? .json }

    /// The same; nil if there were no values but NULL.
    private var found: SQLType? {
        let kinds = [sawNumber, sawFlag, sawString, sawObject, sawArray].reduce(0) { $0 + ($1 ? 1 : 0) }
        guard kinds == 1 else { return kinds == 0 ? nil : .json }
        if sawFlag { return .boolean }
        if sawNumber { return sawFraction ? .double : sawLong ? .decimal(precision: 20, scale: 0) : .bigint }
        if sawString { return areIdentifiers ? .uuid : strings.column("").type }
        if sawArray { return .list(element?.type ?? .json) }
        if fields.isEmpty || fields.count > maximumFields { return .json }
        return isMap ? .map(key: .varchar, value: Self.join(fields) ?? .json) : .structure(columns)
    }

    /// Objects with very many different keys, or with few of all keys each, are no records.
    private var isMap: Bool {
        fields.count > options.mapThreshold || Double(members) < options.appearanceThreshold * Double(objects) * Double(fields.count)
    }

    /// The objects seen as records.
    var columns: [Field] {
        spellings.columns(keys?.names ?? []).map { column in Field(column.name, Self.join(column.members.map { fields[$0] }) ?? .json) }
    }

    /// The keys of columns and fields that are called otherwise, by the paths at which decoders know them.
    func renamedKeys(_ path: String? = nil) -> [String: String] {
        var renamed: [String: String] = [:]
        func add(_ inner: [String: String]) { renamed.merge(inner) { first, _ in first } }
        if let element { add(element.renamedKeys("\(path ?? "json")[]")) }
        if path != nil, isMap {
            for field in fields { add(field.renamedKeys("\(path ?? "").value")) }
            return renamed
        }
        for column in spellings.columns(keys?.names ?? []) {
            let inner = path.map { "\($0).\(column.name)" } ?? column.name
            if let key = column.key { renamed[inner] = key }
            for member in column.members { add(fields[member].renamedKeys(inner)) }
        }
        return renamed
    }

    private static func join(_ searches: [JSONTypeSearch]) -> SQLType? { searches.reduce(nil) { join($0, $1.found) } }

    /// The type of values that are of one type or the other, nil being none.
    private static func join(_ left: SQLType?, _ right: SQLType?) -> SQLType? {
        guard let left, let right else { return left ?? right }
        if left == right { return left }
        func isWord(_ type: SQLType) -> Bool { type == .varchar || type == .uuid || type.isTemporal }
        switch (left, right) {
        case (.double, .bigint), (.double, .decimal), (.bigint, .double), (.decimal, .double): return .double
        case (.decimal, .bigint), (.bigint, .decimal): return .decimal(precision: 20, scale: 0)
        case (.date, .timestamp), (.timestamp, .date): return .timestamp
        case (.date, .timestampNanos), (.timestampNanos, .date), (.timestamp, .timestampNanos), (.timestampNanos, .timestamp):
            return .timestampNanos
        case (.timestamptz, .timestamptzNanos), (.timestamptzNanos, .timestamptz): return .timestamptzNanos
        case (let a, let b) where isWord(a) && isWord(b): return .varchar
        case (.list(let a), .list(let b)): return .list(join(a, b) ?? .json)
        case (.map(_, let a), .map(_, let b)): return .map(key: .varchar, value: join(a, b) ?? .json)
        case (.structure(let a), .structure(let b)):
            var fields = a
            for field in b {
                if let index = Schema(fields).index(of: field.name) {
                    fields[index].type = join(fields[index].type, field.type) ?? .json
                } else {
                    fields.append(field)
                }
            }
            return .structure(fields)
        default: return .json
        }
    }
}
