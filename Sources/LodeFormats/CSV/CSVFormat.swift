/// CSV as a file format.

import LodeCore
import LodeObjectStore

/// Comma-separated values and their relatives (RFC 4180, TSV, PSV).
package struct CSVFormat: FileFormat {
    package init() {}

    package var name: String { "csv" }
    package var aliases: [String] { ["tsv", "psv", "text"] }
    package var extensions: [String] { ["csv", "tsv", "psv", "tbl", "txt"] }
    package var isText: Bool { true }
    package var functions: [String] { ["read_csv", "read_csv_auto"] }
    package var summary: String { "The rows of CSV files; the dialect and types are sniffed." }
    package var example: String { "FROM read_csv('orders.csv', rejects_table = 'rejected.orders')" }
    package var hadoop: HadoopClasses {
        let quoted = Self.hive(delimiter: ",", quote: "\"", escape: "\\", ["force_not_null": "*"])
        return HadoopClasses(
            words: ["textfile"], inputFormats: HadoopClasses.textInput, outputFormats: HadoopClasses.textOutput,
            serdes: [HadoopClasses.openCSV, HadoopClasses.lazySimple, "com.bizo.hive.serde.csv.CSVSerde"],
            options: [
                "field.delim": "delim", "serialization.format": "delim", "separatorChar": "delim", "quoteChar": "quote",
                "escape.delim": "escape", "escapeChar": "escape", "serialization.null.format": "nullstr",
            ],
            givens: ["line.delim": ["\n", "\\n"], "serialization.encoding": ["UTF-8", "utf-8", "UTF8"]],
            defaults: [
                HadoopClasses.openCSV: quoted, "com.bizo.hive.serde.csv.CSVSerde": quoted,
                HadoopClasses.lazySimple: Self.hive(delimiter: "\u{1}", quote: "", escape: "", ["nullstr": "\\N"]),
            ])
    }

    /// Rows of any width, as Hive takes them.
    private static func hive(delimiter: String, quote: String, escape: String, _ others: [String: String]) -> [String: String] {
        let options = ["delim": delimiter, "quote": quote, "escape": escape, "header": "false"]
        let manner = ["auto_detect": "false", "null_padding": "true", "strict_mode": "false"]
        return options.merging(manner) { own, _ in own }.merging(others) { _, given in given }
    }

    package var readOptions: [String] { CSVReadOptions.names }
    package var writeOptions: [String] { CSVWriteOptions.names }

    package var filesToSniff: Int { 10 }

    package func open(
        _ object: any ObjectReader, options: FormatOptions, like sibling: (any FileScan)?
    ) throws(SQLError) -> any FileScan {
        let read = try CSVReadOptions(options)
        var sniffer = try CSVSniffer(object, read)
        do {
            return try CSVScan(object, read, try sniffer.profile())
        } catch { throw error.place == nil ? error.within(object.path) : error }
    }

    /// What sniffing finds in a file.
    package func profile(_ object: any ObjectReader, options: FormatOptions = FormatOptions()) throws(SQLError) -> CSVProfile {
        var sniffer = try CSVSniffer(object, try CSVReadOptions(options))
        return try sniffer.profile()
    }

    package func create(_ object: any ObjectWriter, schema: Schema, options: FormatOptions) throws(SQLError) -> any FileWriter {
        try CSVWriter(object, schema: schema, options: try CSVWriteOptions(options))
    }
}
