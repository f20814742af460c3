/// Leaves of fixed width: numbers, dates, timestamps, decimals, uuids, intervals.

import Glibc
import LodeCore
import LodeVectors

/// Keeps the values as PLAIN stores them: pages are copies, or codes of a dictionary.
final class FixedLeaf: LeafEncoder {
    private let values: ByteSink
    private let width: Int
    private var dictionary: (keys: ByteSink, count: Int, codes: Buffer)?

    override init(_ plan: LeafPlan, _ options: ParquetWriteOptions) throws(SQLError) {
        width = plan.fixedBytes > 0 ? plan.fixedBytes : plan.physical.plainWidth
        values = try ByteSink(capacity: 1024)
        try super.init(plan, options)
    }

    override var storedBytes: Int { values.count }
    private var count: Int { values.count / width }

    override func reset() {
        values.truncate()
        dictionary = nil
    }

    // MARK: Values in

    override func appendValues(_ leaf: ShreddedLeaf) throws(SQLError) {
        let column = leaf.column.layout == .flat ? leaf.column : try leaf.column.flattened()
        let count = leaf.rows?.count ?? leaf.count
        guard count > 0 else { return }
        let out = UnsafeMutableRawPointer(try values.reserve(count * width))
        switch (column.physical, plan.physical) {
        case (.int8, _): copy(column, leaf.rows, count, out) { (lane: Int8) in Int32(lane) }
        case (.int16, _): copy(column, leaf.rows, count, out) { (lane: Int16) in Int32(lane) }
        case (.int32, _), (.float32, _): copy(column, leaf.rows, count, out) { (lane: UInt32) in lane }
        // Decimals of up to nine digits.
        case (.int64, .int32): copy(column, leaf.rows, count, out) { (lane: Int64) in Int32(truncatingIfNeeded: lane) }
        case (.int64, _), (.float64, _): copy(column, leaf.rows, count, out) { (lane: UInt64) in lane }
        case (.int128, _):
            let flip: UInt128 = plan.type == .uuid ? 1 << 127 : 0
            copy(column, leaf.rows, count, out) { (lane: UInt128) in (lane ^ flip).byteSwapped }
        case (.interval, _): try copyIntervals(column, leaf.rows, count, out)
        default: throw .internalFault("a \(column.type) column in a \(plan.type) leaf")
        }
        values.advance(count * width)
    }

    @inline(__always)
    private func copy<Lane: BitwiseCopyable, Stored: BitwiseCopyable>(
        _ column: Column, _ rows: [UInt32]?, _ count: Int, _ out: UnsafeMutableRawPointer, _ convert: (Lane) -> Stored
    ) {
        let lanes = column.lanes(as: Lane.self)
        let target = out.assumingMemoryBound(to: Stored.self)
        if let rows {
            rows.withUnsafeBufferPointer { rows in
                var i = 0
                while i < count {
                    target[i] = convert(lanes[Int(rows[i])])
                    i &+= 1
                }
            }
        } else {
            var i = 0
            while i < count {
                target[i] = convert(lanes[i])
                i &+= 1
            }
        }
    }

    /// Months, days and milliseconds, four bytes each.
    private func copyIntervals(_ column: Column, _ rows: [UInt32]?, _ count: Int, _ out: UnsafeMutableRawPointer) throws(SQLError) {
        let lanes = column.lanes(as: Interval.self)
        for index in 0..<count {
            let interval = lanes[rows.map { Int($0[index]) } ?? index]
            guard interval.months >= 0, interval.days >= 0, interval.micros >= 0, let millis = UInt32(exactly: interval.micros / 1000),
                interval.micros % 1000 == 0
            else {
                throw SQLError(
                    .numericValueOutOfRange,
                    "an interval that is negative, finer than milliseconds or longer than 49 days of time has no form in Parquet",
                    hint: "Write it as text: cast it to varchar.")
            }
            out.storeBytes(of: UInt32(bitPattern: interval.months), toByteOffset: index * 12, as: UInt32.self)
            out.storeBytes(of: UInt32(bitPattern: interval.days), toByteOffset: index * 12 + 4, as: UInt32.self)
            out.storeBytes(of: millis, toByteOffset: index * 12 + 8, as: UInt32.self)
        }
    }

