/// What all connections of a listener share.

import Crypto
import LodeCore
import LodeEngine
import LodeHTTP
import Logging
import NIOCore
import NIOSSL

final class ServerContext: Sendable {
    let engine: Engine
    let roles: Roles
    let registry = ConnectionRegistry()
    let threads = SessionThreads()
    let log: Logger
    let observers: [any ConnectionObserver]
    let tlsMode: StartupConversation.TLSMode
    let tls: NIOSSLContext?
    /// What channel binding proves: SHA-256 of the server's certificate.
    let certificateHash: [UInt8]?
    /// The settings that sessions begin with.
    private let settings: SessionSettings
    private let allowedFolders: AllowedFolders
    let maximumConnections: Int
    let authenticationTimeout = TimeAmount.seconds(60)

    init(_ options: ServerOptions, log: Logger) throws {
        engine = options.engine
        settings = options.settings
        allowedFolders = AllowedFolders(options.allowedFolders)
        roles = Roles(options.engine, trustsLoopback: options.trustsLoopback)
        self.log = log
        observers = options.observers
        tlsMode = options.tls.mode
        maximumConnections = options.maximumConnections
        (tls, certificateHash) = try Self.tls(options.tls)
    }

    private static func tls(_ options: ServerOptions.TLS) throws -> (NIOSSLContext?, [UInt8]?) {
        guard options.mode != .off, let certificate = options.certificateFile, let key = options.keyFile else { return (nil, nil) }
        let own = try ServerCertificate(certificateFile: certificate, keyFile: key)
        return (own.context, try own.chain.first.map { Array(SHA256.hash(data: try $0.toDERBytes())) })
    }

    /// A session for a client that has proven who it is.
    /// - Returns: or why there is none: `53300`, `3D000` for another database, `42704` and `22023` for settings.
    func client(for startup: StartupConversation.Startup, on channel: any Channel) -> Result<Client, SQLError> {
        do throws(SQLError) {
            if registry.count >= maximumConnections {
                throw SQLError(.tooManyConnections, "sorry, too many clients already")
            }
            let role = try roles.admit(startup.user, connections: registry.count(of: startup.user))
            guard startup.database == engine.databaseName else {
                throw SQLError(.invalidCatalogName, "database \"\(startup.database)\" does not exist")
            }
            var settings = settings
            for parameter in startup.settings { try settings.set(parameter.name, parameter.value) }
            settings.establish("session_authorization", startup.user)
            settings.establish("is_superuser", role.isSuperuser ? "on" : "off")
            let transport = ChannelTransport(channel)
            let session = Session(engine: engine)
            session.settings = settings
            session.isRemote = true
            try session.checkRole()
            session.allowedFolders = allowedFolders
            return .success(try Client(session, transport: transport, threads: threads))
        } catch {
            return .failure(error)
        }
    }
}
