/// Tells a scan which groups a top-N can still want.

import LodeCore
import LodePlan
import LodeVectors

/// The order of groups by one key, and how many of them are wanted.
///
/// Once a worker has seen that many keys, no row behind the last of them belongs to a group that is wanted: there are enough groups before
/// it, and each of them stays, whatever comes. Rows that equal the last key are kept, as they belong to its group.
final class FirstGroupKeys: Sendable {
    let threshold: Threshold
    private let key: Int
    private let limit: Int
    private let prefix: SortPrefix

    init(_ wanted: FirstGroups, _ threshold: Threshold) {
        self.threshold = threshold
        key = wanted.key
        limit = wanted.limit
        let layout = RowLayout(headerBytes: 8, types: [wanted.order.expression.type])
        prefix = SortPrefix(
            layout, [RowSortKey(column: 0, descending: wanted.order.descending, nullsFirst: wanted.order.nullsFirst)])
    }

    /// What one worker has seen of the keys.
    final class Watch {
        let key: Int
        private let keys: FirstGroupKeys
        private let words: Buffer
        /// The first keys by their words. Keys that share a word count once: too few keys are safe, too many are not.
        private var seen: [UInt64: Value] = [:]
        /// Only keys whose word is at most this can still be among the first.
        private var bound = UInt64.max
        /// The number of words that lets the bound be renewed.
        private var full: Int
        private var probes = 0

        /// With fewer keys than are wanted after so many probes, looking for more costs more than rows left out would save.
        private static let maxProbes = 64 * 1024

        init(_ keys: FirstGroupKeys) throws(SQLError) {
            self.keys = keys
            key = keys.key
            full = keys.limit
            words = try Buffer(byteCount: Chunk.capacity * 8)
        }

        /// Looks at a chunk's keys.
        func see(_ column: Column, count: Int) throws(SQLError) {
            if full == 0 || count == 0 { return }
            let words = words.lanes(as: UInt64.self, keptBy: self)
            let flat = try column.flattened()
            _ = keys.prefix.words([flat], count, into: words)
            var last: UInt64?
            for i in 0..<count where words[i] <= bound && words[i] != last {
                let word = words[i]
                last = word
                probes += 1
                if seen[word] == nil { seen[word] = flat.value(at: i) }
            }
            if seen.count >= full { renewBound() } else if bound == .max, probes > Self.maxProbes + 4 * keys.limit { giveUp() }
        }

        private func renewBound() {
            let first = seen.keys.sorted().prefix(keys.limit)
            guard let word = first.last, let value = seen[word] else { return }
            keys.threshold.offer(value)
            bound = word
            seen = seen.filter { $0.key <= word }
            full = keys.limit + max(keys.limit / 4, 16)
        }

        private func giveUp() {
            seen = [:]
            full = 0
        }
    }
}
