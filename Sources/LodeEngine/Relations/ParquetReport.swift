/// `parquet_metadata`, `parquet_schema`, `parquet_file_metadata` and `parquet_kv_metadata`: what footers say.

import LodeCore
import LodeFormats
import LodeObjectStore

struct ParquetReport: FileReport {
    let description: ParquetDescription

    static let all = ParquetDescription.allCases.map { ParquetReport(description: $0) }

    var names: [String] { [description.rawValue] }
    var example: String { "FROM \(description.rawValue)('orders.parquet')" }
    var options: [String] { [] }
    var schema: Schema { Schema(description.fields) }

    var summary: String {
        switch description {
        case .chunks: "The column chunks of Parquet files: places, sizes, bounds, encodings, indexes."
        case .schema: "The schema that Parquet files store, element by element, with field ids."
        case .file: "A row for each Parquet file: writer, rows, row groups, sizes."
        case .notes: "The keys and values that writers left in Parquet files."
        }
    }

    func rows(of file: any ObjectReader, _ options: FormatOptions) throws(SQLError) -> [[Value]] {
        try description.rows(try ParquetFile.open(file))
    }
}
