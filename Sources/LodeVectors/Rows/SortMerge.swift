/// Several sorted runs into one, in parts that can be merged at the same time.

import LodeCore

/// Cuts runs at common places, so that all entries of a part come before those of the next.
///
/// Runs come in one of two states. In order throughout, they are cut and merged by comparing rows where words are equal. In order by
/// their words alone, they are cut between words and merged without looking at a row; each part then puts its own ties in order, which
/// touches every row once a word, close to its neighbours, where comparing would fetch two rows from anywhere for every step.
package final class SortMerge: Sendable {
    private let runs: [SortRun]
    private let order: RowSortOrder
    private let tieFrom: Int
    /// Whether words are all that runs are in order by.
    private let byWords: Bool
    /// By part, then by run: where the part begins. One more than there are parts.
    private let cuts: [[Int]]
    package let result: SortRun
    private let budget: MemoryBudget
    private let purpose: String

    package var partCount: Int { cuts.count - 1 }

    /// Runs that smaller inputs are not split from.
    private static let smallest = 64 * 1024

    /// - Parameters:
    ///   - runs: all with sorted ties, or all without.
    ///   - tieFrom: the first key that words don't decide, over all runs.
    package init(
        _ runs: [SortRun], _ order: RowSortOrder, tieFrom: Int, parts: Int, _ budget: MemoryBudget, for purpose: String
    ) throws(SQLError) {
        self.runs = runs
        self.order = order
        self.tieFrom = tieFrom
        self.budget = budget
        self.purpose = purpose
        byWords = !runs.allSatisfy(\.hasSortedTies)
        let total = runs.reduce(0) { $0 + $1.count }
        result = try SortRun(count: total, budget, for: purpose)
        var cuts = [runs.map { _ in 0 }]
        if let longest = runs.max(by: { $0.count < $1.count }), total > Self.smallest, parts > 1 {
            for part in 1..<parts {
                let pivot = longest.entries[longest.count * part / parts]
                let rows = byWords ? nil : (order, tieFrom)
                cuts.append(runs.map { Self.lowerBound($0, pivot, rows) })
            }
        }
        cuts.append(runs.map(\.count))
        self.cuts = cuts
    }

    /// The first entry of a run that is not before `pivot`, by words alone where `rows` is nil.
    private static func lowerBound(_ run: SortRun, _ pivot: SortEntry, _ rows: (order: RowSortOrder, tieFrom: Int)?) -> Int {
        var low = 0, high = run.count
        while low < high {
            let middle = (low + high) / 2, entry = run.entries[middle]
            let isBefore =
                if entry.word != pivot.word { entry.word < pivot.word } else if let rows {
                    rows.order.compare(entry.row, pivot.row, from: rows.tieFrom) < 0
                } else { false }
            if isBefore { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Merges one part into its place in the result.
    package func merge(_ part: Int, _ cancellation: Cancellation) throws(SQLError) {
        let start = cuts[part].reduce(0, +)
        if !byWords { return try merge(part, from: start, cancellation) { self.isBefore($0, $1) } }
        try merge(part, from: start, cancellation) { $0.word < $1.word }
        let count = cuts[part + 1].reduce(0, +) - start
        let scratch = try SortRun(count: count, budget, for: purpose)
        try result.sortTies(from: start, count, order, tieFrom: tieFrom, scratch, cancellation)
    }

    @inline(__always)
    private func merge(
        _ part: Int, from start: Int, _ cancellation: Cancellation, _ isBefore: (SortEntry, SortEntry) -> Bool
    ) throws(SQLError) {
        let result = result, target = result.entries
        var heads = cuts[part]
        let ends = cuts[part + 1]
        var out = start
        var live = heads.indices.filter { heads[$0] < ends[$0] }
        while live.count > 2 {
            var best = live[0]
            for run in live.dropFirst() where isBefore(runs[run].entry(heads[run]), runs[best].entry(heads[best])) { best = run }
            target[out] = runs[best].entry(heads[best])
            out &+= 1
            heads[best] &+= 1
            if heads[best] == ends[best] { live.removeAll { $0 == best } }
            if out & 0xffff == 0 { try cancellation.check() }
        }
        if live.count == 2 {
            let first = live[0], second = live[1], leftRun = runs[first], rightRun = runs[second]
            let lefts = leftRun.entries, rights = rightRun.entries
            let leftEnd = ends[first], rightEnd = ends[second]
            var left = heads[first], right = heads[second]
            while left < leftEnd, right < rightEnd {
                if isBefore(rights[right], lefts[left]) {
                    target[out] = rights[right]
                    right &+= 1
                } else {
                    target[out] = lefts[left]
                    left &+= 1
                }
                out &+= 1
                if out & 0xffff == 0 { try cancellation.check() }
            }
            heads[first] = left
            heads[second] = right
        }
        for run in live where heads[run] < ends[run] {
            let rest = runs[run]
            (target + out).update(from: rest.entries + heads[run], count: ends[run] - heads[run])
            out += ends[run] - heads[run]
        }
    }

    @inline(__always)
    private func isBefore(_ left: SortEntry, _ right: SortEntry) -> Bool {
        left.word != right.word ? left.word < right.word : order.compare(left.row, right.row, from: tieFrom) < 0
    }
}
