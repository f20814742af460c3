/// One HTTP connection on its event loop.

import NIOCore
import NIOHTTP1

/// Collects a request, has it answered elsewhere, and sends the answer. One request of a connection is under way at a time: the pipeline's
/// `HTTPServerPipelineHandler` holds the next one back.
final class HTTPHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// What a request may bring.
    static let maximumBodyBytes = 16 << 20

    private let routes: HTTPRoutes
    private let limits: HTTPLimits
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLarge = false
    /// Whether a request is whole and not answered yet.
    private var isAnswering = false
    /// Bytes of bodies that are held for this connection.
    private var heldBytes = 0

    init(_ routes: HTTPRoutes, _ limits: HTTPLimits) {
        self.routes = routes
        self.limits = limits
    }

    func channelInactive(context: ChannelHandlerContext) {
        free()
        context.fireChannelInactive()
    }

    private func free() {
        limits.free(heldBytes)
        heldBytes = 0
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            isTooLarge = false
        case .body(let buffer):
            let count = buffer.readableBytes
            isTooLarge = isTooLarge || body.count + count > Self.maximumBodyBytes || !limits.hold(count)
            if isTooLarge {
                body = []
                free()
            } else {
                heldBytes += count
                body += buffer.readableBytesView
            }
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Nor is the rest of a request waited for for ever.
        if event is IdleStateHandler.IdleStateEvent, !isAnswering { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        if isTooLarge { return send(.text("too large\n", status: 413), to: head, keepsAlive: false, context) }
        var request = HTTPRequest(
            method: head.method.rawValue, target: head.uri, headers: head.headers.map { HTTPHeader($0.name, $0.value) }, body: body)
        request.isFromLoopback = context.channel.remoteAddress.map(LoopbackAddress.isOne) ?? false
        body = []
        isAnswering = true
        let routes = routes, loop = context.eventLoop, bound = NIOLoopBound((self, context), eventLoop: loop)
        Task {
            let response = await routes.answer(request)
            loop.execute {
                let (handler, context) = bound.value
                if context.channel.isActive { handler.send(response, to: head, keepsAlive: head.isKeepAlive, context) }
            }
        }
    }

    private func send(_ response: HTTPResponse, to request: HTTPRequestHead, keepsAlive: Bool, _ context: ChannelHandlerContext) {
        isAnswering = false
        free()
        var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        headers.replaceOrAdd(name: "Content-Length", value: String(response.body.count))
        headers.replaceOrAdd(name: "Connection", value: keepsAlive ? "keep-alive" : "close")
        let status = HTTPResponseStatus(statusCode: response.status)
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: request.version, status: status, headers: headers))), promise: nil)
        if request.method != .HEAD, !response.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: response.body)))), promise: nil)
        }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in if !keepsAlive { channel.close(promise: nil) } }
    }
}
