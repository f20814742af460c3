/// Table properties that say how Parquet is written, as Spark, Hive, Iceberg, Trino and Athena call them.

import LodeCore

/// From the properties of a table to the options of the writer.
package enum ParquetProperties {
    /// What other engines call an option that means exactly the same.
    private static let synonyms: [String: String] = [
        "parquet.compression": "compression", "parquet_compression": "compression", "write_compression": "compression",
        "write.parquet.compression-codec": "compression",
        "parquet.compression.codec.zstd.level": "compression_level", "write.parquet.compression-level": "compression_level",
        "parquet.block.size": "row_group_size_bytes", "write.parquet.row-group-size-bytes": "row_group_size_bytes",
        "parquet.block.row.count.limit": "row_group_size",
        "parquet.page.size": "page_size", "write.parquet.page-size-bytes": "page_size",
        "parquet.page.row.count.limit": "page_rows", "write.parquet.page-row-limit": "page_rows",
        "parquet.enable.dictionary": "dictionary",
        "parquet.dictionary.page.size": "dictionary_page_size_limit", "write.parquet.dict-size-bytes": "dictionary_page_size_limit",
        "parquet.writer.version": "parquet_version",
        "parquet.page.write-checksum.enabled": "page_checksums",
        "parquet.bloom.filter.enabled": "write_bloom_filter", "parquet.bloom.filter.fpp": "bloom_filter_false_positive_ratio",
        "parquet_bloom_filter_columns": "bloom_filter_columns",
    ]

    /// The same for properties of one column, whose name follows the prefix.
    private enum ColumnProperty: CaseIterable {
        case dictionary, encoding, filter, filterRatio, filterDistinct

        var prefixes: [String] {
            switch self {
            case .dictionary: ["parquet.enable.dictionary#"]
            case .encoding: ["encoding#", "parquet.encoding#"]
            case .filter: ["parquet.bloom.filter.enabled#", "write.parquet.bloom-filter-enabled.column."]
            case .filterRatio: ["parquet.bloom.filter.fpp#", "write.parquet.bloom-filter-fpp.column."]
            case .filterDistinct: ["parquet.bloom.filter.expected.ndv#"]
            }
        }
    }

    /// Begins of names that are all about Parquet: what follows must be known.
    private static let namespaces = ["parquet.", "write.parquet."]

    /// The writer's options among a table's properties; other properties are none of its business.
    /// - Throws: `22023` for a property of Parquet's that has no counterpart.
    package static func options(_ properties: [String: String]) throws(SQLError) -> FormatOptions {
        var options = FormatOptions()
        var encodings: [FormatOption.NamedOption] = []
        var filters: [String: [FormatOption.NamedOption]] = [:]
        var refused: Set<String> = []
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            let folded = name.lowercased()
            if let option = synonyms[folded] {
                options.values[option] = .value(.text(value))
            } else if let (property, column) = columnProperty(folded, name) {
                switch property {
                case .dictionary: encodings.append(.init(column, .value(.text(isOn(value) ? "dictionary" : "plain"))))
                case .encoding: encodings.append(.init(column, .value(.text(value))))
                case .filter: if isOn(value) { filters[column, default: []] += [] } else { refused.insert(column) }
                case .filterRatio: filters[column, default: []].append(.init("fpp", .value(.text(value))))
                case .filterDistinct: filters[column, default: []].append(.init("ndv", .value(.text(value))))
                }
            } else if let prefix = namespaces.first(where: folded.hasPrefix) {
                let option = String(folded.dropFirst(prefix.count))
                guard ParquetWriteOptions.names.contains(option) else { throw unknown(name, folded) }
                options.values[option] = .value(.text(value))
            } else if ParquetWriteOptions.names.contains(folded), folded != "format" {
                options.values[folded] = .value(.text(value))
            }
        }
        if !encodings.isEmpty { options.values["encodings"] = .named(encodings) }
        let wanted = filters.filter { !refused.contains($0.key) }.sorted { $0.key < $1.key }
        if !wanted.isEmpty { options.values["bloom_filters"] = .named(wanted.map { .init($0.key, .named($0.value)) }) }
        return options
    }

    /// The names of the codecs that can be asked for.
    package static let codecs: [String] = Codec.writable.map(\.name) + Codec.synonyms.keys.sorted()

    /// Whether a property is about how Parquet is written.
    package static func knows(_ name: String) -> Bool {
        let folded = name.lowercased()
        return synonyms[folded] != nil || columnProperty(folded, name) != nil || namespaces.contains(where: folded.hasPrefix)
            || (ParquetWriteOptions.names.contains(folded) && folded != "format")
    }

    /// Checks that a table of this schema can be written by its properties.
    package static func check(_ properties: [String: String], _ schema: Schema) throws(SQLError) {
        _ = try ParquetWriteOptions(try options(properties), schema: schema)
    }

    private static func columnProperty(_ folded: String, _ name: String) -> (ColumnProperty, column: String)? {
        for property in ColumnProperty.allCases {
            for prefix in property.prefixes where folded.hasPrefix(prefix) && folded.count > prefix.count {
                return (property, String(name.dropFirst(prefix.count)))
            }
        }
        return nil
    }

    private static func isOn(_ value: String) -> Bool { ["true", "1", "on", "yes"].contains(value.lowercased()) }

    private static func unknown(_ name: String, _ folded: String) -> SQLError {
        let known = synonyms.keys + ColumnProperty.allCases.flatMap { $0.prefixes.map { $0 + "column" } }
        let plain = folded.split(separator: "#").first.map(String.init) ?? folded
        let near = NearestName.find(folded, among: known) ?? NearestName.find(plain, among: known)
        return SQLError(
            .invalidParameterValue, "unknown property \"\(name)\" of Parquet", hint: near.map { "Did you mean \"\($0)\"?" })
    }
}
