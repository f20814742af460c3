/// The rank of a column's values among those of a sample.

import LodeCore
import LodeVectors

/// Splits values into ranges that hold about as many rows each.
///
/// Values are compared as integers of the same order: numbers of many digits and texts by as much as 64 bits say of them, of texts after
/// what all of the sample begin with.
struct RankedColumn: Sendable {
    /// Ascending, distinct.
    private let bounds: [Int64]
    /// How far ranks are moved up, so that those of few values use all bits.
    private let shift: UInt32
    private let prefix: [UInt8]
    /// The rank of values below the first bound: 0 is that of NULL, if the sample has some.
    private let first: Int

    /// - Parameter sample: rows of the column.
    init(_ sample: [Column], bits: Int) throws(SQLError) {
        let prefix = try Self.commonPrefix(sample)
        var known: [Int64] = []
        for column in sample {
            let lanes = try Self.ordered(column, prefix)
            for row in 0..<column.count where !column.isNull(row) { known.append(lanes[row]) }
        }
        known.sort()
        let first = known.count < sample.reduce(0) { $0 + $1.count } ? 1 : 0
        let most = 1 &<< bits &- 1 &- first
        var bounds: [Int64] = []
        if !known.isEmpty {
            for step in 1...most {
                let value = known[min(known.count - 1, step * known.count / (most + 1))]
                if value > bounds.last ?? known[0] { bounds.append(value) }
            }
        }
        self.bounds = bounds
        self.prefix = prefix
        self.first = first
        let used = Int.bitWidth - (bounds.count + first).leadingZeroBitCount
        shift = UInt32(max(0, bits - used))
    }

    func ranks(_ column: Column, _ count: Int) throws(SQLError) -> [UInt32] {
        let lanes = try Self.ordered(column, prefix)
        var ranks = [UInt32](repeating: 0, count: count)
        let isFlat = column.layout != .constant, hasNulls = column.mayHaveNulls
        var row = 0
        while row < count {
            if !(hasNulls && column.isNull(row)) {
                ranks[row] = UInt32(truncatingIfNeeded: first &+ notAbove(lanes[isFlat ? row : 0])) &<< shift
            }
            row &+= 1
        }
        return ranks
    }

    /// How many bounds are not above a value.
    private func notAbove(_ value: Int64) -> Int {
        var low = 0, high = bounds.count
        while low < high {
            let middle = (low &+ high) &>> 1
            if bounds[middle] <= value { low = middle &+ 1 } else { high = middle }
        }
        return low
    }

    // MARK: Values as integers

    /// For each row, or the one of a constant, an integer: of two values the greater has no smaller one.
    private static func ordered(_ column: Column, _ prefix: [UInt8]) throws(SQLError) -> [Int64] {
        if column.layout == .dictionary, let dictionary = column.dictionary {
            let values = try ordered(dictionary, prefix), codes = column.lanes(as: Int32.self)
            return (0..<column.count).map { values.isEmpty ? 0 : values[Int(codes[$0])] }
        }
        let rows = 0..<(column.layout == .constant ? 1 : column.count)
        switch column.physical {
        case .bool:
            let lanes = column.lanes(as: UInt8.self)
            return rows.map { Int64(lanes[$0]) }
        case .int8:
            let lanes = column.lanes(as: Int8.self)
            return rows.map { Int64(lanes[$0]) }
        case .int16:
            let lanes = column.lanes(as: Int16.self)
            return rows.map { Int64(lanes[$0]) }
        case .int32:
            let lanes = column.lanes(as: Int32.self)
            return rows.map { Int64(lanes[$0]) }
        case .int64:
            let lanes = column.lanes(as: Int64.self)
            return rows.map { lanes[$0] }
        case .int128:
            let lanes = column.lanes(as: Int128.self)
            return rows.map { ordered(double(lanes[$0])) }
        case .float32:
            let lanes = column.lanes(as: Float.self)
            return rows.map { ordered(Double(lanes[$0])) }
        case .float64:
            let lanes = column.lanes(as: Double.self)
            return rows.map { ordered(lanes[$0]) }
        case .text:
            let lanes = column.lanes(as: StringView.self)
            return rows.map { row in lanes[row].withBytes { ordered($0, prefix) } }
        case .interval, .list, .structure: throw .internalFault("values of type \(column.type) on a curve")
        }
    }

    private static func double(_ number: Int128) -> Double {
        if let small = Int64(exactly: number) { return Double(small) }
        return Double(Int64(truncatingIfNeeded: number &>> 64)) * 0x1p64 + Double(UInt64(truncatingIfNeeded: number))
    }

    /// NaN is the greatest.
    private static func ordered(_ number: Double) -> Int64 {
        if number.isNaN { return .max }
        let bits = Int64(bitPattern: (number == 0 ? 0 : number).bitPattern)
        return bits >= 0 ? bits : bits ^ .max
    }

    /// The eight bytes after the prefix.
    private static func ordered(_ bytes: UnsafeRawBufferPointer, _ prefix: [UInt8]) -> Int64 {
        var place = 0
        while place < prefix.count {
            guard place < bytes.count, bytes[place] >= prefix[place] else { return .min }
            if bytes[place] > prefix[place] { return .max }
            place &+= 1
        }
        var number: UInt64 = 0
        for next in place..<(place &+ 8) { number = number &<< 8 | (next < bytes.count ? UInt64(bytes[next]) : 0) }
        return Int64(bitPattern: number ^ 1 &<< 63)
    }

    /// What all texts begin with.
    private static func commonPrefix(_ sample: [Column]) throws(SQLError) -> [UInt8] {
        guard sample.first?.physical == .text else { return [] }
        var common: [UInt8]?
        for column in sample {
            let flat = try column.flattened(), lanes = flat.lanes(as: StringView.self)
            for row in 0..<flat.count where !flat.isNull(row) {
                lanes[row].withBytes { bytes in
                    guard let known = common else { return common = Array(bytes) }
                    var same = 0
                    while same < known.count, same < bytes.count, known[same] == bytes[same] { same += 1 }
                    if same < known.count { common = Array(known[..<same]) }
                }
                if common?.isEmpty == true { return [] }
            }
        }
        return common ?? []
    }
}
