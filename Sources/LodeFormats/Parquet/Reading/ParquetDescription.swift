/// What a footer says, as tables: `parquet_metadata`, `parquet_schema`, `parquet_file_metadata` and `parquet_kv_metadata`.

import LodeCore
import LodeVectors

/// The tables that describe Parquet files. Their columns are called as DuckDB calls them; some are added behind those.
package enum ParquetDescription: String, CaseIterable, Sendable {
    /// A row for every column chunk of every row group.
    case chunks = "parquet_metadata"
    /// A row for every element of the stored schema, depth first.
    case schema = "parquet_schema"
    /// A row for the file.
    case file = "parquet_file_metadata"
    /// A row for every note that the writer left.
    case notes = "parquet_kv_metadata"

    package var fields: [Field] {
        switch self {
        case .chunks: Self.chunkFields
        case .schema: Self.schemaFields
        case .file: Self.fileFields
        case .notes: [Field("file_name", .varchar), Field("key", .varchar), Field("value", .varchar)]
        }
    }

    /// Rows of `fields`.
    package func rows(_ file: ParquetFile) throws(SQLError) -> [[Value]] {
        switch self {
        case .chunks: try Self.chunkRows(file)
        case .schema: Self.schemaRows(file)
        case .file: [Self.fileRow(file)]
        case .notes: (file.footer.metaData.keyValues ?? []).map { [.text(file.path), .text($0.key), Self.text($0.value)] }
        }
    }

    static func number(_ value: Int?) -> Value { value.map { .integer(Int64($0)) } ?? .null }

    static func text(_ value: String?) -> Value { value.map { .text($0) } ?? .null }
}

// MARK: Column chunks

extension ParquetDescription {
    private static let chunkFields: [Field] = [
        Field("file_name", .varchar), Field("row_group_id", .bigint), Field("row_group_num_rows", .bigint),
        Field("row_group_num_columns", .bigint), Field("row_group_bytes", .bigint), Field("column_id", .bigint),
        Field("file_offset", .bigint), Field("num_values", .bigint), Field("path_in_schema", .varchar), Field("type", .varchar),
        Field("stats_min", .varchar), Field("stats_max", .varchar), Field("stats_null_count", .bigint),
        Field("stats_distinct_count", .bigint), Field("stats_min_value", .varchar), Field("stats_max_value", .varchar),
        Field("compression", .varchar), Field("encodings", .varchar), Field("index_page_offset", .bigint),
        Field("dictionary_page_offset", .bigint), Field("data_page_offset", .bigint), Field("total_compressed_size", .bigint),
        Field("total_uncompressed_size", .bigint), Field("key_value_metadata", .map(key: .varchar, value: .varchar)),
        Field("bloom_filter_offset", .bigint), Field("bloom_filter_length", .bigint), Field("min_is_exact", .boolean),
        Field("max_is_exact", .boolean), Field("row_group_compressed_bytes", .bigint), Field("encoding_stats", encodingStatsType),
        Field("column_index_offset", .bigint), Field("column_index_length", .bigint), Field("offset_index_offset", .bigint),
        Field("offset_index_length", .bigint), Field("sorting_columns", .list(.varchar)),
    ]

    private static let encodingStatsType = SQLType.list(
        .structure([Field("page_type", .varchar), Field("encoding", .varchar), Field("count", .integer)]))

    private static func chunkRows(_ file: ParquetFile) throws(SQLError) -> [[Value]] {
        var rows: [[Value]] = []
        for (number, group) in file.footer.metaData.rowGroups.enumerated() {
            let order = sortingColumns(group, file.footer)
            for (index, chunk) in group.columns.enumerated() {
                guard let data = chunk.metaData else { continue }
                let known = data.statistics
                let leaf = file.footer.leaves[index]
                var row: [Value] = [
                    .text(file.path), Self.number(number), Self.number(group.rowCount), Self.number(group.columns.count),
                    Self.number(group.uncompressedBytes), Self.number(index), Self.number(chunk.fileOffset), Self.number(data.valueCount),
                    .text(data.path.joined(separator: ", ")), .text(data.type.name),
                ]
                row.append(try bound(known?.legacyMinimum, leaf, isMaximum: false))
                row.append(try bound(known?.legacyMaximum, leaf, isMaximum: true))
                row.append(Self.number(known?.nullCount))
                row.append(Self.number(known?.distinctCount))
                row.append(try bound(known?.minimum, leaf, isMaximum: false))
                row.append(try bound(known?.maximum, leaf, isMaximum: true))
                let codec = Codec(rawValue: data.codec)?.name.uppercased() ?? "\(data.codec)"
                let encodingNames = data.encodings.map(\.name).joined(separator: ", ")
                row += [
                    .text(codec), .text(encodingNames), Self.number(data.indexPageOffset), Self.number(data.dictionaryPageOffset),
                    Self.number(data.dataPageOffset), Self.number(data.compressedBytes), Self.number(data.uncompressedBytes),
                    notes(data.keyValues), Self.number(data.bloomFilterOffset), Self.number(data.bloomFilterBytes),
                ]
                row += [
                    flag(known?.isMinimumExact), flag(known?.isMaximumExact), Self.number(group.compressedBytes),
                    encodings(data.encodingStats), Self.number(chunk.columnIndexOffset), Self.number(chunk.columnIndexBytes),
                    Self.number(chunk.offsetIndexOffset), Self.number(chunk.offsetIndexBytes), order,
                ]
                rows.append(row)
            }
        }
        return rows
    }

