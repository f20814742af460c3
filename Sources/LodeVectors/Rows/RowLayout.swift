/// Where each value lies in a row of fixed width.

import LodeCore

/// The shape of rows that operators keep in raw memory: what is built, sorted or matched, addressed by pointers.
///
///     | header (a multiple of 8) | 16- and 8-byte lanes | 4 | 2 | 1 | null bits, set = NULL | padding to 8 |
///
/// Lanes are those of flat columns. Nested values are a reference to a kept column and a row number in it (16 bytes).
/// Every row begins at a multiple of 8; sixteen-byte lanes are read as two words.
package struct RowLayout: Sendable {
    package let types: [SQLType]
    /// Bytes in front of the values, for whoever owns the rows: hash, chain, flag.
    package let headerBytes: Int
    /// By column: where its lane begins.
    package let offsets: [Int]
    let kinds: [RowLane]
    /// Where the null bits begin; column `c` has bit `c & 7` of byte `c >> 3`.
    package let nullOffset: Int
    let nullBytes: Int
    /// Bytes from one row to the next.
    package let stride: Int

    package init(headerBytes: Int, types: [SQLType]) {
        precondition(headerBytes % 8 == 0, "row headers keep lanes aligned")
        self.types = types
        self.headerBytes = headerBytes
        kinds = types.map { RowLane($0.physical) }
        var offsets = [Int](repeating: 0, count: types.count)
        var next = headerBytes
        for width in [16, 8, 4, 2, 1] {
            for index in types.indices where kinds[index].bytes == width {
                offsets[index] = next
                next += width
            }
        }
        self.offsets = offsets
        nullOffset = next
        nullBytes = (types.count + 7) / 8
        stride = (next + nullBytes + 7) & ~7
    }

    @inline(__always)
    package func isNull(_ row: UnsafeRawPointer, _ column: Int) -> Bool {
        row.load(fromByteOffset: nullOffset &+ column &>> 3, as: UInt8.self) &>> UInt8(truncatingIfNeeded: column & 7) & 1 != 0
    }
}

/// How a value is moved between a column and a row.
enum RowLane: UInt8, Sendable {
    case one, two, four, eight, sixteen, text, nested

    init(_ physical: PhysicalType) {
        self =
            switch physical {
            case .bool, .int8: .one
            case .int16: .two
            case .int32, .float32: .four
            case .int64, .float64: .eight
            case .int128, .interval: .sixteen
            case .text: .text
            case .list, .structure: .nested
            }
    }

    var bytes: Int {
        switch self {
        case .one: 1
        case .two: 2
        case .four: 4
        case .eight: 8
        case .sixteen, .text, .nested: 16
        }
    }
}

/// Sixteen bytes at any multiple of eight.
struct TwoWords: BitwiseCopyable {
    var low: UInt64
    var high: UInt64
}

/// Addresses of rows.
package typealias RowPointers = MutableLanes<UnsafeMutableRawPointer>
