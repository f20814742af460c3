/// The options of writing Parquet.

import LodeCore

struct ParquetWriteOptions: Sendable {
    var codec = Codec.zstd
    /// zstd's or gzip's; zstd at 1 is nearly as small as at 3 and much faster.
    var level: Int? = 1
    var rowGroupRows = 122_880
    /// A row group ends early when its values, before compression, reach this.
    var rowGroupBytes = 256 << 20
    var pageRows = 20_480
    var pageBytes = 1 << 20
    var usesDictionaries = true
    /// The largest dictionary page; a column that needs more is written plainly.
    var dictionaryBytes = 1 << 20
    /// Data pages of version 2, and delta encodings for integers and texts.
    var version2 = false
    var writesChecksums = true
    var sortedBy: [SortingColumn] = []
    var keyValues: [KeyValue] = []

    static let names = [
        "compression", "codec", "compression_level", "row_group_size", "row_group_size_bytes", "page_rows", "page_size", "dictionary",
        "dictionary_size_limit", "parquet_version", "page_checksums", "sorted_by", "kv_metadata", "format",
    ]

    init() {}

    init(_ options: FormatOptions, schema: Schema) throws(SQLError) {
        try options.check(known: Self.names, format: "parquet")
        if let name = try options.text("compression", "codec") {
            codec = try Codec.named(name)
            if codec != .zstd { level = nil }
        }
        if let number = try options.count("compression_level") {
            guard codec == .zstd ? (1...22).contains(number) : (codec == .gzip && (1...9).contains(number)) else {
                throw SQLError(
                    .invalidParameterValue, "compression level \(number) does not exist for \(codec.name)",
                    hint: "zstd has 1 to 22, gzip 1 to 9, the others none.")
            }
            level = number
        }
        rowGroupRows = try Self.size(options.count("row_group_size"), "row_group_size", 1...(1 << 30)) ?? rowGroupRows
        rowGroupBytes = try Self.size(options.count("row_group_size_bytes"), "row_group_size_bytes", 1024...(1 << 31)) ?? rowGroupBytes
        pageRows = try Self.size(options.count("page_rows"), "page_rows", 1...(1 << 30)) ?? pageRows
        pageBytes = try Self.size(options.count("page_size"), "page_size", 64...(1 << 30)) ?? pageBytes
        usesDictionaries = try options.flag("dictionary") ?? true
        dictionaryBytes = try Self.size(options.count("dictionary_size_limit"), "dictionary_size_limit", 0...(1 << 28)) ?? dictionaryBytes
        if let version = try options.text("parquet_version") {
            switch version.lowercased() {
            case "v1", "1", "1.0": version2 = false
            case "v2", "2", "2.0", "2.6": version2 = true
            default: throw SQLError(.invalidParameterValue, "unknown parquet_version \"\(version)\"", hint: "Use v1 or v2.")
            }
        }
        writesChecksums = try options.flag("page_checksums") ?? true
        for name in try options.texts("sorted_by") ?? [] {
            guard let column = schema.index(of: name), !schema.fields[..<column].contains(where: { $0.type.isNested }) else {
                throw SQLError(.undefinedColumn, "column \"\(name)\" of option sorted_by does not exist")
            }
            sortedBy.append(SortingColumn(column: column, descending: false, nullsFirst: false))
        }
        if case .named(let notes)? = options.values["kv_metadata"] {
            for note in notes {
                guard case .value(.text(let value)) = note.option else {
                    throw SQLError(.invalidParameterValue, "the values of kv_metadata must be texts")
                }
                keyValues.append(KeyValue(key: note.name, value: value))
            }
        }
    }

    private static func size(_ number: Int?, _ name: String, _ range: ClosedRange<Int>) throws(SQLError) -> Int? {
        guard let number else { return nil }
        guard range.contains(number) else {
            throw SQLError(.invalidParameterValue, "option \"\(name)\" must be \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
