/// What goes wrong between here and a service.

import AsyncHTTPClient
import LodeCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A request that got no answer.
struct CloudFailure: Error {
    enum Kind: Sendable, Equatable {
        /// Nobody was reached: the request can't have had an effect.
        case unreachable
        case timeout
        /// The connection ended, or the answer is not what it announced.
        case broken
        case tooLarge
        case cancelled
        /// Trying again can't help.
        case final
    }

    var kind: Kind
    var reason: String
    var state = SQLState.ioError
    var hint: String?

    init(_ kind: Kind, _ reason: String, state: SQLState = .ioError, hint: String? = nil) {
        self.kind = kind
        self.reason = reason
        self.state = state
        self.hint = hint
    }

    init(_ error: SQLError) {
        self.init(.final, error.message, state: error.state, hint: error.hint)
    }

    init(_ error: any Error) {
        switch error {
        case let failure as CloudFailure: self = failure
        case let error as SQLError: self.init(error)
        case let error as HTTPClientError: self.init(client: error)
        case let error as ChannelError: self.init(channel: error)
        case is NIOConnectionError: self.init(.unreachable, "the connection was refused or the name is unknown")
        case is NIOSSLExtraError, is NIOSSLError, is BoringSSLError:
            self.init(
                .final, "TLS failed: \(error)",
                hint: "A server with a certificate of its own authority needs AWS_CA_BUNDLE, a file of PEM certificates.")
        case let error as IOError where [61, 111, 113, 101].contains(error.errnoCode): self.init(.unreachable, "the connection was refused")
        case is IOError: self.init(.broken, "the connection was reset")
        case is HTTPParserError: self.init(.broken, "the answer breaks the rules of HTTP")
        default: self.init(.broken, "\(error)")
        }
    }

    private init(client error: HTTPClientError) {
        switch error {
        case .cancelled: self.init(.cancelled, "the request was cancelled")
        case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout:
            self.init(.unreachable, "no connection was made in time")
        case .readTimeout, .writeTimeout, .deadlineExceeded: self.init(.timeout, "no answer came in time")
        case .remoteConnectionClosed, .uncleanShutdown: self.init(.broken, "the connection ended before the answer did")
        case .invalidURL, .emptyHost, .emptyScheme: self.init(.final, "the URL can't be used", state: .invalidParameterValue)
        case .proxyAuthenticationRequired, .invalidProxyResponse: self.init(.final, "the proxy refuses: \(error.shortDescription)")
        default: self.init(.broken, error.shortDescription)
        }
    }

    private init(channel error: ChannelError) {
        switch error {
        case .connectTimeout: self.init(.unreachable, "no connection was made in time")
        default: self.init(.broken, "the connection was closed")
        }
    }

    /// Whether another attempt may do better, and do no harm.
    func allowsRetry(_ request: CloudRequest) -> Bool {
        switch kind {
        case .unreachable: true
        case .timeout, .broken, .tooLarge: request.isIdempotent
        case .cancelled, .final: false
        }
    }

    func error(_ request: CloudRequest, attempts: Int) -> SQLError {
        let tries = attempts > 1 ? " (\(attempts) attempts)" : ""
        let isLost = kind == .timeout || kind == .broken || kind == .tooLarge
        return SQLError(
            isLost ? request.lostState ?? state : state,
            kind == .final ? "\(request.url.authority): \(reason)" : "no answer from \(request.url.authority): \(reason)\(tries)",
            detail: "The request was \(request.method.rawValue) \(request.url.shown).",
            hint: hint ?? (kind == .unreachable ? "Look at the endpoint, the network and the proxy settings." : nil))
    }
}
