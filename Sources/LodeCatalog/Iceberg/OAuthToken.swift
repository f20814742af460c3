/// The token that proves who asks a server: got for a client's name and secret, kept, and renewed in time.

import LodeCloud
import LodeCore

/// What is known of a token, without asking anybody.
///
///     none ──got──▶ good ──margin before its end──▶ due ──end──▶ none
///       ▲             │ refused (401, 419)
///       └─────────────┘
struct OAuthTokenState: Sendable {
    struct Token: Sendable, Equatable {
        var text: Secret
        /// Seconds since 1970-01-01 UTC; nil if its server didn't say.
        var expires: Int64?
        /// From here on it is better renewed.
        var due: Int64?
    }

    enum Advice: Equatable {
        case use(Secret)
        case renew
    }

    private(set) var token: Token?

    /// - Parameter given: a token that the user has brought.
    init(given: Secret?) { token = given.map { Token(text: $0) } }

    func advice(now: Int64) -> Advice {
        guard let token else { return .renew }
        if let due = token.due, now >= due { return .renew }
        return .use(token.text)
    }

    /// The token that is still taken though it is due, for when it can't be renewed.
    func usable(now: Int64) -> Secret? {
        guard let token, token.expires.map({ now < $0 }) ?? true else { return nil }
        return token.text
    }

    /// - Parameter seconds: how long it is good for. It is renewed when a tenth of that is left, or a minute.
    mutating func got(_ text: Secret, seconds: Int64?, now: Int64) {
        token = Token(text: text)
        guard let seconds, seconds > 0 else { return }
        let expires = now.addingReportingOverflow(seconds)
        guard !expires.overflow else { return }
        token?.expires = expires.partialValue
        token?.due = expires.partialValue - min(60, seconds / 10)
    }

    /// Drops a token that a server didn't take, unless there is another one by now.
    mutating func refused(_ text: Secret) { if token?.text == text { token = nil } }
}

/// The token of a catalog. One thread asks for a new one, the others wait for it.
final class OAuthTokens: Sendable {
    private let state: Lock<OAuthTokenState>
    private let asking = Lock(())
    /// Nil for who has a token and nothing to get another one with.
    private let request: (@Sendable () throws(SQLError) -> CloudJSON)?
    private let now: @Sendable () -> Int64

    /// - Parameter request: asks for a token; what the server answers.
    init(
        given: Secret?, now: @escaping @Sendable () -> Int64 = { CloudTime.secondsNow() },
        _ request: (@Sendable () throws(SQLError) -> CloudJSON)?
    ) {
        state = Lock(OAuthTokenState(given: given))
        self.request = request
        self.now = now
    }

    var canRenew: Bool { request != nil }

    /// What is kept now, without asking.
    var known: Secret? { state.withLock { $0.token?.text } }

    /// Nil for who has none.
    func current() throws(SQLError) -> Secret? {
        if case .use(let token) = advice { return token }
        guard let request else { return nil }
        return try asking.withLock { (_) throws(SQLError) in
            // Somebody else may have asked meanwhile.
            if case .use(let token) = advice { return token }
            do throws(SQLError) {
                return try take(request())
            } catch {
                if let left = state.withLock({ $0.usable(now: now()) }) { return left }
                throw error
            }
        }
    }

    private var advice: OAuthTokenState.Advice { state.withLock { $0.advice(now: now()) } }

    private func take(_ answer: CloudJSON) throws(SQLError) -> Secret {
        guard let text = answer["access_token"]?.string, !text.isEmpty else {
            throw SQLError(.protocolViolation, "the server that gives tokens gave none")
        }
        // As a header it must be one line.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw SQLError(.protocolViolation, "the server that gives tokens gave one that can't be sent")
        }
        state.withLock { $0.got(Secret(text), seconds: answer["expires_in"]?.integer, now: now()) }
        return Secret(text)
    }

    func refuse(_ token: Secret) { state.withLock { $0.refused(token) } }
}

/// Puts the token into one request, and knows which one it was.
final class BearerSigner: RequestSigner {
    private let tokens: OAuthTokens
    private let sent = Lock<Secret?>(nil)

    init(_ tokens: OAuthTokens) { self.tokens = tokens }

    func sign(_ request: inout CloudRequest, seconds: Int64) throws(SQLError) {
        guard let token = try tokens.current() else { return }
        sent.withLock { $0 = token }
        request.headers["Authorization"] = "Bearer \(token.reveal())"
    }

    func forgetCredentials() {
        if tokens.canRenew, let token = sent.withLock({ $0 }) { tokens.refuse(token) }
    }
}
