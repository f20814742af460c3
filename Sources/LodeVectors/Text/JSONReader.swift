/// Reading JSON documents of table metadata member by member.

import LodeCore

/// A position in JSON text that comes from outside. What is not of the shape that is asked for is an error with its place.
///
/// Members that nobody asks for are stepped over, checked for well-formedness.
package struct JSONReader {
    private var cursor: JSONCursor

    /// Deeper documents are no table's.
    private static let maximumDepth = 100
    private var depth = 0

    /// Nil for no bytes at all.
    /// - Parameter inLines: whether each document is a line.
    package init?(_ bytes: UnsafeRawBufferPointer, inLines: Bool = false) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return nil }
        cursor = JSONCursor(base.assumingMemoryBound(to: UInt8.self), end: bytes.count, spansLines: !inLines, isStrict: true)
    }

    /// Reads one document out of a text.
    package static func read<Result>(
        _ text: String, _ body: (inout JSONReader) throws(SQLError) -> Result
    ) throws(SQLError) -> Result {
        try read(Array(text.utf8), body)
    }

    package static func read<Result>(
        _ bytes: [UInt8], _ body: (inout JSONReader) throws(SQLError) -> Result
    ) throws(SQLError) -> Result {
        var outcome: Swift.Result<Result, SQLError> = .failure(corrupted("there is no JSON"))
        bytes.withUnsafeBytes { raw in
            guard var reader = JSONReader(raw) else { return }
            do throws(SQLError) { outcome = .success(try body(&reader)) } catch { outcome = .failure(error) }
        }
        return try outcome.get()
    }

    /// Whether only white space follows, which is stepped over.
    package mutating func isAtEnd() -> Bool {
        repeat { cursor.skipSpaces() } while cursor.take(10)
        return cursor.isAtEnd
    }

    /// The line of the text that the reader is in, from 1.
    package var line: Int {
        var lines = 1
        for index in 0..<min(cursor.at, cursor.end) where cursor.base[index] == 10 { lines += 1 }
        return lines
    }

    // MARK: Values

    /// Steps over `null`; false if something else is here.
    package mutating func takeNull() throws(SQLError) -> Bool {
        guard cursor.kind() == .null else { return false }
        try skip()
        return true
    }

    package mutating func skip() throws(SQLError) {
        guard cursor.skipSpacedValue() else { throw malformed() }
    }

    /// Calls `member` with each name; it must read or skip the value.
    package mutating func object(_ member: (inout JSONReader, String) throws(SQLError) -> Void) throws(SQLError) {
        try enter(.object, UInt8(ascii: "{"), "an object")
        defer { depth -= 1 }
        if cursor.take(UInt8(ascii: "}")) { return }
        while true {
            cursor.skipSpaces()
            guard let range = cursor.key() else { throw malformed() }
            let name = try text(range, hasEscapes: cursor.hasEscapes)
            try member(&self, name)
            cursor.skipSpaces()
            if cursor.take(UInt8(ascii: ",")) { continue }
            guard cursor.take(UInt8(ascii: "}")) else { throw expected("a comma or a closing brace") }
            return
        }
    }

    /// Calls `element` at each element, which it must read or skip.
    package mutating func array(_ element: (inout JSONReader) throws(SQLError) -> Void) throws(SQLError) {
        try enter(.array, UInt8(ascii: "["), "an array")
        defer { depth -= 1 }
        if cursor.take(UInt8(ascii: "]")) { return }
        while true {
            try element(&self)
            cursor.skipSpaces()
            if cursor.take(UInt8(ascii: ",")) { continue }
            guard cursor.take(UInt8(ascii: "]")) else { throw expected("a comma or a closing bracket") }
            return
        }
    }

    private mutating func enter(_ kind: JSONCursor.Kind, _ bracket: UInt8, _ what: String) throws(SQLError) {
        guard cursor.kind() == kind, cursor.take(bracket) else { throw expected(what) }
        guard depth < Self.maximumDepth else { throw Self.corrupted("JSON is nested more than \(Self.maximumDepth) levels deep") }
        depth += 1
        cursor.skipSpaces()
    }

    package var isString: Bool {
        mutating get { cursor.kind() == .string }
    }

    package var isObject: Bool {
        mutating get { cursor.kind() == .object }
    }

    package var isArray: Bool {
        mutating get { cursor.kind() == .array }
    }

    package mutating func string() throws(SQLError) -> String {
        guard cursor.kind() == .string else { throw expected("a string") }
        let start = cursor.at + 1
        guard cursor.skipString() else { throw malformed() }
        return try text(start..<cursor.at - 1, hasEscapes: cursor.hasEscapes)
    }

    /// A string, or nil for `null`.
    package mutating func optionalString() throws(SQLError) -> String? { try takeNull() ? nil : try string() }

    package mutating func strings() throws(SQLError) -> [String] {
        var all: [String] = []
        try array { (reader) throws(SQLError) in all.append(try reader.string()) }
        return all
    }

    /// Names and texts; a value that is no string is given as its JSON.
    package mutating func texts() throws(SQLError) -> [(name: String, text: String?)] {
        var all: [(name: String, text: String?)] = []
        try object { (reader, name) throws(SQLError) in all.append((name, try reader.scalarText())) }
        return all
    }

    /// What a string holds, or how another value is written; nil for `null`.
    package mutating func scalarText() throws(SQLError) -> String? {
        if try takeNull() { return nil }
        return isString ? try string() : try source()
    }

    /// The value here as it is written.
    package mutating func source() throws(SQLError) -> String {
        cursor.skipSpaces()
        let start = cursor.at
        guard cursor.skipValue() else { throw malformed() }
        return try text(start..<cursor.at, hasEscapes: false)
    }

    package mutating func boolean() throws(SQLError) -> Bool {
        guard cursor.kind() == .boolean else { throw expected("true or false") }
        return try source() == "true"
    }

    /// A whole number, also one that is written with a fraction of zeros.
    package mutating func integer() throws(SQLError) -> Int64 {
        guard cursor.kind() == .number else { throw expected("a number") }
        let text = try source()
        if let number = Int64(text) { return number }
        guard let number = Double(text), let whole = Int64(exactly: number) else { throw Self.corrupted("\(text) is no whole number") }
        return whole
    }

    package mutating func optionalInteger() throws(SQLError) -> Int64? { try takeNull() ? nil : try integer() }

    private func text(_ range: Range<Int>, hasEscapes: Bool) throws(SQLError) -> String {
        guard hasEscapes else {
            return String(decoding: UnsafeRawBufferPointer(start: cursor.base + range.lowerBound, count: range.count), as: UTF8.self)
        }
        guard let bytes = JSONUnescape.bytes(cursor.base + range.lowerBound, range.count) else {
            throw Self.corrupted("a string holds half of a surrogate pair")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Errors

    private func malformed() -> SQLError { Self.corrupted((cursor.fault ?? .expectedValue).rawValue) }

    private func expected(_ what: String) -> SQLError {
        cursor.isAtEnd ? Self.corrupted(JSONFault.unexpectedEnd.rawValue) : Self.corrupted("\(what) is expected")
    }

    package static func corrupted(_ message: String) -> SQLError { SQLError(.dataCorrupted, message) }
}
