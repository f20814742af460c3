/// Line numbers of byte offsets, counted only when an error wants one.

import CLodeIntrinsics
import LodeCore
import LodeObjectStore
import LodeVectors

/// Counts newlines from the nearest offset whose line is known, so that a file full of bad rows is counted once and not once per row.
/// Shared by the workers of a scan.
final class LineCounter: Sendable {
    private typealias Place = (offset: Int, line: Int)

    /// How far a file was counted, and what was read of it beyond that.
    private struct Progress {
        let source: any ByteStream
        var place: Place
        let block: Buffer
        var blockCount = 0
        /// In the block.
        var at = 0

        init(_ source: any ByteStream, from place: Place, blockBytes: Int) throws(SQLError) {
            self.source = source
            self.place = place
            block = try Buffer(byteCount: blockBytes)
        }

        mutating func advance(to offset: Int, _ newline: UInt8) throws(SQLError) {
            while place.offset < offset {
                if at == blockCount {
                    let block = block
                    blockCount = try block.withUnsafeBytes { (base) throws(SQLError) in
                        try source.read(into: base, capacity: block.byteCount)
                    }
                    at = 0
                    if blockCount == 0 { return }
                }
                let take = min(blockCount - at, offset - place.offset)
                let lines = (block.lanes(as: UInt8.self) + at).withUnsafePointer { LineCounter.count(newline, $0, take) }
                place.line += lines
                place.offset += take
                at += take
            }
        }
    }

    private let object: any ObjectReader
    private let packing: TextPacking
    private let newline: UInt8
    /// Some offsets of a file whose parts can be read alone, ascending.
    private let known = Lock<[Place]>([(0, 1)])
    /// Of a file that can only be read from its start.
    private let progress = Lock<Progress?>(nil)

    private static let maxKnown = 4096
    private static let blockBytes = 256 << 10

    init(_ object: any ObjectReader, _ packing: TextPacking, newline: UInt8) {
        self.object = object
        self.packing = packing
        self.newline = newline
    }

    /// The line, from 1, in which the byte at `offset` of the text lies.
    func line(at offset: Int) throws(SQLError) -> Int {
        if packing.isPlain {
            let nearest = known.withLock { $0.last { $0.offset <= offset } ?? (0, 1) }
            var progress = try Progress(
                ObjectStream(object, from: nearest.offset), from: nearest, blockBytes: min(Self.blockBytes, max(0, offset - nearest.offset))
            )
            try progress.advance(to: offset, newline)
            known.withLock { Self.note(progress.place, in: &$0) }
            return progress.place.line
        }
        return try progress.withLock { progress throws(SQLError) in
            var mine: Progress
            if let known = progress, known.place.offset <= offset {
                mine = known
            } else {
                mine = try Progress(packing.open(object), from: (0, 1), blockBytes: Self.blockBytes)
            }
            progress = nil
            try mine.advance(to: offset, newline)
            progress = mine
            return mine.place.line
        }
    }

    private static func note(_ place: Place, in list: inout [Place]) {
        // Every other one is enough to be near to all of them.
        if list.count >= maxKnown { list = stride(from: 0, to: list.count, by: 2).map { list[$0] } }
        list.insert(place, at: (list.lastIndex { $0.offset <= place.offset } ?? -1) + 1)
    }

    /// How many of `count` bytes are `byte`. At least 64 bytes must be readable after them.
    static func count(_ byte: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var total = 0
        var at = 0
        while at < count {
            var mask = lode_match64(bytes + at, byte)
            if count &- at < 64 { mask &= (1 &<< UInt64(truncatingIfNeeded: count &- at)) &- 1 }
            total &+= mask.nonzeroBitCount
            at &+= 64
        }
        return total
    }
}

/// Line numbers of the rows of one reader, which mostly come one after another: counted on from the last one while that is in sight.
struct RowLines {
    private let counter: LineCounter
    private let newline: UInt8
    private var last: (offset: Int, line: Int)?

    init(_ counter: LineCounter, newline: UInt8) {
        self.counter = counter
        self.newline = newline
    }

    /// The line, from 1, in which the byte at a position of the window lies.
    mutating func line(at position: Int, in window: TextWindow) throws(SQLError) -> Int {
        let offset = window.offset + position
        let line: Int
        if let last, last.offset >= window.offset, last.offset <= offset {
            let start = last.offset - window.offset
            line = last.line + LineCounter.count(newline, UnsafePointer(window.base) + start, position - start)
        } else {
            line = try counter.line(at: offset)
        }
        last = (offset, line)
        return line
    }
}
