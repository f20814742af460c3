// SCRAM-SHA-256: the example of its RFC, and everything that a client may get wrong.

import LodeCore
import Testing

@testable import LodeServer

@Suite struct ScramExchangeTests {
    /// RFC 7677, section 3.
    private static let salt = Base64.decode("W22ZaJ0SNY7soEsUEjb6gQ==".utf8) ?? []
    private static let serverNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    private static let clientFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    private static let serverFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    private static let clientFinal =
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    private static let serverFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

    private static func exchange(_ verifier: ScramVerifier?, certificate: [UInt8]? = nil) -> ScramExchange {
        ScramExchange(verifier: verifier, mockSalt: salt, serverNonce: serverNonce, certificateHash: certificate)
    }

    private static let verifier = ScramVerifier(password: "pencil", salt: salt)

    private static func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    @Test func `the example of the RFC goes through`() throws {
        var exchange = Self.exchange(Self.verifier)
        #expect(Self.text(try exchange.begin(mechanism: "SCRAM-SHA-256", Array(Self.clientFirst.utf8))) == Self.serverFirst)
        #expect(Self.text(try exchange.finish(Array(Self.clientFinal.utf8))) == Self.serverFinal)
    }

    @Test func `a wrong password gets no signature`() throws {
        var exchange = Self.exchange(ScramVerifier(password: "pen", salt: Self.salt))
        _ = try exchange.begin(mechanism: "SCRAM-SHA-256", Array(Self.clientFirst.utf8))
        #expect(try exchange.finish(Array(Self.clientFinal.utf8)) == nil)
    }

    @Test func `a role that does not exist is asked like any other, and always fails`() throws {
        var exchange = Self.exchange(nil)
        #expect(Self.text(try exchange.begin(mechanism: "SCRAM-SHA-256", Array(Self.clientFirst.utf8))) == Self.serverFirst)
        #expect(try exchange.finish(Array(Self.clientFinal.utf8)) == nil)
    }

    @Test(arguments: [
        "", "n", "n,,", "n,,r=abc", "n,,n=u", "n,,n=u,r=", "n,,n=u,r=a b", "n,,m=x,n=u,r=abc", "n,a=other,n=u,r=abc",
        "p=tls-unique,,n=u,r=abc",
        "p=tls-server-end-point,,n=u,r=abc", "x,,n=u,r=abc", "n,,n=u,r=a\u{0}b",
    ])
    func `first messages that are not right are refused`(message: String) {
        var exchange = Self.exchange(Self.verifier)
        #expect(throws: SQLError.self) { try exchange.begin(mechanism: "SCRAM-SHA-256", Array(message.utf8)) }
    }

    @Test(arguments: [
        "", "c=biws", "c=biws,r=other,p=AAAA", "c=eSws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=AAAA",
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=AAAA", "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    ])
    func `final messages that are not right are refused`(message: String) throws {
        var exchange = Self.exchange(Self.verifier)
        _ = try exchange.begin(mechanism: "SCRAM-SHA-256", Array(Self.clientFirst.utf8))
        #expect(throws: SQLError.self) { try exchange.finish(Array(message.utf8)) }
    }

    @Test func `a proof without a challenge is refused, and a challenge is given once`() throws {
        var exchange = Self.exchange(Self.verifier)
        #expect(throws: SQLError.self) { try exchange.finish(Array(Self.clientFinal.utf8)) }
        var second = Self.exchange(Self.verifier)
        _ = try second.begin(mechanism: "SCRAM-SHA-256", Array(Self.clientFirst.utf8))
        #expect(throws: SQLError.self) { try second.begin(mechanism: "SCRAM-SHA-256", Array(Self.clientFirst.utf8)) }
    }

    @Test func `with TLS, binding is offered, and its denial by somebody between is noticed`() {
        #expect(ScramExchange.mechanisms(isBound: true) == ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"])
        var exchange = Self.exchange(Self.verifier, certificate: [1, 2, 3])
        #expect(throws: SQLError.self) { try exchange.begin(mechanism: "SCRAM-SHA-256", Array("y,,n=u,r=abc".utf8)) }
        var unbound = Self.exchange(Self.verifier)
        #expect(throws: SQLError.self) {
            try unbound.begin(mechanism: "SCRAM-SHA-256-PLUS", Array("p=tls-server-end-point,,n=u,r=abc".utf8))
        }
    }

    @Test func `a verifier reads back what it writes`() {
        #expect(ScramVerifier(Self.verifier.text) == Self.verifier)
        #expect(Self.verifier.matches("pencil") && !Self.verifier.matches("Pencil"))
        for wrong in ["", "md5abc", "SCRAM-SHA-256$0:AAAA$AAAA:AAAA", "SCRAM-SHA-256$4096:A$B:C"] { #expect(ScramVerifier(wrong) == nil) }
    }

    @Test(arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar"]) func `base64 goes both ways`(text: String) {
        let encoded = ["": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=", "foobar": "Zm9vYmFy"]
        #expect(Base64.encode(Array(text.utf8)) == encoded[text])
        #expect(Base64.decode((encoded[text] ?? "").utf8) == Array(text.utf8))
        for wrong in ["A", "AB=C", "====", "A*AA"] { #expect(Base64.decode(wrong.utf8) == nil) }
    }
}
