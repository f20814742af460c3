/// One field at a time, with all that quoting and null strings can do to it: what the fast loops fall back on.

import LodeCore
import LodeVectors

/// Reads single fields of a chunk of rows as they were meant: unquoted, unescaped, or NULL.
///
/// Not `Sendable`: one morsel reader owns it.
final class CSVFieldReader {
    /// The bytes of a field. Those of an unescaped one are valid until the next call.
    struct Text {
        var bytes: UnsafePointer<UInt8>
        var count: Int
        /// Whether the bytes lie in the scratch, not in the window.
        var isCopied: Bool
    }

    private let quote: UInt16
    private let escape: UInt16
    private let nulls: [[UInt8]]
    private let foundNulls: [[UInt8]]
    private let quotedNulls: Bool
    private let decimalSeparator: UInt8
    private let thousands: UInt8?
    private let scratch: ByteSink

    init(_ dialect: CSVDialect) throws(SQLError) {
        quote = dialect.quote.map(UInt16.init) ?? 0xffff
        escape = dialect.escape.map(UInt16.init) ?? 0xffff
        nulls = dialect.nullTexts.map { Array($0.utf8) }
        foundNulls = dialect.foundNullTexts.map { Array($0.utf8) }
        quotedNulls = dialect.quotedNulls
        decimalSeparator = dialect.decimalSeparator
        thousands = dialect.thousands
        scratch = try ByteSink()
    }

    /// The field's text, nil for NULL.
    /// - Parameters:
    ///   - raw: the field as it stands in the row; a negative count is a field that is missing.
    ///   - isText: whether the column holds strings, of which sniffed null strings are ordinary ones.
    ///   - hasNulls: whether null strings hold in the column.
    func text(_ raw: UnsafePointer<UInt8>, _ rawCount: Int, isText: Bool, hasNulls: Bool = true) throws(SQLError) -> Text? {
        if rawCount < 0 { return nil }
        var text = Text(bytes: raw, count: rawCount, isCopied: false)
        let isQuoted = trimToQuoted(&text)
        if isQuoted {
            text.bytes += 1
            text.count -= 2
            if hasEscape(text) { text = try unescaped(text) }
        }
        if hasNulls, !isQuoted || quotedNulls, isNull(text, isText: isText) { return nil }
        // An empty number or date can't mean anything but "not there".
        if text.count == 0, !isText { return nil }
        return text
    }

    /// Whether the field is quoted; if so, without the blanks around it.
    private func trimToQuoted(_ text: inout Text) -> Bool {
        var first = 0, last = text.count - 1
        while first < last, text.bytes[first] == 32 { first += 1 }
        guard first < last, UInt16(text.bytes[first]) == quote else { return false }
        while first < last, text.bytes[last] == 32 { last -= 1 }
        guard first < last, UInt16(text.bytes[last]) == quote else { return false }
        text.bytes += first
        text.count = last - first + 1
        return true
    }

    private func isNull(_ text: Text, isText: Bool) -> Bool {
        let bytes = UnsafeBufferPointer(start: text.bytes, count: text.count)
        for null in nulls where null.count == text.count && bytes.elementsEqual(null) { return true }
        if isText { return false }
        for null in foundNulls where null.count == text.count && bytes.elementsEqual(null) { return true }
        return false
    }

    private func hasEscape(_ text: Text) -> Bool {
        for index in 0..<text.count where UInt16(text.bytes[index]) == escape || UInt16(text.bytes[index]) == quote { return true }
        return false
    }

    private func unescaped(_ text: Text) throws(SQLError) -> Text {
        scratch.truncate()
        let out = try scratch.reserve(text.count + 64)
        var written = 0, at = 0
        while at < text.count {
            if UInt16(text.bytes[at]) == escape, at + 1 < text.count {
                let next = UInt16(text.bytes[at + 1])
                if next == quote || next == escape { at += 1 }
            }
            out[written] = text.bytes[at]
            written += 1
            at += 1
        }
        return Text(bytes: UnsafePointer(out), count: written, isCopied: true)
    }

    /// Whether numbers are written with other marks than `.`.
    var rewritesNumbers: Bool { decimalSeparator != 46 || thousands != nil }

    /// A number with `.` as its decimal separator and without thousands separators.
    func number(_ text: Text) throws(SQLError) -> Text {
        guard rewritesNumbers else { return text }
        let copy = Array(UnsafeBufferPointer(start: text.bytes, count: text.count))
        scratch.truncate()
        let out = try scratch.reserve(copy.count + 64)
        var written = 0
        for byte in copy where byte != thousands {
            // A point that is not the separator must not become one.
            out[written] = byte == decimalSeparator ? 46 : (byte == 46 ? 63 : byte)
            written += 1
        }
        return Text(bytes: UnsafePointer(out), count: written, isCopied: true)
    }
}
