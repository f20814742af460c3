/// Who asks, for AWS and what speaks like it.

import LodeCore

/// A key and what proves that one has it. Its description shows no secret.
package struct AWSCredentials: Sendable, Hashable {
    package var keyID: String
    package var secret: Secret
    package var sessionToken: Secret?
    /// Seconds since 1970-01-01 UTC from which on they are not taken any more; nil for never.
    package var expires: Int64?
    /// Whose they are where keys come and go; nil where the key says it.
    package var principal: String?

    package init(keyID: String, secret: Secret, sessionToken: Secret? = nil, expires: Int64? = nil) {
        self.keyID = keyID
        self.secret = secret
        self.sessionToken = sessionToken
        self.expires = expires
    }

    /// The same, as those of a principal.
    func of(_ principal: String) -> AWSCredentials {
        var credentials = self
        credentials.principal = principal
        return credentials
    }
}

/// Where credentials come from. `current()` may ask a service and wait for it.
package protocol AWSCredentialProvider: Sendable {
    /// Nil where there are none; good for some minutes yet.
    /// - Throws: what stands in the way of credentials that are configured.
    func current() throws(SQLError) -> AWSCredentials?

    /// Drops what is kept, since a service has refused it.
    func forget()

    /// Where it looks, for messages.
    var places: [String] { get }
}

/// Credentials that were written down.
package struct StaticCredentials: AWSCredentialProvider {
    private let credentials: AWSCredentials?

    /// - Parameter credentials: nil to be nobody, on purpose.
    package init(_ credentials: AWSCredentials?) { self.credentials = credentials }

    package func current() throws(SQLError) -> AWSCredentials? { credentials }
    package func forget() {}
    package var places: [String] { ["what was given"] }
}

/// One place of a chain.
protocol CredentialSource: Sendable {
    /// Nil if nothing is configured there.
    func load() throws(SQLError) -> AWSCredentials?
    var place: String { get }
}

/// Asks one place after the other, and keeps what the first one gives until shortly before it expires.
package final class CredentialChain: AWSCredentialProvider {
    private struct State {
        var known: AWSCredentials?
        var isSettled = false
        var isRefreshing = false
    }

    /// Credentials are renewed this long before their end, and used until this long before it if that fails.
    static let margin: Int64 = 300
    private static let lastMargin: Int64 = 15

    private let sources: [any CredentialSource]
    private let state = Lock(State())
    /// Held while places are asked, so that one thread asks for all.
    private let asking = Lock(())
    private let now: @Sendable () -> Int64

    init(_ sources: [any CredentialSource], now: @escaping @Sendable () -> Int64 = { CloudTime.secondsNow() }) {
        self.sources = sources
        self.now = now
    }

    /// One place that gives credentials which end.
    package convenience init(_ place: String, _ load: @escaping @Sendable () throws(SQLError) -> AWSCredentials?) {
        self.init([GivenSource(place: place, given: load)])
    }

    package var places: [String] { sources.map(\.place) }

    package func current() throws(SQLError) -> AWSCredentials? {
        let left = usable()
        if let left, !left.isDue { return left.credentials }
        if let left {
            // They last some minutes yet: one thread renews them, the others go on.
            guard
                state.withLock({ state in
                    defer { state.isRefreshing = true }
                    return !state.isRefreshing
                })
            else { return left.credentials }
            defer { state.withLock { $0.isRefreshing = false } }
            return (try? ask()) ?? left.credentials
        }
        return try ask()
    }

    package func forget() {
        state.withLock { state in
            state.known = nil
            state.isSettled = false
        }
    }

    /// What is known, if it can be used, and whether it should be renewed.
    private func usable() -> (credentials: AWSCredentials?, isDue: Bool)? {
        let now = now()
        return state.withLock { state in
            guard state.isSettled else { return nil }
            guard let expires = state.known?.expires else { return (state.known, false) }
            if now >= expires - Self.lastMargin { return nil }
            return (state.known, now >= expires - Self.margin)
        }
    }

    private func ask() throws(SQLError) -> AWSCredentials? {
        try asking.withLock { (_) throws(SQLError) in
            // Somebody else may have asked meanwhile.
            if let left = usable(), !left.isDue { return left.credentials }
            var found: AWSCredentials?
            for source in sources {
                found = try source.load()
                if found != nil { break }
            }
            let kept = found
            state.withLock { state in
                state.known = kept
                state.isSettled = true
            }
            return found
        }
    }
}

extension CredentialChain: Hashable {
    package static func == (one: CredentialChain, other: CredentialChain) -> Bool { one === other }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

private struct GivenSource: CredentialSource {
    let place: String
    let given: @Sendable () throws(SQLError) -> AWSCredentials?

    func load() throws(SQLError) -> AWSCredentials? { try given() }
}
