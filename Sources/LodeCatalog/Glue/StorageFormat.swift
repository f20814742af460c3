/// The Hadoop class names by which Glue, Athena and Hive know a file format.

/// A file format that tables can have, and its spelling in a storage descriptor.
package enum StorageFormat: String, CaseIterable, Sendable {
    case parquet, csv, json

    package var inputFormat: String {
        switch self {
        case .parquet: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
        case .csv, .json: "org.apache.hadoop.mapred.TextInputFormat"
        }
    }

    package var outputFormat: String {
        switch self {
        case .parquet: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
        case .csv, .json: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
        }
    }

    package var serializationLibrary: String {
        switch self {
        case .parquet: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
        case .csv: "org.apache.hadoop.hive.serde2.OpenCSVSerde"
        case .json: "org.openx.data.jsonserde.JsonSerDe"
        }
    }

    /// The format that a descriptor from any writer means; nil if it is none of ours.
    package init?(_ descriptor: StorageDescriptor) {
        let library = (descriptor.serdeInfo?.serializationLibrary ?? "").lowercased()
        let input = (descriptor.inputFormat ?? "").lowercased()
        if library.contains("parquet") || input.contains("parquet") {
            self = .parquet
        } else if library.contains("json") {
            self = .json
        } else if library.contains("csv") || library.contains("lazysimple") || input.contains("textinputformat") {
            self = .csv
        } else {
            return nil
        }
    }
}
