/// A text lane: 16 bytes that hold a short text whole and point at a long one.

import Glibc

/// Length and the first four bytes in `head`, the other bytes inline or as a pointer in `tail`.
///
///     up to 12 bytes   | length (4) | bytes 0-3 (4) | bytes 4-11 (8), unused ones zero |
///     longer           | length (4) | bytes 0-3 (4) | pointer to all bytes (8)         |
///
/// Two strings differ if their heads differ, which settles most comparisons without following a pointer. The memory behind
/// the pointer is kept alive by the column that holds the lane.
/// - Source: Neumann, Freitag: "Umbra: A Disk-Based System with In-Memory Performance", CIDR 2020, section 3.1.
@frozen
public struct StringView: @unchecked Sendable {
    public var head: UInt64
    public var tail: UInt64

    @inlinable @inline(__always)
    public init(head: UInt64, tail: UInt64) {
        self.head = head
        self.tail = tail
    }

    /// The empty text.
    @inlinable @inline(__always)
    public init() {
        head = 0
        tail = 0
    }

    public static let inlineCapacity = 12

    /// A view of `count` bytes at `bytes`, which must outlive it when `count` > 12.
    @inlinable @inline(__always)
    public init(_ bytes: UnsafeRawPointer, count: Int) {
        if count > 12 {
            let prefix = UInt64(bytes.loadUnaligned(as: UInt32.self))
            self.init(
                head: UInt64(UInt32(truncatingIfNeeded: count)) | prefix &<< 32, tail: UInt64(UInt(bitPattern: bytes)))
        } else {
            self.init(short: bytes, count: count)
        }
    }

    @inlinable @inline(__always)
    public init(short bytes: UnsafeRawPointer, count: Int) {
        var first: UInt64 = 0
        var rest: UInt64 = 0
        if count >= 8 {
            let low = bytes.loadUnaligned(as: UInt64.self)
            first = low & 0xffff_ffff
            rest = low &>> 32
            if count > 8 {
                // The last four bytes overlap what is held already; shifting keeps only the new ones.
                let last = UInt64((bytes + (count &- 4)).loadUnaligned(as: UInt32.self))
                rest |= (last &>> UInt64(truncatingIfNeeded: (12 &- count) &* 8)) &<< 32
            }
        } else if count >= 4 {
            first = UInt64(bytes.loadUnaligned(as: UInt32.self))
            let high = UInt64((bytes + (count &- 4)).loadUnaligned(as: UInt32.self))
            rest = count > 4 ? high &>> UInt64(truncatingIfNeeded: (8 &- count) &* 8) : 0
        } else {
            var i = 0
            while i < count {
                first |= UInt64(bytes.load(fromByteOffset: i, as: UInt8.self)) &<< UInt64(truncatingIfNeeded: i &* 8)
                i &+= 1
            }
        }
        head = UInt64(UInt32(truncatingIfNeeded: count)) | first &<< 32
        tail = rest
    }

    @inlinable @inline(__always)
    public var count: Int { Int(truncatingIfNeeded: head & 0xffff_ffff) }

    /// The first four bytes, zero-padded, the first byte lowest.
    @inlinable @inline(__always)
    public var prefix: UInt32 { UInt32(truncatingIfNeeded: head &>> 32) }

    @inlinable @inline(__always)
    public var isInline: Bool { head & 0xffff_ffff <= 12 }

    /// The bytes of a long text. Only for lanes that are not inline.
    @inlinable @inline(__always)
    public var pointer: UnsafeRawPointer {
        // A long lane is only ever made from a real address.
        UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: tail)).unsafelyUnwrapped
    }

    /// Calls `body` with the bytes, wherever they lie.
    @inlinable @inline(__always)
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        if isInline {
            var copy = (head &>> 32 | tail &<< 32, tail &>> 32)
            let count = self.count
            return withUnsafeBytes(of: &copy) { body(UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
        }
        return body(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    /// Calls a body that can fail with the bytes, wherever they lie.
    @inlinable @inline(__always)
    public func withBytes<R, E: Error>(throwing body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        if isInline {
            let copy = SIMD2<UInt64>(head &>> 32 | tail &<< 32, tail &>> 32)
            var result: Result<R, E>?
            withUnsafeBytes(of: copy) { raw in
                do throws(E) {
                    result = .success(try body(UnsafeRawBufferPointer(rebasing: raw[0..<count])))
                } catch { result = .failure(error) }
            }
            return try result.unsafelyUnwrapped.get()
        }
        return try body(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    /// What `copy` may write beyond the text.
    public static let copySlack = 16

    /// Writes the bytes to `place`, where there is room for `copySlack` more.
    @inlinable @inline(__always)
    public func copy(to place: UnsafeMutableRawPointer) {
        let count = self.count
        if count <= 12 {
            place.storeBytes(of: head &>> 32 | tail &<< 32, as: UInt64.self)
            place.storeBytes(of: tail &>> 32, toByteOffset: 8, as: UInt64.self)
        } else if count <= 16 {
            // Two words, which overlap.
            place.storeBytes(of: pointer.loadUnaligned(as: UInt64.self), as: UInt64.self)
            place.storeBytes(
                of: pointer.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self), toByteOffset: count &- 8, as: UInt64.self)
        } else {
            memcpy(place, pointer, count)
        }
    }

    @inlinable @inline(__always)
    public static func == (left: StringView, right: StringView) -> Bool {
        if left.head != right.head { return false }
        if left.tail == right.tail { return true }
        if left.isInline { return false }
        return memcmp(left.pointer, right.pointer, left.count) == 0
    }

    /// Bytes 4 to 11, the first one highest, and zeros where there are none.
    @inlinable @inline(__always)
    var middle: UInt64 {
        isInline ? tail.byteSwapped : pointer.loadUnaligned(fromByteOffset: 4, as: UInt64.self).byteSwapped
    }

    /// Orders by bytes: negative, zero or positive.
    @inlinable @inline(__always)
    public static func compare(_ left: StringView, _ right: StringView) -> Int {
        let a = left.prefix.byteSwapped, b = right.prefix.byteSwapped
        if a != b { return a < b ? -1 : 1 }
        let c = left.middle, d = right.middle
        if c != d { return c < d ? -1 : 1 }
        return compareRest(left, right)
    }

    /// Of texts whose first twelve bytes are the same, with zeros behind shorter ones.
    @usableFromInline
    static func compareRest(_ left: StringView, _ right: StringView) -> Int {
        let shared = min(left.count, right.count)
        if shared > 12 {
            let order = memcmp(left.pointer + 12, right.pointer + 12, shared &- 12)
            if order != 0 { return Int(order) }
        }
        return left.count &- right.count
    }

    /// The text as a `String`; invalid UTF-8 is repaired.
    public var string: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
