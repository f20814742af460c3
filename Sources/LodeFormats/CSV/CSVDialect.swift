/// How a CSV file is written: what sniffing finds and options say.

import LodeCore
import LodeVectors

/// The characters and conventions of one CSV file.
package struct CSVDialect: Hashable, Sendable, CustomStringConvertible {
    /// One to four bytes.
    package var delimiter: [UInt8] = [UInt8(ascii: ",")]
    package var quote: UInt8? = UInt8(ascii: "\"")
    /// What takes the meaning from the next byte inside of quotes; the quote itself when quotes are doubled.
    package var escape: UInt8? = UInt8(ascii: "\"")
    /// Lines that begin with it are left out.
    package var comment: UInt8?
    /// Whether a comment may also begin within a row, outside of quotes; so it is for one that was given, not found.
    package var commentsEndRows = false
    /// What ends a row: line feed (with or without a carriage return before it) or a lone carriage return.
    package var newline = UInt8(ascii: "\n")
    package var hasHeader = true
    /// Lines before the header or the first row that are no rows.
    package var skippedLines = 0
    /// Unquoted strings that mean NULL in every column.
    package var nullTexts = [""]
    /// Strings that mean NULL where they are not of the column's type; found by sniffing, so never applied to text columns.
    package var foundNullTexts: [String] = []
    /// Whether a quoted null text is NULL too.
    package var quotedNulls = true
    package var decimalSeparator = UInt8(ascii: ".")
    package var thousands: UInt8?
    /// Whether rows may be short; what is missing is NULL.
    package var padsShortRows = false
    /// Whether rows must keep to the rules; otherwise fields too many are left out, and text behind a closing quote is text.
    package var isStrict = true
    package var packing = TextPacking()

    package init() {}

    /// `delim = ',', quote = '"', escape = '"', header = true, …`: options that say the same.
    package var description: String {
        func character(_ byte: UInt8?) -> String { text(byte.map { [$0] } ?? []) }
        func text(_ bytes: [UInt8]) -> String {
            FormatOption.literal(bytes == [9] ? "\\t" : bytes == [13] ? "\\r" : String(decoding: bytes, as: UTF8.self))
        }
        var parts = ["delim = \(text(delimiter))", "quote = \(character(quote))", "escape = \(character(escape))", "header = \(hasHeader)"]
        if newline != 10 { parts.append("new_line = \(character(newline))") }
        if skippedLines > 0 { parts.append("skip = \(skippedLines)") }
        if comment != nil { parts.append("comment = \(character(comment))") }
        if nullTexts != [""] { parts.append("nullstr = \(FormatOption.list(nullTexts.map { .value(.text($0)) }))") }
        if !quotedNulls { parts.append("allow_quoted_nulls = false") }
        if decimalSeparator != 46 { parts.append("decimal_separator = \(character(decimalSeparator))") }
        if thousands != nil { parts.append("thousands = \(character(thousands))") }
        if !isStrict { parts.append("strict_mode = false") }
        if padsShortRows { parts.append("null_padding = true") }
        if packing.encoding != .utf8 { parts.append("encoding = '\(packing.encoding.rawValue)'") }
        if packing.compression != .none { parts.append("compression = '\(packing.compression.rawValue)'") }
        return parts.joined(separator: ", ")
    }
}

/// A column of a CSV file and how its strings are read.
package struct CSVColumn: Hashable, Sendable {
    package var name: String
    package var type: SQLType
    /// For dates and timestamps that are not ISO 8601.
    package var format: DateFormat?
    /// Whether sniffing chose the type: then only what sniffing would have taken is read.
    package var isSniffed: Bool
    /// Whether there was no value to choose the type by.
    package var isGuess = false
    /// Whether null strings hold here.
    package var hasNulls = true

    package init(_ name: String, _ type: SQLType, format: DateFormat? = nil, isSniffed: Bool = false) {
        self.name = name
        self.type = type
        self.format = format
        self.isSniffed = isSniffed
    }
}
