/// What all connections of a listener may take together.

import LodeCore

/// Connections, and bytes of bodies that are held while a request arrives and is answered: nobody has proven who they are by then.
final class HTTPLimits: Sendable {
    static let maximumConnections = 1000
    static let maximumBytes = 256 << 20

    private struct State {
        var connections = 0
        var bytes = 0
    }

    private let state = Lock(State())

    /// - Returns: whether there is room for one more; `leave` gives it back.
    func enter() -> Bool {
        state.withLock { state in
            guard state.connections < Self.maximumConnections else { return false }
            state.connections += 1
            return true
        }
    }

    func leave() { state.withLock { $0.connections -= 1 } }

    /// - Returns: whether so many bytes may be held; `free` gives them back.
    func hold(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard bytes <= Self.maximumBytes - state.bytes else { return false }
            state.bytes += bytes
            return true
        }
    }

    func free(_ bytes: Int) { state.withLock { $0.bytes -= bytes } }
}

struct TooManyConnections: Error {}
