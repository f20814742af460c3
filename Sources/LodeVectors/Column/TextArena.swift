/// Where the bytes of new long strings go.

import Glibc
import LodeCore

/// Appends strings to blocks that columns keep alive; short strings live in their lanes and cost nothing here.
///
/// Not `Sendable`: one kernel call or one worker owns it.
package final class TextArena {
    private var block: Buffer?
    private var used = 0
    private let blockBytes: Int
    /// Every block so far: the `heaps` of a column whose lanes came from here.
    package private(set) var heaps: [AnyObject] = []

    package init(blockBytes: Int = 16 * 1024) { self.blockBytes = blockBytes }

    /// A lane for a copy of `bytes`.
    @inline(__always)
    package func add(_ bytes: UnsafeRawBufferPointer) throws(SQLError) -> StringView {
        guard let base = bytes.baseAddress else { return StringView() }
        if bytes.count <= StringView.inlineCapacity { return StringView(short: base, count: bytes.count) }
        let copy = try reserve(bytes.count)
        memcpy(copy, base, bytes.count)
        return StringView(UnsafeRawPointer(copy), count: bytes.count)
    }

    package func add(_ text: String) throws(SQLError) -> StringView {
        var copy = text
        do {
            return try copy.withUTF8 { try add(UnsafeRawBufferPointer($0)) }
        } catch let error as SQLError { throw error } catch { throw .internalFault("text arena") }
    }

    package func add(_ text: StaticString) throws(SQLError) -> StringView {
        try add(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Room for `count` bytes that the caller fills before the lanes are read; `lane` gives the lane for them.
    package func reserve(_ count: Int) throws(SQLError) -> UnsafeMutableRawPointer {
        guard count <= Int(UInt32.max) else {
            throw SQLError(.programLimitExceeded, "a string of \(count) bytes is longer than 4 GB")
        }
        if let block, used &+ count <= block.byteCount {
            let place = block.rawAddress + used
            used &+= count
            return place
        }
        let fresh = try Buffer(byteCount: max(blockBytes, count))
        heaps.append(fresh)
        // A huge text gets a block of its own, and the current block goes on being filled.
        if count > blockBytes / 2 { return fresh.rawAddress }
        block = fresh
        used = count
        return fresh.rawAddress
    }

    /// Gives back the last `count` bytes of the latest `reserve`, which turned out to be too many.
    package func giveBack(_ count: Int, of reserved: Int) {
        if reserved <= blockBytes / 2, count <= used { used &-= count }
    }
}
