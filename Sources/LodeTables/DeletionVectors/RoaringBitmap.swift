/// Reading compressed sets of row numbers.

import LodeCore

/// Roaring bitmaps in their portable serialization: sets of integers in blocks of 65,536, each a list, a bitmap or a list of runs.
/// - Source: RoaringFormatSpec, "General layout" and "Extension for 64-bit implementations".
enum RoaringBitmap {
    static let cookieWithoutRuns: UInt32 = 12346, cookieWithRuns: UInt32 = 12347
    /// From so many blocks on their offsets are stored even where there are runs.
    static let offsetsFrom = 4
    /// A block of more members is a bitmap.
    static let longestList = 4096

    /// Adds the members of a 64-bit bitmap, which takes up all of `bytes`.
    /// - Parameter limit: rows of the file; no member may reach it.
    /// - Throws: `XX001` for bytes that are no bitmap, and for a member that is no row.
    static func insert(_ bytes: ArraySlice<UInt8>, below limit: Int64, into rows: inout RowPositions) throws(SQLError) {
        var cursor = ByteCursor(bytes)
        let buckets = try cursor.uint64()
        var bucket: UInt64 = 0, last: Int64 = -1
        while bucket < buckets {
            let key = Int64(try cursor.uint32())
            guard key < 1 << 31, key > last else { throw corrupted("a bucket has the key \(key)") }
            try insert(bucketAt: key << 32, &cursor, below: limit, into: &rows)
            bucket += 1
            last = key
        }
        guard cursor.isAtEnd else { throw corrupted("bytes follow the last bucket") }
    }

    private static func insert(
        bucketAt base: Int64, _ cursor: inout ByteCursor, below limit: Int64, into rows: inout RowPositions
    ) throws(SQLError) {
        let cookie = try cursor.uint32()
        var count: Int
        var runs: [UInt8] = []
        if cookie & 0xffff == cookieWithRuns {
            count = Int(cookie >> 16) + 1
            runs = Array(try cursor.take((count + 7) / 8))
        } else if cookie == cookieWithoutRuns {
            count = Int(try cursor.uint32())
            guard count <= 1 << 16 else { throw corrupted("a bucket has \(count) blocks") }
        } else {
            throw corrupted("unknown cookie \(cookie)")
        }
        var blocks: [(base: Int64, members: Int)] = []
        blocks.reserveCapacity(count)
        for _ in 0..<count {
            let start = base + Int64(try cursor.uint16()) << 16, members = Int(try cursor.uint16()) + 1
            // In order, so that no member is there twice: a bitmap costs no more than its members.
            if let before = blocks.last, before.base >= start { throw corrupted("blocks are out of order") }
            blocks.append((start, members))
        }
        if runs.isEmpty || count >= offsetsFrom { _ = try cursor.take(count * 4) }
        for (index, block) in blocks.enumerated() {
            if !runs.isEmpty, runs[index >> 3] & (1 << UInt8(index & 7)) != 0 {
                try insertRuns(block.base, &cursor, below: limit, into: &rows)
            } else if block.members > longestList {
                try insertBitmap(block.base, &cursor, below: limit, into: &rows)
            } else {
                for _ in 0..<block.members { try insert(block.base + Int64(try cursor.uint16()), below: limit, into: &rows) }
            }
        }
    }

    private static func insertRuns(
        _ base: Int64, _ cursor: inout ByteCursor, below limit: Int64, into rows: inout RowPositions
    ) throws(SQLError) {
        var end: Int64 = -1
        for _ in 0..<Int(try cursor.uint16()) {
            let first = Int64(try cursor.uint16()), last = first + Int64(try cursor.uint16())
            guard first > end, last < 1 << 16 else { throw corrupted("runs are out of order") }
            for member in first...last { try insert(base + member, below: limit, into: &rows) }
            end = last
        }
    }

    private static func insertBitmap(
        _ base: Int64, _ cursor: inout ByteCursor, below limit: Int64, into rows: inout RowPositions
    ) throws(SQLError) {
        for word in 0..<1024 {
            var bits = try cursor.uint64()
            while bits != 0 {
                try insert(base + Int64(word * 64 + bits.trailingZeroBitCount), below: limit, into: &rows)
                bits &= bits - 1
            }
        }
    }

    private static func insert(_ row: Int64, below limit: Int64, into rows: inout RowPositions) throws(SQLError) {
        guard row < limit else { throw corrupted("it names row \(row) of a file of \(limit) rows") }
        _ = rows.insert(row)
    }

    static func corrupted(_ detail: String) -> SQLError {
        SQLError(.dataCorrupted, "the deletion vector is damaged", detail: detail + ".")
    }
}

/// Little-endian numbers, one after another.
struct ByteCursor {
    private let bytes: ArraySlice<UInt8>
    private var at: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        at = bytes.startIndex
    }

    var isAtEnd: Bool { at == bytes.endIndex }

    mutating func take(_ count: Int) throws(SQLError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.endIndex - at else { throw RoaringBitmap.corrupted("it ends too early") }
        defer { at += count }
        return bytes[at..<at + count]
    }

    mutating func uint16() throws(SQLError) -> UInt16 { UInt16(truncatingIfNeeded: try number(2)) }
    mutating func uint32() throws(SQLError) -> UInt32 { UInt32(truncatingIfNeeded: try number(4)) }
    mutating func uint64() throws(SQLError) -> UInt64 { try number(8) }

    private mutating func number(_ count: Int) throws(SQLError) -> UInt64 {
        guard count <= bytes.endIndex - at else { throw RoaringBitmap.corrupted("it ends too early") }
        var number: UInt64 = 0
        for place in 0..<count { number |= UInt64(bytes[at + place]) << UInt64(place * 8) }
        at += count
        return number
    }
}
