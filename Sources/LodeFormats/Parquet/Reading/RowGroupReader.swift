/// Reads a row group chunk by chunk: filters first, then the other columns for the rows that are left.

import Glibc
import LodeCore
import LodeObjectStore
import LodeVectors

/// The reader of one morsel.
///
///     window of 2,048 rows ──filter columns──▶ survivors ──▶ pending rows ──2,048 or end──▶ other columns ──▶ chunk
///
/// Survivors of several windows are put together before the other columns are decoded for them, so that chunks are large
/// and pages without survivors stay compressed. A window that loses no row is passed on without copying.
final class RowGroupReader: MorselReader {
    private let file: ParquetFile
    private let part: MorselRows
    private let request: ScanRequest
    private var columns: [any ColumnReader] = []
    private var filters: [RowGroupFilter] = []
    /// Columns that some filter looks at.
    private let filterColumns: [Int]

    private let window: FilterWindow
    private let survivors: Selection
    /// Columns of the window that are decoded, and at which stage.
    private var decoded: [(column: Column, stage: Int)?]
    private var hasWindow = false
    /// The rows that the page index leaves in, counted in the row group.
    private var ranges: [Range<Int>]
    private var rangeIndex = 0
    /// The next row.
    private var position: Int
    private var scannedRows = 0

    private let pendingRows: Buffer
    private var pendingCount = 0
    private var accumulators: [ColumnAccumulator]

    private var returnedRows = 0
    /// What was read and skipped before the columns.
    private var ownCounters: ScanCounters
    /// Whether a dictionary has ruled out all rows.
    private var isHopeless = false
    /// Whether the store knows of the columns that no filter looks at.
    private var restIsAnnounced = false

    init(_ file: ParquetFile, _ part: MorselRows, _ request: ScanRequest, _ counters: ScanCounters = ScanCounters()) throws(SQLError) {
        self.file = file
        self.part = part
        self.request = request
        ownCounters = counters
        window = try FilterWindow()
        survivors = try Selection(capacity: Chunk.capacity)
        pendingRows = try Buffer(byteCount: Chunk.capacity * 4)
        decoded = Array(repeating: nil, count: request.projection.count)
        position = part.first
        ranges = [part.rows]
        filterColumns = Array(Set(request.filters.flatMap(\.columns))).sorted()
        guard filterColumns.allSatisfy(request.projection.indices.contains) else {
            throw .internalFault("a scan filter looks at a column that is not read")
        }
        let nodes = file.footer.nodes
        accumulators = request.projection.map { ColumnAccumulator($0 < nodes.count ? nodes[$0].type : RowNumbers.type) }
        ranges = file.pagePruning.ranges(part, request.filters, in: file, &ownCounters)
        position = ranges.first?.lowerBound ?? 0
        let decompressor = Decompressor()
        for column in request.projection {
            columns.append(
                column < nodes.count ? try Self.reader(file, nodes[column], part, decompressor) : RowNumbers(file.footer, part))
        }
        if ranges != [0..<file.footer.metaData.rowGroups[part.rowGroup].rowCount] {
            for column in columns { for chunk in column.chunks { chunk.expect(ranges) } }
        }
        filters = request.filters.map { RowGroupFilter($0) }
        askDictionaries()
        if isHopeless { return }
        announce(filterColumns.isEmpty ? Array(columns.indices) : filterColumns)
    }

    private static func reader(
        _ file: ParquetFile, _ node: SchemaNode, _ part: MorselRows, _ decompressor: Decompressor
    ) throws(SQLError) -> any ColumnReader {
        var chunks: [ChunkPages] = []
        for leaf in node.leaves {
            let metaData = try file.footer.chunk(leaf, rowGroup: part.rowGroup, in: file.path)
            let group = file.footer.metaData.rowGroups[part.rowGroup]
            chunks.append(
                ChunkPages(
                    leaf, metaData, group.columns[leaf.index], part: part, rows: group.rowCount, file: file.file,
                    decompressor: decompressor))
        }
        guard !chunks.isEmpty else {
            throw SQLError.unsupported("a Parquet group without fields (\"\(node.name)\")").within(file.file.path)
        }
        if node.flatLeaf != nil { return try LeafReader(chunks[0]) }
        return try NestedReader(node, chunks)
    }

