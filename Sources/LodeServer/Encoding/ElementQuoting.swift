/// Quotes around elements of arrays and fields of records, in text.

import LodeCore
import LodeVectors

/// Elements are written plain first; those that would be read as something else are then put in quotes.
///
/// - Source: PostgreSQL, "Array Input and Output Syntax", "Composite Type Input and Output Syntax".
enum ElementQuoting {
    static func quoteArrayElement(from start: Int, in sink: ByteSink) throws(SQLError) {
        let isMistakable = isMistakable(from: start, in: sink, among: (UInt8(ascii: "{"), UInt8(ascii: "}")))
        if isMistakable || isNullWord(from: start, in: sink) { try quote(from: start, in: sink, escape: UInt8(ascii: "\\")) }
    }

    static func quoteRecordField(from start: Int, in sink: ByteSink) throws(SQLError) {
        let isMistakable = isMistakable(from: start, in: sink, among: (UInt8(ascii: "("), UInt8(ascii: ")")))
        if isMistakable { try quote(from: start, in: sink, escape: nil) }
    }

    /// Whether it is empty, or has blanks, quotes, or what separates and encloses its like.
    private static func isMistakable(from start: Int, in sink: ByteSink, among brackets: (open: UInt8, close: UInt8)) -> Bool {
        sink.count == start
            || (start..<sink.count).contains { index in
                switch sink.base[index] {
                case brackets.open, brackets.close, UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\\"), 9...13, 32: true
                default: false
                }
            }
    }

    /// `null` in any case stands for NULL unless it is quoted.
    private static func isNullWord(from start: Int, in sink: ByteSink) -> Bool {
        guard sink.count - start == 4 else { return false }
        return zip(start..<sink.count, "null".utf8).allSatisfy { sink.base[$0] | 0x20 == $1 }
    }

    /// Quotes and backslashes are escaped by `escape`, or doubled.
    private static func quote(from start: Int, in sink: ByteSink, escape: UInt8?) throws(SQLError) {
        let plain = (start..<sink.count).map { sink.base[$0] }
        sink.truncate(to: start)
        try sink.append(UInt8(ascii: "\""))
        for byte in plain {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { try sink.append(escape ?? byte) }
            try sink.append(byte)
        }
        try sink.append(UInt8(ascii: "\""))
    }
}
