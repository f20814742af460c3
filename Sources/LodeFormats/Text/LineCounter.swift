/// Line numbers of byte offsets, counted only when an error wants one.

import CLodeIntrinsics
import LodeCore
import LodeObjectStore
import LodeVectors
import Synchronization

/// Counts newlines from the nearest offset whose line is known. Shared by the workers of a scan.
final class LineCounter: Sendable {
    private let object: any ObjectReader
    private let packing: TextPacking
    private let newline: UInt8
    /// Offset and line of some row starts, ascending.
    private let known = Mutex<[(offset: Int, line: Int)]>([(0, 1)])

    init(_ object: any ObjectReader, _ packing: TextPacking, newline: UInt8) {
        self.object = object
        self.packing = packing
        self.newline = newline
    }

    /// The line, from 1, in which the byte at `offset` of the text lies.
    func line(at offset: Int) throws(SQLError) -> Int {
        let from = known.withLock { list in list.last { $0.offset <= offset } ?? (0, 1) }
        let source: any ByteSource
        var at = from.offset, line = from.line
        if packing.isPlain {
            source = ObjectSource(object, from: at)
        } else {
            source = try packing.open(object)
            (at, line) = (0, 1)
        }
        let buffer = try Buffer(byteCount: 256 * 1024)
        let bytes = UnsafePointer(buffer.base.assumingMemoryBound(to: UInt8.self))
        while at < offset {
            let count = try source.read(into: buffer.base, capacity: min(buffer.byteCount, offset - at))
            if count == 0 { break }
            line += Self.count(newline, bytes, count)
            at += count
        }
        known.withLock { list in
            if list.count < 4096, let place = list.firstIndex(where: { $0.offset > at }) ?? list.indices.last.map({ $0 + 1 }) {
                list.insert((at, line), at: place)
            }
        }
        return line
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
