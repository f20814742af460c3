/// The bounds of a column chunk's pages, and what is made of them.

import LodeCore

/// The bounds of pages as they are written, and of all of them together.
struct WrittenBounds {
    private var all: LeafBounds?
    private var nulls = 0
    private var isNullPage: [Bool] = []
    private var nullCounts: [Int] = []
    private var pages: [LeafBounds?] = []
    private var minimums: [[UInt8]] = []
    private var maximums: [[UInt8]] = []
    /// Whether some page has values and no bounds: then there is no column index.
    private var isIncomplete = false

    mutating func add(_ bounds: LeafBounds?, _ page: LeafLevels.Page, _ plan: LeafPlan) {
        nulls += page.nulls
        isNullPage.append(page.values.isEmpty)
        nullCounts.append(page.nulls)
        pages.append(bounds)
        if let bounds, let low = bounds.storedMinimum(plan), let high = bounds.storedMaximum(plan) {
            minimums.append(low.bytes)
            maximums.append(high.bytes)
            if all == nil { all = bounds } else { all?.merge(bounds) }
        } else {
            minimums.append([])
            maximums.append([])
            isIncomplete = isIncomplete || !page.values.isEmpty
        }
    }

    var columnIndex: ColumnIndex? {
        guard !isIncomplete, !pages.isEmpty else { return nil }
        return ColumnIndex(isNullPage: isNullPage, minimums: minimums, maximums: maximums, order: order, nullCounts: nullCounts)
    }

    private var order: BoundaryOrder {
        let known = pages.compactMap { $0 }
        var ascends = true, descends = true
        for (left, right) in zip(known, known.dropFirst()) {
            let low = Value.compare(left.minimum, right.minimum) ?? 0, high = Value.compare(left.maximum, right.maximum) ?? 0
            if low > 0 || high > 0 { ascends = false }
            if low < 0 || high < 0 { descends = false }
        }
        return ascends ? .ascending : descends ? .descending : .unordered
    }

    func statistics(_ plan: LeafPlan, distinct: Int?) -> ParquetStatistics {
        var statistics = ParquetStatistics(nullCount: nulls, distinctCount: distinct)
        guard !isIncomplete, let all, let low = all.storedMinimum(plan), let high = all.storedMaximum(plan) else { return statistics }
        statistics.minimum = low.bytes
        statistics.maximum = high.bytes
        statistics.isMinimumExact = low.isExact
        statistics.isMaximumExact = high.isExact
        return statistics
    }

    func known(rows: Int, distinct: Int?, isFlat: Bool) -> ColumnStatistics {
        guard isFlat else { return ColumnStatistics() }
        var known = ColumnStatistics(nullCount: nulls, rowCount: rows, distinctCount: distinct)
        guard !isIncomplete, let all else { return known }
        known.minimum = all.minimum
        known.maximum = all.maximum
        known.boundsAreExact = true
        return known
    }
}
