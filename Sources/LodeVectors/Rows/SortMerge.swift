/// Several sorted runs into one, in parts that can be merged at the same time.

import LodeCore

/// Cuts runs at common places, so that all entries of a part come before those of the next.
package final class SortMerge: Sendable {
    private let runs: [SortRun]
    private let order: RowSortOrder
    private let tieFrom: Int
    /// By part, then by run: where the part begins. One more than there are parts.
    private let cuts: [[Int]]
    package let result: SortRun

    package var partCount: Int { cuts.count - 1 }

    /// - Parameter tieFrom: the first key that words don't decide, over all runs.
    package init(
        _ runs: [SortRun], _ order: RowSortOrder, tieFrom: Int, parts: Int, _ budget: MemoryBudget, for purpose: String
    ) throws(SQLError) {
        self.runs = runs
        self.order = order
        self.tieFrom = tieFrom
        let total = runs.reduce(0) { $0 + $1.count }
        result = try SortRun(count: total, budget, for: purpose)
        var cuts = [runs.map { _ in 0 }]
        if let longest = runs.max(by: { $0.count < $1.count }), total > 64 * 1024, parts > 1 {
            for part in 1..<parts {
                let pivot = longest.entries[longest.count * part / parts]
                cuts.append(runs.map { Self.lowerBound($0, pivot, order, tieFrom) })
            }
        }
        cuts.append(runs.map(\.count))
        self.cuts = cuts
    }

    /// The first entry of a run that is not before `pivot`.
    private static func lowerBound(_ run: SortRun, _ pivot: SortEntry, _ order: RowSortOrder, _ tieFrom: Int) -> Int {
        var low = 0, high = run.count
        while low < high {
            let middle = (low + high) / 2, entry = run.entries[middle]
            let isBefore =
                entry.word != pivot.word ? entry.word < pivot.word : order.compare(entry.row, pivot.row, from: tieFrom) < 0
            if isBefore { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Merges one part into its place in the result.
    package func merge(_ part: Int, _ cancellation: Cancellation) throws(SQLError) {
        var heads = cuts[part]
        let ends = cuts[part + 1]
        var out = heads.reduce(0, +)
        var live = heads.indices.filter { heads[$0] < ends[$0] }
        var steps = 0
        while live.count > 1 {
            var best = live[0]
            for run in live.dropFirst() where isBefore(runs[run].entries[heads[run]], runs[best].entries[heads[best]]) { best = run }
            result.entries[out] = runs[best].entries[heads[best]]
            out &+= 1
            heads[best] &+= 1
            if heads[best] == ends[best] { live.removeAll { $0 == best } }
            steps &+= 1
            if steps & 0xffff == 0 { try cancellation.check() }
        }
        guard let last = live.first else { return }
        (result.entries + out).update(from: runs[last].entries + heads[last], count: ends[last] - heads[last])
    }

    @inline(__always)
    private func isBefore(_ left: SortEntry, _ right: SortEntry) -> Bool {
        left.word != right.word ? left.word < right.word : order.compare(left.row, right.row, from: tieFrom) < 0
    }
}
