/// A request to a service, as a value.

import LodeCore

/// Header fields in order. Names are compared without regard to case.
package struct CloudHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    package private(set) var fields: [(name: String, value: String)] = []

    package init() {}
    package init(dictionaryLiteral elements: (String, String)...) { fields = elements.map { (name: $0.0, value: $0.1) } }
    package init(_ fields: some Sequence<(name: String, value: String)>) { self.fields = Array(fields) }

    /// The first field of a name; setting replaces all of them.
    package subscript(name: String) -> String? {
        get {
            let wanted = name.lowercased()
            return fields.first { $0.name.lowercased() == wanted }?.value
        }
        set {
            let wanted = name.lowercased()
            fields.removeAll { $0.name.lowercased() == wanted }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    package static func == (one: CloudHeaders, other: CloudHeaders) -> Bool {
        one.fields.elementsEqual(other.fields) { $0.name == $1.name && $0.value == $1.value }
    }

    package func hash(into hasher: inout Hasher) {
        for (name, value) in fields {
            hasher.combine(name)
            hasher.combine(value)
        }
    }
}

/// What is sent, and how it is tried. `CloudClient` sends it.
package struct CloudRequest: Sendable {
    package enum Method: String, Sendable { case get = "GET", head = "HEAD", put = "PUT", post = "POST", delete = "DELETE" }

    package var method: Method
    package var url: CloudURL
    package var headers: CloudHeaders
    package var body: [UInt8]
    /// Signs each attempt anew; nil sends the request as it is.
    package var signer: (any RequestSigner)?
    /// What an answer is worth; by default, statuses that pass (429, 5xx) are tried again.
    package var judge: @Sendable (CloudResponse) -> Verdict = { Verdict.byStatus($0.status) }
    /// Whether sending it twice has the effect of sending it once. One that is not is tried again only if it can't have arrived.
    package var isIdempotent = true
    /// What the error is when the answer is lost, and with it whether the request had an effect; nil for that of any failure.
    package var lostState: SQLState?
    package var retries: RetryPolicy = .standard
    /// The largest body that is taken as an answer.
    package var responseLimit = 1 << 30
    /// What it is counted as; nil is its method.
    package var kind: String?
    /// How long the answer will be, for a request that may be sent twice when it takes unusually long; nil for one that may not.
    package var hedgedBytes: Int?
    /// Whether answers of 301, 302, 303, 307 and 308 are followed. A signer is not taken along to another host.
    package var followsRedirects = false

    package init(
        _ method: Method, _ url: CloudURL, headers: CloudHeaders = [:], body: [UInt8] = [], signer: (any RequestSigner)? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.signer = signer
    }
}

/// An answer, whole: its body has the length that was announced.
package struct CloudResponse: Sendable {
    package var status: Int
    package var headers: CloudHeaders
    package var body: [UInt8]

    package init(status: Int, headers: CloudHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package var isSuccess: Bool { (200..<300).contains(status) }
    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// What is to be done with an answer.
package enum Verdict: Sendable, Equatable {
    /// It is one, of whatever status.
    case accept
    /// The service has a fault that may pass.
    case retry
    /// The service asks for fewer requests.
    case throttled
    /// The credentials have expired: others may do.
    case renewCredentials
    /// The clocks differ: the answer's date tells by how much.
    case adjustClock

    package static func byStatus(_ status: Int) -> Verdict {
        switch status {
        case 429, 503, 509: .throttled
        case 408, 500, 502, 504: .retry
        default: .accept
        }
    }
}

/// Puts into a request what proves who sends it.
package protocol RequestSigner: Sendable {
    /// - Parameter seconds: since 1970-01-01 UTC, by the service's clock as far as it is known.
    /// - Throws: `28000` if there are no credentials where some are needed.
    func sign(_ request: inout CloudRequest, seconds: Int64) throws(SQLError)

    /// Forgets credentials that a service has refused as expired. Called on any thread; does not block.
    func forgetCredentials()
}