    /// A stored bound as SQL shows a value of the column; NULL where it can't be read.
    private static func bound(_ bytes: [UInt8]?, _ leaf: ParquetLeaf, isMaximum: Bool) throws(SQLError) -> Value {
        guard let bytes, leaf.refusal == nil, let value = leaf.bound(bytes, isMaximum: isMaximum) else { return .null }
        if case .text = value { return value }
        let sink = try ByteSink(capacity: 64)
        try ValueText(try Column.make(leaf.type, [value])).append(0, to: sink)
        return .text(String(decoding: UnsafeBufferPointer(start: sink.base, count: sink.count), as: UTF8.self))
    }

    /// What the rows of a group are sorted by: `["day DESC NULLS FIRST"]`; NULL if nothing is said.
    private static func sortingColumns(_ group: RowGroup, _ footer: ParquetFooter) -> Value {
        guard let order = group.sortingColumns else { return .null }
        return .list(
            order.map { key in
                let name = footer.leaves.indices.contains(key.column) ? footer.leaves[key.column].path : "\(key.column)"
                return .text(name + (key.descending ? " DESC" : "") + (key.nullsFirst ? " NULLS FIRST" : " NULLS LAST"))
            })
    }

    private static func notes(_ notes: [KeyValue]?) -> Value {
        .map((notes ?? []).map { Value.MapEntry(key: .text($0.key), value: text($0.value)) })
    }

    private static func encodings(_ counts: [PageEncodingStats]?) -> Value {
        guard let counts else { return .null }
        return .list(
            counts.map { part in
                .structure([
                    .text(PageType(rawValue: part.pageType)?.name ?? "\(part.pageType)"),
                    .text(ParquetEncoding(rawValue: part.encoding)?.name ?? "\(part.encoding)"), number(part.count),
                ])
            })
    }

    private static func flag(_ value: Bool?) -> Value { value.map { .boolean($0) } ?? .null }
}

// MARK: Schema and file

extension ParquetDescription {
    private static let schemaFields: [Field] = [
        Field("file_name", .varchar), Field("name", .varchar), Field("type", .varchar), Field("type_length", .varchar),
        Field("repetition_type", .varchar), Field("num_children", .bigint), Field("converted_type", .varchar), Field("scale", .bigint),
        Field("precision", .bigint), Field("field_id", .bigint), Field("logical_type", .varchar), Field("sql_type", .varchar),
        Field("column_id", .bigint),
    ]

    private static func schemaRows(_ file: ParquetFile) -> [[Value]] {
        var leaf = 0
        return file.footer.metaData.schema.enumerated().map { index, element in
            var type: String?
            if element.type != nil, file.footer.leaves.indices.contains(leaf) {
                type = "\(file.footer.leaves[leaf].type)"
                leaf += 1
            }
            return [
                .text(file.path), .text(element.name), Self.text(element.type?.name), Self.text(element.typeLength.map { "\($0)" }),
                Self.text(element.repetition?.name), Self.number(element.childCount), Self.text(element.convertedType?.name),
                Self.number(element.scale), Self.number(element.precision), Self.number(element.fieldID.map { Int($0) }),
                Self.text(element.logicalType?.name), Self.text(type), Self.number(index),
            ]
        }
    }

    private static let fileFields: [Field] = [
        Field("file_name", .varchar), Field("created_by", .varchar), Field("num_rows", .bigint), Field("num_row_groups", .bigint),
        Field("format_version", .bigint), Field("file_size_bytes", .bigint), Field("footer_size", .bigint),
    ]

    private static func fileRow(_ file: ParquetFile) -> [Value] {
        let footer = file.footer
        return [
            .text(file.path), text(footer.metaData.createdBy), number(footer.rowCount), number(footer.metaData.rowGroups.count),
            number(Int(footer.metaData.version)), number(file.file.size), number(footer.byteCount),
        ]
    }
}
