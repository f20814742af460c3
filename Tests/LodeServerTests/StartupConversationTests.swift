// The first part of a connection: each event and what is to be done about it.

import LodeCore
import Testing

@testable import LodeServer

@Suite struct StartupConversationTests {
    private static func packet(_ code: Int32, _ rest: [UInt8] = []) -> [UInt8] {
        let shifts: [Int32] = [24, 16, 8, 0]
        return shifts.map { UInt8(truncatingIfNeeded: code >> $0) } + rest
    }

    private static func pairs(_ pairs: [(String, String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in pairs {
            for text in [name, value] {
                bytes += Array(text.utf8)
                bytes.append(0)
            }
        }
        return bytes + [0]
    }

    private static let startupPacket = packet(196_608, pairs([("user", "ann"), ("database", "lode"), ("application_name", "psql")]))
    private static let startup = StartupConversation.Startup(
        user: "ann", database: "lode", settings: [.init(name: "application_name", value: "psql")], minor: 0, unknownOptions: [])

    private static func refusal(_ action: StartupConversation.Action) -> String? {
        if case .refuse(let report) = action { report.code } else { nil }
    }

    @Test func `encryption is declined where there is none, and the client may go on`() {
        var conversation = StartupConversation(tls: .off)
        #expect(conversation.receive(Self.packet(80_877_104)) == .answer(UInt8(ascii: "N")))
        #expect(conversation.receive(Self.packet(80_877_103)) == .answer(UInt8(ascii: "N")))
        #expect(conversation.receive(Self.startupPacket) == .lookUp(Self.startup))
    }

    @Test func `encryption can be asked for once`() {
        var conversation = StartupConversation(tls: .prefer)
        #expect(conversation.receive(Self.packet(80_877_103)) == .startTLS)
        conversation.encrypted()
        #expect(Self.refusal(conversation.receive(Self.packet(80_877_103))) == "08P01")
    }

    @Test func `who must be encrypted and is not is refused`() {
        var conversation = StartupConversation(tls: .require)
        #expect(Self.refusal(conversation.receive(Self.startupPacket)) == "28000")
    }

    @Test func `a request to cancel is passed on`() {
        var conversation = StartupConversation(tls: .off)
        #expect(conversation.receive(Self.packet(80_877_102, [0, 0, 0, 7, 0, 0, 0, 9])) == .cancel(process: 7, secret: 9))
    }

    @Test func `a trusted client is in at once`() {
        var conversation = StartupConversation(tls: .off)
        _ = conversation.receive(Self.startupPacket)
        #expect(conversation.found(.trust, nonce: "n", mockSalt: [], certificateHash: nil) == .authenticated(Self.startup))
    }

    @Test func `others are asked for a proof`() {
        var conversation = StartupConversation(tls: .off)
        _ = conversation.receive(Self.startupPacket)
        let asked = conversation.found(.password(nil), nonce: "n", mockSalt: [1], certificateHash: [2])
        #expect(asked == .send([.authentication(.sasl(["SCRAM-SHA-256"]))]))
        let first = Array("SCRAM-SHA-256".utf8) + [0, 0, 0, 0, 10] + Array("n,,n=,r=ab".utf8)
        #expect(conversation.receive(proof: first) == .send([.authentication(.saslContinue(Array("r=abn,s=AQ==,i=4096".utf8)))]))
        let final = "c=biws,r=abn,p=\(Base64.encode(Array(repeating: 0, count: 32)))"
        #expect(Self.refusal(conversation.receive(proof: Array(final.utf8))) == "28P01")
    }

    @Test func `a newer protocol is talked down`() {
        var conversation = StartupConversation(tls: .off)
        _ = conversation.receive(Self.packet(196_608 + 2, Self.pairs([("user", "ann"), ("_pq_.nope", "1")])))
        let negotiation = BackendMessage.negotiateProtocolVersion(NegotiateProtocolVersion(minor: 0, unknownOptions: ["_pq_.nope"]))
        #expect(
            conversation.found(.password(nil), nonce: "n", mockSalt: [], certificateHash: nil)
                == .send([negotiation, .authentication(.sasl(["SCRAM-SHA-256"]))]))
    }

    @Test func `options are settings`() {
        var conversation = StartupConversation(tls: .off)
        let action = conversation.receive(
            Self.packet(196_608, Self.pairs([("user", "u"), ("options", #"-c search_path=a\ b --statement-timeout=5s"#)])))
        guard case .lookUp(let startup) = action else {
            Issue.record("\(action)")
            return
        }
        #expect(startup.settings == [.init(name: "search_path", value: "a b"), .init(name: "statement_timeout", value: "5s")])
        #expect(startup.database == "u")
    }

    @Test(arguments: [
        (packet(131_072), "0A000"), (packet(0), "0A000"), (packet(196_608, pairs([("database", "d")])), "28000"),
        (packet(196_608, Array("user".utf8) + [0] + Array("u".utf8)), "08P01"), (packet(80_877_103, [0]), "08P01"),
        (packet(80_877_102, [0]), "08P01"), (packet(196_608, pairs([("user", "u"), ("options", "x")])), "42601"), ([], "08P01"),
    ] as [([UInt8], String)])
    func `what is no start-up is refused by its code`(body: [UInt8], code: String) {
        var conversation = StartupConversation(tls: .off)
        #expect(Self.refusal(conversation.receive(body)) == code)
    }
}
