/// What the server keeps of a password: enough to check a proof, not enough to make one.

import Crypto

/// - Source: RFC 5802, section 3; the text form is PostgreSQL's (`pg_authid.rolpassword`).
struct ScramVerifier: Equatable, Sendable {
    static let defaultIterations = 4096
    /// More would let a stored verifier keep a core busy.
    static let maximumIterations = 10_000_000

    var iterations: Int
    var salt: [UInt8]
    var storedKey: [UInt8]
    var serverKey: [UInt8]
}

extension ScramVerifier {
    init(password: String, salt: [UInt8], iterations: Int = defaultIterations) {
        let salted = Self.salted(Array(password.utf8), salt, iterations)
        let clientKey = Self.mac(salted, Array("Client Key".utf8))
        self.init(
            iterations: iterations, salt: salt, storedKey: Self.hash(clientKey), serverKey: Self.mac(salted, Array("Server Key".utf8)))
    }

    /// `SCRAM-SHA-256$4096:salt$stored key:server key`.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "SCRAM-SHA-256" else { return nil }
        let head = parts[1].split(separator: ":"), keys = parts[2].split(separator: ":")
        guard head.count == 2, keys.count == 2, let iterations = Int(head[0]), iterations > 0, iterations <= Self.maximumIterations,
            let salt = Base64.decode(head[1].utf8), let storedKey = Base64.decode(keys[0].utf8), storedKey.count == 32,
            let serverKey = Base64.decode(keys[1].utf8), serverKey.count == 32
        else { return nil }
        self.init(iterations: iterations, salt: salt, storedKey: storedKey, serverKey: serverKey)
    }

    var text: String {
        "SCRAM-SHA-256$\(iterations):\(Base64.encode(salt))$\(Base64.encode(storedKey)):\(Base64.encode(serverKey))"
    }

    /// Whether this is the password, for those who send it as it is.
    func matches(_ password: String) -> Bool {
        let other = ScramVerifier(password: password, salt: salt, iterations: iterations)
        return Self.isEqual(other.storedKey, storedKey)
    }

    /// PBKDF2 with HMAC-SHA-256, for one block.
    static func salted(_ password: [UInt8], _ salt: [UInt8], _ iterations: Int) -> [UInt8] {
        let key = SymmetricKey(data: password)
        var block = Array(HMAC<SHA256>.authenticationCode(for: salt + [0, 0, 0, 1], using: key))
        var sum = block
        for _ in 1..<max(1, iterations) {
            block = Array(HMAC<SHA256>.authenticationCode(for: block, using: key))
            for index in sum.indices { sum[index] ^= block[index] }
        }
        return sum
    }

    static func mac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
    }

    static func hash(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    /// Takes as long for equal bytes as for others.
    static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
