/// Codes for the distinct strings of a column.

import Glibc
import LodeCore
import LodeVectors

/// Numbers texts in the order of their appearance, and keeps a copy of each. Not `Sendable`.
final class TextDictionary {
    private(set) var texts: [StringView] = []
    /// What the strings take as PLAIN values.
    private(set) var plainBytes = 0
    private var arena = TextArena(blockBytes: 64 * 1024)
    private var bits = 10
    private var table = [UInt32](repeating: 0, count: 1 << 10)

    func removeAll() {
        texts.removeAll(keepingCapacity: true)
        plainBytes = 0
        arena = TextArena(blockBytes: 64 * 1024)
        bits = 10
        table = [UInt32](repeating: 0, count: 1 << 10)
    }

    /// The code of a string, new or not.
    @inline(__always)
    func code(_ text: StringView) throws(SQLError) -> UInt32 {
        let mask = table.count &- 1
        var slot = Int(truncatingIfNeeded: Self.hash(text) &>> UInt64(truncatingIfNeeded: 64 &- bits))
        while true {
            let code = table[slot]
            if code == 0 { return try add(text, slot) }
            if texts[Int(code) &- 1] == text { return code &- 1 }
            slot = (slot &+ 1) & mask
        }
    }

    private func add(_ text: StringView, _ slot: Int) throws(SQLError) -> UInt32 {
        let copy = try text.withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in try arena.add(bytes) })
        texts.append(copy)
        plainBytes += 4 + text.count
        table[slot] = UInt32(truncatingIfNeeded: texts.count)
        if texts.count * 2 > table.count { grow() }
        return UInt32(truncatingIfNeeded: texts.count &- 1)
    }

    private func grow() {
        bits += 2
        table = [UInt32](repeating: 0, count: 1 << bits)
        let mask = table.count - 1
        for (index, text) in texts.enumerated() {
            var slot = Int(truncatingIfNeeded: Self.hash(text) &>> UInt64(64 - bits))
            while table[slot] != 0 { slot = (slot + 1) & mask }
            table[slot] = UInt32(index + 1)
        }
    }

    @inline(__always)
    private static func hash(_ text: StringView) -> UInt64 {
        if text.isInline { return mix(text.head &* 0x9e37_79b9_7f4a_7c15 ^ text.tail) }
        var hash = text.head
        let bytes = text.pointer, count = text.count
        var at = 0
        while at &+ 8 <= count {
            hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at &+= 8
        }
        // The last eight bytes overlap what was taken; a long text has at least thirteen.
        return mix(hash ^ bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
    }

    @inline(__always)
    private static func mix(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
        return product.high ^ product.low &* 0x9e37_79b9_7f4a_7c15
    }
}
