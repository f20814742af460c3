/// Finding the first row of a byte range without reading all that lies before it.

import CLodeIntrinsics
import LodeCore
import LodeObjectStore
import LodeVectors

/// Finds where rows begin in the middle of a file that may have newlines within quotes.
///
/// If there is no quote for `max_line_size` bytes, a place lies outside of quotes, since a field that long is refused anyway. Otherwise
/// both guesses are tried: that the place lies inside of quotes, and that it does not. The wrong one soon finds text behind
/// a closing quote or rows with too many or too few fields. Where neither or both go wrong, rows are counted from the nearest
/// place that is known.
struct CSVRowStart {
    let object: any ObjectReader
    let dialect: CSVDialect
    let columns: Int
    let maximumRowBytes: Int

    private static let blockBytes = 256 * 1024
    /// Bytes behind a quote by which guesses are judged, and rows that are enough for it.
    private static let evidenceBytes = 64 * 1024
    private static let evidenceRows = 32
    /// Fewer rows may look right by accident.
    private static let leastRows = 4
    /// A longer run of quotes is not followed back to where it starts.
    private static let longestRun = 1024

    /// Offset of the first row that begins at `offset` or later; the size of the file if there is none.
    /// - Parameter known: where some row begins, at or before `offset`.
    func find(from offset: Int, known: Int) throws(SQLError) -> Int {
        guard offset > known else { return known }
        guard let quote = dialect.quote, let first = try firstQuote(quote, from: offset - 1) else { return try firstLine(from: offset) }
        if let row = try evident(offset, known, firstQuote: first) { return row }
        return try counted(offset, known)
    }

    private func firstQuote(_ quote: UInt8, from offset: Int) throws(SQLError) -> Int? {
        let limit = min(object.size, offset + maximumRowBytes)
        let buffer = try Buffer(byteCount: min(Self.blockBytes, max(1, limit - offset)))
        var at = offset
        while at < limit {
            let count = min(buffer.byteCount, limit - at)
            try read(at, count, into: buffer)
            let index = Self.skip(to: quote, buffer, count)
            if index < count { return at + index }
            at += count
        }
        return nil
    }

    private func firstLine(from offset: Int) throws(SQLError) -> Int {
        // A row begins at `offset` itself if a newline stands before it.
        var at = offset - 1
        let buffer = try Buffer(byteCount: 64 * 1024)
        while at < object.size {
            let count = min(buffer.byteCount, object.size - at)
            try read(at, count, into: buffer)
            let index = Self.skip(to: dialect.newline, buffer, count)
            if index < count { return at + index + 1 }
            at += count
        }
        return object.size
    }

    private func read(_ offset: Int, _ count: Int, into buffer: Buffer) throws(SQLError) {
        try buffer.withUnsafeBytes { (base) throws(SQLError) in try object.read(offset: offset, count: count, into: base) }
    }

    private static func skip(to byte: UInt8, _ buffer: Buffer, _ count: Int) -> Int {
        buffer.lanes(as: UInt8.self).withUnsafePointer { bytes in
            var at = 0
            while at < count {
                let mask = lode_match64(bytes + at, byte)
                if mask != 0 { return min(count, at + mask.trailingZeroBitCount) }
                at += 64
            }
            return count
        }
    }

    // MARK: Guesses

    /// The answer if just one of the two guesses holds.
    private func evident(_ offset: Int, _ known: Int, firstQuote: Int) throws(SQLError) -> Int? {
        let front = max(known, offset - Self.longestRun)
        let count = min(object.size, firstQuote + Self.evidenceBytes) - front
        let buffer = try Buffer(byteCount: count)
        try read(front, count, into: buffer)
        return try buffer.lanes(as: UInt8.self).withUnsafePointer { (bytes) throws(SQLError) in
            try evident(bytes, count, offset, front)
        }
    }

    private func evident(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ offset: Int, _ front: Int) throws(SQLError) -> Int? {
        // No run of quotes may be cut in two, since their number tells what they mean; nor a delimiter.
        var place = offset - 1 - front
        while place > 0, isMark(bytes[place]) || isEscape(bytes[place - 1]) || isWithinDelimiter(bytes[place - 1]) { place -= 1 }
        guard place > 0 else { return nil }
        let wanted = offset - front
        let outside = try guess(bytes, place, count, wanted, isQuoted: false),
            inside = try guess(bytes, place, count, wanted, isQuoted: true)
        switch (outside, inside) {
        case (.next(let row), .isWrong), (.isWrong, .next(let row)): return front + row
        default: return nil
        }
    }

    private func isMark(_ byte: UInt8) -> Bool { byte == dialect.quote || byte == dialect.escape }
    private func isEscape(_ byte: UInt8) -> Bool { byte == dialect.escape && dialect.escape != dialect.quote }

    private func isWithinDelimiter(_ byte: UInt8) -> Bool { dialect.delimiter.count > 1 && dialect.delimiter.contains(byte) }

    /// Where the first row at `wanted` or behind it begins, if `place` is as guessed.
    private func guess(
        _ bytes: UnsafePointer<UInt8>, _ place: Int, _ count: Int, _ wanted: Int, isQuoted: Bool
    ) throws(SQLError) -> CSVRowSplitter.Rest {
        let splitter = CSVRowSplitter(dialect, columns: columns)
        // Ends of fields are not wanted.
        let buffer = try Buffer(byteCount: 64), ends = buffer.lanes(as: UInt32.self)
        let rest = splitter.rest(bytes, from: place, count: count, isQuoted: isQuoted, ends: ends)
        guard case .next(var at) = rest else { return rest }
        var first = at >= wanted ? at : nil, rows = 0
        search: while rows < Self.evidenceRows {
            let row = splitter.split(bytes, from: at, count: count, isAtEnd: false, ends: ends, capacity: 0)
            switch row.outcome {
            case .needsMore: break search
            case .unterminatedQuote, .textAfterQuote: return .isWrong
            case .row:
                guard fits(row.fields) else { return .isWrong }
                rows += 1
            case .noRow: break
            }
            at = row.next
            if first == nil, at >= wanted { first = at }
        }
        if let first, rows >= Self.leastRows { return .next(first) }
        return .unknown
    }

    private func fits(_ fields: Int) -> Bool {
        // One more: a delimiter at the end of every row.
        fields == columns || fields == columns + 1 || (fields < columns ? dialect.padsShortRows : !dialect.isStrict)
    }

    // MARK: Counting

    /// Splits all rows from one that is known.
    private func counted(_ offset: Int, _ known: Int) throws(SQLError) -> Int {
        let window = try TextWindow(ObjectStream(object, from: known), offset: known, maximumRowBytes: maximumRowBytes)
        let tokens = try CSVTokens(dialect, columns: columns, maximumRowBytes: maximumRowBytes)
        while true {
            tokens.reset()
            switch tokens.scan(window, limit: offset - window.offset) {
            case .full: break
            case .reachedEnd: return window.positionInFile
            case .badRow: window.position = tokens.badRow?.next ?? window.count
            case .needsMore:
                if window.isAtEnd { return object.size }
                // The reader of that row reports it.
                if try !window.refill() { try window.skipLine(dialect.newline) }
            }
        }
    }
}
