/// Sorts rows: by their words with radix passes, then by comparison where words are equal.

import Glibc
import LodeCore

/// A row and the word that orders it.
package struct SortEntry: BitwiseCopyable, @unchecked Sendable {
    package var word: UInt64
    package var row: UnsafeMutableRawPointer
}

/// Entries in order. Owns their memory.
package final class SortRun: @unchecked Sendable {
    package let count: Int
    /// Whether rows with equal words are in order too; otherwise their order is that of the words alone.
    package private(set) var hasSortedTies = true
    private let memory: Buffer
    private let hold: MemoryHold

    /// Ties of a run that make up less than this share of it can be left to whoever merges it.
    private static let tieShare = 4

    /// Room for `count` entries, to be filled by the caller.
    package init(count: Int, _ budget: MemoryBudget, for purpose: String) throws(SQLError) {
        hold = MemoryHold(budget, for: purpose)
        let bytes = count * MemoryLayout<SortEntry>.stride
        try hold.grow(by: bytes)
        memory = try Buffer(byteCount: bytes)
        self.count = count
    }

    package var entries: MutableLanes<SortEntry> {
        @_lifetime(borrow self) get { memory.lanes(as: SortEntry.self, keptBy: self) }
    }

    @inline(__always)
    func entry(_ index: Int) -> SortEntry { entries[index] }

    /// Calls `body` with the addresses of this run's entries and of another's.
    @inline(__always)
    fileprivate func withEntries(
        and other: SortRun, _ body: (UnsafeMutablePointer<SortEntry>, UnsafeMutablePointer<SortEntry>) throws(SQLError) -> Void
    ) throws(SQLError) {
        try entries.withUnsafePointer { mine throws(SQLError) in
            try other.entries.withUnsafePointer { theirs throws(SQLError) in try body(mine, theirs) }
        }
    }

    /// All rows of a store, whose first header word is their sort word, in order.
    /// - Parameters:
    ///   - tieFrom: the first key that words don't decide; `order.keys.count` if they decide all.
    ///   - defersTies: whether rows with equal words may be left as they came, for `SortMerge` to put in order. It is not done where many
    ///     rows
    ///     share one word, since a merge can't be split among them then.
    package static func sorted(
        _ store: RowStore, _ order: RowSortOrder, tieFrom: Int, defersTies: Bool = false, _ cancellation: Cancellation,
        _ budget: MemoryBudget, for purpose: String
    ) throws(SQLError) -> SortRun {
        let run = try SortRun(count: store.count, budget, for: purpose)
        let stride = store.layout.stride, entries = run.entries
        var next = 0
        for block in store.blocks {
            var row = block.base
            for _ in 0..<block.count {
                entries[next] = SortEntry(word: row.load(as: UInt64.self), row: row)
                next &+= 1
                row += stride
            }
        }
        if order.keys.isEmpty { return run }
        let scratch = try SortRun(count: run.count, budget, for: purpose)
        try run.withEntries(and: scratch) { entries, other throws(SQLError) in
            try RadixSort.sort(entries, other, run.count, cancellation)
        }
        guard tieFrom < order.keys.count else { return run }
        if defersTies, run.longestTie(upTo: run.count / tieShare) < max(1024, run.count / tieShare) {
            run.hasSortedTies = false
        } else {
            try run.sortTies(order, tieFrom: tieFrom, scratch, cancellation)
        }
        return run
    }

    /// The size of the largest group of equal words, or of the first one found that has `limit` rows.
    private func longestTie(upTo limit: Int) -> Int {
        let entries = self.entries
        var longest = 0, first = 0, i = 1
        while i <= count {
            if i == count || entries[i].word != entries[first].word {
                longest = max(longest, i &- first)
                if longest >= limit { return longest }
                first = i
            }
            i &+= 1
        }
        return longest
    }

    /// Puts rows with equal words in order. `scratch` has room for the whole run.
    package func sortTies(
        _ order: RowSortOrder, tieFrom: Int, _ scratch: SortRun, _ cancellation: Cancellation
    ) throws(SQLError) {
        try sortTies(from: 0, count, order, tieFrom: tieFrom, scratch, cancellation)
        hasSortedTies = true
    }

    /// Puts `count` entries from `first` on in order, where their words are equal. `scratch` has room for them.
    func sortTies(
        from first: Int, _ count: Int, _ order: RowSortOrder, tieFrom: Int, _ scratch: SortRun, _ cancellation: Cancellation
    ) throws(SQLError) {
        try withEntries(and: scratch) { entries, other throws(SQLError) in
            try Self.sortTies(entries + first, count, order, tieFrom: tieFrom, other, cancellation)
        }
    }

    private static func sortTies(
        _ entries: UnsafeMutablePointer<SortEntry>, _ count: Int, _ order: RowSortOrder, tieFrom: Int,
        _ scratch: UnsafeMutablePointer<SortEntry>, _ cancellation: Cancellation
    ) throws(SQLError) {
        let ties = SortTies(order: order, cancellation: cancellation)
        var first = 0
        while first < count {
            let word = entries[first].word
            var end = first &+ 1
            while end < count, entries[end].word == word { end &+= 1 }
            if end &- first > 1 {
                try ties.sort(entries + first, scratch + first, end &- first, key: tieFrom)
                // Merging and pruning go by the first words.
                var i = first
                while i < end {
                    entries[i].word = word
                    i &+= 1
                }
            }
            first = end
        }
    }
}

