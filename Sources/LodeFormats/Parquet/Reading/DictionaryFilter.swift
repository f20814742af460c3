/// A filter that was asked about the values of a dictionary, once for a row group.

import LodeCore
import LodeVectors

/// A byte a dictionary value: 1 if rows with it survive.
final class DictionaryFilter {
    let dictionary: Column
    private let passing: Buffer
    /// How many values survive.
    let passCount: Int

    /// Asks `filter` about every value. Values may be in the dictionary that no row with them reaches the filter: the caller
    /// must fall back to asking about rows when this fails.
    init(_ filter: any ScanFilter, _ dictionary: Column) throws(SQLError) {
        self.dictionary = dictionary
        passing = try Buffer.zeroed(byteCount: max(dictionary.count, 1))
        let passing = passing, table = passing.lanes(as: UInt8.self)
        let survivors = try Selection(capacity: Chunk.capacity)
        var first = 0, total = 0
        while first < dictionary.count {
            let count = min(Chunk.capacity, dictionary.count - first)
            let slice = dictionary.slice(first, count)
            survivors.count = 0
            try filter.select([slice], count: count, into: survivors)
            for i in 0..<survivors.count { table[first + Int(survivors[i])] = 1 }
            total += survivors.count
            first += count
        }
        passCount = total
    }

    var passesAll: Bool { passCount == dictionary.count }

    /// Keeps the rows of a column of codes whose value survives. NULL never does.
    func select(_ column: Column, _ count: Int, into survivors: Selection) {
        let codes = column.lanes(as: Int32.self)
        let table = passing.lanes(as: UInt8.self, keptBy: self), out = survivors.lanes
        var kept = 0, i = 0
        if let validity = column.mask {
            while i < count {
                out[kept] = UInt32(truncatingIfNeeded: i)
                let valid = Int(truncatingIfNeeded: validity[i &>> 6] &>> UInt64(truncatingIfNeeded: i & 63) & 1)
                kept &+= Int(table[Int(codes[i])]) & valid
                i &+= 1
            }
        } else if passesAll {
            while i < count {
                out[i] = UInt32(truncatingIfNeeded: i)
                i &+= 1
            }
            kept = count
        } else {
            while i < count {
                out[kept] = UInt32(truncatingIfNeeded: i)
                kept &+= Int(table[Int(codes[i])])
                i &+= 1
            }
        }
        survivors.count = kept
    }
}
