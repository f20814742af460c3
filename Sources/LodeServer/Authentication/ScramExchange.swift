/// The server's side of SCRAM: a conversation of two questions and two answers.

import LodeCore

/// A state machine without I/O; its nonce is given.
///
///     client-first  n,,n=user,r=nonce                  server-first  r=nonces,s=salt,i=4096
///     client-final  c=biws,r=nonces,p=proof            server-final  v=signature
///
/// An unknown role goes through the same messages with a made-up verifier, so that nobody learns who is known.
/// - Source: RFC 5802, sections 5 and 7; RFC 5929, section 4 (tls-server-end-point).
struct ScramExchange {
    static let plain = "SCRAM-SHA-256"
    static let bound = "SCRAM-SHA-256-PLUS"

    private enum State {
        case start
        /// What the two first messages said.
        case challenged(header: String, clientFirstBare: String, serverFirst: String, nonce: String)
        case ended
    }

    private let verifier: ScramVerifier
    /// False for a made-up verifier: no proof is right.
    private let isKnown: Bool
    private let serverNonce: String
    /// The hash of the server's certificate; nil without TLS.
    private let certificateHash: [UInt8]?
    private var usesBinding = false
    private var state = State.start

    /// - Parameter verifier: nil for a role that does not exist or has no password; `mockSalt` is then shown.
    init(verifier: ScramVerifier?, mockSalt: [UInt8], serverNonce: String, certificateHash: [UInt8]?) {
        isKnown = verifier != nil
        self.verifier =
            verifier
            ?? ScramVerifier(
                iterations: ScramVerifier.defaultIterations, salt: mockSalt, storedKey: Array(repeating: 0, count: 32),
                serverKey: Array(repeating: 0, count: 32))
        self.serverNonce = serverNonce
        self.certificateHash = certificateHash
    }

    /// The mechanisms that are offered, the best first.
    static func mechanisms(isBound: Bool) -> [String] { isBound ? [bound, plain] : [plain] }

    /// The client's first message.
    /// - Returns: the server's first message.
    /// - Throws: `08P01` for what breaks the protocol, `28000` if channel binding was negotiated away.
    mutating func begin(mechanism: String, _ message: [UInt8]) throws(SQLError) -> [UInt8] {
        guard case .start = state else { throw Self.malformed("the exchange has begun already") }
        state = .ended
        switch mechanism {
        case Self.plain: usesBinding = false
        case Self.bound where certificateHash != nil: usesBinding = true
        default: throw SQLError(.protocolViolation, "client selected an invalid SASL authentication mechanism")
        }
        let text = try Self.text(message)
        let header = try channelHeader(of: text)
        let bare = String(text.dropFirst(header.count))
        var attributes = Self.attributes(bare)
        if attributes.first?.key == "m" { throw Self.malformed("client requires an unsupported SCRAM extension") }
        guard attributes.first?.key == "n" else { throw Self.malformed("the name is missing") }
        attributes.removeFirst()
        guard let nonce = attributes.first, nonce.key == "r", Self.isPrintable(nonce.value), !nonce.value.isEmpty else {
            throw Self.malformed("the nonce is missing or not printable")
        }
        let nonces = nonce.value + serverNonce
        let first = "r=\(nonces),s=\(Base64.encode(verifier.salt)),i=\(verifier.iterations)"
        state = .challenged(header: header, clientFirstBare: bare, serverFirst: first, nonce: nonces)
        return Array(first.utf8)
    }

    /// The client's final message.
    /// - Returns: the server's final message; nil if the proof is wrong.
    /// - Throws: `08P01` for what breaks the protocol.
    mutating func finish(_ message: [UInt8]) throws(SQLError) -> [UInt8]? {
        guard case .challenged(let header, let clientFirstBare, let serverFirst, let nonce) = state else {
            throw Self.malformed("a step is missing")
        }
        state = .ended
        let text = try Self.text(message)
        guard let cut = text.range(of: ",p=") else { throw Self.malformed("the proof is missing") }
        let withoutProof = String(text[..<cut.lowerBound]), attributes = Self.attributes(withoutProof)
        guard attributes.count >= 2, attributes[0].key == "c", attributes[1].key == "r" else {
            throw Self.malformed("channel binding or nonce are missing")
        }
        let expected = Array(header.utf8) + (usesBinding ? certificateHash ?? [] : [])
        guard attributes[0].value == Base64.encode(expected) else {
            throw SQLError(.protocolViolation, "SCRAM channel binding check failed")
        }
        guard attributes[1].value == nonce else { throw Self.malformed("the nonce is not the one that was sent") }
        guard let proof = Base64.decode(text[cut.upperBound...].utf8), proof.count == 32 else {
            throw Self.malformed("the proof is not 32 bytes in Base64")
        }
        let signed = Array("\(clientFirstBare),\(serverFirst),\(withoutProof)".utf8)
        let signature = ScramVerifier.mac(verifier.storedKey, signed)
        let clientKey = zip(proof, signature).map { $0 ^ $1 }
        guard ScramVerifier.isEqual(ScramVerifier.hash(clientKey), verifier.storedKey), isKnown else { return nil }
        return Array("v=\(Base64.encode(ScramVerifier.mac(verifier.serverKey, signed)))".utf8)
    }

    /// `n,,`, `y,,` or `p=tls-server-end-point,,`: what the client says of channel binding.
    private func channelHeader(of text: String) throws(SQLError) -> String {
        let parts = text.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw Self.malformed("the header is incomplete") }
        guard parts[1].isEmpty else { throw SQLError(.featureNotSupported, "client uses authorization identity, but it is not supported") }
        switch parts[0] {
        case "n" where !usesBinding: break
        case "y" where !usesBinding:
            // The client could bind, and believes that the server can't: somebody between may have told it so.
            if certificateHash != nil {
                throw SQLError(
                    .invalidAuthorization, "SCRAM channel binding negotiation error",
                    detail: "The client supports SCRAM channel binding but thinks the server does not.")
            }
        case "p=tls-server-end-point" where usesBinding: break
        default: throw Self.malformed("the channel binding \"\(parts[0])\" does not go with the mechanism")
        }
        return "\(parts[0]),,"
    }

    private static func attributes(_ text: String) -> [(key: String, value: String)] {
        text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(pair[0]), pair.count > 1 ? String(pair[1]) : "")
        }
    }

    private static func text(_ bytes: [UInt8]) throws(SQLError) -> String {
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { throw malformed("it is no text") }
        return text
    }

    private static func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x2c } }

    private static func malformed(_ detail: String) -> SQLError {
        SQLError(.protocolViolation, "malformed SCRAM message", detail: "In what the client sent, \(detail).")
    }
}

extension StringProtocol {
    /// The first place of a string of ASCII.
    fileprivate func range(of needle: String) -> Range<Index>? {
        let wanted = Array(needle.utf8)
        var index = utf8.startIndex
        while index < utf8.endIndex {
            if utf8[index...].starts(with: wanted) { return index..<utf8.index(index, offsetBy: wanted.count) }
            index = utf8.index(after: index)
        }
        return nil
    }
}
