/// Raw memory with one owner: what the lanes of columns and the bytes of strings lie in.

import Glibc
import LodeCore

/// A block of uninitialized memory, freed with its last reference.
///
/// It is followed by `padding` bytes that may be read (never meaningfully), so that kernels can load whole words.
/// `lanes(as:)` gives views that keep it alive. Whoever creates a buffer writes it; once a column holds it, nobody writes any more, which
/// makes sharing it safe.
@usableFromInline
package final class Buffer: @unchecked Sendable {
    package static let padding = 64

    /// Not for others: an address does not keep its memory alive.
    @usableFromInline let rawAddress: UnsafeMutableRawPointer
    package let byteCount: Int
    private let reservation: ExpressionMemory.Reservation?

    /// - Throws: `53200` if the memory cannot be had.
    package init(byteCount: Int) throws(SQLError) {
        reservation = try ExpressionMemory.reserve(byteCount)
        guard byteCount >= 0, byteCount <= 1 << 40, let address = malloc(byteCount + Self.padding) else {
            throw SQLError(.outOfMemory, "out of memory: \(byteCount) bytes could not be allocated")
        }
        rawAddress = address
        self.byteCount = byteCount
    }

    /// A buffer filled with zero bytes, padding included.
    package static func zeroed(byteCount: Int) throws(SQLError) -> Buffer {
        let buffer = try Buffer(byteCount: byteCount)
        memset(buffer.rawAddress, 0, byteCount + padding)
        return buffer
    }

    package init(copying bytes: UnsafeRawBufferPointer) throws(SQLError) {
        reservation = try ExpressionMemory.reserve(bytes.count)
        guard let address = malloc(bytes.count + Self.padding) else {
            throw SQLError(.outOfMemory, "out of memory: \(bytes.count) bytes could not be allocated")
        }
        if let source = bytes.baseAddress { memcpy(address, source, bytes.count) }
        rawAddress = address
        byteCount = bytes.count
    }

    deinit { free(rawAddress) }
}

extension Buffer {
    /// The memory as values of `T`. The buffer lives for as long as the view is used.
    @inlinable @inline(__always)
    @_lifetime(borrow self)
    package func lanes<T>(as _: T.Type) -> MutableLanes<T> {
        MutableLanes(rawAddress.assumingMemoryBound(to: T.self), keptBy: self)
    }

    /// The same, for a property of `owner`, which holds the buffer for life.
    @inlinable @inline(__always)
    @_lifetime(borrow owner)
    package func lanes<T, Owner: ~Copyable & ~Escapable>(as _: T.Type, keptBy owner: borrowing Owner) -> MutableLanes<T> {
        MutableLanes(rawAddress.assumingMemoryBound(to: T.self), keptBy: owner)
    }

    /// The address, for C functions; it must not leave `body`.
    @inlinable @inline(__always)
    package func withUnsafeBytes<R, E: Error>(_ body: (UnsafeMutableRawPointer) throws(E) -> R) throws(E) -> R {
        try body(rawAddress)
    }

    /// Copies `count` lanes of a flat column, from its lane `first` on, to where lane `place` of such a column lies in this buffer.
    package func copyLanes(of column: Column, _ first: Int = 0, count: Int, to place: Int) {
        let stride = column.physical.stride
        precondition(place >= 0 && count >= 0 && (place + count) * stride <= byteCount, "lanes are copied into the buffer")
        memcpy(rawAddress + place * stride, column.rawAddress + first * stride, count * stride)
    }

    /// Writes `byte` to all bytes but the padding.
    package func fill(_ byte: UInt8) { memset(rawAddress, Int32(byte), byteCount) }
}
