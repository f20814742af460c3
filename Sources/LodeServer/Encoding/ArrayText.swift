/// Arrays as text: `{1,NULL,"a b"}`.

import LodeCore

/// - Source: PostgreSQL, "Array Input and Output Syntax".
enum ArrayText {
    /// Reads an array of one dimension, or, for an element type that is a list, of several.
    /// - Throws: `22P02` for what is no array.
    static func read(
        _ text: String, element: SQLType, _ value: (String) throws(SQLError) -> Value
    ) throws(SQLError) -> Value {
        var reader = Reader(bytes: Array(text.utf8), text: text)
        reader.skipBlanks()
        let items = try reader.array(isNested: isList(element), value)
        reader.skipBlanks()
        guard reader.isAtEnd else { throw reader.malformed("Junk after closing right brace.") }
        return .list(items)
    }

    private static func isList(_ type: SQLType) -> Bool { if case .list = type { true } else { false } }

    private struct Reader {
        let bytes: [UInt8]
        let text: String
        var index = 0

        var isAtEnd: Bool { index >= bytes.count }
        var byte: UInt8? { index < bytes.count ? bytes[index] : nil }

        mutating func skipBlanks() {
            while let byte, byte == 32 || (9...13).contains(byte) { index += 1 }
        }

        /// - Parameter isNested: whether the elements are arrays, which read themselves.
        mutating func array(isNested: Bool, _ value: (String) throws(SQLError) -> Value) throws(SQLError) -> [Value] {
            guard byte == UInt8(ascii: "{") else { throw malformed("Array value must start with \"{\" or dimension information.") }
            index += 1
            var items: [Value] = []
            skipBlanks()
            if byte == UInt8(ascii: "}") {
                index += 1
                return []
            }
            while true {
                skipBlanks()
                items.append(isNested ? try value(try braces()) : try element(value))
                skipBlanks()
                switch byte {
                case UInt8(ascii: ","): index += 1
                case UInt8(ascii: "}"):
                    index += 1
                    return items
                default: throw malformed("Unexpected array element.")
                }
            }
        }

        private mutating func element(_ value: (String) throws(SQLError) -> Value) throws(SQLError) -> Value {
            let (item, isQuoted) = try self.item()
            return !isQuoted && item.lowercased() == "null" ? .null : try value(item)
        }

        /// The text from a brace to the one that closes it.
        private mutating func braces() throws(SQLError) -> String {
            guard byte == UInt8(ascii: "{") else { throw malformed("Unexpected array element.") }
            let start = index
            var depth = 0, isQuoted = false
            while let current = byte {
                index += 1
                if current == UInt8(ascii: "\\") {
                    index += 1
                } else if current == UInt8(ascii: "\"") {
                    isQuoted.toggle()
                } else if !isQuoted, current == UInt8(ascii: "{") {
                    depth += 1
                } else if !isQuoted, current == UInt8(ascii: "}") {
                    depth -= 1
                    if depth == 0 { return String(decoding: bytes[start..<min(index, bytes.count)], as: UTF8.self) }
                }
            }
            throw malformed("Unexpected end of input.")
        }

        private mutating func item() throws(SQLError) -> (String, isQuoted: Bool) {
            var item: [UInt8] = []
            if byte == UInt8(ascii: "\"") {
                index += 1
                while let current = byte, current != UInt8(ascii: "\"") {
                    if current == UInt8(ascii: "\\") { index += 1 }
                    guard let kept = byte else { break }
                    item.append(kept)
                    index += 1
                }
                guard byte == UInt8(ascii: "\"") else { throw malformed("Unexpected end of input.") }
                index += 1
                return (String(decoding: item, as: UTF8.self), true)
            }
            var isEscaped = false
            while let current = byte, current != UInt8(ascii: ","), current != UInt8(ascii: "}") {
                if current == UInt8(ascii: "{") || current == UInt8(ascii: "\"") {
                    throw malformed("Unexpected \"\(Character(UnicodeScalar(current)))\" character.")
                }
                if current == UInt8(ascii: "\\") {
                    isEscaped = true
                    index += 1
                }
                guard let kept = byte else { break }
                item.append(kept)
                index += 1
            }
            while !isEscaped, let last = item.last, last == 32 || (9...13).contains(last) { item.removeLast() }
            guard !item.isEmpty, !isAtEnd else { throw malformed("Unexpected end of input.") }
            return (String(decoding: item, as: UTF8.self), isEscaped)
        }

        func malformed(_ detail: String) -> SQLError {
            SQLError(.invalidTextRepresentation, "malformed array literal: \"\(text)\"", detail: detail)
        }
    }
}
