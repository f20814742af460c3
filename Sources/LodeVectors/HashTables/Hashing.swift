/// Hashes of columns, a chunk at a time.

import LodeCore

/// Vectorized hashing. Equal values of one type hash equal in every layout; NULL hashes as NULL.
package enum Hashing {
    /// Writes the hash of every row over all `columns` to `hashes`, which has room for `count`.
    /// Cost: 0.5 to 1 ns a row and fixed-width column.
    package static func hash(_ columns: [Column], count: Int, into hashes: MutableLanes<UInt64>) throws(SQLError) {
        if columns.isEmpty {
            hashes.update(repeating: HashMix.null, count: count)
            return
        }
        for (index, column) in columns.enumerated() {
            try hash(column, count, hashes, isFirst: index == 0)
        }
    }

    private static func hash(
        _ column: Column, _ count: Int, _ hashes: MutableLanes<UInt64>, isFirst: Bool
    ) throws(SQLError) {
        switch column.layout {
        case .constant:
            let single = try Buffer(byteCount: 8)
            let value = single.lanes(as: UInt64.self)
            try hashFlat(column.singleRow, 1, value, isFirst: true)
            let repeated = value[0]
            if isFirst { hashes.update(repeating: repeated, count: count) } else { combineRepeated(repeated, hashes, count) }
        case .dictionary:
            guard let dictionary = column.dictionary, dictionary.count > 0, dictionary.count <= 2 * count else {
                return try hashFlat(try column.flattened(), count, hashes, isFirst: isFirst)
            }
            let table = try Buffer(byteCount: dictionary.count * 8)
            let values = table.lanes(as: UInt64.self)
            try hashFlat(dictionary, dictionary.count, values, isFirst: true)
            let codes = column.lanes(as: Int32.self)
            write(hashes, count, column.mask, isFirst) { values[Int(codes[$0])] }
        case .flat:
            try hashFlat(column, count, hashes, isFirst: isFirst)
        }
    }

    private static func hashFlat(
        _ column: Column, _ count: Int, _ hashes: MutableLanes<UInt64>, isFirst: Bool
    ) throws(SQLError) {
        let mask = column.mask
        switch column.physical {
        case .bool, .int8:
            let lanes = column.lanes(as: Int8.self)
            write(hashes, count, mask, isFirst) { HashMix.word(UInt64(bitPattern: Int64(lanes[$0]))) }
        case .int16:
            let lanes = column.lanes(as: Int16.self)
            write(hashes, count, mask, isFirst) { HashMix.word(UInt64(bitPattern: Int64(lanes[$0]))) }
        case .int32:
            let lanes = column.lanes(as: Int32.self)
            write(hashes, count, mask, isFirst) { HashMix.word(UInt64(bitPattern: Int64(lanes[$0]))) }
        case .int64:
            let lanes = column.lanes(as: UInt64.self)
            write(hashes, count, mask, isFirst) { HashMix.word(lanes[$0]) }
        case .int128:
            let lanes = column.lanes(as: Int128.self)
            write(hashes, count, mask, isFirst) {
                HashMix.pair(UInt64(truncatingIfNeeded: lanes[$0]), UInt64(truncatingIfNeeded: lanes[$0] &>> 64))
            }
        case .float32:
            let lanes = column.lanes(as: Float.self)
            write(hashes, count, mask, isFirst) { HashMix.word(HashMix.canonical(Double(lanes[$0]))) }
        case .float64:
            let lanes = column.lanes(as: Double.self)
            write(hashes, count, mask, isFirst) { HashMix.word(HashMix.canonical(lanes[$0])) }
        case .text:
            let lanes = column.lanes(as: StringView.self)
            write(hashes, count, mask, isFirst) { HashMix.text(lanes[$0]) }
        case .interval:
            let lanes = column.lanes(as: Interval.self)
            write(hashes, count, mask, isFirst) {
                let micros = lanes[$0].comparisonMicros
                return HashMix.pair(UInt64(truncatingIfNeeded: micros), UInt64(truncatingIfNeeded: micros &>> 64))
            }
        case .list, .structure:
            write(hashes, count, mask, isFirst) { nested(column, $0) }
        }
    }

    /// The hash of one value that has others inside.
    static func nested(_ column: Column, _ row: Int) -> UInt64 {
        if column.isNull(row) { return HashMix.null }
        let (place, lane) = column.place(of: row)
        switch place.physical {
        case .structure:
            var hash = HashMix.null
            for child in place.children { hash = HashMix.combine(hash, nested(child, lane)) }
            return hash
        case .list:
            let range = place.lanes(as: ListRange.self)[lane]
            var hash = HashMix.word(UInt64(range.count))
            for child in place.children {
                for element in Int(range.offset)..<(Int(range.offset) + Int(range.count)) {
                    hash = HashMix.combine(hash, nested(child, element))
                }
            }
            return hash
        case .bool, .int8: return HashMix.word(UInt64(bitPattern: Int64(place.lanes(as: Int8.self)[lane])))
        case .int16: return HashMix.word(UInt64(bitPattern: Int64(place.lanes(as: Int16.self)[lane])))
        case .int32: return HashMix.word(UInt64(bitPattern: Int64(place.lanes(as: Int32.self)[lane])))
        case .int64: return HashMix.word(place.lanes(as: UInt64.self)[lane])
        case .int128, .interval:
            let value = place.physical == .int128
                ? place.lanes(as: Int128.self)[lane] : place.lanes(as: Interval.self)[lane].comparisonMicros
            return HashMix.pair(UInt64(truncatingIfNeeded: value), UInt64(truncatingIfNeeded: value &>> 64))
        case .float32: return HashMix.word(HashMix.canonical(Double(place.lanes(as: Float.self)[lane])))
        case .float64: return HashMix.word(HashMix.canonical(place.lanes(as: Double.self)[lane]))
        case .text: return HashMix.text(place.lanes(as: StringView.self)[lane])
        }
    }

    @inline(__always)
    private static func write(
        _ hashes: MutableLanes<UInt64>, _ count: Int, _ mask: Lanes<UInt64>?, _ isFirst: Bool,
        _ value: (Int) -> UInt64
    ) {
        var i = 0
        if let mask {
            while i < count {
                let hash = Validity.isValid(mask, i) ? value(i) : HashMix.null
                hashes[i] = isFirst ? hash : HashMix.combine(hashes[i], hash)
                i &+= 1
            }
        } else if isFirst {
            while i < count {
                hashes[i] = value(i)
                i &+= 1
            }
        } else {
            while i < count {
                hashes[i] = HashMix.combine(hashes[i], value(i))
                i &+= 1
            }
        }
    }

    private static func combineRepeated(_ hash: UInt64, _ hashes: MutableLanes<UInt64>, _ count: Int) {
        var i = 0
        while i < count {
            hashes[i] = HashMix.combine(hashes[i], hash)
            i &+= 1
        }
    }
}
