/// One JSON value as it lies in the text.

import LodeCore

/// Kind and extent of a value; strings without their quotes.
struct JSONToken {
    enum Kind { case null, no, yes, number, string, object, array }

    var kind: Kind
    var start: Int
    var end: Int
    /// Whether a string holds escapes.
    var hasEscapes = false
}

/// What is wrong with the row at hand. A row that cannot be read throws `stop`, and says here why.
final class JSONTrouble {
    /// The text is no JSON at `position`; otherwise `value` does not fit the column's type.
    private(set) var fault: JSONFault?
    private(set) var position = 0
    /// Path and type of the column that does not take the value.
    private(set) var path = ""
    private(set) var type = ""
    private(set) var value = JSONToken(kind: .null, start: 0, end: 0)

    /// Thrown to leave the row; the reader replaces it by the error that names the place.
    static let stop = SQLError(.invalidTextRepresentation, "malformed JSON")

    func malformed(_ fault: JSONFault, at position: Int) -> SQLError {
        self.fault = fault
        self.position = position
        return Self.stop
    }

    func mismatch(_ path: String, _ type: String, _ value: JSONToken) -> SQLError {
        fault = nil
        self.path = path
        self.type = type
        self.value = value
        return Self.stop
    }
}

/// A position in JSON text, of which 64 bytes beyond `end` may be read.
struct JSONCursor {
    let base: UnsafePointer<UInt8>
    let end: Int
    var at: Int
    let trouble: JSONTrouble

    @inline(__always)
    mutating func skipSpaces() { JSONCheck.skipSpaces(base, &at, end) }

    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard at < end, base[at] == byte else { return false }
        at &+= 1
        return true
    }

    func fault(_ fault: JSONFault) -> SQLError { trouble.malformed(at < end ? fault : .unexpectedEnd, at: min(at, end)) }

    /// The string that begins here (at its opening quote).
    @inline(__always)
    mutating func string() throws(SQLError) -> JSONToken {
        guard at < end, base[at] == UInt8(ascii: "\"") else { throw fault(.expectedKey) }
        let start = at &+ 1
        var here = start
        while here < end {
            let byte = base[here]
            if byte == UInt8(ascii: "\"") {
                at = here &+ 1
                return JSONToken(kind: .string, start: start, end: here)
            }
            if byte == UInt8(ascii: "\\") || byte < 32 { break }
            here &+= 1
        }
        // With escapes, or wrong.
        if let fault = JSONCheck.skipString(base, &at, end) { throw trouble.malformed(fault, at: min(at, end)) }
        return JSONToken(kind: .string, start: start, end: at &- 1, hasEscapes: true)
    }

    /// Steps over the value here and says what it is.
    mutating func token() throws(SQLError) -> JSONToken {
        skipSpaces()
        guard at < end else { throw trouble.malformed(.unexpectedEnd, at: end) }
        let start = at
        let kind: JSONToken.Kind
        switch base[at] {
        case UInt8(ascii: "\""): return try string()
        case UInt8(ascii: "{"): kind = .object
        case UInt8(ascii: "["): kind = .array
        case UInt8(ascii: "n"): kind = .null
        case UInt8(ascii: "t"): kind = .yes
        case UInt8(ascii: "f"): kind = .no
        default: kind = .number
        }
        let fault =
            kind == .object || kind == .array ? JSONCheck.skipValue(base, &at, end) : JSONCheck.skipScalar(base, &at, end)
        if let fault { throw trouble.malformed(at >= end ? .unexpectedEnd : fault, at: min(at, end)) }
        return JSONToken(kind: kind, start: start, end: at)
    }
}
