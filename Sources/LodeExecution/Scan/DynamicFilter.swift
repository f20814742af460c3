/// What a join knows of its build keys, for the scan on its probe side: bounds, the keys themselves if few, a Bloom filter.

import LodeCore
import LodeVectors
import Synchronization

/// A necessary condition on one column that is learnt while the query runs.
///
/// Build workers each collect into a `DynamicFilterPart`; the join merges the parts and calls `publish` when its build is
/// done, before the pipelines that probe start. A filter that was never published lets everything pass.
package final class DynamicFilter: Sendable {
    /// What is known once the build side has been read.
    package struct Content: Sendable {
        /// No build row at all: nothing can match.
        package var isEmpty: Bool
        /// The least and greatest key that is not NULL; nil for types without an order worth using.
        package var minimum: Value?
        package var maximum: Value?
        /// All keys, where they are few: what row groups, pages and files are tested against.
        package var keys: AscendingValues?
        /// Over `Hashing.hash` of the key column alone; nil if the build side was too large to be worth it.
        package var bloom: BloomFilter?

        package init(
            isEmpty: Bool, minimum: Value? = nil, maximum: Value? = nil, keys: AscendingValues? = nil, bloom: BloomFilter? = nil
        ) {
            self.isEmpty = isEmpty
            self.minimum = minimum
            self.maximum = maximum
            self.keys = keys
            self.bloom = bloom
        }
    }

    package let type: SQLType
    private let content = Lock<Content?>(nil)
    private let ready = Atomic<Bool>(false)

    package init(type: SQLType) { self.type = type }

    package var isReady: Bool { ready.load(ordering: .acquiring) }
    /// Nil until published.
    package var known: Content? { isReady ? content.withLock { $0 } : nil }

    /// Called once, by the join whose build is complete.
    package func publish(_ found: Content) {
        content.withLock { $0 = found }
        ready.store(true, ordering: .releasing)
    }
}
