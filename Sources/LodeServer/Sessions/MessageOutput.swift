/// What a session has to say, on its way out.

import LodeCore
import LodeEngine
import LodeVectors

/// Where encoded messages go. Nothing is refused but by a connection that is gone; whoever has much to say asks for room first.
protocol MessageTransport: AnyObject, Sendable {
    /// - Throws: `08006` once the connection is gone.
    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError)
    /// Whether the client takes what it is sent. If not, `wake` is called, once, when it is worth asking again.
    func hasRoom(_ wake: @escaping @Sendable () -> Void) -> Bool
}

/// Collects messages and sends them in pieces. Belongs to its session.
final class MessageOutput {
    /// A piece is sent when it has this size.
    static let pieceBytes = 64 << 10

    let sink: ByteSink
    private let transport: any MessageTransport
    /// What strings of messages are sent in.
    var encoding = ClientEncoding.utf8

    init(_ transport: any MessageTransport) throws(SQLError) {
        sink = try ByteSink(capacity: 16 << 10)
        self.transport = transport
    }

    func send(_ message: BackendMessage) throws(SQLError) {
        try message.encode(into: sink, encoding)
        try flushIfLarge()
    }

    func send(_ messages: [BackendMessage]) throws(SQLError) {
        for message in messages { try send(message) }
    }

    func flushIfLarge() throws(SQLError) {
        if sink.count >= Self.pieceBytes { try flush() }
    }

    /// Whether more may be said now; if not, `wake` is called when it is worth asking again.
    func hasRoom(_ wake: @escaping @Sendable () -> Void) -> Bool { transport.hasRoom(wake) }

    func flush() throws(SQLError) {
        if sink.isEmpty { return }
        try transport.write(sink.bytes)
        sink.truncate()
    }
}