/// Stable sorting by word: the highest byte that varies splits large inputs into parts that fit the cache.
enum RadixSort {
    /// Parts up to this size are sorted byte by byte from the lowest.
    private static let cached = 32 * 1024

    /// Sorts `entries`; `scratch` is as long.
    static func sort(
        _ entries: UnsafeMutablePointer<SortEntry>, _ scratch: UnsafeMutablePointer<SortEntry>, _ count: Int, _ cancellation: Cancellation
    ) throws(SQLError) {
        if count < 96 { return MergeSort.sort(entries, scratch, count) { $0.word <= $1.word } }
        var differing: UInt64 = 0, isSorted = true, i = 1
        let first = entries[0].word
        while i < count {
            differing |= entries[i].word ^ first
            isSorted = isSorted && entries[i &- 1].word <= entries[i].word
            i &+= 1
        }
        if isSorted { return }
        if count <= cached { return lowFirst(entries, scratch, count, differing) }
        try cancellation.check()
        let shift = UInt64((63 - differing.leadingZeroBitCount) / 8 * 8)
        var starts = histogram(entries, count, shift)
        let bounds = starts + [count]
        scatter(entries, scratch, count, shift, &starts)
        memcpy(entries, scratch, count * MemoryLayout<SortEntry>.stride)
        for bucket in 0..<256 where bounds[bucket + 1] - bounds[bucket] > 1 {
            try sort(entries + bounds[bucket], scratch + bounds[bucket], bounds[bucket + 1] - bounds[bucket], cancellation)
        }
    }

    private static func lowFirst(
        _ entries: UnsafeMutablePointer<SortEntry>, _ scratch: UnsafeMutablePointer<SortEntry>, _ count: Int, _ differing: UInt64
    ) {
        var from = entries, to = scratch
        for byte in 0..<8 {
            let shift = UInt64(byte * 8)
            if differing &>> shift & 0xff == 0 { continue }
            var starts = histogram(from, count, shift)
            scatter(from, to, count, shift, &starts)
            swap(&from, &to)
        }
        if from != entries { memcpy(entries, from, count * MemoryLayout<SortEntry>.stride) }
    }

    /// Where each byte value's entries begin.
    private static func histogram(_ entries: UnsafeMutablePointer<SortEntry>, _ count: Int, _ shift: UInt64) -> [Int] {
        [Int](unsafeUninitializedCapacity: 256) { starts, made in
            starts.update(repeating: 0)
            made = 256
            guard let table = starts.baseAddress else { return }
            var i = 0
            while i < count {
                table[Int(truncatingIfNeeded: entries[i].word &>> shift & 0xff)] &+= 1
                i &+= 1
            }
            var sum = 0
            for value in 0..<256 {
                let here = table[value]
                table[value] = sum
                sum &+= here
            }
        }
    }

    private static func scatter(
        _ from: UnsafeMutablePointer<SortEntry>, _ to: UnsafeMutablePointer<SortEntry>, _ count: Int, _ shift: UInt64, _ starts: inout [Int]
    ) {
        starts.withUnsafeMutableBufferPointer { starts in
            guard let next = starts.baseAddress else { return }
            var i = 0
            while i < count {
                let entry = from[i]
                let value = Int(truncatingIfNeeded: entry.word &>> shift & 0xff)
                to[next[value]] = entry
                next[value] &+= 1
                i &+= 1
            }
        }
    }
}

/// Stable sorting by comparison, bottom up from runs of sixteen.
enum MergeSort {
    /// - Parameter inOrder: whether the first may stay before the second.
    @inline(__always)
    static func sort(
        _ entries: UnsafeMutablePointer<SortEntry>, _ scratch: UnsafeMutablePointer<SortEntry>, _ count: Int,
        _ inOrder: (SortEntry, SortEntry) -> Bool
    ) {
        var first = 0
        while first < count {
            insertion(entries + first, min(16, count &- first), inOrder)
            first &+= 16
        }
        var from = entries, to = scratch, width = 16
        while width < count {
            var start = 0
            while start < count {
                let middle = min(start &+ width, count), end = min(start &+ 2 &* width, count)
                merge(from, to, start, middle, end, inOrder)
                start = end
            }
            swap(&from, &to)
            width &*= 2
        }
        if from != entries { memcpy(entries, from, count * MemoryLayout<SortEntry>.stride) }
    }

    @inline(__always)
    private static func insertion(_ entries: UnsafeMutablePointer<SortEntry>, _ count: Int, _ inOrder: (SortEntry, SortEntry) -> Bool) {
        var i = 1
        while i < count {
            let entry = entries[i]
            var j = i
            while j > 0, !inOrder(entries[j &- 1], entry) {
                entries[j] = entries[j &- 1]
                j &-= 1
            }
            entries[j] = entry
            i &+= 1
        }
    }

    @inline(__always)
    private static func merge(
        _ from: UnsafeMutablePointer<SortEntry>, _ to: UnsafeMutablePointer<SortEntry>, _ start: Int, _ middle: Int, _ end: Int,
        _ inOrder: (SortEntry, SortEntry) -> Bool
    ) {
        var left = start, right = middle, out = start
        while left < middle, right < end {
            if inOrder(from[left], from[right]) {
                to[out] = from[left]
                left &+= 1
            } else {
                to[out] = from[right]
                right &+= 1
            }
            out &+= 1
        }
        while left < middle {
            to[out] = from[left]
            left &+= 1
            out &+= 1
        }
        while right < end {
            to[out] = from[right]
            right &+= 1
            out &+= 1
        }
    }
}
