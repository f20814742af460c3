/// The pages of one column chunk: found, fetched and decompressed.

import Glibc
import LodeCore
import LodeObjectStore
import LodeVectors

/// Where a data page lies within the bytes of its chunk.
struct PageSlot {
    /// Of the page's body, behind its header.
    var offset: Int
    var header: PageHeader
    /// Of the page's first level or value, counted over the chunk; a row, where nothing is repeated.
    var first: Int
    var count: Int
    var encoding: ParquetEncoding
    /// The row that the page begins with, where the page index tells it.
    var firstRow: Int?
    var end: Int { first &+ count }
}

/// A decompressed page, taken apart.
struct RawPage {
    var repetition: PageBytes
    var definition: PageBytes
    var values: PageBytes
    /// Keeps the bytes of the values.
    var owner: Buffer { values.buffer }
    /// Encodings of the levels, as stored.
    var definitionEncoding = ParquetEncoding.rle.rawValue
    var repetitionEncoding = ParquetEncoding.rle.rawValue
}

/// Reads a column chunk with one request and its pages one by one. Not `Sendable`: one morsel reader owns it.
final class ChunkPages {
    let leaf: ParquetLeaf
    let rowCount: Int
    private let file: any ObjectReader
    private let metaData: ColumnMetaData
    private let indexes: ColumnChunk
    private let part: MorselRows
    private var rowGroup: Int { part.rowGroup }
    /// The rows that will be asked for, if they are known and few; nil: any.
    private var wanted: [Range<Int>]?
    private var chosen: PageParts?
    private let decompressor: Decompressor
    private var codec = Codec.uncompressed
    private var chunk: Buffer?
    private var pageBuffer: Buffer?
    private var dictionaryBuffer: Buffer?
    private var dictionarySlot: PageSlot?
    /// Where the dictionary lies in the file, if it was not fetched with the pages.
    private var dictionaryRange: Range<Int>?
    private var decodedDictionary: Column?
    private(set) var slots: [PageSlot] = []
    private(set) var isLoaded = false
    private(set) var bytesRead = 0
    private(set) var pagesRead = 0
    /// Data pages of the rows that are read, if the page index told.
    private var indexedPages = 0

    init(
        _ leaf: ParquetLeaf, _ metaData: ColumnMetaData, _ indexes: ColumnChunk, part: MorselRows, rows: Int, file: any ObjectReader,
        decompressor: Decompressor
    ) {
        self.leaf = leaf
        self.metaData = metaData
        self.indexes = indexes
        self.part = part
        rowCount = rows
        self.file = file
        self.decompressor = decompressor
    }

    deinit {
        decodedDictionary = nil
        BufferPool.shared.giveBack(&dictionaryBuffer)
        BufferPool.shared.giveBack(&pageBuffer)
        BufferPool.shared.giveBack(&chunk)
    }

    // MARK: Errors

    func corrupt(_ what: String) -> SQLError { located(SQLError(.dataCorrupted, "corrupt Parquet file: \(what)")) }

    /// Says in which column of which row group of which file an error arose.
    func located(_ error: SQLError) -> SQLError {
        error.within("\(file.path), row group \(rowGroup), column \"\(leaf.path)\"")
    }

    // MARK: Finding the pages

    /// Of the chunk's first page.
    private var start: Int { metaData.start }
    /// Where the chunk lies in the file; nil if it can't lie there.
    var byteRange: Range<Int>? { metaData.byteRange(inFileOf: file.size) }

    /// Pages of the rows that this reader stands for which were left in the file.
    var pagesNotFetched: Int { isLoaded ? max(0, indexedPages - slots.count) : 0 }

    /// Pages that were fetched and that nobody wanted a row of.
    var pagesNotDecoded: Int {
        isLoaded ? max(0, slots.count + (dictionarySlot == nil ? 0 : 1) - pagesRead) : 0
    }

