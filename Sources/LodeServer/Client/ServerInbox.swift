/// What a server has sent and its client has not read yet.

import LodeCore
import NIOCore

/// Between the event loop, which fills it, and the client's thread, which waits for messages. It asks for more when little is held.
final class ServerInbox: Sendable {
    private static let fullBytes = 1 << 20

    private struct State {
        var framer = MessageFramer()
        var isPaused = false
        var failure: SQLError?
    }

    private let state: Lock<State>
    private let arrived = Semaphore()

    init() {
        var state = State()
        state.framer.phase = .server
        self.state = Lock(state)
    }

    /// - Returns: whether more may come.
    func receive(_ bytes: ByteBufferView) -> Bool {
        defer { arrived.signal() }
        return state.withLock { state in
            state.framer.append(bytes)
            state.isPaused = state.framer.held >= Self.fullBytes
            return !state.isPaused
        }
    }

    /// Nothing more comes. Only the first reason counts.
    func end(_ error: SQLError) {
        state.withLock { $0.failure = $0.failure ?? error }
        arrived.signal()
    }

    /// Why nothing more comes; nil as long as something may.
    var failure: SQLError? { state.withLock { $0.failure } }

    /// The next thing that `read` finds, which is waited for; `resume` asks for more.
    /// - Throws: why there is none: `08006` once the connection is gone, `08P01` for what is no message.
    func next<T>(_ resume: () -> Void, _ read: (inout MessageFramer) throws(SQLError) -> T?) throws(SQLError) -> T {
        while true {
            let (found, isResumed, failure) = try state.withLock { (state) throws(SQLError) in
                let found = try read(&state.framer)
                let isResumed = state.isPaused && state.framer.held < Self.fullBytes / 2
                if isResumed { state.isPaused = false }
                return (found, isResumed, state.failure)
            }
            if isResumed { resume() }
            if let found { return found }
            if let failure { throw failure }
            arrived.wait()
        }
    }
}

/// The client's end of the pipeline.
final class ServerInboxHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: ServerInbox

    init(_ inbox: ServerInbox) { self.inbox = inbox }

    func channelActive(context: ChannelHandlerContext) {
        context.read()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if inbox.receive(unwrapInboundIn(data).readableBytesView) { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.end(SQLError(.connectionFailure, "the server closed the connection"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbox.end(SQLError(.connectionFailure, "the connection to the server failed", detail: "\(error)"))
        context.close(promise: nil)
    }
}
