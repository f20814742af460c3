// Messages are read as they were written, on both sides of the wire.

import LodeCore
import LodeEngine
import LodeVectors
import Testing

@testable import LodeServer

@Suite struct MessageCodecTests {
    private static let frontend: [FrontendMessage] = [
        .query("SELECT 'ä'"), .parse(ParseMessage(name: "s", query: "SELECT $1", parameterTypes: [23, 0])),
        .bind(BindMessage(portal: "", statement: "s", parameterFormats: [1, 0], values: [[0, 0, 0, 1], nil], resultFormats: [0])),
        .describe(.statement("s")), .describe(.portal("")), .execute(ExecuteMessage(portal: "p", maximumRows: 7)), .close(.portal("p")),
        .sync, .flush, .copyData([1, 2, 3]), .copyDone, .copyFail("no"), .password([112, 0]), .terminate,
    ]

    private static let backend: [BackendMessage] = [
        .authentication(.ok), .authentication(.cleartextPassword), .authentication(.sasl(["A", "B"])), .authentication(.saslContinue([1])),
        .authentication(.saslFinal([])), .parameterStatus(name: "a", value: "b"), .backendKeyData(process: 1, secret: -5),
        .negotiateProtocolVersion(NegotiateProtocolVersion(minor: 0, unknownOptions: ["_pq_.x"])), .readyForQuery(.failed),
        .rowDescription([ColumnDescription(name: "ä", type: WireType(.decimal(precision: 10, scale: 2)), format: .text)]), .noData,
        .parameterDescription([25]), .parseComplete, .bindComplete, .closeComplete, .commandComplete("SELECT 1"), .emptyQueryResponse,
        .portalSuspended, .copyInResponse(CopyResponse(format: .text, columns: 2)), .copyDone,
        .error(Report(severity: .fatal, code: "42601", message: "m", detail: "d", hint: "h", position: 3, place: "w")),
        .notice(Report.notice("n")), .notification(Notification(process: 7, channel: "c", payload: "ä")),
    ]

    /// Cuts one message.
    private func frame(_ sink: ByteSink) throws -> (type: UInt8, body: [UInt8]) {
        var framer = MessageFramer()
        framer.phase = .server
        framer.append(sink.bytes)
        guard case .message(let type, let body)? = try framer.next(), framer.held == 0 else { throw SQLError(.protocolViolation, "cut") }
        return (type, body)
    }

    @Test(arguments: frontend) func `what a client says`(message: FrontendMessage) throws {
        let sink = try ByteSink()
        try message.encode(into: sink)
        let (type, body) = try frame(sink)
        #expect(try FrontendMessage(type: type, body: body) == message)
    }

    @Test(arguments: backend) func `what a server says`(message: BackendMessage) throws {
        let sink = try ByteSink()
        try message.encode(into: sink)
        let (type, body) = try frame(sink)
        #expect(try BackendMessage(type: type, body: body) == message)
        // A message that is cut short is an error, and no more.
        for length in 0..<body.count { _ = try? BackendMessage(type: type, body: Array(body.prefix(length))) }
    }

    @Test(arguments: [
        StartupMessage.sslRequest, .gssEncryptionRequest, .cancel(process: 7, secret: -9),
        .startup(minor: 0, parameters: [.init(name: "user", value: "ana"), .init(name: "x", value: "")]),
    ])
    func `the first message`(message: StartupMessage) throws {
        var framer = MessageFramer()
        framer.append(message.bytes)
        guard case .startup(let body)? = try framer.next() else { throw SQLError(.protocolViolation, "cut") }
        #expect(try StartupMessage(body) == message)
    }
}
