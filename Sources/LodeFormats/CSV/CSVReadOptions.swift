/// The options of reading CSV, from names and values to what they mean.

import LodeCore
import LodeVectors

/// What the user said; nil is for sniffing to find out.
struct CSVReadOptions: Sendable {
    var delimiter: [UInt8]?
    /// The inner nil is "no quoting".
    var quote: UInt8??
    var escape: UInt8??
    var comment: UInt8??
    var hasHeader: Bool?
    var skip: Int?
    var nullTexts: [String]?
    var quotedNulls = true
    /// The whole schema.
    var columns: [Field]?
    /// Types of some columns by name, or of the first ones by position.
    var typesByName: [Field] = []
    var typesInOrder: [SQLType] = []
    var names: [String]?
    var normalizesNames = false
    /// Columns in which no text means NULL; `*` is all of them.
    var neverNull: [String] = []
    var allVarchar = false
    /// The types that sniffing may choose; nil is all of them.
    var typeCandidates: [SQLType]?
    var autoDetect = true
    var dateFormat: DateFormat?
    var timestampFormat: DateFormat?
    var ignoreErrors = false
    var rejects: (any RejectSink)?
    var padsShortRows = false
    /// Whether rows must keep to the rules; otherwise fields too many are left out, and text behind a closing quote is text.
    var isStrict = true
    /// What ends rows: a line feed (perhaps behind a carriage return) or a carriage return.
    var newline: UInt8?
    var maximumRowBytes = 2_097_152
    var sampleRows = 20_480
    var decimalSeparator: UInt8 = 46
    var thousands: UInt8?
    var isParallel = true
    /// Bytes of a file that one worker reads at a time; nil is chosen by the file's size.
    var rangeBytes: Int?
    /// What the set of files holds that this file belongs to.
    var settled: SettledColumns?
    var compression: String?
    var encoding: String?

    static let names = [
        "delim", "delimiter", "sep", "quote", "escape", "comment", "header", "skip", "nullstr", "null", "na_values", "allow_quoted_nulls",
        "columns", "types", "dtypes", "column_types", "names", "column_names", "all_varchar", "auto_detect", "dateformat", "date_format",
        "timestampformat", "timestamp_format", "ignore_errors", "null_padding", "max_line_size", "maximum_line_size", "sample_size",
        "decimal_separator", "thousands", "parallel", "compression", "encoding", "new_line", "strict_mode", "buffer_size", "force_not_null",
        "normalize_names", "auto_type_candidates",
    ]

    init(_ options: FormatOptions) throws(SQLError) {
        try options.check(known: Self.names, format: "csv")
        if let text = try options.text("delim", "delimiter", "sep") {
            let bytes = Array(Self.unescaped(text).utf8)
            guard (1...4).contains(bytes.count), !bytes.contains(10), !bytes.contains(13) else {
                throw SQLError(.invalidParameterValue, "the delimiter must be 1 to 4 bytes without a newline")
            }
            delimiter = bytes
        }
        quote = try Self.character(options, "quote", "quote")
        escape = try Self.character(options, "escape", "escape")
        comment = try Self.character(options, "comment", "comment")
        hasHeader = try options.flag("header")
        skip = try options.count("skip")
        nullTexts = try options.texts("nullstr", "null", "na_values")
        quotedNulls = try options.flag("allow_quoted_nulls") ?? true
        columns = try options.fields("columns")
        for name in ["types", "dtypes", "column_types"] where options.values[name] != nil {
            if options.isNamed(name) {
                typesByName = try options.fields(name) ?? []
            } else {
                for text in try options.texts(name) ?? [] { typesInOrder.append(try options.type(text)) }
            }
        }
        names = try options.texts("names", "column_names")
        normalizesNames = try options.flag("normalize_names") ?? false
        neverNull = try options.texts("force_not_null") ?? []
        if let texts = try options.texts("auto_type_candidates") { typeCandidates = try Self.candidates(texts, options) }
        allVarchar = try options.flag("all_varchar") ?? false
        autoDetect = try options.flag("auto_detect") ?? true
        if let pattern = try options.text("dateformat", "date_format"), pattern.lowercased() != "auto" {
            dateFormat = try DateFormat(pattern)
        }
        if let pattern = try options.text("timestampformat", "timestamp_format"), pattern.lowercased() != "auto" {
            timestampFormat = try DateFormat(pattern)
        }
        settled = options.settled
        rejects = options.rejects
        ignoreErrors = try options.flag("ignore_errors") ?? false || rejects != nil
        padsShortRows = try options.flag("null_padding") ?? false
        isStrict = try options.flag("strict_mode") ?? true
        newline = try Self.newline(options)
        if let bytes = try options.count("buffer_size") { rangeBytes = max(bytes, 1) }
        if let bytes = try options.count("max_line_size", "maximum_line_size") { maximumRowBytes = min(max(bytes, 16), 1 << 30) }
        if let rows = try options.count("sample_size") { sampleRows = rows < 0 ? .max : max(rows, 1) }
        decimalSeparator = try Self.character(options, "decimal_separator", "decimal separator")?.flatMap { $0 } ?? 46
        thousands = try Self.character(options, "thousands", "thousands separator")?.flatMap { $0 }
        isParallel = try options.flag("parallel") ?? true
        compression = try options.text("compression")
        encoding = try options.text("encoding")
        try check()
    }

