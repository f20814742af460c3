/// Large buffers that outlive their use, so that pages need no fresh memory.

import CLodeIntrinsics
import LodeCore
import LodeVectors

/// Buffers of column chunks and pages, shared by all readers of the process and bounded in size.
///
/// Fresh large blocks cost a page fault every 4 KB; a scan would take them by the hundred.
final class BufferPool: Sendable {
    static let shared: BufferPool = {
        lode_keep_freed_memory()
        return BufferPool(limit: 64 << 20)
    }()

    private struct Shelf: Sendable {
        var buffers: [Buffer] = []
        var bytes = 0
    }

    private let shelf = Lock(Shelf())
    private let limit: Int
    private static let smallest = 4 << 10
    private static let maximumCount = 128

    init(limit: Int) { self.limit = limit }

    /// A buffer of at least `bytes` bytes, and not many times more.
    func take(_ bytes: Int) throws(SQLError) -> Buffer {
        if bytes >= Self.smallest, let found = shelf.withLock({ Self.remove(&$0, bytes) }) { return found }
        // An eighth more than is wanted, so that the next page finds room as well.
        return try Buffer(byteCount: bytes >= Self.smallest ? bytes + bytes / 8 : bytes)
    }

    /// The smallest buffer that is large enough but not wastefully so.
    private static func remove(_ shelf: inout Shelf, _ bytes: Int) -> Buffer? {
        var best = -1
        for (index, buffer) in shelf.buffers.enumerated() where buffer.byteCount >= bytes && buffer.byteCount / 4 <= bytes {
            if best < 0 || buffer.byteCount < shelf.buffers[best].byteCount { best = index }
        }
        guard best >= 0 else { return nil }
        let found = shelf.buffers[best]
        shelf.bytes -= found.byteCount
        shelf.buffers[best] = shelf.buffers[shelf.buffers.count - 1]
        shelf.buffers.removeLast()
        return found
    }

    /// Takes back what nobody else holds any more; forgets it otherwise.
    func giveBack(_ buffer: inout Buffer?) {
        guard isKnownUniquelyReferenced(&buffer), let last = buffer, last.byteCount >= Self.smallest else {
            buffer = nil
            return
        }
        buffer = nil
        shelf.withLock { shelf in
            guard shelf.bytes + last.byteCount <= limit, shelf.buffers.count < Self.maximumCount else { return }
            shelf.buffers.append(last)
            shelf.bytes += last.byteCount
        }
    }
}

/// A buffer of the pool that one reader works in, and gives back at its end.
final class PooledBuffer {
    private var buffer: Buffer?

    init(_ bytes: Int) throws(SQLError) { buffer = try BufferPool.shared.take(bytes) }

    deinit { BufferPool.shared.giveBack(&buffer) }

    /// The bytes from number `first` on as values of `T`.
    @_lifetime(borrow self)
    func lanes<T>(as _: T.Type, from first: Int = 0) -> MutableLanes<T> {
        // Only `deinit` takes the buffer away.
        (buffer.unsafelyUnwrapped.lanes(as: UInt8.self, keptBy: self) + first).bound(to: T.self)
    }
}
