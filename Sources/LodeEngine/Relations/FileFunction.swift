/// Table functions that read files: `read_csv('a/*.csv', header = true)`.

import LodeCore
import LodeFormats

/// One family of file-reading functions.
struct FileFunction: FileFunctionEntry {
    var names: [String]
    /// The format to read with.
    var format: String
    var summary: String
    var example: String

    static let all: [FileFunction] = [
        FileFunction(
            names: ["read_parquet", "parquet_scan"], format: "parquet", summary: "The rows of Parquet files.",
            example: "FROM read_parquet('orders/*.parquet')"),
        FileFunction(
            names: ["read_csv", "read_csv_auto"], format: "csv", summary: "The rows of CSV files; the dialect and types are sniffed.",
            example: "FROM read_csv('orders.csv', rejects_table = 'rejected.orders')"),
        FileFunction(
            names: ["read_json", "read_json_auto", "read_ndjson"], format: "json", summary: "The objects of JSON files.",
            example: "FROM read_json('events.jsonl.gz')"),
    ]

    static func named(_ name: String) -> FileFunction? { all.first { $0.names.contains(name) } }

    /// Options that the scan of many files understands, whatever their format.
    static let scanOptions = [
        "filename", "file_row_number", "hive_partitioning", "union_by_name", "rejects_table", "hive_types", "hive_types_autocast", "files_to_sniff",
    ]
}
