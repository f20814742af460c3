/// Leaving out rows whose pages can't hold a match.

import LodeCore
import LodeVectors
import Synchronization

/// Tests filters against the bounds of pages, as long as that pays for a file.
final class PagePruning: Sendable {
    private let patience = Patience()

    /// The rows of a morsel that some page bounds leave in, in ascending order.
    func ranges(
        _ part: MorselRows, _ filters: [any ScanFilter], in file: ParquetFile, _ counters: inout ScanCounters
    ) -> [Range<Int>] {
        let predicates = filters.map(\.bounds).filter { $0 != .anything }
        guard !predicates.isEmpty, patience.isLeft else { return [part.rows] }
        let group = file.footer.metaData.rowGroups[part.rowGroup]
        var columns: [String: PageBounds] = [:]
        for name in predicates.reduce(into: Set<String>(), { $0.formUnion($1.columns) }) {
            guard let leaf = file.leaf(name) else { continue }
            columns[name] = PageBounds(leaf, group, file)
            counters.bytesRead += columns[name]?.bytesRead ?? 0
        }
        guard columns.values.contains(where: \.isIndexed) else { return [part.rows] }
        let kept = Self.keep(part.rows, predicates, columns)
        patience.note(didPrune: kept.reduce(0) { $0 + $1.count } < part.count)
        return kept
    }

    /// Cuts the rows where any column's pages change, and tests the pieces.
    private static func keep(
        _ rows: Range<Int>, _ predicates: [ColumnPredicate], _ columns: [String: PageBounds]
    ) -> [Range<Int>] {
        let cuts = Set(columns.values.flatMap(\.firstRows)).filter { $0 > rows.lowerBound && $0 < rows.upperBound }.sorted()
        let starts = [rows.lowerBound] + cuts, ends = cuts + [rows.upperBound]
        var kept: [Range<Int>] = []
        for (start, end) in zip(starts, ends) {
            let mayMatch = predicates.allSatisfy { predicate in
                predicate.mayMatch { name in columns[name]?.statistics(at: start) }
            }
            guard mayMatch else { continue }
            if let last = kept.last, last.upperBound == start { kept[kept.count - 1] = last.lowerBound..<end } else {
                kept.append(start..<end)
            }
        }
        return kept
    }
}

/// Whether looking for something to leave out still pays.
final class Patience: Sendable {
    /// Searches in vain, less three times those that found something.
    private let futile = Atomic<Int>(0)
    private static let maxFutile = 3

    var isLeft: Bool { futile.load(ordering: .relaxed) < Self.maxFutile }

    func note(didPrune: Bool) { futile.add(didPrune ? -Self.maxFutile : 1, ordering: .relaxed) }
}

/// What is known of the pages of one column: their bounds, or else those of the row group.
private struct PageBounds {
    let firstRows: [Int]
    private let pages: [ColumnStatistics]
    private let whole: ColumnStatistics
    let bytesRead: Int

    var isIndexed: Bool { !pages.isEmpty }

    init(_ leaf: ParquetLeaf, _ group: RowGroup, _ file: ParquetFile) {
        whole = file.footer.statistics(leaf, group)
        let chunk = group.columns[leaf.index]
        guard file.footer.hasTypeOrder(leaf), chunk.columnIndexOffset != nil,
            let offsets = PageIndexReading.offsets(chunk, in: file.file, chunk: 0..<file.file.size, rows: group.rowCount),
            let index = PageIndexReading.bounds(chunk, in: file.file, pages: offsets.count)
        else {
            bytesRead = 0
            firstRows = []
            pages = []
            return
        }
        bytesRead = (chunk.offsetIndexBytes ?? 0) + (chunk.columnIndexBytes ?? 0)
        firstRows = offsets.map(\.firstRow)
        pages = offsets.indices.map { page in
            let end = page + 1 < offsets.count ? offsets[page + 1].firstRow : group.rowCount
            let rows = end - offsets[page].firstRow
            if index.isNullPage[page] { return ColumnStatistics(nullCount: rows, rowCount: rows) }
            let stored = ParquetStatistics(
                minimum: index.minimums[page], maximum: index.maximums[page], nullCount: index.nullCounts?[page])
            return leaf.statistics(stored, rows: rows, hasTypeOrder: true)
        }
    }

    /// Of the page that holds `row`.
    func statistics(at row: Int) -> ColumnStatistics {
        var low = 0, high = firstRows.count
        while low < high {
            let middle = (low + high) / 2
            if firstRows[middle] <= row { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? whole : pages[low - 1]
    }
}
