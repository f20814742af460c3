/// A recursive-descent reader of Hive type strings.

import LodeCore

struct HiveTypeReader {
    private static let maximumDepth = 64

    private let text: String
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    mutating func type() throws(SQLError) -> SQLType {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw SQLError(.statementTooComplex, "type is nested more than \(Self.maximumDepth) deep", in: text)
        }
        let name = word().lowercased()
        switch name {
        case "array": return try list()
        case "map": return try map()
        case "struct": return try structure()
        case "decimal", "numeric", "dec": return try decimal()
        case "char", "character":
            guard let arguments = try arguments(), arguments.count == 1, (1...1_000_000).contains(arguments[0]) else {
                throw malformed("a length from 1 to 1000000 is expected")
            }
            return .char(arguments[0])
        case "varchar":
            _ = try arguments()
            return .varchar
        case "timestamp": return timestamp()
        default: break
        }
        if let type = Self.simple[name] { return type }
        if name.isEmpty { throw malformed("a type is expected") }
        throw SQLError(
            .undefinedObject, "type \"\(name)\" does not exist", in: text,
            hint: NearestName.find(name, among: Self.simple.keys.sorted() + ["array", "map", "struct", "decimal"])
                .map { "Did you mean \"\($0)\"?" })
    }

    func finish() throws(SQLError) {
        if bytes[position...].contains(where: { $0 != UInt8(ascii: " ") }) { throw malformed("the end is expected") }
    }

    private static let simple: [String: SQLType] = [
        "void": .null, "boolean": .boolean, "bool": .boolean, "tinyint": .tinyint, "smallint": .smallint, "int": .integer,
        "integer": .integer, "bigint": .bigint, "long": .bigint, "float": .real, "real": .real, "double": .double,
        "string": .varchar, "binary": .varbinary, "varbinary": .varbinary, "date": .date, "time": .time, "interval": .interval,
        "uuid": .uuid, "json": .json, "timestamptz": .timestamptz, "timestamp_ntz": .timestamp,
    ]

    private mutating func list() throws(SQLError) -> SQLType {
        try expect("<")
        let element = try type()
        try expect(">")
        return .list(element)
    }

    private mutating func map() throws(SQLError) -> SQLType {
        try expect("<")
        let key = try type()
        try expect(",")
        let value = try type()
        try expect(">")
        return .map(key: key, value: value)
    }

    private mutating func structure() throws(SQLError) -> SQLType {
        try expect("<")
        var fields: [Field] = []
        if accept(">") { return .structure([]) }
        repeat {
            let name = try fieldName()
            try expect(":")
            fields.append(Field(name, try type()))
        } while accept(",")
        try expect(">")
        return .structure(fields)
    }

    private mutating func decimal() throws(SQLError) -> SQLType {
        guard let arguments = try arguments() else { return .decimal(precision: 10, scale: 0) }
        let precision = arguments[0]
        let scale = arguments.count > 1 ? arguments[1] : 0
        guard arguments.count <= 2, (1...38).contains(precision), (0...precision).contains(scale) else {
            throw malformed("a precision from 1 to 38 and a scale up to it are expected")
        }
        return .decimal(precision: precision, scale: scale)
    }

    private mutating func timestamp() -> SQLType {
        _ = try? arguments()
        let start = position
        guard word().lowercased() == "with" else {
            position = start
            return .timestamp
        }
        var next = word().lowercased()
        if next == "local" { next = word().lowercased() }
        if next == "time", word().lowercased() == "zone" { return .timestamptz }
        position = start
        return .timestamp
    }

    /// Numbers in parentheses; nil if there are none.
    private mutating func arguments() throws(SQLError) -> [Int]? {
        guard accept("(") else { return nil }
        var numbers: [Int] = []
        repeat {
            guard let number = Int(word()), numbers.count < 3 else { throw malformed("a number is expected") }
            numbers.append(number)
        } while accept(",")
        try expect(")")
        return numbers
    }

    private mutating func fieldName() throws(SQLError) -> String {
        skipBlanks()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "`") else {
            let start = position
            while position < bytes.count, bytes[position] != UInt8(ascii: ":"), bytes[position] != UInt8(ascii: ">") {
                position += 1
            }
            if position == start { throw malformed("a field name is expected") }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        var name: [UInt8] = []
        position += 1
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "`") {
                position += 1
                guard position < bytes.count, bytes[position] == UInt8(ascii: "`") else {
                    return String(decoding: name, as: UTF8.self)
                }
            }
            name.append(bytes[position])
            position += 1
        }
        throw malformed("a closing backquote is expected")
    }

    private mutating func word() -> String {
        skipBlanks()
        let start = position
        while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private mutating func skipBlanks() {
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(SQLError) {
        if !accept(character) { throw malformed("\"\(character)\" is expected") }
    }

    private func malformed(_ expectation: String) -> SQLError {
        SQLError(
            .syntaxError, "malformed type \"\(text)\"", detail: "At character \(position + 1) \(expectation).",
            hint: "Types are written as in Hive: array<int>, map<string,double>, struct<a:int,b:string>.")
    }
}
