// The client's proof, checked by the server's side of it.

import LodeCore
import Testing

@testable import LodeServer

@Suite struct ScramClientTests {
    private static let salt: [UInt8] = Array(0..<16)

    /// The server's last answer, which the client has checked; nil if the server does not believe the client.
    private func talk(
        password: String, verifier: String, client: [UInt8]?, server: [UInt8]?, offered: [String]? = nil
    ) throws -> (mechanism: String, answer: [UInt8]?) {
        var exchange = ScramExchange(
            verifier: ScramVerifier(password: verifier, salt: Self.salt), mockSalt: Self.salt, serverNonce: "server",
            certificateHash: server)
        var scram = ScramClient(password: password, nonce: "client", certificateHash: client)
        let (mechanism, first) = try scram.begin(offered ?? ScramExchange.mechanisms(isBound: server != nil))
        let proof = try scram.prove(try exchange.begin(mechanism: mechanism, first))
        let answer = try exchange.finish(proof)
        if let answer { try scram.check(answer) }
        return (mechanism, answer)
    }

    @Test func `the right password is believed, a wrong one not`() throws {
        #expect(try talk(password: "pencil", verifier: "pencil", client: nil, server: nil).answer != nil)
        #expect(try talk(password: "pen", verifier: "pencil", client: nil, server: nil).answer == nil)
    }

    @Test func `within TLS the proof is bound to the certificate`() throws {
        let bound = try talk(password: "pencil", verifier: "pencil", client: [1, 2], server: [1, 2])
        #expect(bound.mechanism == "SCRAM-SHA-256-PLUS" && bound.answer != nil)
        #expect(throws: SQLError.self) { try talk(password: "pencil", verifier: "pencil", client: [1, 2], server: [3]) }
    }

    @Test func `an offer from which the bound mechanism was taken is noticed`() throws {
        #expect(throws: SQLError.self) {
            try talk(password: "pencil", verifier: "pencil", client: [1, 2], server: [1, 2], offered: [ScramExchange.plain])
        }
    }

    @Test func `a server that does not know the password is not believed`() throws {
        var scram = ScramClient(password: "pencil", nonce: "client", certificateHash: nil)
        _ = try scram.begin([ScramExchange.plain])
        _ = try scram.prove(Array("r=clientserver,s=\(Base64.encode(Self.salt)),i=4096".utf8))
        #expect(throws: SQLError.self) { try scram.check(Array("v=\(Base64.encode(Self.salt))".utf8)) }
        #expect(throws: SQLError.self) { try scram.check(Array("e=other-error".utf8)) }
    }

    @Test(arguments: [
        "", "r=other,s=AAAA,i=4096", "r=client,s=AAAA,i=4096", "r=clientserver,s=!,i=4096", "r=clientserver,s=AAAA,i=0",
        "r=clientserver,s=AAAA,i=99999999999", "s=AAAA,r=clientserver,i=1",
    ])
    func `a challenge that breaks the protocol is refused`(challenge: String) throws {
        var scram = ScramClient(password: "pencil", nonce: "client", certificateHash: nil)
        _ = try scram.begin([ScramExchange.plain])
        #expect(throws: SQLError.self) { try scram.prove(Array(challenge.utf8)) }
    }
}
