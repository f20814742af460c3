/// The other side of Signature Version 4: whether a request was signed by who has a key's secret.

import Crypto
import LodeCore

/// What a request says about its signature. Nothing of it is true before `isProven`.
/// - Source: AWS IAM User Guide, "Elements of an AWS API request signature".
package struct SigV4Claim: Sendable, Equatable {
    package let keyID: String
    /// The day, the region and the service that the key is for.
    let scope: [String]
    let signedHeaders: [String]
    let signature: String

    private static let algorithm = "AWS4-HMAC-SHA256"
    /// How far the clocks of the two sides may be apart.
    private static let patienceSeconds: Int64 = 15 * 60

    /// - Parameter authorization: the header; nil for one of another kind, or that is not well formed.
    package init?(authorization: String) {
        guard authorization.hasPrefix(Self.algorithm + " ") else { return nil }
        var parts: [Substring: Substring] = [:]
        for part in authorization.dropFirst(Self.algorithm.count).split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1).map { $0.drop { $0 == " " } }
            if sides.count == 2 { parts[sides[0]] = sides[1] }
        }
        let credential = parts["Credential"]?.split(separator: "/", omittingEmptySubsequences: false).map(String.init) ?? []
        guard credential.count >= 5, credential.last == "aws4_request", let headers = parts["SignedHeaders"], let text = parts["Signature"]
        else { return nil }
        keyID = credential.dropLast(4).joined(separator: "/")
        scope = Array(credential.suffix(4).dropLast())
        signedHeaders = headers.split(separator: ";").map { $0.lowercased() }
        signature = text.trimmingSuffix(while: { $0 == " " }).lowercased()
    }

    /// Whether the request is as it was signed, lately, with this secret.
    /// - Parameters:
    ///   - path: as it came, encoded.
    ///   - seconds: now, since 1970-01-01 UTC.
    package func isProven(
        _ secret: Secret, method: String, path: String, query: String, headers: [(name: String, value: String)], body: [UInt8],
        seconds: Int64
    ) -> Bool {
        guard scope.count == 3, signedHeaders.contains("host"), let time = value("x-amz-date", headers), time.hasPrefix(scope[0]),
            let signed = Self.seconds(time), abs(signed - seconds) <= Self.patienceSeconds
        else { return false }
        // They say what the request means: X-Amz-Target names the operation.
        for name in headers.map({ $0.name.lowercased() }) where name.hasPrefix("x-amz-") && !signedHeaders.contains(name) { return false }
        let hash = Array(SHA256.hash(data: body)), payload = SigV4.hex(hash)
        // Iceberg's clients send the hash in Base64, and sign it in hexadecimal digits.
        if let told = value("x-amz-content-sha256", headers), told.lowercased() != payload, told != Base64.encode(hash) { return false }
        var lines = ""
        for name in signedHeaders {
            guard let value = value(name, headers) else { return false }
            lines += "\(name):\(value)\n"
        }
        let scheme = SigV4(region: scope[1], service: scope[2])
        let canonical = [
            method, scheme.canonicalPath(path), SigV4.canonicalQuery(query), lines, signedHeaders.joined(separator: ";"), payload,
        ].joined(separator: "\n")
        let expected = scheme.signature(canonical, time, AWSCredentials(keyID: keyID, secret: secret))
        return ConstantTime.areEqual(Array(expected.utf8), Array(signature.utf8))
    }

    /// All values of a header, as they are signed.
    private func value(_ name: String, _ headers: [(name: String, value: String)]) -> String? {
        let values = headers.filter { $0.name.lowercased() == name }
        if values.isEmpty { return nil }
        return values.map { $0.value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ") }.joined(separator: ",")
    }

    /// `20261129T021500Z`.
    private static func seconds(_ time: String) -> Int64? {
        let bytes = Array(time.utf8)
        guard bytes.count == 16 else { return nil }
        func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        return CloudTime.parseISO("\(part(0..<4))-\(part(4..<6))-\(part(6..<11)):\(part(11..<13)):\(part(13..<16))").map { $0 / 1_000_000 }
    }
}

/// Comparing what nobody may guess byte by byte.
package enum ConstantTime {
    /// As fast for bytes that differ at once as for those that differ late.
    package static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
