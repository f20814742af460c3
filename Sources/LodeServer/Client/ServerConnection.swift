/// A client's connection to a server: start-up, TLS, the proof of who the client is, then messages both ways.

import Crypto
import LodeCore
import LodeVectors
import NIOCore
import NIOPosix
import NIOSSL

/// Belongs to one thread, which waits for the server; `canceller` is for any.
final class ServerConnection {
    private let address: ServerAddress
    private let channel: any Channel
    private let inbox = ServerInbox()
    /// What the server told of its settings.
    private(set) var parameters: [String: String] = [:]
    private var key: (process: Int32, secret: Int32)?

    /// Connects as the address says: with encryption, without, or with whatever works first.
    /// - Parameter password: asked for when the server wants one.
    /// - Throws: `08006` if there is no server, and what the server says to it.
    static func open(_ address: ServerAddress, password: () -> String?) throws(SQLError) -> ServerConnection {
        var first: SQLError?, last: SQLError?
        for usesTLS in address.encryption.attempts {
            do throws(SQLError) {
                let connection = try ServerConnection(address)
                do throws(SQLError) {
                    try connection.start(usesTLS: usesTLS, password)
                    return connection
                } catch {
                    connection.close()
                    throw error
                }
            } catch {
                (first, last) = (first ?? error, error)
                // Another try finds neither another password nor another server.
                if error.state == .invalidPassword || error.detail == Self.unreachable { break }
            }
        }
        let telling = address.encryption == .allow ? first : last
        throw telling ?? SQLError(.connectionFailure, "no connection to the server")
    }

    private static let unreachable = "Is it running there, and does it accept connections over TCP?"

