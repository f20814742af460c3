/// Bytes of a page, with what keeps them.

import LodeVectors

/// A part of a buffer. What outlives a call keeps this instead of an address.
struct PageBytes {
    let buffer: Buffer
    private(set) var start: Int
    private(set) var count: Int

    init(_ buffer: Buffer, _ start: Int, _ count: Int) {
        precondition(start >= 0 && count >= 0 && start + count <= buffer.byteCount, "a page lies within its buffer")
        self.buffer = buffer
        self.start = start
        self.count = count
    }

    init(whole buffer: Buffer) { self.init(buffer, 0, buffer.byteCount) }

    /// Cuts off the first bytes: `count` of them behind `skipped`. The caller has checked that they are there.
    mutating func take(_ count: Int, behind skipped: Int = 0) -> PageBytes {
        let taken = PageBytes(buffer, start + skipped, count)
        start += skipped + count
        self.count -= skipped + count
        return taken
    }

    @inline(__always)
    func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        let start = start, count = count
        return try buffer.withUnsafeBytes { (base) throws(E) -> R in try body(UnsafeRawBufferPointer(start: base + start, count: count)) }
    }

    /// Whether the first byte lies at a multiple of `width`.
    func isAligned(to width: Int) -> Bool { withAddress { UInt(bitPattern: $0) % UInt(width) == 0 } }

    @inline(__always)
    func withAddress<R, E: Error>(_ body: (UnsafeRawPointer) throws(E) -> R) throws(E) -> R {
        let start = start
        return try buffer.withUnsafeBytes { (base) throws(E) -> R in try body(UnsafeRawPointer(base + start)) }
    }

    /// The bytes from number `first` on as values of `T`.
    @_lifetime(borrow self)
    func lanes<T>(as _: T.Type, from first: Int = 0) -> Lanes<T> {
        (Lanes(buffer.lanes(as: UInt8.self, keptBy: self)) + (start + first)).bound(to: T.self)
    }
}
