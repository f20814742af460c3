/// Bytes to a client, no faster than it takes them.

import LodeCore
import LodeVectors
import NIOCore

/// Hands pieces to the channel, and knows how many bytes are under way. Nobody waits here: who finds no room is told when there is.
final class ChannelTransport: MessageTransport {
    /// What may be under way to a client: the bounded buffer of a slow reader.
    static let windowBytes = 512 << 10

    let channel: any Channel

    private struct State {
        var bytes = 0
        var isClosed = false
        var whenRoom: (@Sendable () -> Void)?

        mutating func takeWaiting() -> (@Sendable () -> Void)? {
            defer { whenRoom = nil }
            return whenRoom
        }
    }

    private let state = Lock(State())

    init(_ channel: any Channel) { self.channel = channel }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        let count = bytes.count
        let isClosed = state.withLock { state in
            if !state.isClosed { state.bytes += count }
            return state.isClosed
        }
        if isClosed { throw SQLError(.connectionFailure, "the connection to the client is gone") }
        let buffer = channel.allocator.buffer(bytes: bytes)
        channel.writeAndFlush(buffer).whenComplete { _ in self.left(count) }
    }

    func hasRoom(_ wake: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if state.isClosed || state.bytes < Self.windowBytes { return true }
            state.whenRoom = wake
            return false
        }
    }

    private func left(_ count: Int) {
        let wake = state.withLock { state in
            state.bytes -= count
            return state.bytes < Self.windowBytes / 2 ? state.takeWaiting() : nil
        }
        wake?()
    }

    /// The connection is gone: who waits learns of it.
    func closed() {
        let wake = state.withLock { state in
            state.isClosed = true
            return state.takeWaiting()
        }
        wake?()
    }

    /// Says why the connection ends, and closes it.
    func refuse(_ error: SQLError) {
        do throws(SQLError) {
            let sink = try ByteSink(capacity: 256)
            try BackendMessage.error(Report(error, severity: .fatal)).encode(into: sink)
            try write(sink.bytes)
        } catch {}
        close()
    }

    /// Closes the connection, when what is under way has left.
    func close() {
        channel.eventLoop.execute { self.channel.close(promise: nil) }
    }
}
