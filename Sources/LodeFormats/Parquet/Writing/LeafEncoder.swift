/// Collecting the values of one leaf for a row group and encoding them as a column chunk.

import LodeCore
import LodeVectors

/// An encoded column chunk; offsets count from its first byte.
struct EncodedColumn {
    var bytes: ByteSink
    var metaData: ColumnMetaData
    var offsetIndex: OffsetIndex
    var columnIndex: ColumnIndex?
    /// With its header.
    var bloomFilter: [UInt8]?
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
    let wishes: ColumnWriteOptions
    private(set) var levels: LeafLevels

    init(_ plan: LeafPlan, _ options: ParquetWriteOptions) throws(SQLError) {
        self.plan = plan
        self.options = options
        wishes = options.column(plan.path)
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
    /// Adds every value, or every value of the dictionary, to a Bloom filter.
    func addHashes(to filter: inout BloomFilterWriter) {}
    /// The end of the longest range from `start` on that makes a page.
    func pageEnd(from start: Int) -> Int { .max }
    func appendPage(_ values: Range<Int>, to sink: ByteSink) throws(SQLError) {}
    func bounds(_ values: Range<Int>) -> LeafBounds? { nil }
    /// Forgets the row group.
    func reset() {}

    /// The encoding of data pages without a dictionary.
    final var plainEncoding: ParquetEncoding {
        if let wish = wishes.encoding, !wish.isDictionary { return wish }
        return ColumnWriteOptions.standard(plan.physical, version2: options.version2)
    }

    /// Whether a dictionary may be made: it is asked for, or nothing else is.
    final var triesDictionary: Bool { wishes.encoding.map(\.isDictionary) ?? options.usesDictionaries }
    /// Whether a dictionary is made even where it does not pay.
    final var wantsDictionary: Bool { wishes.encoding?.isDictionary ?? false }

    // MARK: The column chunk

    final func finish(_ writer: PageWriter) throws(SQLError) -> EncodedColumn {
        let chunk = try ByteSink(capacity: 64 * 1024)
        var metaData = ColumnMetaData()
        metaData.type = plan.physical
        metaData.path = plan.filePath
        metaData.codec = options.codec.rawValue
        metaData.valueCount = levels.entries
        let dictionaryCount = triesDictionary ? try chooseDictionary() : nil
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
        let filter = bloomFilter(dictionaryCount ?? pages.last?.values.upperBound ?? 0)
        levels = LeafLevels(plan)
        reset()
        return EncodedColumn(
            bytes: chunk, metaData: metaData, offsetIndex: OffsetIndex(pages: locations), columnIndex: columnIndex, bloomFilter: filter,
            statistics: known)
    }

    /// None for booleans and for chunks without values, which say as much by their count of NULLs.
    private func bloomFilter(_ maxDistinct: Int) -> [UInt8]? {
        guard let options = wishes.bloomFilter, plan.physical != .boolean, maxDistinct > 0 else { return nil }
        var filter = BloomFilterWriter(options, maxDistinct: maxDistinct)
        addHashes(to: &filter)
        return filter.bytes()
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
        if plan.maximumRepetition > 0 { try raw.withLength { () throws(SQLError) in try levels.appendRepetition(page, to: raw) } }
        if plan.maximumDefinition > 0 { try raw.withLength { () throws(SQLError) in try levels.appendDefinition(page, to: raw) } }
        try appendPage(page.values, to: raw)
        return try writer.writeData(page, encoding, to: chunk)
    }
}

extension ByteSink {
    /// Puts the length of what `body` appends before it, in four bytes.
    func withLength(_ body: () throws(SQLError) -> Void) throws(SQLError) {
        let start = count
        _ = try reserve(4)
        advance(4)
        try body()
        UnsafeMutableRawPointer(base + start).storeBytes(of: UInt32(count - start - 4).littleEndian, as: UInt32.self)
    }
}
