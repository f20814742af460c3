/// Raw memory with one owner: what the lanes of columns and the bytes of strings lie in.

import Glibc
import LodeCore

/// A block of uninitialized memory, freed with its last reference.
///
/// It is followed by `padding` bytes that may be read (never meaningfully), so that kernels can load whole words.
/// `base` does not keep the buffer alive: a function that goes on using it behind the last mention of the buffer says
/// `defer { withExtendedLifetime(buffer) {} }`. Whoever creates a buffer writes it; once a column holds it, nobody writes any more, which
/// makes sharing it safe.
package final class Buffer: @unchecked Sendable {
    package static let padding = 64

    package let base: UnsafeMutableRawPointer
    package let byteCount: Int
    private let reservation: ExpressionMemory.Reservation?

    /// - Throws: `53200` if the memory cannot be had.
    package init(byteCount: Int) throws(SQLError) {
        reservation = try ExpressionMemory.reserve(byteCount)
        guard byteCount >= 0, byteCount <= 1 << 40, let base = malloc(byteCount + Self.padding) else {
            throw SQLError(.outOfMemory, "out of memory: \(byteCount) bytes could not be allocated")
        }
        self.base = base
        self.byteCount = byteCount
    }

    /// A buffer filled with zero bytes, padding included.
    package static func zeroed(byteCount: Int) throws(SQLError) -> Buffer {
        let buffer = try Buffer(byteCount: byteCount)
        memset(buffer.base, 0, byteCount + padding)
        return buffer
    }

    package init(copying bytes: UnsafeRawBufferPointer) throws(SQLError) {
        reservation = try ExpressionMemory.reserve(bytes.count)
        guard let base = malloc(bytes.count + Self.padding) else {
            throw SQLError(.outOfMemory, "out of memory: \(bytes.count) bytes could not be allocated")
        }
        if let source = bytes.baseAddress { memcpy(base, source, bytes.count) }
        self.base = base
        self.byteCount = bytes.count
    }

    deinit { free(base) }
}