    private init(_ address: ServerAddress) throws(SQLError) {
        self.address = address
        let inbox = inbox
        let patience = address.timeoutSeconds > 0 ? TimeAmount.seconds(Int64(address.timeoutSeconds)) : .minutes(1)
        do {
            channel = try ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.autoRead, value: false)
                .connectTimeout(patience)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(ServerInboxHandler(inbox)) }
                }
                .connect(host: address.host, port: address.port).wait()
        } catch {
            throw SQLError(.connectionFailure, "could not connect to \(address.host), port \(address.port)", detail: Self.unreachable)
        }
    }

    func close() { channel.close(promise: nil) }

    // MARK: Messages

    func send(_ message: FrontendMessage) throws(SQLError) {
        let sink = try ByteSink(capacity: 256)
        try message.encode(into: sink)
        try write(Array(sink.bytes))
    }

    private func write(_ bytes: [UInt8]) throws(SQLError) {
        do {
            try channel.writeAndFlush(channel.allocator.buffer(bytes: bytes)).wait()
        } catch {
            // Why it is gone, such as a certificate that is not believed, came from the other direction.
            throw inbox.failure ?? SQLError(.connectionFailure, "the connection to the server is gone", detail: "\(error)")
        }
    }

    private func next<T>(_ read: (inout MessageFramer) throws(SQLError) -> T?) throws(SQLError) -> T {
        let channel = channel
        return try inbox.next({ channel.read() }, read)
    }

    /// The next message that is no change of a setting.
    func receive() throws(SQLError) -> (type: UInt8, body: [UInt8]) {
        while true {
            let frame = try next { (framer) throws(SQLError) in try framer.next() }
            guard case .message(let type, let body) = frame else { continue }
            guard type == UInt8(ascii: "S") else { return (type, body) }
            if case .parameterStatus(let name, let value)? = try BackendMessage(type: type, body: body) { parameters[name] = value }
        }
    }

    /// Asks the server to cancel what runs, over a connection of its own.
    var canceller: @Sendable () -> Void {
        guard let key else { return {} }
        let host = address.host, port = address.port, message = StartupMessage.cancel(process: key.process, secret: key.secret).bytes
        return {
            _ = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(10)).connect(host: host, port: port)
                .flatMap { channel in
                    channel.writeAndFlush(channel.allocator.buffer(bytes: message)).flatMap { channel.close() }
                }
        }
    }

    // MARK: Start

    private func start(usesTLS: Bool, _ password: () -> String?) throws(SQLError) {
        if usesTLS { try encrypt() }
        var parameters = [("user", address.user), ("database", address.database), ("client_encoding", "UTF8")]
        parameters += address.settings.map { ($0.name, $0.value) }
        try write(StartupMessage.startup(minor: 0, parameters: parameters.map { .init(name: $0.0, value: $0.1) }).bytes)
        var scram: ScramClient?
        while true {
            let (type, body) = try receive()
            switch try BackendMessage(type: type, body: body) {
            case .authentication(let request)?: try prove(request, &scram, password)
            case .backendKeyData(let process, let secret)?: key = (process, secret)
            case .readyForQuery?: return
            case .error(let report)?: throw report.error()
            default: continue
            }
        }
    }

    private func prove(_ request: AuthenticationMessage, _ scram: inout ScramClient?, _ password: () -> String?) throws(SQLError) {
        switch request {
        case .ok: return
        case .cleartextPassword:
            guard certificateHash != nil else {
                throw SQLError(
                    .invalidAuthorization, "the server asks for the password without encryption",
                    hint: "Connect with sslmode=require.")
            }
            try send(.password(Array(try known(password).utf8) + [0]))
        case .sasl(let mechanisms):
            var client = ScramClient(password: try known(password), nonce: Randomness.nonce(), certificateHash: certificateHash)
            let (mechanism, message) = try client.begin(mechanisms)
            scram = client
            try send(.saslStart(mechanism, message))
        case .saslContinue(let challenge):
            guard let answer = try scram?.prove(challenge) else { throw Self.unexpected }
            try send(.password(answer))
        case .saslFinal(let answer):
            guard let scram else { throw Self.unexpected }
            try scram.check(answer)
        }
    }

    private func known(_ password: () -> String?) throws(SQLError) -> String {
        if let password = password() { return password }
        throw SQLError(.invalidPassword, "the server asks for a password", hint: "Give it by PGPASSWORD, ~/.pgpass or the address.")
    }

    private static var unexpected: SQLError { SQLError(.protocolViolation, "the server proves itself out of turn") }

    /// Begins TLS, or goes on without it if the server does not know it and the address does not mind.
    /// - Throws: `08006` if the server does not know it, or is not the one that it should be.
    private func encrypt() throws(SQLError) {
        try write(StartupMessage.sslRequest.bytes)
        channel.read()
        let answer = try next { (framer) throws(SQLError) in framer.nextByte() }
        guard answer == UInt8(ascii: "S") else {
            if address.encryption == .prefer { return }
            throw SQLError(.connectionFailure, "the server does not support TLS, but sslmode=\(address.encryption.rawValue) asks for it")
        }
        let address = address, channel = channel
        do {
            let context = try NIOSSLContext(configuration: Self.configuration(address))
            let isNumeric = (try? SocketAddress(ipAddress: address.host, port: address.port)) != nil
            try channel.eventLoop.submit {
                let handler = try NIOSSLClientHandler(context: context, serverHostname: isNumeric ? nil : address.host)
                try channel.pipeline.syncOperations.addHandler(handler, position: .first)
            }.wait()
        } catch {
            throw SQLError(.connectionFailure, "TLS could not begin", detail: "\(error)")
        }
        channel.read()
    }

    private static func configuration(_ address: ServerAddress) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let file = address.rootCertificates { configuration.trustRoots = .file(file) }
        switch address.encryption {
        case .disable, .allow, .prefer, .require: configuration.certificateVerification = .none
        case .verifyAuthority: configuration.certificateVerification = .noHostnameVerification
        case .verifyFull: configuration.certificateVerification = .fullVerification
        }
        return configuration
    }

    /// What channel binding proves; nil without encryption.
    private var certificateHash: [UInt8]? {
        let channel = channel
        let bytes = try? channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self).peerCertificate?.toDERBytes()
        }.wait()
        return bytes.flatMap { $0 }.map { Array(SHA256.hash(data: $0)) }
    }
}

extension Report {
    /// The error that a client raises for it.
    /// - Parameter span: where in the client's text.
    func error(at span: SourceSpan? = nil) -> SQLError {
        let known = SQLState(rawValue: code)
        return SQLError(
            known ?? .internalError, known == nil && !code.isEmpty ? "(\(code)) \(message)" : message, at: span, in: place, detail: detail,
            hint: hint)
    }
}
