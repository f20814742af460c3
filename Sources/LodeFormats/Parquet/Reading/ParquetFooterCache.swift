/// Footers that were parsed before.

import LodeCore


/// Footers by file, so that a second query of the same file parses nothing. Bounded by the size of the footers.
package final class ParquetFooterCache: Sendable {
    /// A file that is written again changes its tag.
    struct Key: Hashable, Sendable {
        var path: String
        var etag: String
        var int96: Int96Choice
    }

    private struct Shelf: Sendable {
        var footers: [Key: ParquetFooter] = [:]
        /// Oldest first.
        var order: [Key] = []
        var bytes = 0
    }

    private let shelf = Lock(Shelf())
    private let limit: Int

    /// Keeps footers of up to `limit` serialized bytes in all.
    package init(limit: Int = 16 << 20) { self.limit = limit }

    func footer(_ key: Key) -> ParquetFooter? { shelf.withLock { $0.footers[key] } }

    func store(_ footer: ParquetFooter, _ key: Key) {
        shelf.withLock { shelf in
            guard footer.byteCount <= limit, shelf.footers.updateValue(footer, forKey: key) == nil else { return }
            shelf.order.append(key)
            shelf.bytes += footer.byteCount
            var dropped = 0
            while shelf.bytes > limit, dropped < shelf.order.count {
                shelf.bytes -= shelf.footers.removeValue(forKey: shelf.order[dropped])?.byteCount ?? 0
                dropped += 1
            }
            shelf.order.removeFirst(dropped)
        }
    }
}
