/// Parquet as a file format.

import LodeCore
import LodeObjectStore

/// Apache Parquet: columns in pages, with statistics.
package struct ParquetFormat: FileFormat {
    /// Of all files that the process opens.
    private let footers = ParquetFooterCache()

    package init() {}

    package var name: String { "parquet" }
    package var aliases: [String] { ["parq"] }
    package var extensions: [String] { ["parquet", "parq", "pq"] }
    package var isText: Bool { false }
    package var functions: [String] { ["read_parquet", "parquet_scan"] }
    package var summary: String { "The rows of Parquet files." }
    package var example: String { "FROM read_parquet('orders/*.parquet')" }
    package var hadoop: HadoopClasses {
        HadoopClasses(
            inputFormats: ["org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat", "parquet.hive.DeprecatedParquetInputFormat"],
            outputFormats: ["org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat", "parquet.hive.DeprecatedParquetOutputFormat"],
            serdes: ["org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", "parquet.hive.serde.ParquetHiveSerDe"],
            givens: ["serialization.format": ["1"]])
    }
    package var readsFields: Bool { true }
    package var readOptions: [String] { ["int96_as"] }
    package var writeOptions: [String] { ParquetWriteOptions.names }
    /// As many footers as planning reads for its estimates anyway.
    package var filesToSniff: Int { 16 }

    package func open(
        _ object: any ObjectReader, options: FormatOptions, like sibling: (any FileScan)?
    ) throws(SQLError) -> any FileScan {
        try options.check(known: readOptions, format: name)
        let text = try options.text("int96_as")?.lowercased() ?? Int96Choice.auto.rawValue
        guard let int96 = Int96Choice(rawValue: text) else {
            throw SQLError(.invalidParameterValue, "unknown value \"\(text)\" of int96_as", hint: "Use auto, timestamp or timestamp_ns.")
        }
        return try ParquetFile.open(object, cache: footers, int96: int96)
    }

    package func create(_ object: any ObjectWriter, schema: Schema, options: FormatOptions) throws(SQLError) -> any FileWriter {
        try ParquetWriter(object, schema: schema, options: try ParquetWriteOptions(options, schema: schema))
    }

    package func blockRows(schema: Schema, options: FormatOptions) throws(SQLError) -> Int {
        try ParquetWriteOptions(options, schema: schema).rowGroupRows
    }
}
