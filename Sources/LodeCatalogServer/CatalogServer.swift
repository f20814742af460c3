/// The warehouse's catalog over HTTP: as an Iceberg REST catalog, and as AWS Glue.

import LodeCore
import LodeEngine
import LodeHTTP
import LodeServer
import Logging
import Synchronization

///     HTTPRequest ──▶ Caller: who asks ──▶ CatalogAccess: what the role may ──▶ /v1/… Iceberg │ / Glue ──▶ HTTPResponse
///
/// Each request has a session of its own, on a thread of its own: the catalog's calls wait for files.
package final class CatalogServer: Sendable {
    package struct Options: Sendable {
        package var engine: Engine
        /// The settings that sessions begin with.
        package var settings: SessionSettings
        /// Folders below which clients may name files.
        package var allowedFolders: [String]
        /// Whether requests from this machine that don't say who asks are the first role's.
        package var trustsLoopback: Bool
        /// How long one request may take.
        package var patienceMilliseconds = 60_000
        /// Requests at a time; others are sent away, to come again.
        package var maximumRequests = 64

        package init(engine: Engine, settings: SessionSettings, allowedFolders: [String], trustsLoopback: Bool) {
            self.engine = engine
            self.settings = settings
            self.allowedFolders = allowedFolders
            self.trustsLoopback = trustsLoopback
        }
    }

    let options: Options
    private let log: Logger
    private let threads = SessionThreads()
    private let running = Atomic(0)

    package init(_ options: Options, log: Logger) {
        self.options = options
        self.log = log
    }

    package func addRoutes(to routes: inout HTTPRoutes) {
        for method in ["GET", "POST", "DELETE", "PUT"] {
            routes.add(method, "/v1/*") { [self] in await answerElsewhere($0, IcebergEndpoint.self) }
        }
        routes.add("POST", "/") { [self] in await answerElsewhere($0, GlueEndpoint.self) }
    }

    private func answerElsewhere(_ request: HTTPRequest, _ endpoint: any CatalogEndpoint.Type) async -> HTTPResponse {
        let isFull = running.add(1, ordering: .relaxed).newValue > options.maximumRequests
        defer { running.subtract(1, ordering: .relaxed) }
        if isFull { return Self.busy(endpoint) }
        return await withCheckedContinuation { continuation in
            let isTaken = threads.run { [self] in continuation.resume(returning: answer(request, endpoint)) }
            if !isTaken { continuation.resume(returning: Self.busy(endpoint)) }
        }
    }

    private static func busy(_ endpoint: any CatalogEndpoint.Type) -> HTTPResponse {
        var response = endpoint.failure(SQLError(.tooManyConnections, "too many requests at a time"))
        response.headers.append(HTTPHeader("Retry-After", "1"))
        return response
    }

    /// Waits for what it needs: not for event loops.
    package func answer(_ request: HTTPRequest) -> HTTPResponse {
        answer(request, request.path == "/" ? GlueEndpoint.self : IcebergEndpoint.self)
    }

    private func answer(_ request: HTTPRequest, _ endpoint: any CatalogEndpoint.Type) -> HTTPResponse {
        let began = MonotonicClock.now(), response: HTTPResponse
        do throws(SQLError) {
            response = try endpoint.answer(request, self)
        } catch {
            response = endpoint.failure(error)
            // What clients do wrong is their business.
            if response.status >= 500 {
                log.error("\(request.method) \(request.path): \(error.message)", metadata: ["sqlstate": "\(error.state.rawValue)"])
            }
        }
        log.debug(
            "\(request.method) \(request.path)",
            metadata: ["status": "\(response.status)", "ms": "\((MonotonicClock.now() - began) / 1_000_000)"])
        return response
    }

    /// Does something as the role that a request comes from.
    func asCaller(_ request: HTTPRequest, _ body: (CatalogAccess) throws(SQLError) -> HTTPResponse) throws(SQLError) -> HTTPResponse {
        let role = try Caller(options).role(of: request)
        let access = try CatalogAccess(
            options.engine, as: role, options.settings, allowedFolders: AllowedFolders(options.allowedFolders))
        return try access.within(milliseconds: options.patienceMilliseconds) { () throws(SQLError) in try body(access) }
    }
}

/// One of the protocols that the catalog is served by.
protocol CatalogEndpoint {
    static func answer(_ request: HTTPRequest, _ server: CatalogServer) throws(SQLError) -> HTTPResponse
    /// What a client of this protocol understands of an error.
    static func failure(_ error: SQLError) -> HTTPResponse
}
