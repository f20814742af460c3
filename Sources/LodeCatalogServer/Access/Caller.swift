/// Who a request comes from.

import LodeCatalog
import LodeCloud
import LodeCore
import LodeEngine
import LodeHTTP

/// A role proves itself by an access key: with a signature, or with a token that it got for the key.
struct Caller {
    private let engine: Engine
    private let trustsLoopback: Bool
    private let seconds: Int64

    init(_ options: CatalogServer.Options, seconds: Int64 = CloudTime.secondsNow()) {
        engine = options.engine
        trustsLoopback = options.trustsLoopback
        self.seconds = seconds
    }

    /// - Throws: `28000` if the request does not say, or can't prove, who asks.
    func role(of request: HTTPRequest) throws(SQLError) -> String {
        guard let authorization = request.header("Authorization") else {
            if trustsLoopback, Self.isOfThisMachine(request) { return Engine.firstRole }
            throw SQLError(
                .invalidAuthorization, "the request does not say who asks",
                hint: "Give the client an access key: CREATE ACCESS KEY FOR a role makes one.")
        }
        if let token = Self.bearer(authorization) { return try role(ofToken: token) }
        guard let claim = SigV4Claim(authorization: authorization) else { throw Self.refused("it is of an unknown kind") }
        guard let key = try engine.accessKey(claim.keyID) else { throw Self.refused("there is no such access key") }
        let isProven = claim.isProven(
            key.secret, method: request.method, path: request.path, query: request.query ?? "",
            headers: request.headers.map { ($0.name, $0.value) }, body: request.body, seconds: seconds)
        guard isProven else { throw Self.refused("the signature is not that of the request, or too old") }
        return key.role
    }

    /// Whether a program of this machine asks for itself: not a page in a browser, nor a proxy for somebody who is elsewhere.
    private static func isOfThisMachine(_ request: HTTPRequest) -> Bool {
        guard request.isFromLoopback, !["Origin", "X-Forwarded-For", "Forwarded"].contains(where: { request.header($0) != nil }) else {
            return false
        }
        // A page may give its own name this machine's address. Browsers always send the name.
        return request.headers.filter { $0.name.lowercased() == "host" }.allSatisfy { LoopbackAddress.isOne(Self.host($0.value)) }
    }

    /// Without the port, and the brackets of IPv6.
    private static func host(_ text: String) -> String {
        if text.hasPrefix("[") { return String(text.dropFirst().prefix { $0 != "]" }) }
        return String(text.prefix { $0 != ":" })
    }

    func role(ofToken token: String) throws(SQLError) -> String {
        guard let key = try key(ofToken: token) else { throw Self.refused("the token is not one of this server, or it has expired") }
        return key.role
    }

    /// A token for who has the key.
    /// - Throws: `28P01` for a key that is none.
    func token(_ id: String, _ secret: String) throws(SQLError) -> AccessToken {
        guard let key = try engine.accessKey(id), ConstantTime.areEqual(Array(key.secret.reveal().utf8), Array(secret.utf8)) else {
            throw SQLError(.invalidPassword, "the client is not known, or its secret is another one")
        }
        return AccessToken(key.id, key.secret, seconds: seconds)
    }

    /// A new token for who has one that still holds.
    func renewed(_ token: String) throws(SQLError) -> AccessToken {
        guard let key = try key(ofToken: token) else {
            throw SQLError(.invalidPassword, "the token is not one of this server, or it has expired")
        }
        return AccessToken(key.id, key.secret, seconds: seconds)
    }

    /// Nil for a token that does not hold.
    private func key(ofToken text: String) throws(SQLError) -> AccessKey? {
        guard let token = AccessToken(text), let key = try engine.accessKey(token.keyID), token.isProven(key.secret, seconds: seconds)
        else { return nil }
        return key
    }

    static func bearer(_ authorization: String) -> String? {
        guard authorization.lowercased().hasPrefix("bearer ") else { return nil }
        return String(authorization.dropFirst(7).drop { $0 == " " })
    }

    private static func refused(_ why: String) -> SQLError {
        SQLError(.invalidAuthorization, "the request's Authorization is not taken", detail: "Because \(why).")
    }
}
