/// The options of writing CSV.

import LodeCore
import LodeVectors

struct CSVWriteOptions: Sendable {
    var delimiter = UInt8(ascii: ",")
    /// Nil: no field is quoted, and what would need it can't be written.
    var quote: UInt8? = UInt8(ascii: "\"")
    var escape: UInt8? = UInt8(ascii: "\"")
    var hasHeader = true
    var nullText = ""
    /// Whether every text is quoted, needed or not.
    var quotesAll = false
    var dateFormat: DateFormat?
    var timestampFormat: DateFormat?
    /// Nil: by the file's name.
    var compression: String?

    static let names = [
        "delim", "delimiter", "sep", "quote", "escape", "header", "null", "nullstr", "force_quote", "quote_all", "dateformat",
        "date_format",
        "timestampformat", "timestamp_format", "compression", "format",
    ]

    init(_ options: FormatOptions = FormatOptions()) throws(SQLError) {
        try options.check(known: Self.names, format: "csv")
        delimiter = try Self.character(options.text("delim", "delimiter", "sep"), "delimiter") ?? delimiter
        if let text = try options.text("quote") { quote = try text.isEmpty ? nil : Self.character(text, "quote") }
        escape = quote
        if let text = try options.text("escape") { escape = try text.isEmpty ? nil : Self.character(text, "escape") }
        hasHeader = try options.flag("header") ?? true
        nullText = try options.text("null", "nullstr") ?? ""
        if case .value(.text("*"))? = options.values["force_quote"] {
            quotesAll = true
        } else {
            quotesAll = try options.flag("quote_all", "force_quote") ?? false
        }
        if let pattern = try options.text("dateformat", "date_format") { dateFormat = try DateFormat(pattern) }
        if let pattern = try options.text("timestampformat", "timestamp_format") { timestampFormat = try DateFormat(pattern) }
        compression = try options.text("compression")
        guard delimiter != quote else {
            throw SQLError(.invalidParameterValue, "delimiter and quote of a csv file must differ")
        }
    }

    private static func character(_ text: String?, _ what: String) throws(SQLError) -> UInt8? {
        guard let text else { return nil }
        let bytes = Array((text == "\\t" ? "\t" : text).utf8)
        guard bytes.count == 1, bytes[0] != 10, bytes[0] != 13, bytes[0] < 0x80 else {
            throw SQLError(.invalidParameterValue, "the \(what) must be one ASCII character")
        }
        return bytes[0]
    }
}
