/// How the lanes of a column lie in memory.

import LodeCore

/// The lane types that kernels know. Several SQL types share one.
package enum PhysicalType: UInt8, Sendable {
    /// One byte, 0 or 1.
    case bool
    case int8, int16, int32, int64, int128
    case float32, float64
    /// `StringView`, for text and binary.
    case text
    /// `Interval`, 16 bytes.
    case interval
    /// `ListRange` into `children[0]` (list), or into `children[0]` and `[1]` (map keys and values).
    case list
    /// No lanes of its own; one child a field.
    case structure

    /// Bytes from one lane to the next.
    package var stride: Int {
        switch self {
        case .bool, .int8: 1
        case .int16: 2
        case .int32, .float32: 4
        case .int64, .float64, .list: 8
        case .int128, .text, .interval: 16
        case .structure: 0
        }
    }
}

/// The elements of one list: `count` values of the child column from `offset` on.
@frozen package struct ListRange: Hashable, Sendable {
    package var offset: UInt32
    package var count: UInt32
    package init(offset: UInt32, count: UInt32) {
        self.offset = offset
        self.count = count
    }
}

extension SQLType {
    /// The lanes that hold values of this type.
    ///
    /// Decimals of up to 18 digits are unscaled `Int64`, longer ones `Int128`. A uuid is its 128-bit big-endian number with
    /// the top bit flipped, so that signed order is byte order. A bare NULL has `bool` lanes.
    package var physical: PhysicalType {
        switch self {
        case .null, .boolean: .bool
        case .tinyint: .int8
        case .smallint: .int16
        case .integer, .date: .int32
        case .bigint, .time, .timestamp, .timestamptz, .timestampNanos, .timestamptzNanos: .int64
        case .real: .float32
        case .double: .float64
        case .decimal(let precision, _): precision <= 18 ? .int64 : .int128
        case .varchar, .char, .varbinary, .json: .text
        case .interval: .interval
        case .uuid: .int128
        case .list, .map: .list
        case .catalog(let type): type.base.physical
        case .structure: .structure
        }
    }
}
