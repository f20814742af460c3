/// Tokens that clients get for their access key: nothing is kept of them.

import Crypto
import LodeCloud
import LodeCore

/// `LODE….1795860000.9f86d0…`: the key, when the token ends, and what only who has the key's secret can make of the two. With its key a
/// token ends, too.
struct AccessToken: Equatable {
    /// How long a token holds.
    static let seconds: Int64 = 3600

    let keyID: String
    /// Seconds since 1970-01-01 UTC.
    let ends: Int64
    private let proof: String

    init(_ keyID: String, _ secret: Secret, seconds: Int64) {
        self.keyID = keyID
        ends = seconds &+ Self.seconds
        proof = Self.proof(keyID, ends, secret)
    }

    /// Nil for what is none.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let ends = Int64(parts[1]) else { return nil }
        keyID = String(parts[0])
        self.ends = ends
        proof = String(parts[2])
    }

    var text: String { "\(keyID).\(ends).\(proof)" }

    func isProven(_ secret: Secret, seconds: Int64) -> Bool {
        seconds < ends && ConstantTime.areEqual(Array(proof.utf8), Array(Self.proof(keyID, ends, secret).utf8))
    }

    private static func proof(_ keyID: String, _ ends: Int64, _ secret: Secret) -> String {
        let key = SymmetricKey(data: Array(secret.reveal().utf8))
        return SigV4.hex(HMAC<SHA256>.authenticationCode(for: Array("lode token\n\(keyID)\n\(ends)".utf8), using: key))
    }
}
