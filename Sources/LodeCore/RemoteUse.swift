/// What a statement has cost remote services.

import Synchronization

/// Requests and bytes, counted by whichever threads work for the statement.
package final class RemoteUse: Sendable {
    private let requestCount = Atomic(0)
    private let byteCount = Atomic(0)

    package init() {}

    /// Requests sent, those that were tried again included.
    package var requests: Int { requestCount.load(ordering: .relaxed) }
    /// Bytes of bodies received.
    package var bytes: Int { byteCount.load(ordering: .relaxed) }

    package func sent() { requestCount.add(1, ordering: .relaxed) }
    package func received(_ bytes: Int) { byteCount.add(bytes, ordering: .relaxed) }
}
