/// Whether the server takes connections: what `/healthz` answers.

import LodeHTTP
import ServiceLifecycle
import Synchronization

package final class ServerHealth: Sendable {
    package enum Phase: UInt8, AtomicRepresentable, Sendable { case starting, accepting, stopping }

    private let phase = Atomic(Phase.starting)

    package init() {}

    package func becomes(_ new: Phase) { phase.store(new, ordering: .relaxed) }

    /// 200 while connections are taken, else 503.
    package var response: HTTPResponse {
        switch phase.load(ordering: .relaxed) {
        case .starting: .text("starting\n", status: 503)
        case .accepting: .text("ok\n")
        case .stopping: .text("stopping\n", status: 503)
        }
    }
}

/// Hears first that the process is to stop: listed last in the group of services, which are stopped from the last to the first.
package struct StopWatch: Service {
    private let health: ServerHealth

    package init(_ health: ServerHealth) { self.health = health }

    package func run() async throws {
        try? await gracefulShutdown()
        health.becomes(.stopping)
    }
}