    /// Tells the store which column chunks come next.
    private func announce(_ which: [Int]) {
        file.file.willNeed(which.flatMap { columns[$0].chunks.compactMap(\.byteRange) })
    }

    /// The first rows have passed: what no filter looks at comes next, all of it at a time.
    private func announceRest() {
        if !file.file.gainsByAsking || restIsAnnounced || filterColumns.isEmpty || filterColumns.count == columns.count { return }
        restIsAnnounced = true
        let rest = columns.indices.filter { !filterColumns.contains($0) }
        file.file.willNeed(rest.flatMap { columns[$0].chunks.flatMap { $0.rangesToFetch() } })
    }

    var counters: ScanCounters {
        var result = ownCounters
        if part.first == 0 {
            if isHopeless { result.rowGroupsPrunedByDictionary = 1 } else { result.rowGroupsRead = 1 }
        }
        result.rowsScanned = scannedRows
        result.rowsReturned = returnedRows
        for pages in columns.lazy.flatMap(\.chunks) {
            result.bytesRead += pages.bytesRead
            result.pagesRead += pages.pagesRead
            result.pagesNotFetched += pages.pagesNotFetched
            result.pagesNotDecoded += pages.pagesNotDecoded
        }
        return result
    }

    func next() throws(SQLError) -> Chunk? {
        while true {
            try request.cancellation.check()
            if !hasWindow {
                guard rangeIndex < ranges.count else {
                    guard pendingCount > 0 else { return nil }
                    announceLast()
                    return try emitPending()
                }
                try openWindow()
                if window.count == 0 { continue }
                hasWindow = true
            }
            if window.isWhole {
                if pendingCount > 0 { return try emitPending() }
                hasWindow = false
                return try emitWindow()
            }
            if pendingCount + window.count > Chunk.capacity { return try emitPending() }
            try keepWindow()
            hasWindow = false
        }
    }

    // MARK: Filtering

    /// Takes the next rows and runs the filters on them.
    private func openWindow() throws(SQLError) {
        let range = ranges[rangeIndex]
        let size = min(Chunk.capacity, range.upperBound - position)
        window.start(position, size)
        scannedRows += size
        position += size
        if position == range.upperBound {
            rangeIndex += 1
            if rangeIndex < ranges.count { position = ranges[rangeIndex].lowerBound }
        }
        for index in decoded.indices { decoded[index] = nil }
        for filter in filters where window.count > 0 {
            if try isHopeless(filter) {
                // No row of the row group has a value that passes.
                isHopeless = true
                rangeIndex = ranges.count
                window.start(position, 0)
                return
            }
            try apply(filter)
        }
    }

    /// Asks the dictionaries that surely hold all values of a column, before anything else is read.
    private func askDictionaries() {
        for filter in filters where !isHopeless && !ranges.isEmpty {
            guard let leaf = leaf(filter), let dictionary = leaf.pages.dictionaryFirst() else { continue }
            filter.prepare(dictionary, isComplete: true, rows: part.count)
            isHopeless = filter.isHopeless
        }
        if isHopeless { ranges = [] }
    }

    /// The column of a filter that can be asked about a dictionary.
    private func leaf(_ filter: RowGroupFilter) -> LeafReader? {
        guard filter.filter.isPureOverOneColumn, filter.filter.columns.count == 1 else { return nil }
        return columns[filter.filter.columns[0]] as? LeafReader
    }

    /// Whether the dictionary of a filter's column rules out every row.
    private func isHopeless(_ filter: RowGroupFilter) throws(SQLError) -> Bool {
        if !filter.isPrepared {
            filter.isPrepared = true
            if let leaf = leaf(filter) {
                try leaf.pages.load()
                if leaf.pages.slots.contains(where: { $0.encoding.isDictionary }) {
                    filter.prepare(try leaf.pages.dictionary(), isComplete: leaf.pages.isAllDictionary, rows: part.count)
                }
            }
        }
        return filter.isHopeless
    }

