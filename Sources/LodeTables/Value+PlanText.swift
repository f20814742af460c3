/// How constants look in plans and reasons.

import LodeCore

extension Value {
    /// The value as SQL, for reading: text quoted and cut at 40 characters, dates as `'2024-01-31'`.
    package var planText: String {
        switch self {
        case .null: "NULL"
        case .text(let text):
            "'" + String(text.prefix(40)).split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
                + (text.count > 40 ? "…'" : "'")
        case .date, .time, .timestamp, .uuid: "'\(PartitionText.write(self))'"
        case .bytes(let bytes): "'\\x…' (\(bytes.count) bytes)"
        case .list, .structure, .map: "…"
        default: PartitionText.write(self)
        }
    }
}
