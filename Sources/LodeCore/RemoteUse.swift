/// What a statement has cost remote services, and what it has learned of them.

import Synchronization

/// Requests and bytes, counted by whichever threads work for the statement.
package final class RemoteUse: Sendable {
    private let requestCount = Atomic(0)
    private let byteCount = Atomic(0)
    private let hitCount = Atomic(0)
    private let cachedByteCount = Atomic(0)
    private let cacheSwitch = Atomic(true)
    private let kept = Lock<[ObjectIdentifier: any AnyObject & Sendable]>([:])

    package init() {}

    /// Requests sent, those that were tried again included.
    package var requests: Int { requestCount.load(ordering: .relaxed) }
    /// Bytes of bodies received.
    package var bytes: Int { byteCount.load(ordering: .relaxed) }
    /// Reads that a cache answered, and the bytes that it gave.
    package var cacheHits: Int { hitCount.load(ordering: .relaxed) }
    package var cachedBytes: Int { cachedByteCount.load(ordering: .relaxed) }

    package func sent() { requestCount.add(1, ordering: .relaxed) }
    package func received(_ bytes: Int) { byteCount.add(bytes, ordering: .relaxed) }
    package func cached(_ bytes: Int) {
        hitCount.add(1, ordering: .relaxed)
        cachedByteCount.add(bytes, ordering: .relaxed)
    }

    /// Whether what is fetched is kept for others, and what they have kept is used.
    package var usesCache: Bool {
        get { cacheSwitch.load(ordering: .relaxed) }
        set { cacheSwitch.store(newValue, ordering: .relaxed) }
    }

    /// What a store keeps as long as the statement lasts: one of each type.
    package func kept<Item: AnyObject & Sendable>(_ make: () -> Item) -> Item {
        kept.withLock { kept in
            if let known = kept[ObjectIdentifier(Item.self)] as? Item { return known }
            let made = make()
            kept[ObjectIdentifier(Item.self)] = made
            return made
        }
    }
}
