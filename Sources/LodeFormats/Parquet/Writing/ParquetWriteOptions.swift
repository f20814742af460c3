/// The options of writing Parquet.

import LodeCore

struct ParquetWriteOptions: Sendable {
    var codec = Codec.zstd
    /// zstd's, gzip's or brotli's; zstd at 1 is nearly as small as at 3 and much faster.
    var level: Int? = 1
    var rowGroupRows = 122_880
    /// A row group ends early when its values, before compression, reach this.
    var rowGroupBytes = 256 << 20
    var pageRows = 20_480
    var pageBytes = 1 << 20
    var usesDictionaries = true
    /// The largest dictionary page; a column that needs more is written without.
    var dictionaryBytes = 1 << 20
    /// The most values of a dictionary.
    var dictionaryValues = 1 << 16
    /// Data pages of version 2, and the encodings that came with it.
    var version2 = false
    var writesChecksums = true
    var writesPageIndex = true
    /// The order of the rows, which the writer of the file is told: it does not sort.
    var sortedBy: [SortingColumn] = []
    var keyValues: [KeyValue] = []
    var fieldIDs = FieldIDs.none
    /// By the column's name or the leaf's dotted path.
    var columns: [String: ColumnWriteOptions] = [:]
    /// For every column that is not in `columns`.
    var bloomFilter: BloomFilterOptions?

    /// Names that COPY understands; where there are two, the second is another engine's.
    static let names = [
        "compression", "codec", "compression_level", "row_group_size", "chunk_size", "row_group_size_bytes", "page_rows", "page_size",
        "dictionary", "dictionary_size_limit", "dictionary_page_size_limit", "string_dictionary_page_size_limit", "parquet_version",
        "page_checksums", "write_page_index", "sorted_by", "kv_metadata", "field_ids", "encodings", "write_bloom_filter",
        "bloom_filters", "bloom_filter_columns", "bloom_filter_false_positive_ratio", "format",
    ]

    init() {}

    init(_ options: FormatOptions, schema: Schema) throws(SQLError) {
        try options.check(known: Self.names, format: "parquet")
        try takeCompression(options)
        rowGroupRows = try Self.size(options, ["row_group_size", "chunk_size"], 1...(1 << 30)) ?? rowGroupRows
        rowGroupBytes = try Self.size(options, ["row_group_size_bytes"], 1024...(1 << 31)) ?? rowGroupBytes
        pageRows = try Self.size(options, ["page_rows"], 1...(1 << 30)) ?? pageRows
        pageBytes = try Self.size(options, ["page_size"], 64...(1 << 30)) ?? pageBytes
        usesDictionaries = try options.flag("dictionary") ?? true
        dictionaryValues = try Self.size(options, ["dictionary_size_limit"], 0...(1 << 28)) ?? dictionaryValues
        dictionaryBytes =
            try Self.size(options, ["dictionary_page_size_limit", "string_dictionary_page_size_limit"], 0...(1 << 28)) ?? dictionaryBytes
        if let version = try options.word("parquet_version") {
            switch version.lowercased() {
            case "v1", "1", "1.0", "parquet_1_0": version2 = false
            case "v2", "2", "2.0", "2.6", "parquet_2_0": version2 = true
            default: throw SQLError(.invalidParameterValue, "unknown parquet_version \"\(version)\"", hint: "Use v1 or v2.")
            }
        }
        writesChecksums = try options.flag("page_checksums") ?? true
        writesPageIndex = try options.flag("write_page_index") ?? true
        fieldIDs = try FieldIDs(options, schema)
        for note in try options.members("kv_metadata") ?? [] { keyValues.append(KeyValue(key: note.name, value: try Self.note(note))) }
        let leaves = try SchemaPlan(schema, fieldIDs).leaves
        for column in try SortedBy.columns(options, schema) {
            guard let leaf = leaves.firstIndex(where: { $0.path == [schema.fields[column.index].name] }) else {
                throw .unsupported("sorting a Parquet file by the nested column \"\(schema.fields[column.index].name)\"")
            }
            sortedBy.append(SortingColumn(column: leaf, descending: column.descending, nullsFirst: column.nullsFirst))
        }
        try takeColumns(options, leaves)
    }

    private mutating func takeCompression(_ options: FormatOptions) throws(SQLError) {
        if let name = try options.text("compression", "codec") {
            codec = try Codec.named(name)
            if codec != .zstd { level = nil }
        }
        guard let number = try options.count("compression_level") else { return }
        guard codec.levels?.contains(number) == true else {
            throw SQLError(
                .invalidParameterValue, "compression level \(number) does not exist for \(codec.name)",
                hint: "zstd has 1 to 22, gzip 1 to 9, brotli 0 to 11, the others none.")
        }
        level = number
    }

