/// A set of constants that columns are tested against.

import LodeCore
import LodeVectors

/// The right side of IN: a bitmap for integers close to each other, else a hash table with linear probing.
///
/// Keys are brought to two words: numbers to one (the other is zero), 128-bit numbers to their halves, strings to their lane.
final class ValueSet: Sendable {
    private let physical: PhysicalType
    /// Keeps the bytes of long strings.
    private let values: Column
    private let hasNull: Bool
    /// For the bitmap: one byte a value from `base` on.
    private let base: Int64
    private let flags: Buffer?
    private let slots: Buffer
    private let mask: Int
    private let memo = DictionaryFlags()

    init(_ list: [Value], _ type: SQLType) throws(SQLError) {
        physical = type.physical
        hasNull = list.contains(where: \.isNull)
        let present = list.filter { !$0.isNull }
        values = try Column.make(type, present)
        var size = 16
        while size < present.count * 2 { size *= 2 }
        mask = size - 1
        slots = try Buffer.zeroed(byteCount: size * 32)
        var low = Int64.max, high = Int64.min
        for row in 0..<present.count {
            let (a, b) = Self.key(values, row, physical)
            Self.insert(a, b, slots, mask, physical)
            let number = Int64(bitPattern: a)
            low = min(low, number)
            high = max(high, number)
        }
        let isInteger =
            switch physical {
            case .int8, .int16, .int32, .int64, .bool: true
            default: false
            }
        base = low
        let (range, overflow) = high.subtractingReportingOverflow(low)
        if isInteger, !present.isEmpty, !overflow, range < 65_536 {
            let bitmap = try Buffer.zeroed(byteCount: Int(range) + 1)
            for row in 0..<present.count {
                let number = Int64(bitPattern: Self.key(values, row, physical).0)
                bitmap.lanes(as: UInt8.self)[Int(number - low)] = 1
            }
            flags = bitmap
        } else {
            flags = nil
        }
    }

    /// Whether each row's value is in the set; NULL where it is NULL, or where it is not in a set that holds NULL.
    func contains(_ column: Column, _ count: Int) throws(SQLError) -> Column {
        if column.layout == .constant {
            let one = try test(column.singleRow, 1)
            return Column(repeating: one, count: count)
        }
        if column.layout == .dictionary, let dictionary = column.dictionary, dictionary.count <= max(count * 4, 64) {
            let verdicts = try memo.flags(of: dictionary) { () throws(SQLError) in try self.lookUp(dictionary, dictionary.count) }
            let result = try Buffer(byteCount: count)
            let out = result.lanes(as: UInt8.self)
            let table = verdicts.lanes(as: UInt8.self), codes = column.lanes(as: Int32.self)
            if dictionary.count == 0 {
                out.update(repeating: 0, count: count)
            } else {
                var i = 0
                while i < count {
                    out[i] = table[Int(codes[i])]
                    i &+= 1
                }
            }
            return try finish(result, column.validityBuffer, count)
        }
        return try test(try column.flattened(), count)
    }

    private func test(_ flat: Column, _ count: Int) throws(SQLError) -> Column {
        try finish(try lookUp(flat, count), flat.validityBuffer, count)
    }

    private func finish(_ flags: Buffer, _ validity: Buffer?, _ count: Int) throws(SQLError) -> Column {
        guard hasNull else { return Column(flat: .boolean, count: count, lanes: flags, validity: validity) }
        let buffer = try Validity.allValid(count)
        let out = buffer.lanes(as: UInt64.self)
        let found = flags.lanes(as: UInt8.self)
        for i in 0..<count where found[i] == 0 || !Validity.isValid(validity, i) { Validity.clear(out, i) }
        return Column(flat: .boolean, count: count, lanes: flags, validity: buffer)
    }

