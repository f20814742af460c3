/// Signing requests as AWS wants it.

import Crypto
import LodeCore

/// Signature Version 4: pure functions from a request, credentials and a time to a signature.
/// - Source: AWS IAM User Guide, "Create a signed AWS API request"; Amazon S3 API Reference, "Authenticating Requests".
package struct SigV4: Sendable {
    package var region: String
    /// `s3`, `glue`, `sts` …
    package var service: String

    package init(region: String, service: String) {
        self.region = region
        self.service = service
    }

    /// S3 encodes paths once, everybody else twice.
    private var isS3: Bool { service == "s3" || service == "s3express" }
    private static let unsigned: Set<String> = [
        "authorization", "user-agent", "expect", "transfer-encoding", "content-length", "connection", "x-amzn-trace-id",
    ]

    /// Adds `Host`, `X-Amz-Date`, `X-Amz-Security-Token`, `X-Amz-Content-Sha256` (S3) and `Authorization`.
    package func sign(_ request: inout CloudRequest, _ credentials: AWSCredentials, seconds: Int64) {
        let time = CloudTime.basic(seconds)
        let payload = Self.hex(SHA256.hash(data: request.body))
        request.headers["Host"] = request.url.authority
        request.headers["X-Amz-Date"] = time
        request.headers["X-Amz-Security-Token"] = credentials.sessionToken?.reveal()
        if isS3 { request.headers["X-Amz-Content-Sha256"] = payload }
        let (headers, names) = Self.canonical(request.headers)
        let canonical = [
            request.method.rawValue, canonicalPath(request.url.path), Self.canonicalQuery(request.url.query), headers, names, payload,
        ].joined(separator: "\n")
        let signature = signature(canonical, time, credentials)
        request.headers["Authorization"] =
            "AWS4-HMAC-SHA256 Credential=\(credentials.keyID)/\(scope(time)), SignedHeaders=\(names), Signature=\(signature)"
    }

    /// A URL that gives this request to whoever has it, for `expires` seconds (at most a week). Only the host is signed.
    package func presign(
        _ method: CloudRequest.Method, _ url: CloudURL, _ credentials: AWSCredentials, expires: Int, seconds: Int64
    ) -> CloudURL {
        let time = CloudTime.basic(seconds)
        var signed = url
        signed.add("X-Amz-Algorithm", "AWS4-HMAC-SHA256")
        signed.add("X-Amz-Credential", "\(credentials.keyID)/\(scope(time))")
        signed.add("X-Amz-Date", time)
        signed.add("X-Amz-Expires", String(expires))
        signed.add("X-Amz-SignedHeaders", "host")
        if let token = credentials.sessionToken { signed.add("X-Amz-Security-Token", token.reveal()) }
        let payload = isS3 ? "UNSIGNED-PAYLOAD" : Self.hex(SHA256.hash(data: [UInt8]()))
        let canonical = [
            method.rawValue, canonicalPath(url.path), Self.canonicalQuery(signed.query), "host:\(url.authority)\n", "host", payload,
        ].joined(separator: "\n")
        signed.add("X-Amz-Signature", signature(canonical, time, credentials))
        return signed
    }

    func scope(_ time: String) -> String { "\(time.prefix(8))/\(region)/\(service)/aws4_request" }

    func signature(_ canonical: String, _ time: String, _ credentials: AWSCredentials) -> String {
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope(time))\n\(Self.hex(SHA256.hash(data: Array(canonical.utf8))))"
        var key = SymmetricKey(data: Array("AWS4\(credentials.secret.reveal())".utf8))
        for part in [String(time.prefix(8)), region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        return Self.hex(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }

    func canonicalPath(_ path: String) -> String {
        if isS3 { return path }
        var kept: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = kept.popLast() } else { kept.append(segment) }
        }
        let text = "/" + kept.joined(separator: "/") + (path.count > 1 && path.hasSuffix("/") && !kept.isEmpty ? "/" : "")
        return PercentText.encoded(text, keepingSlashes: true)
    }

    static func canonicalQuery(_ query: String) -> String {
        query.split(separator: "&").map { part -> (String, String) in
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                PercentText.encoded(PercentText.decoded(sides[0])),
                sides.count > 1 ? PercentText.encoded(PercentText.decoded(sides[1])) : ""
            )
        }
        .sorted { $0.0 == $1.0 ? Self.precedes($0.1, $1.1) : Self.precedes($0.0, $1.0) }
        .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    private static func precedes(_ one: String, _ other: String) -> Bool { one.utf8.lexicographicallyPrecedes(other.utf8) }

    private static func canonical(_ headers: CloudHeaders) -> (text: String, names: String) {
        var values: [String: [String]] = [:]
        for (name, value) in headers.fields where !unsigned.contains(name.lowercased()) {
            values[name.lowercased(), default: []].append(
                value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " "))
        }
        let sorted = values.sorted { precedes($0.key, $1.key) }
        return (sorted.map { "\($0.key):\($0.value.joined(separator: ","))\n" }.joined(), sorted.map(\.key).joined(separator: ";"))
    }

    package static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// Signs with whatever credentials are current.
package struct SigV4Signer: RequestSigner {
    package let credentials: any AWSCredentialProvider
    package let scheme: SigV4
    /// Whether a request goes without a signature where there are no credentials.
    package var mayBeAnonymous = false

    package init(_ credentials: any AWSCredentialProvider, region: String, service: String, mayBeAnonymous: Bool = false) {
        self.credentials = credentials
        scheme = SigV4(region: region, service: service)
        self.mayBeAnonymous = mayBeAnonymous
    }

    package func sign(_ request: inout CloudRequest, seconds: Int64) throws(SQLError) {
        guard let current = try credentials.current() else {
            if mayBeAnonymous { return }
            throw SQLError(
                .invalidAuthorization, "there are no AWS credentials for \(request.url.authority)",
                detail: "Looked in: \(credentials.places.joined(separator: ", ")).",
                hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile in AWS_PROFILE.")
        }
        scheme.sign(&request, current, seconds: seconds)
    }

    package func forgetCredentials() { credentials.forget() }
}
