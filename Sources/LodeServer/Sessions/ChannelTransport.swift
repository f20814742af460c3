/// Bytes to a client, no faster than it takes them.

import LodeCore
import NIOCore

/// Hands pieces to the channel. When too many bytes are under way, the session's thread waits; the event loop never does.
final class ChannelTransport: MessageTransport {
    /// What may be under way to a client: the bounded buffer of a slow reader.
    static let windowBytes = 512 << 10

    let channel: any Channel

    private struct State {
        var bytes = 0
        var isWaiting = false
        var isClosed = false
    }

    private let state = Lock(State())
    private let room = Semaphore()

    init(_ channel: any Channel) { self.channel = channel }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        let count = bytes.count
        while true {
            let (isClosed, mayGo) = state.withLock { state in
                if state.isClosed { return (true, false) }
                let mayGo = state.bytes < Self.windowBytes
                if mayGo { state.bytes += count } else { state.isWaiting = true }
                return (false, mayGo)
            }
            if isClosed { throw SQLError(.connectionFailure, "the connection to the client is gone") }
            if mayGo { break }
            room.wait()
        }
        let buffer = channel.allocator.buffer(bytes: bytes)
        channel.writeAndFlush(buffer).whenComplete { _ in self.left(count) }
    }

    private func left(_ count: Int) {
        let wakes = state.withLock { state in
            state.bytes -= count
            guard state.isWaiting, state.bytes < Self.windowBytes / 2 else { return false }
            state.isWaiting = false
            return true
        }
        if wakes { room.signal() }
    }

    /// The connection is gone: who waits learns of it.
    func closed() {
        let wakes = state.withLock { state in
            state.isClosed = true
            defer { state.isWaiting = false }
            return state.isWaiting
        }
        if wakes { room.signal() }
    }

    /// Closes the connection, when what is under way has left.
    func close() {
        channel.eventLoop.execute { self.channel.close(promise: nil) }
    }
}
