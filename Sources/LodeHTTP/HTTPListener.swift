/// The one HTTP listener of a process: metrics, health, and what else is served over HTTP.

import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// Serves HTTP/1.1 until it is told to stop.
package struct HTTPListener: Service {
    private let host: String
    private let port: Int
    private let routes: HTTPRoutes
    private let whenReady: @Sendable (String) -> Void

    /// - Parameter whenReady: called with the address once connections are taken.
    package init(host: String, port: Int, routes: HTTPRoutes, whenReady: @escaping @Sendable (String) -> Void) {
        self.host = host
        self.port = port
        self.routes = routes
        self.whenReady = whenReady
    }

    package func run() async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let routes = routes
        let server = try await ServerBootstrap(group: loops)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(IdleStateHandler(allTimeout: .seconds(75)))
                    try channel.pipeline.syncOperations.addHandler(HTTPHandler(routes))
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
