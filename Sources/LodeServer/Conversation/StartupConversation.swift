/// The first part of a connection: encryption, who the client is, and the proof of it.

import LodeCore

/// A state machine without I/O: what came is an event, what is to be done an action.
///
/// - Source: PostgreSQL, "Message Flow", "Start-up", "SSL Session Encryption", "SASL Authentication".
package struct StartupConversation {
    /// What is asked of clients.
    package enum TLSMode: String, CaseIterable, Sendable {
        /// TLS or nothing.
        case require
        /// TLS for those who ask for it.
        case prefer
        case off
    }

    enum Action: Equatable {
        /// One byte, without a message around it: the answer to a request for encryption.
        case answer(UInt8)
        /// Answer `S`, and let TLS begin.
        case startTLS
        case cancel(process: Int32, secret: Int32)
        /// Look up the role; `found` or `refused` goes on.
        case lookUp(Startup)
        case send([BackendMessage])
        /// The client is who it says: a session may begin.
        case authenticated(Startup)
        /// Say so and close.
        case refuse(Report)
        case close
    }

    /// What a client asked for.
    struct Startup: Equatable {
        var user: String
        var database: String
        /// Settings, in the order in which they were given.
        var settings: [StartupMessage.Parameter]
        var minor: Int
        /// Protocol options that are not known.
        var unknownOptions: [String]
    }

    /// How a role has to prove itself.
    enum Proof: Equatable {
        case trust
        /// By SCRAM; nil for a role without password, or no role at all, whose every proof fails.
        case password(ScramVerifier?)
    }

    private enum State {
        case start
        case lookingUp(Startup)
        /// A request for a password was sent, which goes over TLS as it is.
        case proving(Startup, ScramExchange, hasBegun: Bool)
        case ended
    }

    private let tls: TLSMode
    private var state = State.start
    private(set) var isEncrypted = false
    private var askedForTLS = false, askedForGSS = false

    init(tls: TLSMode) { self.tls = tls }

    /// Whether proofs are what comes next.
    var isProving: Bool { if case .proving = state { true } else { false } }

    /// TLS has begun.
    mutating func encrypted() { isEncrypted = true }

    /// A first message.
    mutating func receive(_ body: [UInt8]) -> Action {
        do throws(SQLError) {
            switch try StartupMessage(body) {
            case .sslRequest: return try sslRequest()
            case .gssEncryptionRequest:
                if askedForGSS { throw SQLError(.protocolViolation, "GSSENCRequest sent twice") }
                askedForGSS = true
                return .answer(UInt8(ascii: "N"))
            case .cancel(let process, let secret):
                state = .ended
                return .cancel(process: process, secret: secret)
            case .startup(let minor, let parameters): return try startup(minor, parameters)
            }
        } catch {
            return refuse(error)
        }
    }

    private mutating func sslRequest() throws(SQLError) -> Action {
        if isEncrypted || askedForTLS { throw SQLError(.protocolViolation, "SSLRequest sent twice") }
        askedForTLS = true
        return tls == .off ? .answer(UInt8(ascii: "N")) : .startTLS
    }

    private mutating func startup(_ minor: Int, _ parameters: [StartupMessage.Parameter]) throws(SQLError) -> Action {
        var user = "", database: String?, settings: [StartupMessage.Parameter] = [], unknown: [String] = []
        for parameter in parameters {
            switch parameter.name {
            case "user": user = parameter.value
            case "database": database = parameter.value
            case "options": settings += try StartupOptions.parse(parameter.value)
            case "replication": continue
            case _ where parameter.name.hasPrefix("_pq_."): unknown.append(parameter.name)
            default: settings.append(parameter)
            }
        }
        if user.isEmpty { throw SQLError(.invalidAuthorization, "no PostgreSQL user name specified in startup packet") }
        if tls == .require, !isEncrypted {
            throw SQLError(.invalidAuthorization, "this server takes encrypted connections only", hint: "Connect with sslmode=require.")
        }
        let startup = Startup(
            user: user, database: database.flatMap { $0.isEmpty ? nil : $0 } ?? user, settings: settings, minor: minor,
            unknownOptions: unknown)
        state = .lookingUp(startup)
        return .lookUp(startup)
    }

    /// What the server knows of the role.
    ///
    /// - Parameters:
    ///   - nonce: random, printable.
    ///   - mockSalt: what a role that does not exist seems to have.
    mutating func found(_ proof: Proof, nonce: String, mockSalt: [UInt8], certificateHash: [UInt8]?) -> Action {
        guard case .lookingUp(let startup) = state else { return .close }
        var messages: [BackendMessage] = []
        if startup.minor > StartupMessage.minorVersion || !startup.unknownOptions.isEmpty {
            messages.append(
                .negotiateProtocolVersion(
                    NegotiateProtocolVersion(
                        minor: Int32(StartupMessage.minorVersion), unknownOptions: startup.unknownOptions)))
        }
        guard case .password(let verifier) = proof else {
            state = .ended
            // What comes before AuthenticationOk is sent with it.
            pending = messages
            return .authenticated(startup)
        }
        let hash = isEncrypted ? certificateHash : nil
        let exchange = ScramExchange(verifier: verifier, mockSalt: mockSalt, serverNonce: nonce, certificateHash: hash)
        state = .proving(startup, exchange, hasBegun: false)
        return .send(messages + [.authentication(.sasl(ScramExchange.mechanisms(isBound: hash != nil)))])
    }

    /// Messages that go before AuthenticationOk.
    private(set) var pending: [BackendMessage] = []

    /// The role can't be looked up, or not be let in.
    mutating func refused(_ error: SQLError) -> Action { refuse(error) }

    /// A proof, or a part of one.
    mutating func receive(proof body: [UInt8]) -> Action {
        guard case .proving(let startup, var exchange, let hasBegun) = state else { return .close }
        do throws(SQLError) {
            if !hasBegun {
                var reader = MessageReader(body)
                let mechanism = try reader.string(), length = try reader.int32()
                let data = length < 0 ? [] : try reader.take(Int(length))
                try reader.end()
                let answer = try exchange.begin(mechanism: mechanism, data)
                state = .proving(startup, exchange, hasBegun: true)
                return .send([.authentication(.saslContinue(answer))])
            }
            guard let answer = try exchange.finish(body) else {
                throw SQLError(.invalidPassword, "password authentication failed for user \"\(startup.user)\"")
            }
            state = .ended
            pending = [.authentication(.saslFinal(answer))]
            return .authenticated(startup)
        } catch {
            return refuse(error)
        }
    }

    private mutating func refuse(_ error: SQLError) -> Action {
        state = .ended
        return .refuse(Report(error, severity: .fatal))
    }
}