    private static func note(_ note: FormatOption.NamedOption) throws(SQLError) -> String {
        switch note.option {
        case .value(.text(let text)): return text.string
        case .value(.bytes(let bytes)): return String(decoding: bytes, as: UTF8.self)
        case .value(.integer(let number)): return "\(number)"
        default: throw SQLError(.invalidParameterValue, "the value of \"\(note.name)\" in kv_metadata must be a string")
        }
    }

    private static func size(_ options: FormatOptions, _ names: [String], _ range: ClosedRange<Int>) throws(SQLError) -> Int? {
        for name in names {
            guard let number = try options.byteCount(name) else { continue }
            guard range.contains(number) else {
                throw SQLError(.invalidParameterValue, "option \"\(name)\" must be \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        return nil
    }

    // MARK: Columns

    /// The wishes for a leaf.
    func column(_ path: [String]) -> ColumnWriteOptions {
        var found = columns[path.joined(separator: ".")] ?? path.first.flatMap { columns[$0] } ?? ColumnWriteOptions()
        if found.bloomFilter == nil { found.bloomFilter = bloomFilter }
        return found
    }

    private mutating func takeColumns(_ options: FormatOptions, _ leaves: [LeafPlan]) throws(SQLError) {
        for member in try options.members("encodings") ?? [] {
            guard case .value(.text(let name)) = member.option else {
                throw SQLError(.invalidParameterValue, "the encoding of \"\(member.name)\" must be a string")
            }
            let encoding = try ColumnWriteOptions.encoding(name.string)
            let (key, below) = try Self.leaves(member.name, leaves, "encodings")
            if let wrong = below.first(where: { !ColumnWriteOptions.fits(encoding, $0.physical) }) {
                throw SQLError(
                    .invalidParameterValue,
                    "encoding \(name) does not fit column \"\(wrong.path.joined(separator: "."))\" of type \(wrong.type)")
            }
            columns[key, default: ColumnWriteOptions()].encoding = encoding
        }
        var standard = BloomFilterOptions()
        standard.falsePositives = try Self.ratio(options.number("bloom_filter_false_positive_ratio")) ?? standard.falsePositives
        if try options.flag("write_bloom_filter") ?? false { bloomFilter = standard }
        var wanted = try options.members("bloom_filters") ?? []
        wanted += try options.members("bloom_filter_columns") ?? []
        for member in wanted {
            let (key, below) = try Self.leaves(member.name, leaves, "bloom_filters")
            if below.contains(where: { $0.physical == .boolean }) {
                throw SQLError(
                    .invalidParameterValue, "a Bloom filter of the boolean column \"\(member.name)\" would never rule anything out")
            }
            columns[key, default: ColumnWriteOptions()].bloomFilter = try Self.bloomFilter(member, standard)
        }
    }

    /// `{}`, or with `fpp` and `ndv`.
    private static func bloomFilter(_ member: FormatOption.NamedOption, _ standard: BloomFilterOptions) throws(SQLError)
        -> BloomFilterOptions
    {
        var filter = standard
        guard case .named(let settings) = member.option else { return filter }
        for setting in settings {
            let one = FormatOptions([setting.name: setting.option])
            switch setting.name.lowercased() {
            case "fpp": filter.falsePositives = try ratio(one.number("fpp")) ?? filter.falsePositives
            case "ndv": filter.distinct = try size(one, ["ndv"], 1...(1 << 30))
            default:
                throw SQLError(
                    .invalidParameterValue, "unknown setting \"\(setting.name)\" of a Bloom filter", hint: "There are fpp and ndv.")
            }
        }
        return filter
    }

    private static func ratio(_ number: Double?) throws(SQLError) -> Double? {
        guard let number else { return nil }
        guard number > 0, number < 1 else {
            throw SQLError(.invalidParameterValue, "the ratio of false positives must be above 0 and below 1")
        }
        return number
    }

    /// The leaves that a column's name or a dotted path means, and the name as the schema has it.
    private static func leaves(_ name: String, _ leaves: [LeafPlan], _ option: String) throws(SQLError) -> (key: String, below: [LeafPlan])
    {
        let folded = name.lowercased()
        if let leaf = leaves.first(where: { $0.path.joined(separator: ".").lowercased() == folded }) {
            return (leaf.path.joined(separator: "."), [leaf])
        }
        let below = leaves.filter { $0.path.first?.lowercased() == folded }
        if let key = below.first?.path.first { return (key, below) }
        throw SQLError(
            .undefinedColumn, "column \"\(name)\" of option \(option) does not exist",
            hint: NearestName.find(name, among: leaves.flatMap { [$0.path.joined(separator: "."), $0.path.first ?? ""] }).map {
                "Did you mean \"\($0)\"?"
            })
    }
}
