/// Collecting the values of one leaf for a row group and encoding them as a column chunk.

import LodeCore
import LodeVectors

/// An encoded column chunk; offsets count from its first byte.
struct EncodedColumn {
    var bytes: ByteSink
    var metaData: ColumnMetaData
    var offsetIndex: OffsetIndex
    var columnIndex: ColumnIndex?
    var statistics: ColumnStatistics
}

/// The column chunks of some rows.
struct EncodedRowGroup {
    var columns: [EncodedColumn] = []
    var rows: Int
}

/// What all leaves share: levels, pages and metadata. Subclasses hold values and encode ranges of them.
///
/// A chunk is wholly dictionary-encoded or not at all. Not `Sendable`: one lane owns it.
class LeafEncoder {
    let plan: LeafPlan
    let options: ParquetWriteOptions
    private(set) var levels: LeafLevels

    init(_ plan: LeafPlan, _ options: ParquetWriteOptions) throws(SQLError) {
        self.plan = plan
        self.options = options
        levels = LeafLevels(plan)
    }

    final func append(_ leaf: ShreddedLeaf, rows: Int) throws(SQLError) {
        try appendValues(leaf)
        levels.append(leaf, rows: rows)
    }

    // MARK: What subclasses do

    /// Keeps the values that `leaf` says are there.
    func appendValues(_ leaf: ShreddedLeaf) throws(SQLError) {}
    /// Roughly what the values take in memory.
    var storedBytes: Int { 0 }
    /// Decides how to encode the row group: with a dictionary of this many values, or (nil) without.
    func chooseDictionary() throws(SQLError) -> Int? { nil }
    func appendDictionary(to sink: ByteSink) throws(SQLError) {}
    /// The encoding of data pages without a dictionary.
    var plainEncoding: ParquetEncoding { .plain }
    /// The end of the longest range from `start` on that makes a page.
    func pageEnd(from start: Int) -> Int { .max }
    func appendPage(_ values: Range<Int>, to sink: ByteSink) throws(SQLError) {}
    func bounds(_ values: Range<Int>) -> LeafBounds? { nil }
    /// Forgets the row group.
    func reset() {}

    // MARK: The column chunk

    final func finish(_ writer: PageWriter) throws(SQLError) -> EncodedColumn {
        let chunk = try ByteSink(capacity: 64 * 1024)
        var metaData = ColumnMetaData()
        metaData.type = plan.physical
        metaData.path = plan.path
        metaData.codec = options.codec.rawValue
        metaData.valueCount = levels.entries
        let dictionaryCount = try chooseDictionary()
        let encoding: ParquetEncoding = dictionaryCount == nil ? plainEncoding : .rleDictionary
        var stats: [PageEncodingStats] = []
        if let dictionaryCount {
            writer.raw.truncate()
            try appendDictionary(to: writer.raw)
            let size = try writer.writeDictionary(dictionaryCount, to: chunk)
            metaData.dictionaryPageOffset = 0
            metaData.compressedBytes += size.compressed
            metaData.uncompressedBytes += size.uncompressed
            stats.append(PageEncodingStats(pageType: .dictionary, encoding: .plain, count: 1))
        }
        metaData.dataPageOffset = chunk.count
        let pages = levels.pages(rows: options.pageRows) { pageEnd(from: $0.lowerBound) }
        var index = WrittenBounds()
        var locations: [PageLocation] = []
        for page in pages {
            let offset = chunk.count
            let size = try write(page, encoding, writer, chunk)
            metaData.compressedBytes += size.compressed
            metaData.uncompressedBytes += size.uncompressed
            locations.append(PageLocation(offset: offset, bytes: size.compressed, firstRow: page.firstRow))
            index.add(page.values.isEmpty ? nil : bounds(page.values), page, plan)
        }
        stats.append(PageEncodingStats(pageType: options.version2 ? .dataV2 : .data, encoding: encoding, count: pages.count))
        metaData.encodingStats = stats
        metaData.encodings = dictionaryCount == nil ? [encoding, .rle] : [.plain, .rle, .rleDictionary]
        metaData.statistics = index.statistics(plan, distinct: dictionaryCount)
        let known = index.known(rows: levels.entries, distinct: dictionaryCount, isFlat: plan.maximumRepetition == 0)
        let columnIndex = index.columnIndex
        levels = LeafLevels(plan)
        reset()
        return EncodedColumn(
            bytes: chunk, metaData: metaData, offsetIndex: OffsetIndex(pages: locations), columnIndex: columnIndex, statistics: known)
    }

    private func write(
        _ page: LeafLevels.Page, _ encoding: ParquetEncoding, _ writer: PageWriter, _ chunk: ByteSink
    ) throws(SQLError) -> PageWriter.Size {
        let raw = writer.raw
        raw.truncate()
        if options.version2 {
            if plan.maximumRepetition > 0 { try levels.appendRepetition(page, to: raw) }
            let repetitionBytes = raw.count
            if plan.maximumDefinition > 0 { try levels.appendDefinition(page, to: raw) }
            let definitionBytes = raw.count - repetitionBytes
            try appendPage(page.values, to: raw)
            return try writer.writeDataV2(page, encoding, repetitionBytes: repetitionBytes, definitionBytes: definitionBytes, to: chunk)
        }
        if plan.maximumRepetition > 0 { try withLength(raw) { () throws(SQLError) in try levels.appendRepetition(page, to: raw) } }
        if plan.maximumDefinition > 0 { try withLength(raw) { () throws(SQLError) in try levels.appendDefinition(page, to: raw) } }
        try appendPage(page.values, to: raw)
        return try writer.writeData(page, encoding, to: chunk)
    }

    /// Puts the length of what `body` appends before it, in four bytes.
    private func withLength(_ sink: ByteSink, _ body: () throws(SQLError) -> Void) throws(SQLError) {
        let start = sink.count
        _ = try sink.reserve(4)
        sink.advance(4)
        try body()
        UnsafeMutableRawPointer(sink.base + start).storeBytes(of: UInt32(sink.count - start - 4).littleEndian, as: UInt32.self)
    }
}

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
