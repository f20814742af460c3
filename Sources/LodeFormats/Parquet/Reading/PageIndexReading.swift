/// Fetching the page index of a column chunk.

import LodeCore
import LodeObjectStore
import LodeVectors

/// Reads indexes as hints: one that is missing, damaged or contradictory is nil, and the reader does without.
/// - Source: Parquet format, "Page Index".
enum PageIndexReading {
    /// No index of a sane file is larger.
    private static let maximumBytes = 64 << 20

    /// Where the data pages of a chunk lie, checked to be within `chunk` and in order.
    static func offsets(_ column: ColumnChunk, in file: any ObjectReader, chunk: Range<Int>, rows: Int) -> [PageLocation]? {
        guard let index = read(column.offsetIndexOffset, column.offsetIndexBytes, file, OffsetIndex.self),
            index.pages.first?.firstRow == 0
        else { return nil }
        var end = chunk.lowerBound, row = -1
        for page in index.pages {
            guard page.offset >= end, page.bytes <= chunk.upperBound, page.offset <= chunk.upperBound - page.bytes,
                page.firstRow > row, page.firstRow < rows
            else { return nil }
            end = page.offset + page.bytes
            row = page.firstRow
        }
        return index.pages
    }

    /// The bounds of the pages of a chunk, one for each of `pages` pages.
    static func bounds(_ column: ColumnChunk, in file: any ObjectReader, pages: Int) -> ColumnIndex? {
        guard let index = read(column.columnIndexOffset, column.columnIndexBytes, file, ColumnIndex.self),
            index.isNullPage.count == pages, index.minimums.count == pages, index.maximums.count == pages,
            index.nullCounts.map({ $0.count == pages }) ?? true
        else { return nil }
        return index
    }

    private static func read<S: ThriftStruct>(_ offset: Int?, _ bytes: Int?, _ file: any ObjectReader, _: S.Type) -> S? {
        guard let offset, let bytes, bytes > 0, bytes <= maximumBytes, offset <= file.size, bytes <= file.size - offset else { return nil }
        do throws(SQLError) {
            let buffer = try Buffer(byteCount: bytes)
            return try buffer.withUnsafeBytes { (base) throws(SQLError) in
                try file.read(offset: offset, count: bytes, into: base)
                var reader = ThriftReader(UnsafeRawBufferPointer(start: base, count: bytes), origin: offset)
                return try S(from: &reader)
            }
        } catch { return nil }
    }
}

/// The pages of a chunk that hold wanted rows, in runs that are fetched with one request each.
struct PageParts {
    struct Run {
        var bytes: Range<Int>
        var rows: Range<Int>
        /// Of each page.
        var firstRows: ArraySlice<Int>
    }

    private(set) var runs: [Run] = []
    private(set) var pageCount = 0
    private(set) var byteCount = 0
    /// Where the first data page lies: what comes before it is the dictionary.
    let dataStart: Int

    /// Pages that are nearer to each other than this are fetched together.
    private static let gapBytes = 16 << 10

    /// `wanted` is ascending.
    static func choose(_ pages: [PageLocation], _ wanted: [Range<Int>], rows: Int) -> PageParts {
        var parts = PageParts(dataStart: pages[0].offset)
        let firstRows = pages.map(\.firstRow)
        var next = 0
        // The pages of the current run.
        var run: Range<Int>?
        for (index, page) in pages.enumerated() {
            let end = index + 1 < pages.count ? pages[index + 1].firstRow : rows
            while next < wanted.count, wanted[next].upperBound <= page.firstRow { next += 1 }
            guard next < wanted.count, wanted[next].lowerBound < end else { continue }
            if let open = run {
                let last = pages[open.upperBound - 1]
                if page.offset - (last.offset + last.bytes) <= gapBytes {
                    run = open.lowerBound..<index + 1
                    continue
                }
                parts.add(open, pages, firstRows, rows)
            }
            run = index..<index + 1
        }
        if let run { parts.add(run, pages, firstRows, rows) }
        return parts
    }

    private init(dataStart: Int) { self.dataStart = dataStart }

    private mutating func add(_ run: Range<Int>, _ pages: [PageLocation], _ firstRows: [Int], _ rows: Int) {
        let last = pages[run.upperBound - 1]
        let bytes = pages[run.lowerBound].offset..<last.offset + last.bytes
        let end = run.upperBound < pages.count ? pages[run.upperBound].firstRow : rows
        runs.append(Run(bytes: bytes, rows: pages[run.lowerBound].firstRow..<end, firstRows: firstRows[run]))
        pageCount += run.count
        byteCount += bytes.count
    }
}
