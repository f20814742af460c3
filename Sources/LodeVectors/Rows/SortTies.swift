/// Rows whose words are equal, put in order by words of the keys behind.

import CLodeIntrinsics
import LodeCore

/// Sorts a run of ties key by key: NULLs are set apart, the others get the word of the key (of strings: of their next eight
/// bytes) and go through the radix passes again, and so on with what is still equal. Each row is touched once a word, where
/// comparing would touch it for every comparison.
struct SortTies {
    let order: RowSortOrder
    let cancellation: Cancellation

    /// Runs up to this size are compared.
    private static let small = 20
    /// Strings that agree in this many bytes are compared.
    private static let deepest = 64

    /// Orders `entries` by the keys from `key` on. Their words are not kept.
    func sort(_ entries: UnsafeMutablePointer<SortEntry>, _ scratch: UnsafeMutablePointer<SortEntry>, _ count: Int, key: Int)
        throws(SQLError)
    {
        guard key < order.keys.count, count > 1 else { return }
        if count <= Self.small { return compare(entries, scratch, count, key) }
        try cancellation.check()
        let nulls = setNullsApart(entries, scratch, count, order.keys[key])
        let isFirst = order.keys[key].nullsFirst
        let nullStart = isFirst ? 0 : count - nulls, valueStart = isFirst ? nulls : 0
        try sort(entries + nullStart, scratch + nullStart, nulls, key: key + 1)
        try sortValues(entries + valueStart, scratch + valueStart, count - nulls, key, level: 0)
    }

    private func compare(_ entries: UnsafeMutablePointer<SortEntry>, _ scratch: UnsafeMutablePointer<SortEntry>, _ count: Int, _ key: Int) {
        MergeSort.sort(entries, scratch, count) { order.compare($0.row, $1.row, from: key) <= 0 }
    }

    /// Moves the rows that are NULL to their end, keeping the order of both kinds; how many they are.
    private func setNullsApart(
        _ entries: UnsafeMutablePointer<SortEntry>, _ scratch: UnsafeMutablePointer<SortEntry>, _ count: Int, _ key: RowSortKey
    ) -> Int {
        var nulls = 0, values = 0
        for i in 0..<count {
            // Rows lie anywhere: what comes soon is asked for now.
            if i &+ 16 < count { lode_prefetch(entries[i &+ 16].row) }
            let entry = entries[i]
            if order.layout.isNull(entry.row, key.column) {
                scratch[nulls] = entry
                nulls &+= 1
            } else {
                entries[values] = entry
                values &+= 1
            }
        }
        if nulls == 0 { return 0 }
        if key.nullsFirst {
            var i = values
            while i > 0 {
                i &-= 1
                entries[i &+ nulls] = entries[i]
            }
            entries.update(from: scratch, count: nulls)
        } else {
            (entries + values).update(from: scratch, count: nulls)
        }
        return nulls
    }

    /// Orders rows that are not NULL in the key; `level` counts the words of it that are equal already.
    private func sortValues(
        _ entries: UnsafeMutablePointer<SortEntry>, _ scratch: UnsafeMutablePointer<SortEntry>, _ count: Int, _ key: Int, level: Int
    ) throws(SQLError) {
        if count <= Self.small || level * 8 >= Self.deepest { return compare(entries, scratch, count, key) }
        guard setWords(entries, count, order.keys[key], level) else { return compare(entries, scratch, count, key) }
        try RadixSort.sort(entries, scratch, count, cancellation)
        var first = 0
        while first < count {
            let word = entries[first].word
            var end = first &+ 1
            while end < count, entries[end].word == word { end &+= 1 }
            if end &- first > 1 {
                let run = entries + first, rest = scratch + first
                if hasMore(run, end &- first, order.keys[key].column, level) {
                    try sortValues(run, rest, end &- first, key, level: level + 1)
                } else {
                    try sort(run, rest, end &- first, key: key + 1)
                }
            }
            first = end
        }
    }

    /// Whether rows that agree up to this word may differ in the key's next one.
    private func hasMore(_ entries: UnsafeMutablePointer<SortEntry>, _ count: Int, _ column: Int, _ level: Int) -> Bool {
        switch order.layout.types[column].physical {
        case .int128, .interval: return level == 0
        case .text:
            // Strings that are through and of one length are equal; of different lengths, they differ in zero bytes.
            let offset = order.layout.offsets[column]
            let length = (entries[0].row + offset).assumingMemoryBound(to: StringView.self).pointee.count
            for i in 0..<count {
                let other = (entries[i].row + offset).assumingMemoryBound(to: StringView.self).pointee.count
                if other != length || other > (level + 1) * 8 { return true }
            }
            return false
        case .bool, .int8, .int16, .int32, .int64, .float32, .float64, .list, .structure: return false
        }
    }

    /// Writes the words of a key; false if its type has none.
    private func setWords(_ entries: UnsafeMutablePointer<SortEntry>, _ count: Int, _ key: RowSortKey, _ level: Int) -> Bool {
        let offset = order.layout.offsets[key.column], flip: UInt64 = key.descending ? .max : 0
        @inline(__always) func set<T>(_: T.Type, _ word: (T) -> UInt64) {
            for i in 0..<count {
                entries[i].word = word((entries[i].row + offset).assumingMemoryBound(to: T.self).pointee) ^ flip
            }
        }
        switch order.layout.types[key.column].physical {
        case .bool: set(UInt8.self) { UInt64($0) }
        case .int8: set(Int8.self) { UInt64(bitPattern: Int64($0)) ^ 1 &<< 63 }
        case .int16: set(Int16.self) { UInt64(bitPattern: Int64($0)) ^ 1 &<< 63 }
        case .int32: set(Int32.self) { UInt64(bitPattern: Int64($0)) ^ 1 &<< 63 }
        case .int64: set(UInt64.self) { $0 ^ 1 &<< 63 }
        case .float32: set(Float.self) { SortPrefix.ordered(Double($0)) }
        case .float64: set(Double.self) { SortPrefix.ordered($0) }
        case .int128: set(TwoWords.self) { level == 0 ? $0.high ^ 1 &<< 63 : $0.low }
        case .interval:
            set(Interval.self) { interval in
                let micros = interval.comparisonMicros
                return level == 0
                    ? UInt64(bitPattern: Int64(truncatingIfNeeded: micros &>> 64)) ^ 1 &<< 63 : UInt64(truncatingIfNeeded: micros)
            }
        case .text: set(StringView.self) { Self.bytes($0, level * 8) }
        case .list, .structure: return false
        }
        return true
    }

    /// Eight bytes of a string from `start` on, the first one most significant, zeros behind the end.
    @inline(__always)
    private static func bytes(_ text: StringView, _ start: Int) -> UInt64 {
        let left = text.count - start
        if left <= 0 { return 0 }
        return text.withBytes { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            if left >= 8 { return base.loadUnaligned(fromByteOffset: start, as: UInt64.self).byteSwapped }
            var word: UInt64 = 0, i = 0
            while i < left {
                word |= UInt64(base.load(fromByteOffset: start &+ i, as: UInt8.self)) &<< UInt64(truncatingIfNeeded: 56 &- 8 &* i)
                i &+= 1
            }
            return word
        }
    }
}
