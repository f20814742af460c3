/// The Avro schemas of manifests and manifest lists, as text.

import LodeCore

/// - Source: Iceberg spec, "Manifests", "Manifest Lists"; Appendix A "Avro".
enum IcebergAvroText {
    /// - Parameter partition: the fields of the spec, and the types of their values.
    static func manifest(version: Int, _ partition: [(field: IcebergPartitionField, type: IcebergType)]) -> String {
        let tuple = partition.map { field($0.field.fieldID, name($0.field.name), $0.type.avroText(id: $0.field.fieldID)) }
        var file = [
            required(134, "content", quoted("int")), required(100, "file_path", quoted("string")),
            required(101, "file_format", quoted("string")), required(102, "partition", record("r102", tuple)),
            required(103, "record_count", quoted("long")), required(104, "file_size_in_bytes", quoted("long")),
            field(108, "column_sizes", map(117, 118, quoted("long"))), field(109, "value_counts", map(119, 120, quoted("long"))),
            field(110, "null_value_counts", map(121, 122, quoted("long"))),
            field(137, "nan_value_counts", map(138, 139, quoted("long"))), field(125, "lower_bounds", map(126, 127, quoted("bytes"))),
            field(128, "upper_bounds", map(129, 130, quoted("bytes"))), field(131, "key_metadata", quoted("bytes")),
            field(132, "split_offsets", list(133, quoted("long"))), field(135, "equality_ids", list(136, quoted("int"))),
            field(140, "sort_order_id", quoted("int")),
        ]
        if version >= 3 { file.append(field(142, "first_row_id", quoted("long"))) }
        file.append(field(143, "referenced_data_file", quoted("string")))
        if version >= 3 {
            file += [field(144, "content_offset", quoted("long")), field(145, "content_size_in_bytes", quoted("long"))]
        }
        return record(
            "manifest_entry",
            [
                required(0, "status", quoted("int")), field(1, "snapshot_id", quoted("long")), field(3, "sequence_number", quoted("long")),
                field(4, "file_sequence_number", quoted("long")), required(2, "data_file", record("r2", file)),
            ])
    }

    static func manifestList(version: Int) -> String {
        let summary = record(
            "r508",
            [
                required(509, "contains_null", quoted("boolean")), field(518, "contains_nan", quoted("boolean")),
                field(510, "lower_bound", quoted("bytes")), field(511, "upper_bound", quoted("bytes")),
            ])
        var fields = [
            required(500, "manifest_path", quoted("string")), required(501, "manifest_length", quoted("long")),
            required(502, "partition_spec_id", quoted("int")), required(517, "content", quoted("int")),
            required(515, "sequence_number", quoted("long")), required(516, "min_sequence_number", quoted("long")),
            required(503, "added_snapshot_id", quoted("long")), required(504, "added_files_count", quoted("int")),
            required(505, "existing_files_count", quoted("int")), required(506, "deleted_files_count", quoted("int")),
            required(512, "added_rows_count", quoted("long")), required(513, "existing_rows_count", quoted("long")),
            required(514, "deleted_rows_count", quoted("long")), field(507, "partitions", list(508, summary)),
            field(519, "key_metadata", quoted("bytes")),
        ]
        if version >= 3 { fields.append(field(520, "first_row_id", quoted("long"))) }
        return record("manifest_file", fields)
    }

    // MARK: Parts

    static func quoted(_ word: String) -> String { "\"\(word)\"" }

    private static func required(_ id: Int, _ name: String, _ type: String) -> String {
        "{\"name\":\"\(name)\",\"type\":\(type),\"field-id\":\(id)}"
    }

    private static func field(_ id: Int, _ name: String, _ type: String) -> String {
        "{\"name\":\"\(name)\",\"type\":[\"null\",\(type)],\"default\":null,\"field-id\":\(id)}"
    }

    private static func record(_ name: String, _ fields: [String]) -> String {
        "{\"type\":\"record\",\"name\":\"\(name)\",\"fields\":[\(fields.joined(separator: ","))]}"
    }

    private static func list(_ id: Int, _ element: String) -> String {
        "{\"type\":\"array\",\"items\":\(element),\"element-id\":\(id)}"
    }

    /// Keys that are no strings: pairs.
    private static func map(_ key: Int, _ value: Int, _ type: String) -> String {
        let pair = record("k\(key)_v\(value)", [required(key, "key", quoted("int")), required(value, "value", type)])
        return "{\"type\":\"array\",\"items\":\(pair),\"logicalType\":\"map\"}"
    }

    /// Avro's names have letters, digits and underscores; the number tells what a field is.
    private static func name(_ name: String) -> String {
        var bytes: [UInt8] = []
        for (place, byte) in name.utf8.enumerated() {
            let isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a || byte == 0x5f, isDigit = byte >= 0x30 && byte <= 0x39
            if isLetter || (isDigit && place > 0) {
                bytes.append(byte)
            } else {
                bytes += "_x".utf8 + Array(String(byte, radix: 16, uppercase: true).utf8)
            }
        }
        return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
    }
}

extension IcebergType {
    /// The Avro type of single values.
    /// - Parameter id: of the field, so that types that have names have each its own.
    fileprivate func avroText(id: Int) -> String {
        switch self {
        case .boolean: IcebergAvroText.quoted("boolean")
        case .int: IcebergAvroText.quoted("int")
        case .long: IcebergAvroText.quoted("long")
        case .float: IcebergAvroText.quoted("float")
        case .double: IcebergAvroText.quoted("double")
        case .decimal(let precision, let scale):
            "{\"type\":\"fixed\",\"name\":\"decimal_\(id)\",\"size\":\(Self.decimalBytes(precision)),\"logicalType\":\"decimal\","
                + "\"precision\":\(precision),\"scale\":\(scale)}"
        case .date: "{\"type\":\"int\",\"logicalType\":\"date\"}"
        case .time: "{\"type\":\"long\",\"logicalType\":\"time-micros\"}"
        case .timestamp: "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\",\"adjust-to-utc\":false}"
        case .timestamptz: "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\",\"adjust-to-utc\":true}"
        case .timestampNanos: "{\"type\":\"long\",\"logicalType\":\"timestamp-nanos\",\"adjust-to-utc\":false}"
        case .timestamptzNanos: "{\"type\":\"long\",\"logicalType\":\"timestamp-nanos\",\"adjust-to-utc\":true}"
        case .string: IcebergAvroText.quoted("string")
        case .uuid: "{\"type\":\"fixed\",\"name\":\"uuid_\(id)\",\"size\":16,\"logicalType\":\"uuid\"}"
        case .fixed(let size): "{\"type\":\"fixed\",\"name\":\"fixed_\(id)\",\"size\":\(size)}"
        case .binary: IcebergAvroText.quoted("bytes")
        // No partition has values of them.
        case .variant, .unknown, .other, .structure, .list, .map: IcebergAvroText.quoted("null")
        }
    }

    /// The fewest bytes that hold all numbers of a precision.
    static func decimalBytes(_ precision: Int) -> Int {
        let most = Decimal128.power(min(38, max(0, precision))) - 1
        return IcebergTransform.bytes(of: most).count
    }
}
