/// What a footer says, as values: for `parquet_schema`, `parquet_metadata` and `parquet_file_metadata`.

import LodeCore

extension ParquetFile {
    /// Columns of `schemaRows`.
    package static let schemaFields: [Field] = [
        Field("file_name", .varchar), Field("name", .varchar), Field("type", .varchar), Field("type_length", .integer),
        Field("repetition_type", .varchar), Field("num_children", .bigint), Field("converted_type", .varchar),
        Field("scale", .bigint), Field("precision", .bigint), Field("field_id", .bigint), Field("logical_type", .varchar),
    ]

    /// A row for every element of the stored schema, depth first.
    package var schemaRows: [[Value]] {
        footer.metaData.schema.map { element in
            [
                .text(path), .text(element.name), Self.text(element.type), Self.number(element.typeLength),
                Self.text(element.repetition), Self.number(element.childCount), Self.text(element.convertedType),
                Self.number(element.scale), Self.number(element.precision), Self.number(element.fieldID.map { Int($0) }),
                Self.text(element.logicalType),
            ]
        }
    }

    /// Columns of `chunkRows`.
    package static let chunkFields: [Field] = [
        Field("file_name", .varchar), Field("row_group_id", .bigint), Field("row_group_num_rows", .bigint),
        Field("column_id", .bigint), Field("path_in_schema", .varchar), Field("type", .varchar), Field("num_values", .bigint),
        Field("stats_null_count", .bigint), Field("stats_distinct_count", .bigint), Field("compression", .varchar),
        Field("encodings", .varchar), Field("data_page_offset", .bigint), Field("dictionary_page_offset", .bigint),
        Field("total_compressed_size", .bigint), Field("total_uncompressed_size", .bigint),
        Field("bloom_filter_offset", .bigint), Field("has_page_index", .boolean),
    ]

    /// A row for every column chunk of every row group.
    package var chunkRows: [[Value]] {
        var rows: [[Value]] = []
        for (number, group) in footer.metaData.rowGroups.enumerated() {
            for (column, chunk) in group.columns.enumerated() {
                guard let data = chunk.metaData else { continue }
                rows.append([
                    .text(path), Self.number(number), Self.number(group.rowCount), Self.number(column),
                    .text(data.path.joined(separator: ".")), Self.text(data.type), Self.number(data.valueCount),
                    Self.number(data.statistics?.nullCount), Self.number(data.statistics?.distinctCount),
                    .text(Codec(rawValue: data.codec)?.name ?? "\(data.codec)"),
                    .text(data.encodings.map(\.name).joined(separator: ", ")), Self.number(data.dataPageOffset),
                    Self.number(data.dictionaryPageOffset), Self.number(data.compressedBytes), Self.number(data.uncompressedBytes),
                    Self.number(data.bloomFilterOffset), .boolean(chunk.offsetIndexOffset != nil),
                ])
            }
        }
        return rows
    }

    /// Columns of `fileRow`.
    package static let fileFields: [Field] = [
        Field("file_name", .varchar), Field("created_by", .varchar), Field("num_rows", .bigint), Field("num_row_groups", .bigint),
        Field("format_version", .bigint), Field("footer_size", .bigint), Field("file_size", .bigint),
    ]

    /// The file as a whole.
    package var fileRow: [Value] {
        [
            .text(path), footer.metaData.createdBy.map { .text($0) } ?? .null, Self.number(footer.rowCount),
            Self.number(footer.metaData.rowGroups.count), Self.number(Int(footer.metaData.version)), Self.number(footer.byteCount),
            Self.number(file.size),
        ]
    }

    /// The notes that the writer left, in the file's order.
    package var keyValues: [(key: String, value: String?)] { (footer.metaData.keyValues ?? []).map { ($0.key, $0.value) } }

    private static func number(_ value: Int?) -> Value { value.map { .integer(Int64($0)) } ?? .null }

    private static func text<T>(_ value: T?) -> Value { value.map { .text("\($0)") } ?? .null }
}
