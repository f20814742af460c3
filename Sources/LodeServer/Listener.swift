/// The listener: sockets that clients connect to.

import LodeCore
import LodeEngine
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Serves the PostgreSQL protocol until it is told to stop.
package struct Listener: Service {
    private let options: ServerOptions
    private let context: ServerContext
    private let log: Logger
    /// Called with the address once connections are taken.
    private let whenReady: @Sendable (String) -> Void

    package init(_ options: ServerOptions, log: Logger, whenReady: @escaping @Sendable (String) -> Void) throws {
        self.options = options
        self.log = log
        self.whenReady = whenReady
        context = try ServerContext(options, log: log)
    }

    package func run() async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let context = context
        let server = try await ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ConnectionHandler(context))
                }
            }
            .bind(host: options.host, port: options.port).get()
        whenReady(server.localAddress.map { "\($0.ipAddress ?? options.host):\($0.port ?? options.port)" } ?? options.host)
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await server.closeFuture.get()
        } onCancelOrGracefulShutdown: {
            server.close(promise: nil)
        }
        await end()
        try await loops.shutdownGracefully()
    }

    /// How long statements may take to fail when they are cancelled.
    private static let patienceWithCancelled = 2_000_000_000

    /// Lets statements finish that are being executed, but no longer than the grace time.
    private func end() async {
        let registry = context.registry
        registry.dismissAll()
        if await registry.isEmpty(within: options.graceSeconds * 1_000_000_000) { return }
        log.notice("cancelling what is still being executed", metadata: ["connections": "\(registry.count)"])
        registry.cancelAll()
        _ = await registry.isEmpty(within: Self.patienceWithCancelled)
    }
}
