/// Leaving out rows whose pages can't hold a match.

import LodeCore
import LodeVectors
import Synchronization

/// Tests filters against the bounds of pages, as long as that pays for a file.
final class PagePruning: Sendable {
    /// Row groups in which the page index ruled out nothing, less those in which it did.
    private let futile = Atomic<Int>(0)
    private static let patience = 3

    /// The rows of a morsel that some page bounds leave in, in ascending order.
    func ranges(_ part: MorselRows, _ filters: [any ScanFilter], in file: ParquetFile) -> [Range<Int>] {
        let predicates = filters.map(\.bounds).filter { $0 != .anything }
        guard !predicates.isEmpty, futile.load(ordering: .relaxed) < Self.patience else { return [part.rows] }
        let group = file.footer.metaData.rowGroups[part.rowGroup]
        var columns: [String: PageBounds] = [:]
        for name in predicates.reduce(into: Set<String>(), { $0.formUnion($1.columns) }) {
            guard let leaf = file.footer.flatLeaf(named: name) else { continue }
            columns[name] = PageBounds(leaf, group, file)
        }
        guard columns.values.contains(where: \.isIndexed) else { return [part.rows] }
        let kept = Self.keep(part.rows, predicates, columns)
        let didPrune = kept.reduce(0) { $0 + $1.count } < part.count
        futile.add(didPrune ? -Self.patience : 1, ordering: .relaxed)
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

/// What is known of the pages of one column: their bounds, or else those of the row group.
private struct PageBounds {
    let firstRows: [Int]
    private let pages: [ColumnStatistics]
    private let whole: ColumnStatistics

    var isIndexed: Bool { !pages.isEmpty }

    init(_ leaf: ParquetLeaf, _ group: RowGroup, _ file: ParquetFile) {
        whole = file.footer.statistics(leaf, group)
        let chunk = group.columns[leaf.index]
        guard file.footer.hasTypeOrder(leaf), chunk.columnIndexOffset != nil,
            let offsets = PageIndexReading.offsets(chunk, in: file.file, chunk: 0..<file.file.size, rows: group.rowCount),
            let index = PageIndexReading.bounds(chunk, in: file.file, pages: offsets.count)
        else {
            firstRows = []
            pages = []
            return
        }
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
        guard let page = firstRows.lastIndex(where: { $0 <= row }) else { return whole }
        return pages[page]
    }
}
