/// An opened Parquet file: its schema, its row groups and what is known of its columns.

import LodeCore
import LodeObjectStore
import LodeVectors

/// The footer of a file, parsed and checked, over the open object.
package final class ParquetFile: FileScan {
    let file: any ObjectReader
    let footer: ParquetFooter
    private let parts: [MorselRows]
    let pagePruning = PagePruning()
    private let rowGroupPruning = RowGroupPruning()

    package var schema: Schema { footer.schema }
    package var fieldIDs: [Int?] { footer.fieldIDs }
    package func field(_ column: Int) -> FileField { footer.columns[column].fileField }
    package var rowCount: Int? { footer.rowCount }
    package var rowNumberPosition: Int? { footer.nodes.count }
    package var path: String { file.path }

    init(_ file: any ObjectReader, _ footer: ParquetFooter) {
        self.file = file
        self.footer = footer
        parts = MorselRows.split(footer)
    }

    /// Reads the footer, or takes it from `cache`; files without an `etag` are not cached.
    /// - Throws: `XX001` if the file is damaged, `0A000` if it is encrypted; both name the file.
    package static func open(_ file: any ObjectReader, cache: ParquetFooterCache? = nil) throws(SQLError) -> ParquetFile {
        try open(file, cache: cache, int96: .auto)
    }

    static func open(_ file: any ObjectReader, cache: ParquetFooterCache?, int96: Int96Choice) throws(SQLError) -> ParquetFile {
        let key = ParquetFooterCache.Key(path: file.path, etag: file.etag, int96: int96)
        guard let cache, !key.etag.isEmpty else { return ParquetFile(file, try ParquetFooter.read(file, int96: int96)) }
        if let footer = cache.footer(key) { return ParquetFile(file, footer) }
        let footer = try ParquetFooter.read(file, int96: int96)
        cache.store(footer, key)
        return ParquetFile(file, footer)
    }

    package func statistics(_ column: Int) -> ColumnStatistics? { footer.statistics(ofColumn: column) }

    package func position(ofField path: [String]) -> Int? { footer.position(ofField: path) }

    package func statistics(_ column: Int, in morsel: Morsel) -> ColumnStatistics? {
        guard footer.columns.indices.contains(column), let leaf = footer.columns[column].flatLeaf, parts.indices.contains(morsel.index)
        else { return nil }
        return footer.statistics(leaf, footer.metaData.rowGroups[parts[morsel.index].rowGroup])
    }

    package func rowGroup(of morsel: Morsel) -> Int { parts.indices.contains(morsel.index) ? parts[morsel.index].rowGroup : 0 }

    package func morsels() throws(SQLError) -> [Morsel] {
        parts.enumerated().map { Morsel(index: $0.offset, rows: $0.element.count) }
    }

    /// Whether statistics leave a row group in.
    func mayMatch(_ rowGroup: Int, _ predicate: ColumnPredicate) -> Bool {
        let group = footer.metaData.rowGroups[rowGroup]
        return predicate.mayMatch { name in leaf(name).map { footer.statistics($0, group) } }
    }

    /// The leaf of a column, or of a field in structs, that is no list, struct or map.
    func leaf(_ name: String) -> ParquetLeaf? { footer.flatLeaf(named: name) }

    package func reader(_ morsel: Morsel, _ request: ScanRequest) throws(SQLError) -> any MorselReader {
        guard parts.indices.contains(morsel.index), request.projection.allSatisfy((0...footer.nodes.count).contains) else {
            throw .internalFault("a Parquet scan asks for a row group or column that \(path) does not have")
        }
        let part = parts[morsel.index]
        var counters = ScanCounters()
        if part.first == 0 { counters.bytesNeeded = bytes(of: request.projection, in: part.rowGroup) }
        if rowGroupPruning.rulesOut(part, request, in: self, &counters) { return PrunedMorsel(counters) }
        return try RowGroupReader(self, part, request, counters)
    }

    package func rowsLeft(inPagesOf morsel: Morsel, _ request: ScanRequest) -> Int? {
        guard parts.indices.contains(morsel.index) else { return nil }
        var counters = ScanCounters()
        // One of its own: what is asked here says nothing of what pays for a scan.
        let kept = PagePruning().ranges(parts[morsel.index], request.filters, in: self, &counters)
        return counters.bytesRead == 0 ? nil : kept.reduce(0) { $0 + $1.count }
    }

    /// Nothing for a row group that statistics rule out.
    package func bytes(of morsel: Morsel, _ request: ScanRequest) -> MorselBytes? {
        var result = MorselBytes()
        guard parts.indices.contains(morsel.index) else { return nil }
        let part = parts[morsel.index], filtered = Set(request.filters.flatMap(\.columns))
        let predicates = request.filters.map(\.bounds).filter { $0 != .anything }
        guard predicates.allSatisfy({ mayMatch(part.rowGroup, $0) }) else { return result }
        let group = footer.metaData.rowGroups[part.rowGroup]
        for index in request.projection.indices where footer.nodes.indices.contains(request.projection[index]) {
            for leaf in footer.nodes[request.projection[index]].leaves where group.columns.indices.contains(leaf.index) {
                guard let range = group.columns[leaf.index].metaData?.byteRange(inFileOf: file.size) else { continue }
                let count = Int(Double(range.count) * Double(part.count) / Double(max(1, group.rowCount)))
                if filtered.isEmpty || filtered.contains(index) {
                    result.first.append(range)
                    result.firstCount = min(file.size, result.firstCount &+ count)
                } else {
                    result.rest.append(range)
                    result.restCount = min(file.size, result.restCount &+ count)
                }
            }
        }
        return result
    }

    package func willNeed(_ ranges: [Range<Int>], _ arrived: @escaping @Sendable () -> Void) { file.willNeed(ranges, arrived) }

    /// What the chunks of some columns take in the file.
    private func bytes(of projection: [Int], in rowGroup: Int) -> Int {
        let chunks = footer.metaData.rowGroups[rowGroup].columns
        return projection.filter(footer.nodes.indices.contains).flatMap { footer.nodes[$0].leaves }.reduce(0) {
            $0 &+ (chunks[$1.index].metaData?.compressedBytes ?? 0)
        }
    }
}

/// The rows that one morsel stands for.
struct MorselRows: Sendable {
    var rowGroup: Int
    /// Of the row group.
    var first: Int
    var count: Int

    var rows: Range<Int> { first..<first + count }

    /// Files with fewer row groups than this are read in smaller parts, so that all workers have something to do.
    private static let enoughGroups = 16
    /// Rows of a part; a multiple of the chunk size.
    private static let partRows = 64 * 2048

    /// One morsel a row group, or several where there are few large ones and the page index tells where their rows lie.
    /// Empty row groups have none.
    static func split(_ footer: ParquetFooter) -> [MorselRows] {
        let groups = footer.metaData.rowGroups
        var result: [MorselRows] = []
        for (index, group) in groups.enumerated() where group.rowCount > 0 {
            let isIndexed = groups.count < enoughGroups && group.columns.allSatisfy { $0.offsetIndexOffset != nil }
            let size = isIndexed && group.rowCount >= 2 * partRows ? partRows : group.rowCount
            for first in stride(from: 0, to: group.rowCount, by: size) {
                result.append(MorselRows(rowGroup: index, first: first, count: min(size, group.rowCount - first)))
            }
        }
        return result
    }
}
