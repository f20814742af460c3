/// The options of reading JSON.

import LodeCore
import LodeVectors

/// How the rows of a JSON file follow each other.
package enum JSONLayout: String, Sendable {
    /// One value a line: the only layout that is read in parallel.
    case lines = "newline_delimited"
    /// One array of values.
    case array
    /// Values one after another, with any white space between.
    case sequence = "unstructured"
}

struct JSONReadOptions: Sendable {
    /// Nil: sniffed.
    var layout: JSONLayout?
    var columns: [Field]?
    /// Keys of columns and fields that are called otherwise, by path: `a`, `a.b`, `a[].b`.
    var keys: [String: String] = [:]
    /// Whether the columns are what sniffing found, so that every key of an object should be one of them.
    var isSniffed = true
    /// Whether objects are rows; nil: if there are any.
    var records: Bool?
    var ignoreErrors = false
    var rejects: (any RejectSink)?
    /// Types below this depth of nesting become json.
    var maximumDepth = 64
    var sampleRows = 20_480
    /// How many files of a set are looked at to find out their columns.
    var sampleFiles = 32
    /// Objects of more different keys than this are maps.
    var mapThreshold = 200
    /// Objects that have less than this part of all their keys on average are maps.
    var appearanceThreshold = 0.1
    var convertsStringsToIntegers = false
    var maximumRowBytes = 16 << 20
    var dateFormat: DateFormat?
    var timestampFormat: DateFormat?
    var compression: String?
    var encoding: String?

    static let names = [
        "format", "columns", "keys", "records", "ignore_errors", "maximum_depth", "sample_size", "maximum_object_size", "max_line_size",
        "dateformat",
        "date_format", "timestampformat", "timestamp_format", "compression", "encoding", "auto_detect", "maximum_sample_files",
        "map_inference_threshold",
        "field_appearance_threshold", "convert_strings_to_integers",
    ]

    init(_ options: FormatOptions) throws(SQLError) {
        try options.check(known: Self.names, format: "json")
        switch try options.text("format")?.lowercased() {
        case nil, "auto"?, "json"?: layout = nil
        case "newline_delimited"?, "nd"?, "ndjson"?, "jsonl"?, "lines"?: layout = .lines
        case "array"?: layout = .array
        case "unstructured"?, "sequence"?: layout = .sequence
        case let other?:
            throw SQLError(
                .invalidParameterValue, "unknown JSON format \"\(other)\"", hint: "Use auto, newline_delimited, array or unstructured.")
        }
        columns = try options.fields("columns")
        if try options.flag("auto_detect") == false, columns == nil {
            throw SQLError(.invalidParameterValue, "auto_detect = false needs columns", hint: "Give them: columns = {'a': 'bigint'}.")
        }
        let detects = try options.flag("auto_detect")
        if detects == false, columns == nil {
            throw SQLError(.invalidParameterValue, "auto_detect = false needs columns", hint: "Give columns = {'name': 'type', …}.")
        }
        isSniffed = columns == nil || detects == true
        for member in try options.members("keys") ?? [] {
            guard case .value(.text(let key)) = member.option else {
                throw SQLError(.invalidParameterValue, "option \"keys\" must be of the form {'column': 'key', …}")
            }
            keys[member.name] = key.string
        }
        if case .value(.text("auto"))? = options.values["records"] {} else { records = try options.flag("records") }
        rejects = options.rejects
        ignoreErrors = try options.flag("ignore_errors") ?? false || rejects != nil
        if let depth = try options.count("maximum_depth"), depth >= 0 { maximumDepth = min(depth, 64) }
        if let rows = try options.count("sample_size") { sampleRows = rows < 0 ? .max : max(rows, 1) }
        if let files = try options.count("maximum_sample_files") { sampleFiles = files < 0 ? .max : max(files, 1) }
        if let keys = try options.count("map_inference_threshold") { mapThreshold = keys < 0 ? .max : keys }
        if let part = try options.number("field_appearance_threshold") { appearanceThreshold = part }
        convertsStringsToIntegers = try options.flag("convert_strings_to_integers") ?? false
        if let bytes = try options.count("maximum_object_size", "max_line_size") { maximumRowBytes = min(max(bytes, 16), 1 << 30) }
        if let pattern = try options.text("dateformat", "date_format"), pattern.lowercased() != "auto", pattern.lowercased() != "iso" {
            dateFormat = try DateFormat(pattern)
        }
        if let pattern = try options.text("timestampformat", "timestamp_format"), pattern.lowercased() != "auto",
            pattern.lowercased() != "iso"
        {
            timestampFormat = try DateFormat(pattern)
        }
        compression = try options.text("compression")
        encoding = try options.text("encoding")
    }
}