    /// Says which rows will be asked for, in ascending order, before anything is loaded: pages without them are not fetched
    /// where the page index tells which ones that are.
    func expect(_ rows: [Range<Int>]) {
        if isLoaded { return }
        wanted = rows
        chosen = nil
    }

    /// Fetches the chunk, or the part of it that is wanted, and finds its pages.
    func load() throws(SQLError) {
        if isLoaded { return }
        isLoaded = true
        try check()
        guard leaf.repetition > 0 || metaData.valueCount == rowCount else {
            throw corrupt("\(metaData.valueCount) values are declared for \(rowCount) rows")
        }
        guard let range = byteRange else {
            throw corrupt("its \(metaData.compressedBytes) bytes from \(start) on go beyond the end of the file")
        }
        do throws(SQLError) {
            if let parts = chooseParts(range) { return try load(parts, range) }
            // A dictionary that was asked for first is not fetched again.
            let rest = decodedDictionary == nil ? range : metaData.dataPageOffset..<range.upperBound
            let buffer = try BufferPool.shared.take(rest.count)
            chunk = buffer
            try fetch(rest, into: buffer)
            try findPages(buffer, 0..<rest.count, first: 0, end: metaData.valueCount, fileOffset: rest.lowerBound)
        } catch { throw error.place == nil ? located(error) : error }
    }

    /// The runs of pages that are wanted, where they are few enough to be fetched by themselves.
    private func chooseParts(_ range: Range<Int>) -> PageParts? {
        if let chosen { return chosen }
        guard let wanted, let pages = PageIndexReading.offsets(indexes, in: file, chunk: range, rows: rowCount) else { return nil }
        bytesRead += indexes.offsetIndexBytes ?? 0
        indexedPages = pages.count { part.rows.contains($0.firstRow) }
        let parts = PageParts.choose(pages, wanted, rows: rowCount)
        guard parts.pageCount * 5 < pages.count * 4 else {
            self.wanted = nil
            return nil
        }
        chosen = parts
        return parts
    }

    /// What `load` will fetch; nothing once it has.
    func rangesToFetch() -> [Range<Int>] {
        guard !isLoaded, let range = byteRange else { return [] }
        return chooseParts(range)?.runs.map(\.bytes) ?? [range]
    }

    /// Refuses what can't be read, and finds the codec.
    private func check() throws(SQLError) {
        if let refusal = leaf.refusal { throw located(.unsupported(refusal)) }
        guard metaData.type == leaf.physical else { throw corrupt("the column is stored with another type than the schema says") }
        do throws(SQLError) { codec = try Codec.reading(metaData.codec) } catch { throw located(error) }
    }

    private func fetch(_ range: Range<Int>, into buffer: Buffer, at place: Int = 0) throws(SQLError) {
        precondition(place + range.count <= buffer.byteCount, "what is fetched fits its buffer")
        try buffer.withUnsafeBytes { (base) throws(SQLError) in
            try file.read(offset: range.lowerBound, count: range.count, into: base + place)
        }
        bytesRead += range.count
    }

    /// Fetches some runs of pages, one behind the other. The dictionary waits until a page needs it.
    private func load(_ parts: PageParts, _ range: Range<Int>) throws(SQLError) {
        let buffer = try BufferPool.shared.take(parts.byteCount)
        chunk = buffer
        dictionaryRange = range.lowerBound..<parts.dataStart
        var place = 0
        for run in parts.runs {
            try fetch(run.bytes, into: buffer, at: place)
            try findPages(
                buffer, place..<place + run.bytes.count, first: run.rows.lowerBound,
                end: leaf.repetition == 0 ? run.rows.upperBound : .max, fileOffset: run.bytes.lowerBound, firstRows: run.firstRows)
            place += run.bytes.count
        }
    }

