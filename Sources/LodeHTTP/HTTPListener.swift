/// The one HTTP listener of a process: metrics, health, and what else is served over HTTP.

import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// Serves HTTP/1.1 until it is told to stop.
package struct HTTPListener: Service {
    private let host: String
    private let port: Int
    private let routes: HTTPRoutes
    private let tls: NIOSSLContext?
    private let whenReady: @Sendable (String) -> Void

    /// - Parameters:
    ///   - tls: nil for connections that are not encrypted.
    ///   - whenReady: called with the address once connections are taken.
    package init(
        host: String, port: Int, routes: HTTPRoutes, tls: NIOSSLContext? = nil, whenReady: @escaping @Sendable (String) -> Void
    ) {
        self.host = host
        self.port = port
        self.routes = routes
        self.tls = tls
        self.whenReady = whenReady
    }

    package func run() async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let routes = routes, tls = tls, limits = HTTPLimits()
        let server = try await ServerBootstrap(group: loops)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                guard limits.enter() else { return channel.eventLoop.makeFailedFuture(TooManyConnections()) }
                channel.closeFuture.whenComplete { _ in limits.leave() }
                return channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(IdleStateHandler(allTimeout: .seconds(75)))
                    try channel.pipeline.syncOperations.addHandler(HTTPHandler(routes, limits))
                }
            }
            .bind(host: host, port: port).get()
        whenReady(server.localAddress.map { "\($0.ipAddress ?? host):\($0.port ?? port)" } ?? host)
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await server.closeFuture.get()
        } onCancelOrGracefulShutdown: {
            server.close(promise: nil)
        }
        try await loops.shutdownGracefully()
    }
}
