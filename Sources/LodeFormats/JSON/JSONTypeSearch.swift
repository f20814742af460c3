/// Finding out the type of a JSON column from its values.

import LodeCore
import LodeVectors

/// What values of one place in the rows were seen. Merges as it goes; conflicts become `json`.
final class JSONTypeSearch {
    private var sawNumber = false, sawFraction = false, sawFlag = false, sawString = false
    private(set) var sawObject = false, sawArray = false
    private(set) var sawNull = false
    /// Whether all strings so far are dates or timestamps.
    private var strings: CSVTypeSearch
    private var names: [String] = []
    private var fields: [String: JSONTypeSearch] = [:]
    private var element: JSONTypeSearch?
    private let options: JSONReadOptions
    private let depth: Int

    /// Objects with more different keys than this are read as json.
    private static let maximumFields = 4096

    init(_ options: JSONReadOptions, depth: Int = 0) {
        self.options = options
        self.depth = depth
        strings = CSVTypeSearch.forText(options.dateFormat, options.timestampFormat)
    }

    /// Takes the value at the cursor and steps over it.
    func take(_ cursor: inout JSONCursor) throws(SQLError) {
        cursor.skipSpaces()
        guard cursor.at < cursor.end else { throw cursor.fault(.unexpectedEnd) }
        if depth < options.maximumDepth, fields.count <= Self.maximumFields {
            if cursor.base[cursor.at] == UInt8(ascii: "{") { return try takeObject(&cursor) }
            if cursor.base[cursor.at] == UInt8(ascii: "[") { return try takeArray(&cursor) }
        }
        let token = try cursor.token()
        switch token.kind {
        case .null: sawNull = true
        case .yes, .no: sawFlag = true
        case .number:
            sawNumber = true
            var whole: Int64 = 0
            if ParseInteger.int64(cursor.base + token.start, token.end - token.start, &whole) != .parsed { sawFraction = true }
        case .string:
            sawString = true
            if token.hasEscapes { strings.giveUp() } else if token.end > token.start {
                strings.take(cursor.base + token.start, token.end - token.start)
            } else {
                strings.giveUp()
            }
        case .object: (sawObject, sawString) = (true, true)
        case .array: (sawArray, sawString) = (true, true)
        }
    }

    private func takeObject(_ cursor: inout JSONCursor) throws(SQLError) {
        sawObject = true
        cursor.at &+= 1
        cursor.skipSpaces()
        if cursor.take(UInt8(ascii: "}")) { return }
        while true {
            let key = try cursor.string()
            let name = Self.text(key, cursor.base)
            cursor.skipSpaces()
            guard cursor.take(UInt8(ascii: ":")) else { throw cursor.fault(.expectedColon) }
            if let known = fields[name] { try known.take(&cursor) } else {
                let field = JSONTypeSearch(options, depth: depth + 1)
                try field.take(&cursor)
                fields[name] = field
                names.append(name)
            }
            cursor.skipSpaces()
            if cursor.take(UInt8(ascii: ",")) {
                cursor.skipSpaces()
                continue
            }
            guard cursor.take(UInt8(ascii: "}")) else { throw cursor.fault(.expectedComma) }
            return
        }
    }

    private func takeArray(_ cursor: inout JSONCursor) throws(SQLError) {
        sawArray = true
        let inner = element ?? JSONTypeSearch(options, depth: depth + 1)
        element = inner
        cursor.at &+= 1
        cursor.skipSpaces()
        if cursor.take(UInt8(ascii: "]")) { return }
        while true {
            try inner.take(&cursor)
            cursor.skipSpaces()
            if cursor.take(UInt8(ascii: ",")) { continue }
            guard cursor.take(UInt8(ascii: "]")) else { throw cursor.fault(.expectedComma) }
            return
        }
    }

    static func text(_ token: JSONToken, _ base: UnsafePointer<UInt8>) -> String {
        let bytes = UnsafeBufferPointer(start: base + token.start, count: token.end - token.start)
        guard token.hasEscapes, let start = bytes.baseAddress else { return String(decoding: bytes, as: UTF8.self) }
        let text = [UInt8](unsafeUninitializedCapacity: bytes.count) { out, count in
            count = out.baseAddress.flatMap { JSONUnescape.text(start, bytes.count, $0) } ?? 0
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The type that fits every value seen: the narrowest, or json.
    var type: SQLType {
        let kinds = [sawNumber, sawFlag, sawString, sawObject, sawArray].reduce(0) { $0 + ($1 ? 1 : 0) }
        guard kinds == 1 else { return .json }
        if sawFlag { return .boolean }
        if sawNumber { return sawFraction ? .double : .bigint }
        if sawString { return strings.column("").type }
        if sawObject { return names.isEmpty || names.count > Self.maximumFields ? .json : .structure(members) }
        return .list(element?.type ?? .json)
    }

    /// The fields of the objects seen, in the order of their appearance.
    var members: [Field] { names.map { Field($0, fields[$0]?.type ?? .json) } }
}

extension CSVTypeSearch {
    /// A search among the types that JSON writes as strings: dates, times and timestamps.
    static func forText(_ dateFormat: DateFormat?, _ timestampFormat: DateFormat?) -> CSVTypeSearch {
        CSVTypeSearch(dateFormat: dateFormat, timestampFormat: timestampFormat)
    }
}