    private func check() throws(SQLError) {
        if let columns, let names, columns.count != names.count {
            throw SQLError(.invalidParameterValue, "\"columns\" has \(columns.count) columns and \"names\" has \(names.count)")
        }
        for (option, given) in [("names", names ?? []), ("columns", columns?.map(\.name) ?? [])] {
            var seen: Set<String> = []
            for name in given where !seen.insert(name.lowercased()).inserted {
                throw SQLError(.duplicateColumn, "\"\(option)\" has \"\(name)\" twice")
            }
        }
        var special: [UInt8] = []
        if let delimiter { special += delimiter.prefix(1) }
        if let quote = quote?.flatMap({ $0 }) { special.append(quote) }
        if let comment = comment?.flatMap({ $0 }) { special.append(comment) }
        guard Set(special).count == special.count else {
            throw SQLError(.invalidParameterValue, "delimiter, quote and comment of a csv file must differ")
        }
    }

    private static func newline(_ options: FormatOptions) throws(SQLError) -> UInt8? {
        switch try options.text("new_line") {
        case nil: return nil
        case "\\n", "\n", "\\r\\n", "\r\n": return 10
        case "\\r", "\r": return 13
        default: throw SQLError(.invalidParameterValue, "option \"new_line\" must be '\\n', '\\r\\n' or '\\r'")
        }
    }

    private static func candidates(_ texts: [String], _ options: FormatOptions) throws(SQLError) -> [SQLType] {
        var types: [SQLType] = []
        for text in texts {
            let type = try options.type(text)
            guard type == .varchar || CSVTypeSearch.candidates.contains(type) else {
                throw SQLError(
                    .invalidParameterValue, "auto_type_candidates can't have \(type)",
                    hint: "Sniffing knows \((CSVTypeSearch.candidates + [.varchar]).map(\.description).joined(separator: ", ")).")
            }
            types.append(type)
        }
        return types
    }

    /// `''` is "none", written as an inner nil.
    private static func character(_ options: FormatOptions, _ name: String, _ what: String) throws(SQLError) -> UInt8?? {
        guard let text = try options.text(name) else { return nil }
        let bytes = Array(unescaped(text).utf8)
        guard let byte = bytes.first else { return .some(nil) }
        guard bytes.count == 1, byte != 10, byte != 13, byte < 0x80 else {
            throw SQLError(.invalidParameterValue, "the \(what) must be one ASCII character, or '' for none")
        }
        return .some(byte)
    }

    private static func unescaped(_ text: String) -> String {
        switch text {
        case "\\t": "\t"
        case "tab", "TAB": "\t"
        case "\\\\": "\\"
        default: text
        }
    }
}
