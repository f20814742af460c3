/// `sniff_csv`: what sniffing finds in CSV files.

import LodeCore
import LodeFormats
import LodeObjectStore

/// One row a file: its dialect, its columns, and the call of `read_csv` that says the same without sniffing.
struct CSVReport: FileReport {
    var names: [String] { ["sniff_csv"] }
    var summary: String { "The dialect, the header and the types that sniffing finds in CSV files." }
    var example: String { "FROM sniff_csv('orders.csv', sample_size = 1000)" }
    var options: [String] { CSVFormat().readOptions }

    let schema = Schema([
        Field("Delimiter", .varchar), Field("Quote", .varchar), Field("Escape", .varchar), Field("NewLineDelimiter", .varchar),
        Field("Comment", .varchar), Field("SkipRows", .bigint), Field("HasHeader", .boolean),
        Field("Columns", .list(.structure([Field("name", .varchar), Field("type", .varchar)]))),
        Field("DateFormat", .varchar), Field("TimestampFormat", .varchar), Field("UserArguments", .varchar), Field("Prompt", .varchar),
    ])

    func rows(of file: any ObjectReader, _ options: FormatOptions) throws(SQLError) -> [[Value]] {
        let profile = try CSVFormat().profile(file, options: options)
        let dialect = profile.dialect
        let columns = profile.columns.map { Value.structure([.text($0.name), .text("\($0.type)")]) }
        let arguments = options.description
        return [
            [
                .text(String(decoding: dialect.delimiter, as: UTF8.self)), Self.character(dialect.quote), Self.character(dialect.escape),
                .text(profile.newlines), Self.character(dialect.comment), .integer(Int64(dialect.skippedLines)),
                .boolean(dialect.hasHeader),
                .list(columns), Self.text(profile.format { $0 == .date }),
                Self.text(profile.format { $0.isTimestamp }),
                arguments.isEmpty ? .null : .text(arguments),
                .text("FROM read_csv(\(FormatOption.literal(file.path)), \(profile.description));"),
            ]
        ]
    }

    private static func character(_ byte: UInt8?) -> Value { .text(byte.map { String(Character(Unicode.Scalar($0))) } ?? "(empty)") }
    private static func text(_ text: String?) -> Value { text.map { .text($0) } ?? .null }
}
