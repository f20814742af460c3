/// A service of the cloud in this process, which answers as a test says, and fails as a test says.

import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

public struct DoubleRequest: Sendable {
    public var method: String
    /// Path and query as they came.
    public var target: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// 1 for the first request that the server has got.
    public var number: Int

    public func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    public var path: String { String(target.prefix { $0 != "?" }) }
    public var query: [String: String] {
        guard let mark = target.firstIndex(of: "?") else { return [:] }
        var found: [String: String] = [:]
        for part in target[target.index(after: mark)...].split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1)
            found[String(sides[0])] = sides.count > 1 ? sides[1].removingPercentEncoding ?? "" : ""
        }
        return found
    }
}

public struct DoubleAnswer: Sendable {
    /// What goes wrong on the way.
    public enum Fault: Sendable {
        case none
        /// The connection ends before the answer.
        case hangUp
        /// It ends after this many bytes of the body.
        case tear(after: Int)
        /// After this many bytes of the body nothing more comes.
        case stall(after: Int)
        /// The length is announced larger than it is, and the connection kept open.
        case announce(length: Int)
    }

    public var status: Int
    public var headers: [(String, String)]
    public var body: [UInt8]
    public var fault: Fault
    public var delayMillis: Int

    public init(_ status: Int = 200, _ body: [UInt8] = [], headers: [(String, String)] = [], fault: Fault = .none, delayMillis: Int = 0) {
        self.status = status
        self.headers = headers
        self.body = body
        self.fault = fault
        self.delayMillis = delayMillis
    }

    public init(_ status: Int = 200, text: String, headers: [(String, String)] = [], fault: Fault = .none, delayMillis: Int = 0) {
        self.init(status, Array(text.utf8), headers: headers, fault: fault, delayMillis: delayMillis)
    }
}

/// Listens on a free port of the loopback address until it is stopped or dropped.
public final class CloudDouble: Sendable {
    public typealias Behaviour = @Sendable (DoubleRequest) -> DoubleAnswer

    private struct State {
        var behaviour: Behaviour
        var requests: [DoubleRequest] = []
    }

    private let state: Mutex<State>
    private let channel: Mutex<(any Channel)?> = Mutex(nil)
    private let boundPort = Atomic(0)

    public init(_ behaviour: @escaping Behaviour) throws {
        state = Mutex(State(behaviour: behaviour))
        let server = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { [weak self] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(DoubleHandler { self?.answer($0) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        boundPort.store(server.localAddress?.port ?? 0, ordering: .relaxed)
        channel.withLock { $0 = server }
    }

    deinit { channel.withLock { $0?.close(promise: nil) } }

    /// Nobody is there any more when it returns.
    public func stop() {
        let open = channel.withLock { channel in
            defer { channel = nil }
            return channel
        }
        try? open?.close().wait()
    }

    public var port: Int { boundPort.load(ordering: .relaxed) }
    public var url: String { "http://127.0.0.1:\(port)" }
    public var requests: [DoubleRequest] { state.withLock { $0.requests } }

    /// From now on it behaves like this; the requests are counted from 1 again.
    public func become(_ behaviour: @escaping Behaviour) { state.withLock { $0 = State(behaviour: behaviour) } }

    fileprivate func answer(_ request: DoubleRequest) -> DoubleAnswer {
        let (numbered, behaviour) = state.withLock { state in
            var numbered = request
            numbered.number = state.requests.count + 1
            state.requests.append(numbered)
            return (numbered, state.behaviour)
        }
        return behaviour(numbered)
    }
}

private final class DoubleHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: (DoubleRequest) -> DoubleAnswer?
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(_ answer: @escaping (DoubleRequest) -> DoubleAnswer?) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let buffer): body += buffer.readableBytesView
        case .end:
            guard let head else { return }
            let request = DoubleRequest(
                method: head.method.rawValue, target: head.uri, headers: head.headers.map { (name: $0.name, value: $0.value) }, body: body,
                number: 0)
            guard let answer = answer(request) else { return context.close(promise: nil) }
            if answer.delayMillis == 0 { return send(answer, head, context) }
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: .milliseconds(Int64(answer.delayMillis))) {
                let (handler, context) = bound.value
                if context.channel.isActive { handler.send(answer, head, context) }
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func send(_ answer: DoubleAnswer, _ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders(answer.headers.map { ($0.0, $0.1) })
        var body = answer.body[...]
        var length = body.count, ends = true, closes = false
        switch answer.fault {
        case .none: break
        case .hangUp: return context.close(promise: nil)
        case .tear(let count): (body, closes, ends) = (body.prefix(count), true, false)
        case .stall(let count): (body, ends) = (body.prefix(count), false)
        case .announce(let announced): (length, ends) = (announced, false)
        }
        if !headers.contains(name: "Content-Length") { headers.add(name: "Content-Length", value: String(length)) }
        let status = HTTPResponseStatus(statusCode: answer.status)
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        if request.method != .HEAD, !body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: body)))), promise: nil)
        }
        if ends {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        } else {
            context.flush()
            if closes { context.close(promise: nil) }
        }
    }
}
