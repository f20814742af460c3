/// One JSON value as it lies in the text.

/// Kind and extent of a value; strings without their quotes.
struct JSONToken {
    enum Kind { case null, no, yes, number, string, object, array }

    var kind: Kind
    var start: Int
    var end: Int
    /// Whether a string holds escapes.
    var hasEscapes = false
}

/// Why a row cannot be read.
enum JSONStop: Error {
    /// The text is no JSON at this place.
    case fault(JSONFault, at: Int)
    /// A value does not fit the type of the column, given by the path of its builder.
    case mismatch(path: String, type: String, JSONToken)
}

/// A position in JSON text, of which 64 bytes beyond `end` may be read.
struct JSONCursor {
    let base: UnsafePointer<UInt8>
    let end: Int
    var at: Int

    @inline(__always)
    mutating func skipSpaces() { JSONCheck.skipSpaces(base, &at, end) }

    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard at < end, base[at] == byte else { return false }
        at &+= 1
        return true
    }

    func fault(_ fault: JSONFault) -> JSONStop { .fault(at < end ? fault : .unexpectedEnd, at: min(at, end)) }

    /// The string that begins here (at its opening quote).
    @inline(__always)
    mutating func string() throws(JSONStop) -> JSONToken {
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
        if let fault = JSONCheck.skipString(base, &at, end) { throw .fault(fault, at: min(at, end)) }
        return JSONToken(kind: .string, start: start, end: at &- 1, hasEscapes: true)
    }

    /// Steps over the value here and says what it is.
    mutating func token() throws(JSONStop) -> JSONToken {
        skipSpaces()
        guard at < end else { throw .fault(.unexpectedEnd, at: end) }
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
        if let fault { throw .fault(at >= end ? .unexpectedEnd : fault, at: min(at, end)) }
        return JSONToken(kind: kind, start: start, end: at)
    }
}
