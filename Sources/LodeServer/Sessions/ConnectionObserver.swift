/// Who hears of connections: the log and the metrics.

import LodeCore

/// A connection, as far as it is known.
package struct ConnectionFacts: Sendable, Equatable {
    /// Nil before the client has said who it is.
    package var user: String?
    package var address: String
    package var port: Int?
    /// The number of its session; nil before there is one.
    package var process: Int32?
}

/// Called on event loops: it must not wait.
package protocol ConnectionObserver: Sendable {
    /// The client has proven who it is.
    func connected(_ client: ConnectionFacts)
    /// It was not let in, or is put out, with this SQLSTATE.
    func refused(_ client: ConnectionFacts, _ state: String)
    /// One that had been let in is gone.
    func disconnected(_ client: ConnectionFacts)
}
