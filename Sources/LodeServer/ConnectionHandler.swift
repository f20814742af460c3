/// A connection on its event loop: cuts messages, asks the conversation, does what it says.

import LodeCore
import LodeEngine
import LodeVectors
import Logging
import NIOCore
import NIOSSL

/// Nothing here waits: roles are looked up and statements executed on other threads.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ServerContext
    private var framer = MessageFramer()
    private var startup: StartupConversation
    private var client: Client?
    private var process: Int32?
    /// Who the client is, for the log.
    private var facts = ConnectionFacts(address: "local")
    private var isClosing = false
    private var isWaiting = false
    private var patience: Scheduled<Void>?

    init(_ server: ServerContext) {
        self.server = server
        startup = StartupConversation(tls: server.tlsMode)
    }

    // MARK: Events

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        if let address = context.remoteAddress { facts = ConnectionFacts(address: address.ipAddress ?? "local", port: address.port) }
        patience = context.eventLoop.scheduleTask(in: server.authenticationTimeout) { channel.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isClosing { return }
        let buffer = unwrapInboundIn(data)
        framer.append(buffer.readableBytesView)
        advance(context)
    }

    func read(context: ChannelHandlerContext) {
        let channel = context.channel
        if let client, client.isFull(resume: { channel.eventLoop.execute { channel.read() } }) { return }
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Half closed: what was asked is answered no more, as libpq never does that.
        if let event = event as? ChannelEvent, event == .inputClosed {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        server.log.debug("connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    private func end() {
        patience?.cancel()
        if let client {
            server.engine.sessions.close(client.activity)
            for observer in server.observers { observer.disconnected(facts) }
        }
        if let process { server.registry.remove(process) }
        client?.disconnected()
        client = nil
        process = nil
    }

    // MARK: Messages

    private func advance(_ context: ChannelHandlerContext) {
        // What came together is served together.
        var needsService = false
        defer { if needsService { client?.begin() } }
        do throws(SQLError) {
            while !isClosing, !isWaiting, let frame = try framer.next() {
                switch frame {
                case .startup(let body): perform(startup.receive(body), context)
                case .message(let type, let body):
                    if let client {
                        if client.receive(Mailbox.Message(type: type, body: body)) { needsService = true }
                    } else {
                        perform(startup.receive(proof: body), context)
                    }
                }
            }
        } catch {
            refuse(Report(error, severity: .fatal), context)
        }
    }

    private func perform(_ action: StartupConversation.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .answer(let byte): write([byte], context)
        case .startTLS: startTLS(context)
        case .cancel(let process, let secret):
            server.registry.cancel(process: process, secret: secret)
            isClosing = true
            context.close(promise: nil)
        case .lookUp(let startup): lookUp(startup, context)
        case .send(let messages):
            if startup.isProving { framer.phase = .authentication }
            send(messages, context)
        case .authenticated(let startup): begin(startup, context)
        case .refuse(let report): refuse(report, context)
        case .close:
            isClosing = true
            context.close(promise: nil)
        }
    }

    /// - Note: bytes that came with the request for TLS were not encrypted; whoever put them there is not listened to (CVE-2021-23214).
    private func startTLS(_ context: ChannelHandlerContext) {
        guard let tls = server.tls else { return write([UInt8(ascii: "N")], context) }
        guard framer.held == 0 else {
            return refuse(
                Report(SQLError(.protocolViolation, "received unencrypted data after SSL request"), severity: .fatal), context)
        }
        write([UInt8(ascii: "S")], context)
        do {
            try context.pipeline.syncOperations.addHandler(try NIOSSLServerHandler(context: tls), position: .first)
            startup.encrypted()
        } catch {
            context.close(promise: nil)
        }
    }

    private func lookUp(_ wanted: StartupConversation.Startup, _ context: ChannelHandlerContext) {
        isWaiting = true
        facts.user = wanted.user
        let server = server, loop = context.eventLoop, bound = NIOLoopBound((self, context), eventLoop: loop)
        let isLoopback = context.remoteAddress?.isLoopback ?? false
        onThread(context) {
            let found = server.roles.proof(of: wanted, isLoopback: isLoopback)
            loop.execute {
                let (handler, context) = bound.value
                handler.isWaiting = false
                if handler.isClosing { return }
                switch found {
                case .success(let proof):
                    handler.perform(
                        handler.startup.found(
                            proof, nonce: Randomness.nonce(), mockSalt: server.roles.mockSalt(for: wanted.user),
                            certificateHash: server.certificateHash), context)
                case .failure(let error): handler.perform(handler.startup.refused(error), context)
                }
                handler.advance(context)
            }
        }
    }

    /// The client is known: its session begins.
    private func begin(_ wanted: StartupConversation.Startup, _ context: ChannelHandlerContext) {
        isWaiting = true
        patience?.cancel()
        let server = server, channel = context.channel, loop = context.eventLoop
        let pending = startup.pending, bound = NIOLoopBound((self, context), eventLoop: loop)
        onThread(context) {
            let made = server.client(for: wanted, on: channel)
            loop.execute {
                let (handler, context) = bound.value
                if handler.isClosing || !channel.isActive { return }
                switch made {
                case .success(let client): handler.serve(client, of: wanted.user, pending, context)
                case .failure(let error): handler.refuse(Report(error, severity: .fatal), context)
                }
            }
        }
    }

    private func serve(_ client: Client, of user: String, _ pending: [BackendMessage], _ context: ChannelHandlerContext) {
        let server = server, loop = context.eventLoop, channel = context.channel
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        let process = client.activity.process, secret = server.registry.add(process, user: user, client)
        client.activity.connected(peer(context), user: user) { [weak client] in client?.terminate() }
        self.process = process
        facts.process = process
        for observer in server.observers { observer.connected(facts) }
        self.client = client
        framer.phase = .ready
        onThread(context) {
            client.welcome(before: pending, process: process, secret: secret)
            loop.execute {
                guard channel.isActive else { return }
                let (handler, context) = bound.value
                handler.isWaiting = false
                handler.advance(context)
            }
        }
    }

    /// Does what may wait.
    private func onThread(_ context: ChannelHandlerContext, _ body: @escaping @Sendable () -> Void) {
        if server.threads.run(body) { return }
        refuse(Report(SQLError(.insufficientResources, "no thread could be started for the connection"), severity: .fatal), context)
    }

    /// Who sits at the other end.
    private func peer(_ context: ChannelHandlerContext) -> SessionActivity.Client {
        let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        let version = tls?.tlsVersion.map { "TLSv\($0.number)" }
        return SessionActivity.Client(
            address: facts.address, port: facts.port, encryption: version.map { SessionActivity.Encryption(version: $0) })
    }

    // MARK: Answers

    private func send(_ messages: [BackendMessage], _ context: ChannelHandlerContext) {
        do throws(SQLError) {
            let sink = try ByteSink(capacity: 1024)
            for message in messages { try message.encode(into: sink) }
            context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: sink.bytes)), promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    private func refuse(_ report: Report, _ context: ChannelHandlerContext) {
        if isClosing { return }
        isClosing = true
        for observer in server.observers { observer.refused(facts, report.code) }
        send([.error(report)], context)
        context.close(promise: nil)
    }
}

extension TLSVersion {
    fileprivate var number: String {
        switch self {
        case .tlsv1: "1"
        case .tlsv11: "1.1"
        case .tlsv12: "1.2"
        case .tlsv13: "1.3"
        }
    }
}

extension SocketAddress {
    /// Whether it is this machine.
    var isLoopback: Bool {
        switch self {
        case .v4, .v6:
            guard let host = ipAddress else { return false }
            return host.hasPrefix("127.") || host == "::1" || host.hasPrefix("::ffff:127.")
        case .unixDomainSocket: return true
        }
    }
}