    /// Walks the page headers in a part of the buffer until all values up to `end` (or all bytes) are accounted for.
    ///
    /// `firstRows` are the rows that the pages begin with, where they are known.
    private func findPages(
        _ buffer: Buffer, _ bytes: Range<Int>, first: Int, end: Int, fileOffset: Int, firstRows: ArraySlice<Int>? = nil
    ) throws(SQLError) {
        var place = bytes.lowerBound, first = first
        var rows = firstRows
        while first < end {
            guard place < bytes.upperBound else {
                if end == .max { return }
                throw SQLError(.dataCorrupted, "corrupt Parquet file: the pages hold \(first) values, \(end) are declared")
            }
            let (header, length) = try header(
                PageBytes(buffer, place, bytes.upperBound - place), origin: fileOffset + place - bytes.lowerBound)
            place += length
            if var slot = try slot(header, place, first) {
                if header.type == PageType.dictionary.rawValue {
                    if dictionarySlot == nil { dictionarySlot = slot }
                } else {
                    if let row = rows?.popFirst() { slot.firstRow = row }
                    slots.append(slot)
                    first += slot.count
                }
            }
            place += header.compressedBytes
        }
        guard leaf.repetition > 0 || (first == end && (firstRows != nil || end == rowCount)) else {
            throw SQLError(.dataCorrupted, "corrupt Parquet file: the pages hold \(first) values for \(rowCount) rows")
        }
    }

    /// The page header that `bytes` begin with, and how long it is. The page lies within the bytes.
    private func header(_ bytes: PageBytes, origin: Int) throws(SQLError) -> (header: PageHeader, length: Int) {
        try bytes.withUnsafeBytes { (source) throws(SQLError) in
            var reader = ThriftReader(source, origin: origin)
            let header = try PageHeader(from: &reader)
            guard header.compressedBytes <= reader.remaining else { throw reader.corrupt("a page goes beyond its column chunk") }
            return (header, reader.position)
        }
    }

    /// The page that a header describes; nil for kinds that are passed over.
    private func slot(_ header: PageHeader, _ place: Int, _ first: Int) throws(SQLError) -> PageSlot? {
        let raw: Int32, count: Int
        switch PageType(rawValue: header.type) {
        case .data:
            guard let data = header.data else { throw missingHeader }
            (raw, count) = (data.encoding, data.valueCount)
        case .dataV2:
            guard let data = header.dataV2 else { throw missingHeader }
            (raw, count) = (data.encoding, data.valueCount)
        case .dictionary:
            guard let dictionary = header.dictionary else { throw missingHeader }
            (raw, count) = (dictionary.encoding, dictionary.valueCount)
        case .index, nil: return nil
        }
        guard let encoding = ParquetEncoding(rawValue: raw) else { throw .unsupported("Parquet encoding number \(raw)") }
        return PageSlot(offset: place, header: header, first: first, count: count, encoding: encoding)
    }

    private var missingHeader: SQLError { SQLError(.dataCorrupted, "corrupt Parquet file: a page header lacks its own part") }

    /// Whether all pages hold dictionary codes.
    var isAllDictionary: Bool { slots.allSatisfy { $0.encoding.isDictionary } }

    // MARK: Decompressing

    /// Decompresses a data page. The result of an earlier call is valid only as long as its owner is held.
    func open(_ slot: PageSlot) throws(SQLError) -> RawPage {
        pagesRead += 1
        do throws(SQLError) {
            try check(slot, in: chunk)
            return slot.header.type == PageType.dataV2.rawValue ? try openV2(slot) : try openV1(slot)
        } catch { throw located(error) }
    }

    /// - Throws: `XX001` if the page has a checksum, and another one than its bytes.
    private func check(_ slot: PageSlot, in buffer: Buffer?) throws(SQLError) {
        guard let stored = slot.header.checksum, let buffer else { return }
        let bytes = PageBytes(buffer, slot.offset, slot.header.compressedBytes)
        guard bytes.withUnsafeBytes({ Checksum.crc32($0) }) == stored else {
            throw SQLError(
                .dataCorrupted, "corrupt Parquet file: a page differs from its checksum",
                hint: "The file was damaged after it was written: fetch it again.")
        }
    }