    /// One byte per row of a flat column.
    private func lookUp(_ flat: Column, _ count: Int) throws(SQLError) -> Buffer {
        let result = try Buffer(byteCount: count)
        let out = result.lanes(as: UInt8.self)
        switch physical {
        case .bool, .int8: probe(flat.lanes(as: Int8.self), out, count)
        case .int16: probe(flat.lanes(as: Int16.self), out, count)
        case .int32: probe(flat.lanes(as: Int32.self), out, count)
        case .int64: probe(flat.lanes(as: Int64.self), out, count)
        default:
            for row in 0..<count {
                let (a, b) = Self.key(flat, row, physical)
                out[row] = Self.find(a, b, slots, mask, physical) ? 1 : 0
            }
        }
        return result
    }

    @inline(__always)
    private func probe<Lane: FixedWidthInteger>(_ lanes: Lanes<Lane>, _ out: MutableLanes<UInt8>, _ count: Int) {
        var i = 0
        if let flags {
            let table = flags.lanes(as: UInt8.self), size = UInt64(flags.byteCount)
            while i < count {
                let index = UInt64(bitPattern: Int64(truncatingIfNeeded: lanes[i]) &- base)
                out[i] = index < size ? table[Int(truncatingIfNeeded: index)] : 0
                i &+= 1
            }
        } else {
            while i < count {
                let word = UInt64(bitPattern: Int64(truncatingIfNeeded: lanes[i]))
                out[i] = Self.find(word, 0, slots, mask, physical) ? 1 : 0
                i &+= 1
            }
        }
    }

    private static func key(_ column: Column, _ row: Int, _ physical: PhysicalType) -> (UInt64, UInt64) {
        func halves(_ number: Int128) -> (UInt64, UInt64) {
            (UInt64(truncatingIfNeeded: number), UInt64(truncatingIfNeeded: number >> 64))
        }
        switch physical {
        case .bool, .int8: return (UInt64(bitPattern: Int64(column.lanes(as: Int8.self)[row])), 0)
        case .int16: return (UInt64(bitPattern: Int64(column.lanes(as: Int16.self)[row])), 0)
        case .int32: return (UInt64(bitPattern: Int64(column.lanes(as: Int32.self)[row])), 0)
        case .int64: return (column.lanes(as: UInt64.self)[row], 0)
        case .int128: return halves(column.lanes(as: Int128.self)[row])
        case .float32: return (HashMix.canonical(Double(column.lanes(as: Float.self)[row])), 0)
        case .float64: return (HashMix.canonical(column.lanes(as: Double.self)[row]), 0)
        case .interval: return halves(column.lanes(as: Interval.self)[row].comparisonMicros)
        case .text:
            let view = column.lanes(as: StringView.self)[row]
            return (view.head, view.tail)
        case .list, .structure: return (0, 0)
        }
    }

    /// A slot is four words: used, key, key, unused.
    @_lifetime(borrow slots)
    private static func slot(
        _ a: UInt64, _ b: UInt64, _ slots: Buffer, _ mask: Int, _ physical: PhysicalType
    ) -> MutableLanes<UInt64> {
        let table = slots.lanes(as: UInt64.self)
        let hash = physical == .text ? HashMix.text(StringView(head: a, tail: b)) : HashMix.pair(a, b)
        var index = Int(truncatingIfNeeded: hash) & mask
        while true {
            let place = table + index * 4
            if place[0] == 0 { return place }
            if physical == .text {
                if StringView(head: place[1], tail: place[2]) == StringView(head: a, tail: b) { return place }
            } else if place[1] == a, place[2] == b {
                return place
            }
            index = (index &+ 1) & mask
        }
    }

    private static func insert(_ a: UInt64, _ b: UInt64, _ slots: Buffer, _ mask: Int, _ physical: PhysicalType) {
        let place = slot(a, b, slots, mask, physical)
        place[0] = 1
        place[1] = a
        place[2] = b
    }

    private static func find(_ a: UInt64, _ b: UInt64, _ slots: Buffer, _ mask: Int, _ physical: PhysicalType) -> Bool {
        slot(a, b, slots, mask, physical)[0] != 0
    }
}
