/// What `lode serve` is told.

import LodeEngine

package struct ServerOptions: Sendable {
    package struct TLS: Sendable {
        package var mode: StartupConversation.TLSMode
        package var certificateFile: String?
        package var keyFile: String?

        package init(mode: StartupConversation.TLSMode, certificateFile: String?, keyFile: String?) {
            self.mode = mode
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    package var engine: Engine
    package var host: String
    package var port: Int
    package var tls: TLS
    /// Whether clients on this machine need no password.
    package var trustsLoopback: Bool
    /// The settings that sessions begin with.
    package var settings: SessionSettings
    /// Folders below which clients may name files.
    package var allowedFolders: [String]
    package var maximumConnections = 2000
    /// How long statements may go on when the server is told to end.
    package var graceSeconds = 30
    /// Who hears of connections.
    package var observers: [any ConnectionObserver] = []

    package init(
        engine: Engine, host: String, port: Int, tls: TLS, trustsLoopback: Bool, settings: SessionSettings,
        allowedFolders: [String]
    ) {
        self.engine = engine
        self.host = host
        self.port = port
        self.tls = tls
        self.trustsLoopback = trustsLoopback
        self.settings = settings
        self.allowedFolders = allowedFolders
    }
}
