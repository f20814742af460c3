/// `key=value` folders: the layout of partitioned tables since Hive.

import LodeCore

/// Writes and reads partition folders such as `date=2024-01-31/region=a%2Fb`.
///
/// - Source: Hive `FileUtils.escapePathName` for the escapes; UTF-8 passes unescaped, as in Spark.
package enum HivePath {
    /// What stands for NULL.
    package static let defaultPartition = "__HIVE_DEFAULT_PARTITION__"

    /// The folder of the rows with `values`, without slashes at its ends; "" if there are no columns.
    ///
    /// An empty text is a folder without a value, `key=`, as DuckDB, Arrow and Polars write and read it. (Hive and Spark have no
    /// name for it: they store such rows as NULL.)
    package static func folder(_ columns: [Field], _ values: [Value]) -> String {
        zip(columns, values).map { column, value in
            "\(key(column.name))=\(segment(value))"
        }.joined(separator: "/")
    }

    /// The value of one folder name, escaped.
    package static func segment(_ value: Value) -> String {
        switch value {
        case .null, .list, .structure, .map: return defaultPartition
        default: break
        }
        let text = PartitionText.write(value)
        return text == defaultPartition ? "%5F" + text.dropFirst() : escape(text)
    }

    /// A column's name as the key of a folder; it never makes the folder a hidden one.
    private static func key(_ name: String) -> String {
        name.hasPrefix(".") ? "%2E" + escape(String(name.dropFirst())) : escape(name)
    }

    /// `key` and `value` of a folder name, unescaped; a nil value is NULL. Nil if the name is not of that form.
    package static func split(_ name: some StringProtocol) -> (key: String, value: String?)? {
        guard let equals = name.utf8.firstIndex(of: UInt8(ascii: "=")), equals > name.startIndex else { return nil }
        let value = name[name.utf8.index(after: equals)...]
        return (unescape(name[..<equals]), value == defaultPartition ? nil : unescape(value))
    }

    /// The `key=value` folders in a path, outermost first. The last part is a file's name and does not count.
    package static func pairs(inPath path: String) -> [(key: String, value: String?)] {
        path.utf8.split(separator: UInt8(ascii: "/")).dropLast().compactMap { split(Substring($0)) }
    }

    /// Percent-escapes what cannot stand in a folder name or would be read as something else.
    package static func escape(_ text: String) -> String {
        guard text.utf8.contains(where: mustEscape) else { return text }
        var bytes: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            if mustEscape(byte) {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Undoes `escape`; a `%` without two hex digits stands for itself, bytes that are not UTF-8 are replaced.
    package static func unescape(_ text: some StringProtocol) -> String { PercentText.decoded(text) }

    /// Whether listings leave a file or folder out: `_SUCCESS`, `.crc` files, unfinished writes.
    package static func isHidden(_ name: some StringProtocol) -> Bool {
        // A partition folder may start with an underscore: `_date=2024-01-31`.
        name.hasPrefix(".") || (name.hasPrefix("_") && !name.utf8.contains(UInt8(ascii: "=")))
    }

    private static func mustEscape(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x1F, 0x7F: true
        case UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "'"), UInt8(ascii: "*"),
            UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "\\"),
            UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "^"):
            true
        default: false
        }
    }
}
