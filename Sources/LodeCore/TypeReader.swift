/// Types written as text: `decimal(10,2)`, `struct(a integer, b varchar[])`, `array<struct<a:int>>`.

/// Reads what options of files and the catalog's columns hold. Statements have their types from the grammar; the words mean the same.
package struct TypeReader {
    private static let maximumDepth = 64

    private let text: String
    private let bytes: [UInt8]
    private let dialect: TypeWords.Dialect
    private var position = 0
    private var depth = 0

    /// The type that is the whole of `text`.
    /// - Throws: `42601` for text that is no type, and what `TypeWords.type` throws.
    package static func read(_ text: String, in dialect: TypeWords.Dialect = .sql) throws(SQLError) -> SQLType {
        var reader = TypeReader(text, dialect)
        let type = try reader.type()
        reader.skipBlanks()
        guard reader.position == reader.bytes.count else { throw reader.malformed("the end is expected") }
        return type
    }

    private init(_ text: String, _ dialect: TypeWords.Dialect) {
        self.text = text
        bytes = Array(text.utf8)
        self.dialect = dialect
    }

    private mutating func type() throws(SQLError) -> SQLType {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw SQLError(.statementTooComplex, "type is nested more than \(Self.maximumDepth) deep", in: text)
        }
        var type = try base(), brackets = 0
        while accept("[") {
            _ = word()
            try expect("]")
            type = .list(type)
            brackets += 1
            guard depth + brackets <= Self.maximumDepth else { throw malformed("fewer brackets are expected") }
        }
        return type
    }

    private mutating func base() throws(SQLError) -> SQLType {
        // PostgreSQL's "char" has a name in quotes.
        if accept("\"") { return try TypeWords.type("\"\(try quoted(by: UInt8(ascii: "\"")))\"") }
        let first = word().lowercased()
        switch first {
        case "": throw malformed("a type is expected")
        case "array", "list":
            return .list(try bracketed { (reader: inout Self) throws(SQLError) in try reader.type() })
        case "map":
            return try bracketed { (reader: inout Self) throws(SQLError) in
                let key = try reader.type()
                try reader.expect(",")
                return .map(key: key, value: try reader.type())
            }
        case "struct", "row": return .structure(try bracketed { (reader: inout Self) throws(SQLError) in try reader.members() })
        default: break
        }
        let words = first + phrase(after: first)
        let arguments = try numbers()
        do throws(SQLError) {
            return try TypeWords.type(words + (arguments.isEmpty ? "" : phrase(after: words)), arguments, in: dialect)
        } catch {
            let place = bytes.count == words.utf8.count ? nil : text
            throw SQLError(error.state, error.message, in: place, detail: error.detail, hint: error.hint)
        }
    }

    /// The words that go on with a type's name: `precision`, `varying`, `with local time zone`.
    private mutating func phrase(after word: String) -> String {
        let phrases: [[String]]
        switch word {
        case "double": phrases = [["precision"]]
        case "interval": phrases = [["day", "to", "second"], ["year", "to", "month"]]
        case "char", "character": phrases = [["varying"]]
        case "time", "timestamp":
            phrases = [["with", "time", "zone"], ["without", "time", "zone"], ["with", "local", "time", "zone"]]
        default: return ""
        }
        for phrase in phrases {
            let start = position
            if phrase.allSatisfy({ self.word().lowercased() == $0 }) { return " " + phrase.joined(separator: " ") }
            position = start
        }
        return ""
    }

    /// What is written in `<…>` or `(…)`.
    private mutating func bracketed<T>(_ body: (inout Self) throws(SQLError) -> T) throws(SQLError) -> T {
        let isAngular = accept("<")
        if !isAngular { try expect("(") }
        let inside = try body(&self)
        try expect(isAngular ? ">" : ")")
        return inside
    }

    private mutating func members() throws(SQLError) -> [Field] {
        skipBlanks()
        if position < bytes.count, bytes[position] == UInt8(ascii: ">") { return [] }
        var fields: [Field] = []
        repeat {
            let name = try memberName()
            if !accept(":"), dialect == .hive { throw malformed("\":\" is expected") }
            fields.append(Field(name, try type()))
        } while accept(",")
        return fields
    }

    /// In quotes, or up to what ends it: in Hive's types all but a colon may be part of a name.
    private mutating func memberName() throws(SQLError) -> String {
        skipBlanks()
        guard position < bytes.count else { throw malformed("a field name is expected") }
        let first = bytes[position]
        if first == UInt8(ascii: "`") || (dialect == .sql && (first == UInt8(ascii: "\"") || first == UInt8(ascii: "'"))) {
            position += 1
            return try quoted(by: first)
        }
        let start = position
        while position < bytes.count, !isEnd(bytes[position]) { position += 1 }
        if position == start { throw malformed("a field name is expected") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private func isEnd(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ":"), UInt8(ascii: ">"): true
        case UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"): dialect == .sql
        default: false
        }
    }

    private mutating func quoted(by quote: UInt8) throws(SQLError) -> String {
        var name: [UInt8] = []
        while position < bytes.count {
            if bytes[position] == quote {
                position += 1
                guard position < bytes.count, bytes[position] == quote else { return String(decoding: name, as: UTF8.self) }
            }
            name.append(bytes[position])
            position += 1
        }
        throw malformed("a closing quote is expected")
    }

    /// Numbers in parentheses; empty if there are none.
    private mutating func numbers() throws(SQLError) -> [Int] {
        guard accept("(") else { return [] }
        var numbers: [Int] = []
        repeat {
            guard let number = Int(word()), numbers.count < 3 else { throw malformed("a number is expected") }
            numbers.append(number)
        } while accept(",")
        try expect(")")
        return numbers
    }

    private mutating func word() -> String {
        skipBlanks()
        let start = position
        while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    package static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private mutating func skipBlanks() {
        while position < bytes.count, [32, 9, 10].contains(bytes[position]) { position += 1 }
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
            hint: "Types are written like integer, decimal(10,2), varchar[], map(varchar, double) or struct(a integer, b date).")
    }
}