    private func openV1(_ slot: PageSlot) throws(SQLError) -> RawPage {
        let bytes = try body(in: chunk, slot.offset, slot.header.compressedBytes, slot.header.uncompressedBytes, codec)
        var page = RawPage(repetition: bytes, definition: bytes, values: bytes)
        if let data = slot.header.data {
            page.definitionEncoding = data.definitionEncoding
            page.repetitionEncoding = data.repetitionEncoding
        }
        var rest = bytes
        page.repetition = try levels(&rest, leaf.repetition, page.repetitionEncoding, slot.count)
        page.definition = try levels(&rest, leaf.definition, page.definitionEncoding, slot.count)
        page.values = rest
        return page
    }

    /// Cuts off levels that stand before the values: with their size in front, or bare in the old bit packing.
    private func levels(
        _ rest: inout PageBytes, _ maximum: Int, _ encoding: Int32, _ count: Int
    ) throws(SQLError) -> PageBytes {
        if maximum == 0 { return rest.take(0) }
        var size: Int
        var start = 0
        if encoding == ParquetEncoding.bitPacked.rawValue {
            let width = Int.bitWidth - maximum.leadingZeroBitCount
            size = (count * width + 7) / 8
        } else {
            guard rest.count >= 4 else { throw SQLError(.dataCorrupted, "corrupt Parquet file: a page ends within its levels") }
            size = Int(rest.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
            start = 4
        }
        guard size <= rest.count - start else { throw SQLError(.dataCorrupted, "corrupt Parquet file: a page ends within its levels") }
        return rest.take(size, behind: start)
    }

    private func openV2(_ slot: PageSlot) throws(SQLError) -> RawPage {
        guard let data = slot.header.dataV2, let chunk else { throw missingHeader }
        let levelBytes = data.repetitionBytes + data.definitionBytes
        guard levelBytes <= slot.header.compressedBytes, levelBytes <= slot.header.uncompressedBytes else {
            throw SQLError(.dataCorrupted, "corrupt Parquet file: the levels of a page are larger than the page")
        }
        var levels = PageBytes(chunk, slot.offset, levelBytes)
        let repetition = levels.take(data.repetitionBytes)
        let bytes = try body(
            in: chunk, slot.offset + levelBytes, slot.header.compressedBytes - levelBytes, slot.header.uncompressedBytes - levelBytes,
            data.isCompressed ? codec : .uncompressed)
        return RawPage(repetition: repetition, definition: levels, values: bytes)
    }

    /// The decompressed bytes of a page; those of the chunk itself where that needs no copy.
    private func body(
        in chunk: Buffer?, _ offset: Int, _ size: Int, _ plainSize: Int, _ codec: Codec
    ) throws(SQLError) -> PageBytes {
        guard let chunk else { throw .internalFault("a page before its chunk") }
        let source = PageBytes(chunk, offset, size)
        if codec == .uncompressed { return source }
        if codec == .snappy, let start = source.withUnsafeBytes({ Snappy.onlyLiteral($0, count: plainSize) }) {
            return PageBytes(chunk, offset + start, plainSize)
        }
        guard source.withUnsafeBytes({ Decompressor.isPossible(codec, $0, count: plainSize) }) else {
            throw SQLError(.dataCorrupted, "corrupt Parquet file: a page of \(size) bytes announces \(plainSize) bytes")
        }
        let buffer = try buffer(plainSize)
        try source.withUnsafeBytes { (source) throws(SQLError) in
            try buffer.withUnsafeBytes { (target) throws(SQLError) in
                try decompressor.decompress(codec, source, into: target, count: plainSize)
            }
        }
        return PageBytes(buffer, 0, plainSize)
    }

    /// The buffer of the page before, if nobody holds it any more, or another one.
    private func buffer(_ bytes: Int) throws(SQLError) -> Buffer {
        if isKnownUniquelyReferenced(&pageBuffer), let pageBuffer, pageBuffer.byteCount >= bytes { return pageBuffer }
        BufferPool.shared.giveBack(&pageBuffer)
        let fresh = try BufferPool.shared.take(bytes)
        pageBuffer = fresh
        return fresh
    }

    // MARK: The dictionary

    /// Whether the metadata says that all pages hold codes of a dictionary, and where that lies: then it can be asked first.
    private var leadingDictionary: Range<Int>? {
        guard let stats = metaData.encodingStats, let range = byteRange, start < metaData.dataPageOffset,
            metaData.dataPageOffset < range.upperBound
        else { return nil }
        let data = stats.filter { $0.pageType == PageType.data.rawValue || $0.pageType == PageType.dataV2.rawValue }
        guard !data.isEmpty, data.allSatisfy({ ParquetEncoding(rawValue: $0.encoding)?.isDictionary ?? false }) else { return nil }
        return start..<metaData.dataPageOffset
    }

    /// Fetches the dictionary before the pages, where it surely holds all values; nil elsewhere. What is wrong with it comes to
    /// light when the pages are read.
    func dictionaryFirst() -> Column? {
        guard !isLoaded, let range = leadingDictionary else { return nil }
        do throws(SQLError) {
            try check()
            dictionaryRange = range
            return try dictionary()
        } catch {
            dictionaryRange = nil
            dictionarySlot = nil
            return nil
        }
    }

    /// The buffer that the dictionary page lies in: the chunk, or the part before its data pages, which is fetched now.
    private func dictionaryBytes() throws(SQLError) -> Buffer? {
        guard let range = dictionaryRange, !range.isEmpty else { return chunk }
        let buffer = try BufferPool.shared.take(range.count)
        try fetch(range, into: buffer)
        let (header, length) = try header(PageBytes(buffer, 0, range.count), origin: range.lowerBound)
        guard header.type == PageType.dictionary.rawValue else { return nil }
        dictionarySlot = try slot(header, length, 0)
        dictionaryRange = nil
        return buffer
    }

    /// The chunk's dictionary as a flat column without nulls.
    /// - Throws: `XX001` if there is none, or it is damaged.
    func dictionary() throws(SQLError) -> Column {
        if let decodedDictionary { return decodedDictionary }
        do throws(SQLError) {
            let source = try dictionaryBytes()
            guard let slot = dictionarySlot else {
                throw SQLError(.dataCorrupted, "corrupt Parquet file: a page of codes without a dictionary page")
            }
            guard slot.encoding == .plain || slot.encoding == .plainDictionary else {
                throw SQLError.unsupported("a dictionary page in encoding \(slot.encoding.name)")
            }
            try check(slot, in: source)
            let bytes = try body(
                in: source, slot.offset, slot.header.compressedBytes, slot.header.uncompressedBytes, codec)
            pagesRead += 1
            let column = try DictionaryDecoding.decode(bytes, count: slot.count, leaf)
            // The next page must not overwrite what the dictionary lies in.
            if bytes.buffer === pageBuffer, bytes.buffer === column.owners.last {
                dictionaryBuffer = pageBuffer
                pageBuffer = nil
            }
            decodedDictionary = column
            return column
        } catch { throw located(error) }
    }
}

extension ColumnMetaData {
    /// Of the chunk's first page. Some writers put 0, or nonsense, where there is no dictionary.
    var start: Int {
        if let dictionary = dictionaryPageOffset, dictionary >= 4, dictionary < dataPageOffset { return dictionary }
        return dataPageOffset
    }

    /// Where the chunk lies in a file of this size; nil if it can't lie there.
    func byteRange(inFileOf size: Int) -> Range<Int>? {
        guard start >= 0, compressedBytes >= 0, start <= size, compressedBytes <= size - start else { return nil }
        return start..<start + compressedBytes
    }
}
