/// A piece of a text file in memory, long enough for whole rows.

import Glibc
import LodeCore
import LodeVectors

/// Holds the bytes from `position` on. Text lanes may point into the buffer: a window that columns still hold is replaced
/// by a new one, not overwritten.
///
///     buffer   | consumed | position … count | at least 64 readable bytes |
final class TextWindow {
    static let windowBytes = 1 << 20

    private let source: any ByteStream
    private let maximumRowBytes: Int
    private(set) var buffer: Buffer
    /// Bytes that are there.
    private(set) var count = 0
    /// The first byte that is not consumed.
    var position = 0
    /// Offset of the buffer's first byte in the text.
    private(set) var offset: Int
    /// Whether no more bytes follow `count`.
    private(set) var isAtEnd = false
    /// Whether the last byte is a newline that the file does not have.
    private(set) var hasAddedNewline = false

    init(_ source: any ByteStream, offset: Int, maximumRowBytes: Int) throws(SQLError) {
        self.source = source
        self.offset = offset
        self.maximumRowBytes = maximumRowBytes
        buffer = try Buffer(byteCount: min(Self.windowBytes, max(4096, maximumRowBytes + 4)))
    }

    /// The address of the window's first byte: what tokenizers work on, between two calls of `refill`.
    @inline(__always) var base: UnsafeMutablePointer<UInt8> { buffer.withUnsafeBytes { $0.assumingMemoryBound(to: UInt8.self) } }
    var bytesRead: Int { source.bytesRead }
    var positionInFile: Int { offset + position }

    /// Reads on, keeping what is not consumed. Does nothing at the end.
    /// - Returns: false if the row that begins at `position` is longer than `maximumRowBytes`.
    func refill() throws(SQLError) -> Bool {
        if isAtEnd { return true }
        let kept = count - position
        if kept > maximumRowBytes { return false }
        let needed = kept * 2 > buffer.byteCount ? buffer.byteCount * 2 : buffer.byteCount
        if needed != buffer.byteCount || !isKnownUniquelyReferenced(&buffer) {
            let fresh = try Buffer(byteCount: needed)
            fresh.withUnsafeBytes { fresh in buffer.withUnsafeBytes { _ = memcpy(fresh, $0 + position, kept) } }
            buffer = fresh
        } else if position > 0 {
            buffer.withUnsafeBytes { _ = memmove($0, $0 + position, kept) }
        }
        offset += position
        position = 0
        count = kept
        // One byte stays free for a newline at the end.
        while count < buffer.byteCount - 4 {
            let room = buffer.byteCount - 1 - count
            let more = try buffer.withUnsafeBytes { (base) throws(SQLError) in try source.read(into: base + count, capacity: room) }
            if more == 0 {
                isAtEnd = true
                break
            }
            count += more
        }
        buffer.withUnsafeBytes { _ = memset($0 + count, 0, Buffer.padding) }
        return true
    }

    /// Ends the last row of the text, if it lacks its newline. Only at the end.
    func endLastRow(with newline: UInt8) {
        guard isAtEnd, !hasAddedNewline, count > position, count < buffer.byteCount, base[count - 1] != newline else { return }
        base[count] = newline
        count += 1
        hasAddedNewline = true
    }

    /// Where the next newline is, if the window has it.
    func newline(_ newline: UInt8) -> Int? {
        guard let found = memchr(base + position, Int32(newline), count - position) else { return nil }
        return UnsafeMutableRawPointer(base).distance(to: found)
    }

    /// Moves behind the next newline, however far it is.
    func skipLine(_ newline: UInt8) throws(SQLError) {
        while true {
            if let end = self.newline(newline) {
                position = end + 1
                return
            }
            position = count
            if isAtEnd { return }
            _ = try refill()
        }
    }
}
