/// Values of one column as bytes, on their way into rows that leave the process.

import Glibc
import LodeCore

/// The cells of some rows, one behind the other.
///
/// A column is encoded as a whole, by a loop for its type; `RowAssembly` then puts the cells of several columns together, row by row.
/// So the type is looked at once a chunk, and a cell costs a copy of its few bytes.
package final class EncodedCells {
    /// What stands for the length of NULL.
    static let null: Int32 = -1

    package let bytes: ByteSink
    /// Of each cell.
    let lengths: UnsafeMutablePointer<Int32>
    private let capacity: Int
    package private(set) var count = 0

    /// - Parameter capacity: rows that there may be.
    package init(capacity: Int) throws(SQLError) {
        self.capacity = max(1, capacity)
        lengths = .allocate(capacity: self.capacity)
        bytes = try ByteSink(capacity: self.capacity * 8)
    }

    deinit { lengths.deallocate() }

    package func removeAll() {
        count = 0
        bytes.truncate()
    }

    package func appendNull() {
        precondition(count < capacity, "more cells than there is room for")
        lengths[count] = Self.null
        count &+= 1
    }

    /// What was put into `bytes` since it held `start` of them is a cell.
    /// - Throws: `54000` for what no length can say.
    package func endCell(from start: Int) throws(SQLError) {
        precondition(count < capacity, "more cells than there is room for")
        guard let length = Int32(exactly: bytes.count - start), length < .max else { throw Self.tooLong }
        lengths[count] = length
        count &+= 1
    }

    /// Whether some cell is a text of no bytes.
    package var hasEmpty: Bool {
        var index = 0
        while index < count {
            if lengths[index] == 0 { return true }
            index &+= 1
        }
        return false
    }

    /// The same cells, each as `append` writes it; NULL stays NULL.
    package func rewritten(_ append: (UnsafeRawBufferPointer, ByteSink) throws(SQLError) -> Void) throws(SQLError) -> EncodedCells {
        let result = try EncodedCells(capacity: count)
        var offset = 0
        for index in 0..<count {
            let length = Int(lengths[index])
            if length < 0 {
                result.appendNull()
                continue
            }
            let start = result.bytes.count
            try append(UnsafeRawBufferPointer(start: bytes.base + offset, count: length), result.bytes)
            try result.endCell(from: start)
            offset += length
        }
        return result
    }

    static var tooLong: SQLError { SQLError(.programLimitExceeded, "a value or row of 2 GiB or more cannot be sent") }

    // MARK: Loops

    /// Cells of the same width; `store` puts the value of a lane in its place.
    @inline(__always)
    private func appendFixed<Lane: BitwiseCopyable>(
        _ column: Column, _ rows: Range<Int>, _: Lane.Type, width: Int, _ store: (UnsafeMutableRawPointer, Lane) -> Void
    ) throws(SQLError) {
        precondition(count + rows.count <= capacity && rows.upperBound <= column.count, "more cells than there is room for")
        var out = UnsafeMutableRawPointer(try bytes.reserve(rows.count * width))
        let lanes = column.lanes(as: Lane.self), mask = column.mask
        var row = rows.lowerBound, at = count, written = 0
        while row < rows.upperBound {
            if Validity.isValid(mask, row) {
                store(out, lanes[row])
                out += width
                written &+= width
                lengths[at] = Int32(truncatingIfNeeded: width)
            } else {
                lengths[at] = Self.null
            }
            at &+= 1
            row &+= 1
        }
        count = at
        bytes.advance(written)
    }

    /// Cells of any width; `append` puts the value of a lane into `bytes`.
    @inline(__always)
    private func append<Lane>(
        _ column: Column, _ rows: Range<Int>, _: Lane.Type, _ append: (Lane, ByteSink) throws(SQLError) -> Void
    ) throws(SQLError) {
        precondition(rows.upperBound <= column.count, "rows beyond the column")
        let lanes = column.lanes(as: Lane.self), mask = column.mask
        for row in rows {
            if !Validity.isValid(mask, row) {
                appendNull()
                continue
            }
            let start = bytes.count
            try append(lanes[row], bytes)
            try endCell(from: start)
        }
    }

    // MARK: Text

    /// Appends the text of rows of a flat column, as PostgreSQL shows it.
    /// - Returns: false for a type that is not encoded here: nothing was done.
    package func appendText(_ column: Column, _ rows: Range<Int>, zone: ValueText.Zone?) throws(SQLError) -> Bool {
        switch column.type {
        case .boolean:
            let (yes, no) = (UInt8(ascii: "t"), UInt8(ascii: "f"))
            try appendFixed(column, rows, UInt8.self, width: 1) { $0.storeBytes(of: $1 != 0 ? yes : no, as: UInt8.self) }
        case .smallint:
            try append(column, rows, Int16.self) { (lane, sink) throws(SQLError) in try NumberText.append(Int64(lane), to: sink) }
        case .integer:
            try append(column, rows, Int32.self) { (lane, sink) throws(SQLError) in try NumberText.append(Int64(lane), to: sink) }
        case .bigint: try append(column, rows, Int64.self) { (lane, sink) throws(SQLError) in try NumberText.append(lane, to: sink) }
        case .double: try append(column, rows, Double.self) { (lane, sink) throws(SQLError) in try NumberText.append(lane, to: sink) }
        case .decimal(_, let scale) where column.physical == .int64:
            try append(column, rows, Int64.self) { (lane, sink) throws(SQLError) in
                try NumberText.append(decimal: Int128(lane), scale: scale, to: sink)
            }
        case .decimal(_, let scale):
            try append(column, rows, Int128.self) { (lane, sink) throws(SQLError) in
                try NumberText.append(decimal: lane, scale: scale, to: sink)
            }
        case .varchar, .json: try append(column, rows, StringView.self) { (lane, sink) throws(SQLError) in try sink.append(lane) }
        case .date: try append(column, rows, Int32.self) { (lane, sink) throws(SQLError) in try TimeText.append(date: lane, to: sink) }
        case .timestamp:
            try append(column, rows, Int64.self) { (lane, sink) throws(SQLError) in try TimeText.append(timestamp: lane, to: sink) }
        case .timestamptz:
            try append(column, rows, Int64.self) { (lane, sink) throws(SQLError) in
                try TimeText.append(timestamptz: lane, offsetSeconds: zone?(lane) ?? 0, to: sink)
            }
        default: return false
        }
        return true
    }

    // MARK: Binary

    /// Appends rows of a flat column as PostgreSQL's `…send` functions give them.
    /// - Returns: false for a type that is not encoded here: nothing was done.
    package func appendBinary(_ column: Column, _ rows: Range<Int>) throws(SQLError) -> Bool {
        switch column.type {
        case .boolean: try appendFixed(column, rows, UInt8.self, width: 1) { $0.storeBytes(of: $1 != 0 ? 1 : 0, as: UInt8.self) }
        case .smallint: try appendFixed(column, rows, Int16.self, width: 2) { $0.storeBytes(of: $1.bigEndian, as: Int16.self) }
        case .integer: try appendFixed(column, rows, Int32.self, width: 4) { $0.storeBytes(of: $1.bigEndian, as: Int32.self) }
        case .bigint: try appendFixed(column, rows, Int64.self, width: 8) { $0.storeBytes(of: $1.bigEndian, as: Int64.self) }
        case .double:
            try appendFixed(column, rows, Double.self, width: 8) { $0.storeBytes(of: $1.bitPattern.bigEndian, as: UInt64.self) }
        case .date: try appendFixed(column, rows, Int32.self, width: 4) { $0.storeBytes(of: WireTime.date($1).bigEndian, as: Int32.self) }
        case .timestamp, .timestamptz:
            try appendFixed(column, rows, Int64.self, width: 8) { $0.storeBytes(of: WireTime.timestamp($1).bigEndian, as: Int64.self) }
        case .decimal(_, let scale) where column.physical == .int64:
            try append(column, rows, Int64.self) { (lane, sink) throws(SQLError) in
                try WireNumeric.append(Int128(lane), scale: scale, to: sink)
            }
        case .decimal(_, let scale):
            try append(column, rows, Int128.self) { (lane, sink) throws(SQLError) in try WireNumeric.append(lane, scale: scale, to: sink) }
        case .varchar, .json, .varbinary:
            try append(column, rows, StringView.self) { (lane, sink) throws(SQLError) in try sink.append(lane) }
        default: return false
        }
        return true
    }
}

/// Dates and timestamps as PostgreSQL counts them: from 2000-01-01. Infinities stay the extremes of the integer.
package enum WireTime {
    package static let epochDays: Int32 = 10_957
    package static let epochMicros: Int64 = 946_684_800_000_000

    package static func date(_ days: Int32) -> Int32 {
        if days == .max || days == .min { return days }
        let (shifted, overflow) = days.subtractingReportingOverflow(epochDays)
        return overflow ? .min &+ 1 : shifted
    }

    package static func timestamp(_ micros: Int64) -> Int64 {
        if micros == .max || micros == .min { return micros }
        let (shifted, overflow) = micros.subtractingReportingOverflow(epochMicros)
        return overflow ? .min &+ 1 : shifted
    }
}
