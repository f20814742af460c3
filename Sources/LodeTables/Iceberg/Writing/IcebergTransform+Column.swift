/// Transforms of many values at once: how rows find their partitions.

import LodeCore
import LodeVectors

extension IcebergTransform: ColumnTransform {
    /// What it makes of each value of a column, flat; the column itself for the identity.
    ///
    /// A dictionary's values are transformed once, whatever rows have them.
    /// - Throws: `22008` for infinite times, which lie in no period; `22003` for numbers that cannot be truncated.
    package func apply(_ column: Column) throws(SQLError) -> Column {
        if self == .identity { return column }
        guard let type = resultType(of: column.type) else { throw .internalFault("\(text) of a column of type \(column.type)") }
        switch column.layout {
        case .constant:
            return Column(repeating: try apply(column.singleRow), count: column.count)
        case .dictionary:
            // Of a large one most values may not be asked for.
            guard let dictionary = column.dictionary, (1...max(1, column.count)).contains(dictionary.count) else { break }
            return column.replacing(dictionary: try apply(dictionary))
        case .flat: break
        }
        let flat = try column.flattened()
        switch (self, flat.physical) {
        case (.bucket(let count), _): return try buckets(flat, Int32(clamping: count))
        case (.year, _): return try periods(flat, .year, type)
        case (.month, _): return try periods(flat, .month, type)
        case (.day, _): return try periods(flat, .day, type)
        case (.hour, _): return try periods(flat, .hour, type)
        case (.truncate(let width), .int32): return try truncated(flat, Int32.self, width)
        case (.truncate(let width), .int64): return try truncated(flat, Int64.self, width)
        case (.truncate(let width), .int128): return try truncated(flat, Int128.self, width)
        case (.truncate(let width), .text): return try prefixes(flat, Int(width))
        default: return try Column.null(type, count: flat.count)
        }
    }

    // MARK: Periods

    private func periods(_ column: Column, _ period: IcebergPeriod, _ type: SQLType) throws(SQLError) -> Column {
        let result = try Buffer(byteCount: max(16, column.count * 4)), out = result.lanes(as: Int32.self)
        var last: (lane: Int64, number: Int32)?
        for row in 0..<column.count {
            let lane = column.physical == .int32 ? Int64(column.lanes(as: Int32.self)[row]) : column.lanes(as: Int64.self)[row]
            // Neighbours mostly lie together.
            if let last, last.lane == lane {
                out[row] = last.number
                continue
            }
            if column.isNull(row) {
                out[row] = 0
                continue
            }
            guard let number = period.number(ofLane: lane, column.type).flatMap({ Int32(exactly: $0) }) else {
                throw SQLError(
                    .datetimeFieldOverflow, "\(text) of \(PartitionText.write(column.value(at: row))): it lies in no partition")
            }
            out[row] = number
            last = (lane, number)
        }
        return Column(flat: type, count: column.count, lanes: result, validity: column.validityBuffer)
    }

    // MARK: Buckets

    private func buckets(_ column: Column, _ count: Int32) throws(SQLError) -> Column {
        let result = try Buffer(byteCount: max(16, column.count * 4)), out = result.lanes(as: Int32.self)
        switch (column.type.base, column.physical) {
        case (.timestampNanos, _), (.timestamptzNanos, _):
            let lanes = column.lanes(as: Int64.self)
            for row in 0..<column.count { out[row] = Murmur3.hash(Nanoseconds.split(lanes[row]).micros) }
        case (.decimal, .int64):
            let lanes = column.lanes(as: Int64.self)
            for row in 0..<column.count { out[row] = Murmur3.hash(Self.bytes(of: Int128(lanes[row]))) }
        case (.decimal, .int128):
            let lanes = column.lanes(as: Int128.self)
            for row in 0..<column.count { out[row] = Murmur3.hash(Self.bytes(of: lanes[row])) }
        case (_, .int32):
            let lanes = column.lanes(as: Int32.self)
            for row in 0..<column.count { out[row] = Murmur3.hash(Int64(lanes[row])) }
        case (_, .int64):
            let lanes = column.lanes(as: Int64.self)
            for row in 0..<column.count { out[row] = Murmur3.hash(lanes[row]) }
        case (_, .text):
            let lanes = column.lanes(as: StringView.self)
            for row in 0..<column.count { out[row] = lanes[row].withBytes { Murmur3.hash($0) } }
        default: for row in 0..<column.count { out[row] = column.isNull(row) ? 0 : Self.hash(column.value(at: row)) ?? 0 }
        }
        for row in 0..<column.count { out[row] = (out[row] & .max) % count }
        return Column(flat: .integer, count: column.count, lanes: result, validity: column.validityBuffer)
    }

    // MARK: Truncation

    private func truncated<Lane: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
        _ column: Column, _: Lane.Type, _ width: Int64
    ) throws(SQLError) -> Column {
        guard let width = Lane(exactly: width) else { throw .internalFault("\(text) of a column of type \(column.type)") }
        let result = try Buffer(byteCount: max(16, column.count * MemoryLayout<Lane>.stride)), out = result.lanes(as: Lane.self)
        let lanes = column.lanes(as: Lane.self)
        for row in 0..<column.count {
            // What lies below NULL is nobody's value: it may well be out of range.
            if column.isNull(row) {
                out[row] = 0
                continue
            }
            let rest = lanes[row] % width
            let (start, overflow) = lanes[row].subtractingReportingOverflow(rest < 0 ? rest + width : rest)
            if overflow {
                throw SQLError(.numericValueOutOfRange, "\(text) of \(PartitionText.write(column.value(at: row))) is out of range")
            }
            out[row] = start
        }
        return Column(flat: column.type, count: column.count, lanes: result, validity: column.validityBuffer)
    }

    /// So many characters of texts, or bytes of binaries.
    private func prefixes(_ column: Column, _ width: Int) throws(SQLError) -> Column {
        let result = try Buffer(byteCount: max(16, column.count * MemoryLayout<StringView>.stride)), out = result.lanes(as: StringView.self)
        let lanes = column.lanes(as: StringView.self), isText = column.type.base != .varbinary, arena = TextArena()
        for row in 0..<column.count {
            let view = lanes[row]
            if view.count <= width {
                out[row] = view
                continue
            }
            out[row] = try view.withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                let end = isText ? Self.end(of: width, in: bytes) : width
                return try arena.add(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
            })
        }
        return Column(
            flat: column.type, count: column.count, lanes: result, validity: column.validityBuffer, heaps: [column] + arena.heaps)
    }

    /// Where the first `count` code points of a text end.
    private static func end(of count: Int, in bytes: UnsafeRawBufferPointer) -> Int {
        var left = count
        for (place, byte) in bytes.enumerated() where byte & 0xc0 != 0x80 {
            if left == 0 { return place }
            left -= 1
        }
        return bytes.count
    }
}

extension IcebergPeriod {
    /// The number of the period of a lane of a date or a timestamp.
    func number(ofLane lane: Int64, _ type: SQLType) -> Int64? {
        switch type.base {
        case .date: Int32(exactly: lane).flatMap { number(of: .date($0)) }
        case .timestampNanos, .timestamptzNanos: number(of: .timestampNanos(lane))
        default: number(of: .timestamp(lane))
        }
    }
}