    // MARK: Pages out

    override func chooseDictionary() throws(SQLError) -> Int? {
        guard count > 0, width != 12 else { return nil }
        let limit = min(options.dictionaryBytes / width, options.dictionaryValues)
        switch width {
        case 4: try number(UInt32.self, limit)
        case 8: try number(UInt64.self, limit)
        default: try number(UInt128.self, limit)
        }
        return dictionary?.count
    }

    /// Numbers the values, and keeps that if it is smaller than the values themselves.
    private func number<Key: FixedWidthInteger & BitwiseCopyable>(_: Key.Type, _ limit: Int) throws(SQLError) {
        let keys = Lanes(UnsafeRawPointer(values.base).assumingMemoryBound(to: Key.self), keptBy: self)
        guard let found = try FixedDictionary(keys, count, limit: limit, isWanted: wantsDictionary) else { return }
        let codeBits = RunLengthWriter.width(found.keys.count - 1)
        let size = found.keys.count * width + count * codeBits / 8
        guard wantsDictionary || (size < count * width && !isBetterPlain(distinct: found.keys.count, size)) else { return }
        let sink = try ByteSink(capacity: found.keys.count * width)
        let out = UnsafeMutableRawPointer(try sink.reserve(found.keys.count * width))
        found.keys.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { memcpy(out, base, bytes.count) }
        }
        sink.advance(found.keys.count * width)
        dictionary = (sink, found.keys.count, found.codes)
    }

    override func appendDictionary(to sink: ByteSink) throws(SQLError) {
        if let dictionary { try sink.append(dictionary.keys.bytes) }
    }

    /// Whether numbers that mostly grow, each a few times, are better left to differences, or to the compression of PLAIN values,
    /// which finds those: codes packed into bits that are no bytes hide them.
    private func isBetterPlain(distinct: Int, _ size: Int) -> Bool {
        guard plan.physical == .int32 || plan.physical == .int64, distinct * 8 > count else { return false }
        if plainEncoding == .deltaBinaryPacked {
            return width == 4
                ? DeltaWriter.estimate(values.base, count, Int32.self) < size : DeltaWriter.estimate(values.base, count, Int64.self) < size
        }
        guard plainEncoding == .plain, options.codec != .uncompressed else { return false }
        return width == 4 ? mostlyGrows(Int32.self) : mostlyGrows(Int64.self)
    }

    private func mostlyGrows<Lane: FixedWidthInteger & BitwiseCopyable>(_: Lane.Type) -> Bool {
        let lanes = UnsafeRawPointer(values.base).assumingMemoryBound(to: Lane.self)
        var falls = 0, index = 1
        while index < count {
            falls &+= lanes[index] < lanes[index &- 1] ? 1 : 0
            index &+= 1
        }
        return falls * 32 < count
    }

    override func addHashes(to filter: inout BloomFilterWriter) {
        let keys = UnsafeRawPointer(dictionary.map { $0.keys.base } ?? values.base)
        for index in 0..<(dictionary?.count ?? count) {
            filter.insert(XXHash64.hash(UnsafeRawBufferPointer(start: keys + index * width, count: width)))
        }
    }

    override func pageEnd(from start: Int) -> Int { start + max(1, options.pageBytes / width) }

    override func appendPage(_ range: Range<Int>, to sink: ByteSink) throws(SQLError) {
        if let dictionary {
            let bits = RunLengthWriter.width(dictionary.count - 1)
            try sink.append(UInt8(bits))
            let buffer = dictionary.codes, codes = Lanes(buffer.lanes(as: UInt32.self))
            return try RunLengthWriter.append(codes + range.lowerBound, range.count, width: bits, to: sink)
        }
        let base = UnsafeRawPointer(values.base + range.lowerBound * width)
        switch plainEncoding {
        case .deltaBinaryPacked:
            let wide = try Buffer(byteCount: range.count * 8)
            let out = wide.lanes(as: Int64.self)
            for (index, position) in range.enumerated() { out[index] = integer(position) }
            try DeltaWriter.append(Lanes(out), range.count, is32Bit: plan.physical == .int32, to: sink)
        case .byteStreamSplit: try ByteStreamSplitWriter.append(base, range.count, width: width, to: sink)
        case .deltaByteArray:
            let texts = (0..<range.count).map { UnsafeRawBufferPointer(start: base + $0 * width, count: width) }
            try TextDeltaWriter.prefixes(texts, to: sink)
        default: try sink.append(UnsafeRawBufferPointer(start: base, count: range.count * width))
        }
    }

    private func integer(_ position: Int) -> Int64 {
        let raw = UnsafeRawPointer(values.base)
        return width == 4
            ? Int64(raw.load(fromByteOffset: position * 4, as: Int32.self)) : raw.load(fromByteOffset: position * 8, as: Int64.self)
    }

    // MARK: Bounds

    override func bounds(_ range: Range<Int>) -> LeafBounds? {
        switch plan.physical {
        case .int32: return span(range, Int32.self).map { LeafBounds(minimum: value(Int64($0)), maximum: value(Int64($1))) }
        case .int64: return span(range, Int64.self).map { LeafBounds(minimum: value($0), maximum: value($1)) }
        case .float: return span(floats: range, Float.self).map { LeafBounds(minimum: .double(Double($0)), maximum: .double(Double($1))) }
        case .double: return span(floats: range, Double.self).map { LeafBounds(minimum: .double($0), maximum: .double($1)) }
        default: return wideBounds(range)
        }
    }

    private func value(_ number: Int64) -> Value {
        switch plan.type {
        case .date: .date(Int32(truncatingIfNeeded: number))
        case .time: .time(number)
        case .timestamp, .timestamptz: .timestamp(number)
        case .timestampNanos, .timestamptzNanos: .timestampNanos(number)
        case .decimal(_, let scale): .decimal(Int128(number), scale: scale)
        default: .integer(number)
        }
    }

    private func wideBounds(_ range: Range<Int>) -> LeafBounds? {
        guard width == 16, !range.isEmpty else { return nil }
        let lanes = UnsafeRawPointer(values.base).assumingMemoryBound(to: UInt128.self)
        if case .decimal(_, let scale) = plan.type {
            var low = Int128.max, high = Int128.min
            for index in range {
                let number = Int128(bitPattern: lanes[index].byteSwapped)
                low = min(low, number)
                high = max(high, number)
            }
            return LeafBounds(minimum: .decimal(low, scale: scale), maximum: .decimal(high, scale: scale))
        }
        var low = UInt128.max, high = UInt128.min
        for index in range {
            low = min(low, lanes[index].byteSwapped)
            high = max(high, lanes[index].byteSwapped)
        }
        return LeafBounds(minimum: .uuid(low), maximum: .uuid(high))
    }

    @inline(__always)
    private func span<Lane: FixedWidthInteger & BitwiseCopyable>(_ range: Range<Int>, _: Lane.Type) -> (Lane, Lane)? {
        if range.isEmpty { return nil }
        let lanes = UnsafeRawPointer(values.base).assumingMemoryBound(to: Lane.self)
        var low = lanes[range.lowerBound], high = low
        var index = range.lowerBound
        while index < range.upperBound {
            let lane = lanes[index]
            low = lane < low ? lane : low
            high = lane > high ? lane : high
            index &+= 1
        }
        return (low, high)
    }

    /// Nil where there is a NaN: it has no place in bounds, and readers differ about where it sorts.
    @inline(__always)
    private func span<Lane: BinaryFloatingPoint & BitwiseCopyable>(floats range: Range<Int>, _: Lane.Type) -> (Lane, Lane)? {
        let lanes = UnsafeRawPointer(values.base).assumingMemoryBound(to: Lane.self)
        if range.isEmpty { return nil }
        var low = Lane.infinity, high = -Lane.infinity
        var isOrdered = true, index = range.lowerBound
        while index < range.upperBound {
            let lane = lanes[index]
            low = lane < low ? lane : low
            high = lane > high ? lane : high
            isOrdered = isOrdered && lane == lane
            index &+= 1
        }
        return isOrdered ? (low, high) : nil
    }
}
