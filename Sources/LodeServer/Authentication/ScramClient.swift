/// The client's side of SCRAM.

import LodeCore

/// Proves that the client knows the password, and sees to it that the server knows it too. A state machine without I/O.
/// - Source: RFC 5802, sections 5 and 7; RFC 5929, section 4 (tls-server-end-point).
struct ScramClient {
    private let password: String
    private let nonce: String
    /// The hash of the server's certificate; nil without TLS.
    private let certificateHash: [UInt8]?
    private var header = "n,,"
    private var serverSignature: [UInt8]?

    init(password: String, nonce: String, certificateHash: [UInt8]?) {
        self.password = password
        self.nonce = nonce
        self.certificateHash = certificateHash
    }

    private var firstBare: String { "n=,r=\(nonce)" }

    /// Chooses a mechanism, bound to the encryption if the server can do that.
    /// - Throws: `0A000` if the server offers none that is known.
    mutating func begin(_ offered: [String]) throws(SQLError) -> (mechanism: String, message: [UInt8]) {
        let mechanism: String
        if certificateHash != nil, offered.contains(ScramExchange.bound) {
            mechanism = ScramExchange.bound
            header = "p=tls-server-end-point,,"
        } else if offered.contains(ScramExchange.plain) {
            mechanism = ScramExchange.plain
            // Somebody between may have taken the bound one out of the offer: the server then hears that it was not seen.
            header = certificateHash == nil ? "n,," : "y,,"
        } else {
            throw SQLError.unsupported("each of the SASL mechanisms \(offered.joined(separator: ", "))")
        }
        return (mechanism, Array((header + firstBare).utf8))
    }

    /// Answers the server's challenge.
    /// - Throws: `08P01` for one that breaks the protocol.
    mutating func prove(_ challenge: [UInt8]) throws(SQLError) -> [UInt8] {
        guard let text = String(validating: challenge, as: UTF8.self) else { throw Self.malformed }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0].hasPrefix("r="), parts[1].hasPrefix("s="), parts[2].hasPrefix("i=") else { throw Self.malformed }
        let nonces = String(parts[0].dropFirst(2))
        guard nonces.hasPrefix(nonce), nonces.utf8.count > nonce.utf8.count, let salt = Base64.decode(parts[1].dropFirst(2).utf8),
            let iterations = Int(parts[2].dropFirst(2)), iterations > 0, iterations <= ScramVerifier.maximumIterations
        else { throw Self.malformed }
        let salted = ScramVerifier.salted(Array(password.utf8), salt, iterations)
        let isBound = header.hasPrefix("p")
        let withoutProof = "c=\(Base64.encode(Array(header.utf8) + (isBound ? certificateHash ?? [] : []))),r=\(nonces)"
        let signed = Array("\(firstBare),\(text),\(withoutProof)".utf8)
        let clientKey = ScramVerifier.mac(salted, Array("Client Key".utf8))
        let signature = ScramVerifier.mac(ScramVerifier.hash(clientKey), signed)
        serverSignature = ScramVerifier.mac(ScramVerifier.mac(salted, Array("Server Key".utf8)), signed)
        return Array("\(withoutProof),p=\(Base64.encode(zip(clientKey, signature).map { $0 ^ $1 }))".utf8)
    }

    /// - Throws: `28000` if the server does not know the password either.
    func check(_ answer: [UInt8]) throws(SQLError) {
        guard let serverSignature, answer.starts(with: Array("v=".utf8)), let shown = Base64.decode(answer.dropFirst(2)),
            ScramVerifier.isEqual(shown, serverSignature)
        else { throw SQLError(.invalidAuthorization, "the server could not prove that it knows the password") }
    }

    private static var malformed: SQLError { SQLError(.protocolViolation, "malformed SCRAM message of the server") }
}
