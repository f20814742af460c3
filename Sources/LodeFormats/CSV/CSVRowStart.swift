/// Finding the first row of a byte range without reading what lies before it.

import CLodeIntrinsics
import LodeCore
import LodeObjectStore
import LodeVectors

/// Decides whether a byte lies inside of quotes by what follows it.
///
/// A run of an odd number of quotes between a separator and text (`,"text`) opens a field, one between text and a separator
/// (`text",`) closes one: that settles the state before it. If there is no quote for `max_line_size` bytes, the byte lies
/// outside, since a field that long is refused anyway. Where nothing settles it, the bytes before the range are counted.
struct CSVRowStart {
    let object: any ObjectReader
    let dialect: CSVDialect
    let maximumRowBytes: Int
    /// Where rows begin in the file; a place that is outside of quotes for certain.
    let dataStart: Int

    private static let blockBytes = 256 * 1024

    /// Offset of the first row that begins at `offset` or later; the size of the file if there is none.
    func find(from offset: Int) throws(SQLError) -> Int {
        var inside = false
        if dialect.quote != nil {
            // One byte earlier, so that what stands before the first quote is known.
            if let evident = try evidence(from: offset) { inside = evident } else { inside = try parity(upTo: offset) }
        }
        return try firstNewline(from: offset, inside: inside)
    }

    /// Whether `offset` lies inside of quotes; nil if the bytes behind it don't tell.
    private func evidence(from offset: Int) throws(SQLError) -> Bool? {
        guard let quote = dialect.quote, dialect.escape == nil || dialect.escape == quote else { return nil }
        let limit = min(object.size, offset + maximumRowBytes)
        let buffer = try Buffer(byteCount: Self.blockBytes)
        let bytes = UnsafePointer(buffer.base.assumingMemoryBound(to: UInt8.self))
        var at = offset, sawQuote = false
        // The byte before the run of quotes, and how long the run is.
        var before = try object.read(offset: offset - 1, count: 1)[0], run = 0
        // Whether the run began before `offset`; and whether an odd number of quotes lies between `offset` and the run.
        var isCut = before == quote, flips = false
        while at < limit {
            let count = min(Self.blockBytes, limit - at)
            try object.read(offset: at, count: count, into: buffer.base)
            var index = 0
            while index < count {
                if run == 0 {
                    let next = skipToQuote(bytes, index, count, quote)
                    if next > index {
                        before = bytes[next - 1]
                        isCut = false
                    }
                    index = next
                    if index >= count { break }
                }
                if bytes[index] == quote {
                    run += 1
                    sawQuote = true
                } else {
                    if run % 2 == 1 {
                        if !isCut, isSeparator(before) != isSeparator(bytes[index]) { return !isSeparator(before) != flips }
                        flips.toggle()
                    }
                    before = bytes[index]
                    run = 0
                    isCut = false
                }
                index += 1
            }
            at += count
        }
        return sawQuote ? nil : false
    }

    private func skipToQuote(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int, _ quote: UInt8) -> Int {
        var at = start
        while at < count {
            let mask = lode_match64(bytes + at, quote)
            if mask != 0 { return min(count, at + mask.trailingZeroBitCount) }
            at += 64
        }
        return count
    }

    private func isSeparator(_ byte: UInt8) -> Bool {
        byte == dialect.newline || byte == 13 || byte == dialect.delimiter.first || byte == dialect.delimiter.last
    }

    /// Whether an odd number of quotes that count lies before `offset`.
    private func parity(upTo offset: Int) throws(SQLError) -> Bool {
        guard let quote = dialect.quote else { return false }
        let escape = dialect.escape == quote ? nil : dialect.escape
        let buffer = try Buffer(byteCount: Self.blockBytes)
        let bytes = UnsafePointer(buffer.base.assumingMemoryBound(to: UInt8.self))
        var at = dataStart, inside = false, isEscaped = false
        while at < offset {
            let count = min(Self.blockBytes, offset - at)
            try object.read(offset: at, count: count, into: buffer.base)
            if let escape {
                for index in 0..<count {
                    if isEscaped { isEscaped = false } else if inside, bytes[index] == escape { isEscaped = true } else if bytes[index] == quote {
                        inside.toggle()
                    }
                }
            } else if LineCounter.count(quote, bytes, count) % 2 == 1 {
                inside.toggle()
            }
            at += count
        }
        return inside
    }

    private func firstNewline(from offset: Int, inside startsInside: Bool) throws(SQLError) -> Int {
        // A row begins at `offset` itself if a newline stands before it.
        var at = offset - 1, inside = startsInside, isEscaped = false, isFirst = true
        let quote = dialect.quote.map(UInt16.init) ?? 0xffff
        let escape = dialect.escape == dialect.quote ? 0xffff : dialect.escape.map(UInt16.init) ?? 0xffff
        let buffer = try Buffer(byteCount: 64 * 1024)
        let bytes = UnsafePointer(buffer.base.assumingMemoryBound(to: UInt8.self))
        while at < object.size {
            let count = min(buffer.byteCount, object.size - at)
            try object.read(offset: at, count: count, into: buffer.base)
            for index in 0..<count {
                let byte = bytes[index]
                if isFirst {
                    // The state was asked for behind this byte.
                    isFirst = false
                    if byte == dialect.newline, !inside { return offset }
                    continue
                }
                if isEscaped { isEscaped = false } else if inside, UInt16(byte) == escape { isEscaped = true } else if UInt16(byte) == quote {
                    inside.toggle()
                } else if byte == dialect.newline, !inside {
                    return at + index + 1
                }
            }
            at += count
        }
        return object.size
    }
}