    private func apply(_ filter: RowGroupFilter) throws(SQLError) {
        var arguments: [Column] = []
        arguments.reserveCapacity(filter.filter.columns.count)
        for column in filter.filter.columns { arguments.append(try aligned(column)) }
        let count = window.count
        survivors.count = 0
        if let table = filter.table, arguments[0].layout == .dictionary, arguments[0].dictionary === table.dictionary {
            if table.passesAll, !arguments[0].mayHaveNulls { return }
            table.select(arguments[0], count, into: survivors)
        } else {
            try filter.filter.select(arguments, count: count, into: survivors)
        }
        try window.narrow(survivors)
    }

    /// A column with exactly the remaining rows of the window.
    private func aligned(_ index: Int) throws(SQLError) -> Column {
        guard let known = decoded[index] else {
            let window = window, column = try columns[index].read(window.remaining)
            decoded[index] = (column, window.stage)
            return column
        }
        if known.stage == window.stage { return known.column }
        let window = window
        let column = try known.column.gather(Selection(copying: window.positions(known.stage), count: window.count))
        decoded[index] = (column, window.stage)
        return column
    }

    // MARK: Returning rows

    /// The window as it is: nothing was left out.
    private func emitWindow() throws(SQLError) -> Chunk {
        announceRest()
        var result: [Column] = []
        result.reserveCapacity(columns.count)
        for index in columns.indices {
            if let known = decoded[index] { result.append(known.column) } else {
                result.append(try columns[index].read(.range(window.first, window.size)))
            }
        }
        returnedRows += window.size
        return Chunk(columns: result, count: window.size)
    }

    /// Adds the survivors of the window to the pending rows.
    private func keepWindow() throws(SQLError) {
        let window = window, remaining = window.remaining
        let rows = pendingRows.lanes(as: UInt32.self, keptBy: self)
        if let picks = remaining.picks { (rows + pendingCount).update(from: picks, count: window.count) }
        for index in filterColumns {
            guard let known = decoded[index] else { continue }
            try accumulators[index].append(known.column, window.positions(known.stage), window.count)
        }
        pendingCount += window.count
    }

    /// No more rows will come: columns that are not loaded yet need the pages of the pending rows only.
    private func announceLast() {
        let rows = pendingRows.lanes(as: UInt32.self, keptBy: self)
        var wanted: [Range<Int>] = []
        for i in 0..<pendingCount {
            let row = Int(rows[i])
            if let last = wanted.last, last.upperBound == row { wanted[wanted.count - 1] = last.lowerBound..<row + 1 } else {
                wanted.append(row..<row + 1)
            }
        }
        for column in columns { for chunk in column.chunks { chunk.expect(wanted) } }
    }

    /// The pending rows, with the columns that no filter needed.
    private func emitPending() throws(SQLError) -> Chunk {
        announceRest()
        let picks = Lanes(pendingRows.lanes(as: UInt32.self, keptBy: self))
        let first = Int(picks[0])
        let isRange = Int(picks[pendingCount - 1]) - first + 1 == pendingCount
        let rows = isRange ? RowSet.range(first, pendingCount) : RowSet.listed(picks, pendingCount)
        var result: [Column] = []
        result.reserveCapacity(columns.count)
        for index in columns.indices {
            result.append(try filterColumns.contains(index) ? accumulators[index].take() : columns[index].read(rows))
        }
        let count = pendingCount
        pendingCount = 0
        returnedRows += count
        return Chunk(columns: result, count: count)
    }
}

/// A filter of a scan with what was found out about it in this row group.
final class RowGroupFilter {
    let filter: any ScanFilter
    var isPrepared = false
    private(set) var table: DictionaryFilter?
    /// Whether all rows have values that the filter rejects.
    private(set) var isHopeless = false

    init(_ filter: any ScanFilter) { self.filter = filter }

    /// Asks about the dictionary of the filter's column, if it is small against `rows`. `isComplete` says that it has all values
    /// of the row group.
    func prepare(_ dictionary: Column, isComplete: Bool, rows: Int) {
        isPrepared = true
        guard dictionary.count > 0, dictionary.count <= rows / 2 else { return }
        // A filter that fails for a value may never meet it in a row: then rows are asked about.
        do throws(SQLError) { table = try DictionaryFilter(filter, dictionary) } catch { return }
        isHopeless = table?.passCount == 0 && isComplete
    }
}
