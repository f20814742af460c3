/// Line numbers of byte offsets, counted only when an error wants one.

import CLodeIntrinsics
import LodeCore
import LodeObjectStore
import LodeVectors
import Synchronization

/// Counts newlines from the nearest offset whose line is known, so that a file full of bad rows is counted once and not once a row.
/// Shared by the workers of a scan.
final class LineCounter: Sendable {
    private typealias Place = (offset: Int, line: Int)

    /// How far a text was counted that can only be read from its start.
    private struct Progress {
        let source: any ByteSource
        var place: Place = (0, 1)
    }

    private let object: any ObjectReader
    private let packing: TextPacking
    private let newline: UInt8
    /// Some offsets, ascending.
    private let known = Mutex<[Place]>([(0, 1)])
    private let progress = Mutex<Progress?>(nil)

    private static let mostKnown = 4096

    init(_ object: any ObjectReader, _ packing: TextPacking, newline: UInt8) {
        self.object = object
        self.packing = packing
        self.newline = newline
    }

    /// The line, from 1, in which the byte at `offset` of the text lies.
    func line(at offset: Int) throws(SQLError) -> Int {
        if packing.isPlain {
            var place = known.withLock { $0.last { $0.offset <= offset } ?? (0, 1) }
            try count(ObjectSource(object, from: place.offset), &place, upTo: offset)
            known.withLock { Self.note(place, in: &$0) }
            return place.line
        }
        return try progress.withLock { progress throws(SQLError) in
            var mine: Progress
            if let known = progress, known.place.offset <= offset { mine = known } else { mine = Progress(source: try packing.open(object)) }
            progress = nil
            try count(mine.source, &mine.place, upTo: offset)
            progress = mine
            return mine.place.line
        }
    }

    private func count(_ source: any ByteSource, _ place: inout Place, upTo offset: Int) throws(SQLError) {
        let buffer = try Buffer(byteCount: min(256 * 1024, max(0, offset - place.offset)))
        let bytes = UnsafePointer(buffer.base.assumingMemoryBound(to: UInt8.self))
        while place.offset < offset {
            let count = try source.read(into: buffer.base, capacity: min(buffer.byteCount, offset - place.offset))
            if count == 0 { break }
            place.line += Self.count(newline, bytes, count)
            place.offset += count
        }
    }

    private static func note(_ place: Place, in list: inout [Place]) {
        // Every other one is enough to be near to all of them.
        if list.count >= mostKnown { list = stride(from: 0, to: list.count, by: 2).map { list[$0] } }
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
