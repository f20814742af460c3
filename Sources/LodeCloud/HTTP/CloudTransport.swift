/// The connections of the process.

import AsyncHTTPClient
import CLodeIntrinsics
import Glibc
import LodeCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What connections have in common that can be reused for one another.
package struct TransportSettings: Sendable, Hashable {
    /// A file of PEM certificates that is trusted instead of the system's.
    package var caBundle: String?
    /// `http://host:port`, by which everything else goes.
    package var proxy: CloudURL?
    package var connectMillis = RetryPolicy.standard.connectMillis
    package var idleMillis = RetryPolicy.standard.idleMillis

    package init() {}

    /// As the environment says for a URL: AWS_CA_BUNDLE, HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.
    package init(for url: CloudURL, _ environment: CloudEnvironment, _ policy: RetryPolicy) {
        caBundle = environment["AWS_CA_BUNDLE"] ?? environment["SSL_CERT_FILE"]
        connectMillis = policy.connectMillis
        idleMillis = policy.idleMillis
        let names = url.isSecure ? ["HTTPS_PROXY", "https_proxy"] : ["http_proxy"]
        let text = (names + ["ALL_PROXY", "all_proxy"]).lazy.compactMap { environment[$0] }.first
        guard let text, !Self.isExempt(url.host, environment["NO_PROXY"] ?? environment["no_proxy"] ?? "") else { return }
        proxy = try? CloudURL(text.contains("://") ? text : "http://\(text)")
    }

    /// Names that end like an entry, `*` for all. This machine needs no proxy.
    static func isExempt(_ host: String, _ list: String) -> Bool {
        if host == "localhost" || host == "::1" || host.hasPrefix("127.") || host == "169.254.169.254" || host == "169.254.170.2" {
            return true
        }
        return list.split(separator: ",").contains { entry in
            var name = entry.filter { $0 != " " }.lowercased()
            if name == "*" { return true }
            if name.hasPrefix("*") { name.removeFirst() }
            if let colon = name.lastIndex(of: ":") { name = String(name[..<colon]) }
            let suffix = name.hasPrefix(".") ? name : "." + name
            return !name.isEmpty && (host == name || host.hasSuffix(suffix))
        }
    }
}

/// Clients by their settings. They live as long as the process does, and keep connections that are not used for a minute.
enum CloudTransport {
    private static let clients = Lock<[TransportSettings: HTTPClient]>([:])

    static func client(_ settings: TransportSettings) throws(SQLError) -> HTTPClient {
        if let known = clients.withLock({ $0[settings] }) { return known }
        lode_keep_freed_memory()
        let made = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: try configuration(settings))
        let kept = clients.withLock { clients in
            if let known = clients[settings] { return known }
            clients[settings] = made
            return made
        }
        if kept !== made { made.shutdown { _ in } }
        return kept
    }

    private static func configuration(_ settings: TransportSettings) throws(SQLError) -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let bundle = settings.caBundle {
            guard access(bundle, R_OK) == 0 else {
                throw SQLError(
                    .invalidParameterValue, "the file of certificates \"\(bundle)\" can't be read", hint: "AWS_CA_BUNDLE names it.")
            }
            tls.trustRoots = .file(bundle)
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .milliseconds(Int64(settings.connectMillis)), read: .milliseconds(Int64(settings.idleMillis))),
            decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool = .init(idleTimeout: .seconds(60), concurrentHTTP1ConnectionsPerHostSoftLimit: 128)
        // A connection that can't be made is an attempt that failed: the policy decides, not the pool.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.http1_1ConnectionDebugInitializer = { channel in
            // The channel then keeps no buffers, which it would copy when they are new.
            channel.setOption(.maxMessagesPerRead, value: 1).flatMap { channel.setOption(.recvAllocator, value: ReceiveBuffers()) }
        }
        if let proxy = settings.proxy { configuration.proxy = .server(host: proxy.host, port: proxy.port ?? 8080) }
        return configuration
    }
}

