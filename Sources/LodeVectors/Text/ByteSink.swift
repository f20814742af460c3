/// A growing run of bytes: what strings, files and messages are written into before they leave.

import Glibc
import LodeCore

/// Appends bytes to one block of memory that doubles when it is full. Not `Sendable`: one writer owns it.
package final class ByteSink {
    // One thread at a time has a sink, and none of its methods calls back: looking at each access again would cost more than a cell.
    @exclusivity(unchecked) package private(set) var base: UnsafeMutablePointer<UInt8>
    @exclusivity(unchecked) package private(set) var count = 0
    @exclusivity(unchecked) private var capacity: Int
    private var reservation: ExpressionMemory.Reservation?

    /// - Throws: `53200` if the memory cannot be had.
    package init(capacity: Int = 4096) throws(SQLError) {
        let wanted = max(64, capacity)
        reservation = try ExpressionMemory.reserve(wanted)
        guard let memory = malloc(wanted) else { throw Self.exhausted(wanted) }
        base = memory.assumingMemoryBound(to: UInt8.self)
        self.capacity = wanted
    }

    deinit { free(base) }

    private static func exhausted(_ bytes: Int) -> SQLError {
        SQLError(.outOfMemory, "out of memory: a string of \(bytes) bytes could not be built")
    }

    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    package var isEmpty: Bool { count == 0 }

    /// Forgets the bytes from `count` on, or all; the memory is kept.
    package func truncate(to count: Int = 0) { self.count = min(max(0, count), self.count) }

    /// Makes room for `extra` more bytes and returns where they go; `advance` then counts those that were written.
    @inline(__always)
    package func reserve(_ extra: Int) throws(SQLError) -> UnsafeMutablePointer<UInt8> {
        if extra > capacity &- count { try grow(extra) }
        return base + count
    }

    /// Counts `written` bytes that were put where `reserve` said; at most as many as it was asked for.
    @inline(__always)
    package func advance(_ written: Int) { count &+= written }

    @inline(never)
    private func grow(_ extra: Int) throws(SQLError) {
        guard extra >= 0, extra <= 1 << 40 else { throw Self.exhausted(extra) }
        let wanted = max(capacity &* 2, count &+ extra &+ 64)
        reservation = nil
        reservation = try ExpressionMemory.reserve(wanted)
        guard let memory = realloc(base, wanted) else { throw Self.exhausted(wanted) }
        base = memory.assumingMemoryBound(to: UInt8.self)
        capacity = wanted
    }

    @inline(__always)
    package func append(_ byte: UInt8) throws(SQLError) {
        try reserve(1).pointee = byte
        count &+= 1
    }

    @inline(__always)
    package func append(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        memcpy(try reserve(bytes.count), source, bytes.count)
        count &+= bytes.count
    }

    package func append(_ text: StaticString) throws(SQLError) {
        try append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package func append(_ text: String) throws(SQLError) {
        var text = text
        var failure: SQLError?
        text.withUTF8 { utf8 in
            do throws(SQLError) { try append(UnsafeRawBufferPointer(utf8)) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    @inline(__always)
    package func append(_ text: StringView) throws(SQLError) {
        let length = text.count
        text.copy(to: try reserve(length + StringView.copySlack))
        count &+= length
    }

    /// The bytes as a `String`; invalid UTF-8 is repaired.
    package var string: String { String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self) }
}
