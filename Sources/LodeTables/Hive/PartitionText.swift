/// Partition values as text: what stands behind the `=` in a folder's name.

import LodeCore

/// Writes values as Hive, Spark and Trino do and reads them back by the declared type.
package enum PartitionText {
    /// The text of a value, not yet escaped. NULL and nested values have none and give "".
    package static func write(_ value: Value) -> String {
        switch value {
        case .null, .list, .structure, .map: ""
        case .boolean(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .decimal(let unscaled, let scale): Decimal128.text(unscaled, scale: scale)
        case .double(let number): number.description
        case .text(let text): text.string
        case .bytes(let bytes): hex(bytes)
        case .date(let days): date(Int64(days))
        case .time(let micros): clock(micros)
        case .timestamp(let micros): timestamp(micros)
        case .timestampNanos(let nanos): timestamp(nanos: nanos)
        case .interval(let span): "\(span.months) months \(span.days) days \(span.micros) microseconds"
        case .uuid(let bits): uuid(bits)
        }
    }

    /// The value that `text` (unescaped) means for a column of type `type`; nil if it means none. No text is NULL, unless the column
    /// is of texts or bytes.
    package static func read(_ text: String, as type: SQLType) -> Value? {
        if text.isEmpty, type != .null, !type.isText, type != .varbinary { return .null }
        switch type {
        case .null, .varchar, .char, .json: return .text(text)
        case .boolean:
            switch text.lowercased() {
            case "true", "t", "1": return .boolean(true)
            case "false", "f", "0": return .boolean(false)
            default: return nil
            }
        case .tinyint: return Int8(text).map { .integer(Int64($0)) }
        case .smallint: return Int16(text).map { .integer(Int64($0)) }
        case .integer: return Int32(text).map { .integer(Int64($0)) }
        case .bigint: return Int64(text).map { .integer($0) }
        case .real: return Float(text).map { .double(Double($0)) }
        case .double: return Double(text).map { .double($0) }
        case .decimal(let precision, let scale): return decimal(text, precision: precision, scale: scale)
        case .varbinary: return unhex(text).map { .bytes($0) }
        case .date: return readDate(text[...]).flatMap { Int32(exactly: $0) }.map { .date($0) }
        case .time: return readClock(text[...]).map { .time($0) }
        case .timestamp, .timestamptz: return readTimestamp(text)
        case .timestampNanos, .timestamptzNanos: return readNanos(text)
        case .uuid: return readUUID(text)
        case .interval, .list, .structure, .map, .catalog: return nil
        }
    }

    /// Whether a column of this type may partition a table.
    package static func canPartition(_ type: SQLType) -> Bool {
        switch type {
        case .interval, .list, .structure, .map, .null, .catalog: false
        default: true
        }
    }
}