/// A buffer of its own for each read, large enough that bodies come in few of them: each read goes through all that handles a connection.
/// It goes when its bytes were passed on, and the next one, of whichever connection, finds the same memory still warm.
private struct ReceiveBuffers: RecvByteBufferAllocator {
    private var hasRead = false

    /// The channel keeps the first one.
    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { allocator.buffer(capacity: hasRead ? 256 << 10 : 1 << 10) }

    /// - Returns: whether the next one is not the same.
    mutating func record(actualReadBytes: Int) -> Bool {
        hasRead = true
        return true
    }
}

/// Collects an answer, and refuses one that is shorter or longer than it says.
final class ResponseCollector: HTTPClientResponseDelegate, Sendable {
    typealias Response = CloudResponse

    private struct State {
        var response = CloudResponse(status: 0)
        var announced: Int?
        /// When the request left, and when the answer began to come; 0: not yet.
        var sent = 0, began = 0
    }

    private let state = Lock(State())
    private let limit: Int
    private let isHead: Bool
    /// How long the body will be, if that is known and it is long.
    private let expected: Int
    private let whenSent: @Sendable () -> Void

    /// Shorter ones are not worth the trouble.
    private static let long = 128 << 10
    /// Requests that are made together leave first.
    private static let patience = TimeAmount.milliseconds(5)

    /// - Parameters:
    ///   - expected: how long the body will be.
    ///   - whenSent: called when the request has got a connection and leaves.
    init(limit: Int, isHead: Bool, expected: Int?, _ whenSent: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.isHead = isHead
        self.expected = min(expected ?? 0, limit)
        self.whenSent = whenSent
    }

    func didSendRequestHead(task: HTTPClient.Task<CloudResponse>, _ head: HTTPRequestHead) {
        state.withLock { $0.sent = MonotonicClock.now() }
        whenSent()
        if expected >= Self.long { task.eventLoop.scheduleTask(in: Self.patience) { [weak self] in self?.prepare() } }
    }

    /// Takes the memory of the body while nothing comes yet: fresh pages cost as much as the bytes that will lie in them.
    private func prepare() {
        guard state.withLock({ $0.began == 0 }) else { return }
        let body = [UInt8](unsafeUninitializedCapacity: expected) { buffer, count in
            for page in stride(from: 0, to: expected, by: 4_096) { buffer[page] = 0 }
            count = 0
        }
        state.withLock { if $0.began == 0 { $0.response.body = body } }
    }

    func didReceiveHead(task: HTTPClient.Task<CloudResponse>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        let announced = head.headers.first(name: "content-length").flatMap { Int($0) }
        state.withLock { state in
            state.response.status = Int(head.status.code)
            state.response.headers = CloudHeaders(head.headers.map { (name: $0.name, value: $0.value) })
            state.announced = announced
            state.began = MonotonicClock.now()
            if !isHead, let announced { state.response.body.reserveCapacity(min(max(0, announced), 64 << 20)) }
        }
        if !isHead, let announced, announced > limit { return task.eventLoop.makeFailedFuture(Self.tooLarge(limit)) }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<CloudResponse>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let fits = state.withLock { state in
            guard buffer.readableBytes <= limit - state.response.body.count else { return false }
            state.response.body.append(contentsOf: buffer.readableBytesView)
            return true
        }
        return fits ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(Self.tooLarge(limit))
    }

    func didFinishRequest(task: HTTPClient.Task<CloudResponse>) throws -> CloudResponse {
        let (response, announced) = state.withLock { state in
            defer { state.response.body = [] }
            return (state.response, state.announced)
        }
        if !isHead, response.status != 304, let announced, announced != response.body.count {
            throw CloudFailure(.broken, "\(announced) bytes were announced, \(response.body.count) came")
        }
        return response
    }

    /// When the request left, and when the answer began to come; nil if the request never left.
    var times: (sent: Int, began: Int)? { state.withLock { $0.sent == 0 ? nil : ($0.sent, $0.began) } }

    private static func tooLarge(_ limit: Int) -> CloudFailure {
        CloudFailure(.tooLarge, "the answer has more than \(limit) bytes", state: .programLimitExceeded)
    }
}
