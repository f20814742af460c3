/// From rows of a group table back to columns of keys.

import LodeCore

extension GroupLayout {
    /// The keys of `count` rows, one column each. `owners` keep the texts that rows point at.
    package func columns(
        _ rows: Lanes<UnsafeMutableRawPointer>, _ count: Int, owners: [AnyObject]
    ) throws(SQLError) -> [Column] {
        var result: [Column] = []
        result.reserveCapacity(keys.count)
        for key in keys { result.append(try column(key, rows, count, owners)) }
        return result
    }

    private func column(
        _ key: Key, _ rows: Lanes<UnsafeMutableRawPointer>, _ count: Int, _ owners: [AnyObject]
    ) throws(SQLError) -> Column {
        let lanes = try Buffer(byteCount: max(16, count * key.physical.stride))
        let at = 8 + key.word * 8
        switch key.physical {
        case .bool, .int8: unpack(UInt8.self, rows, count, at + key.shift / 8, lanes)
        case .int16: unpack(UInt16.self, rows, count, at + key.shift / 8, lanes)
        case .int32, .float32: unpack(UInt32.self, rows, count, at + key.shift / 8, lanes)
        case .int64, .float64: unpack(UInt64.self, rows, count, at, lanes)
        case .int128, .text: unpackPairs(rows, count, at, lanes)
        case .interval: unpackIntervals(rows, count, at, lanes)
        case .list, .structure: break
        }
        return Column(
            flat: key.type, count: count, lanes: lanes, validity: try validity(key, rows, count),
            heaps: key.physical == .text ? owners : [])
    }

    /// Little-endian: the value at bit `shift` of a word lies `shift / 8` bytes into it.
    @inline(__always)
    private func unpack<Lane: BitwiseCopyable>(
        _: Lane.Type, _ rows: Lanes<UnsafeMutableRawPointer>, _ count: Int, _ offset: Int, _ out: Buffer
    ) {
        let lanes = out.lanes(as: Lane.self)
        var i = 0
        while i < count {
            lanes[i] = rows[i].load(fromByteOffset: offset, as: Lane.self)
            i &+= 1
        }
    }

    private func unpackPairs(
        _ rows: Lanes<UnsafeMutableRawPointer>, _ count: Int, _ offset: Int, _ out: Buffer
    ) {
        let lanes = out.lanes(as: UInt64.self)
        var i = 0
        while i < count {
            lanes[2 &* i] = rows[i].load(fromByteOffset: offset, as: UInt64.self)
            lanes[2 &* i &+ 1] = rows[i].load(fromByteOffset: offset &+ 8, as: UInt64.self)
            i &+= 1
        }
    }

    /// Intervals group by their length; what is given back is the length in months, days and microseconds.
    private func unpackIntervals(
        _ rows: Lanes<UnsafeMutableRawPointer>, _ count: Int, _ offset: Int, _ out: Buffer
    ) {
        let lanes = out.lanes(as: Interval.self)
        let day = Int128(CivilDate.microsPerDay)
        for i in 0..<count {
            let low = rows[i].load(fromByteOffset: offset, as: UInt64.self)
            let high = rows[i].load(fromByteOffset: offset + 8, as: Int64.self)
            let micros = Int128(high) << 64 | Int128(low)
            let days = micros / day
            lanes[i] = Interval(
                months: Int32(truncatingIfNeeded: days / 30), days: Int32(truncatingIfNeeded: days % 30),
                micros: Int64(truncatingIfNeeded: micros % day))
        }
    }

    private func validity(
        _ key: Key, _ rows: Lanes<UnsafeMutableRawPointer>, _ count: Int
    ) throws(SQLError) -> Buffer? {
        guard key.nullWord >= 0 else { return nil }
        let offset = 8 + key.nullWord * 8, bit = UInt64(1) << UInt64(key.nullShift)
        var any: UInt64 = 0
        for i in 0..<count { any |= rows[i].load(fromByteOffset: offset, as: UInt64.self) & bit }
        if any == 0 { return nil }
        let mask = try Validity.allValid(count)
        let out = mask.lanes(as: UInt64.self)
        for i in 0..<count where rows[i].load(fromByteOffset: offset, as: UInt64.self) & bit != 0 { Validity.clear(out, i) }
        return mask
    }
}
