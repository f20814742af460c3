/// Asking an Iceberg REST server.

import LodeCloud
import LodeCore

/// One operation of the API.
/// - Source: Iceberg REST Catalog API (open-api/rest-catalog-open-api.yaml).
package struct IcebergRequest: Sendable {
    package var method: CloudRequest.Method
    /// Segments below `v1/{prefix}`, not encoded.
    package var path: [String]
    package var query: [(String, String)] = []
    package var body: CloudJSON?
    package var purpose: IcebergFault.Purpose
    /// In words, for messages: "load table web.orders".
    package var action: String

    package init(
        _ method: CloudRequest.Method, _ path: [String], query: [(String, String)] = [], body: CloudJSON? = nil,
        as purpose: IcebergFault.Purpose = .read, to action: String
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.purpose = purpose
        self.action = action
    }
}

/// Sends requests as the server's configuration says, which is asked for once.
package final class IcebergRESTClient: Sendable {
    package enum Answer: Sendable {
        case success(CloudJSON)
        case fault(IcebergFault)
    }

    private let client: CloudClient
    private let given: IcebergProperties
    private let known = Lock<IcebergConnection?>(nil)
    /// Held while the configuration is asked for, so that one thread asks for all.
    private let asking = Lock(())

    init(_ given: IcebergProperties, _ client: CloudClient) {
        self.given = given
        self.client = client
    }

    /// - Throws: whatever stands in the way of the configuration; the next call asks again.
    func connection() throws(SQLError) -> IcebergConnection {
        if let known = known.withLock({ $0 }) { return known }
        return try asking.withLock { (_) throws(SQLError) in
            if let known = known.withLock({ $0 }) { return known }
            let first = try IcebergConnection(given, client)
            let query = given["warehouse"].map { [("warehouse", $0)] } ?? []
            let request = IcebergRequest(.get, ["config"], query: query, to: "read the server's configuration")
            let config: IcebergServerConfig
            switch try finish(start(request, first, hasPrefix: false), request, first) {
            case .success(let json):
                guard let found = IcebergServerConfig(json) else {
                    throw SQLError(.protocolViolation, "the server's configuration is no object", in: first.address.shown)
                }
                config = found
            case .fault(let fault): throw fault.error(.read, request.action, first.address.shown)
            }
            let made = try IcebergConnection(config.merged(with: given), config: config, after: first, client)
            known.withLock { $0 = made }
            return made
        }
    }

    /// Whether the server says that it has an operation; nil if it doesn't say.
    func supports(_ endpoint: String) throws(SQLError) -> Bool? { try connection().config?.supports(endpoint) }

    // MARK: Sending

    package func answer(_ request: IcebergRequest) throws(SQLError) -> Answer {
        let connection = try connection()
        return try finish(start(request, connection, hasPrefix: true), request, connection)
    }

    /// - Throws: `IcebergFault.error` of what the server says.
    @discardableResult
    package func send(_ request: IcebergRequest) throws(SQLError) -> CloudJSON {
        switch try answer(request) {
        case .success(let json): return json
        case .fault(let fault): throw try error(fault, request)
        }
    }

    /// What a fault means for what was asked.
    func error(_ fault: IcebergFault, _ request: IcebergRequest) throws(SQLError) -> SQLError {
        fault.error(request.purpose, request.action, try connection().address.shown)
    }

    /// Nil for what is not there.
    package func find(_ request: IcebergRequest) throws(SQLError) -> CloudJSON? {
        switch try answer(request) {
        case .success(let json): return json
        case .fault(let fault) where fault.isMissing: return nil
        case .fault(let fault): throw try error(fault, request)
        }
    }

    /// What the server answers to each, with several requests in flight.
    package func answers(_ requests: [IcebergRequest]) throws(SQLError) -> [Answer] {
        let connection = try connection()
        var calls: [CloudCall] = [], found: [Answer] = []
        for (index, request) in requests.enumerated() {
            while calls.count < min(requests.count, index + Self.mostInFlight) {
                calls.append(start(requests[calls.count], connection, hasPrefix: true))
            }
            found.append(try finish(calls[index], request, connection))
        }
        return found
    }

    private static let mostInFlight = 16

    private func start(_ call: IcebergRequest, _ connection: IcebergConnection, hasPrefix: Bool) -> CloudCall {
        var request = CloudRequest(
            call.method, connection.url(call.path, call.query, hasPrefix: hasPrefix), headers: CloudHeaders(connection.properties.headers),
            signer: connection.signer)
        request.headers["Accept"] = "application/json"
        if let body = call.body {
            request.headers["Content-Type"] = "application/json"
            request.body = body.bytes
        }
        request.kind = "Iceberg \(call.method.rawValue)"
        request.isIdempotent = call.purpose == .read
        if call.purpose == .commit {
            request.lostState = .statementCompletionUnknown
            // Servers write a metadata document before they answer.
            request.retries.idleMillis = 60_000
        }
        request.judge = Self.judge(call.purpose, canRenew: connection.canRenew)
        return client.start(request)
    }

    /// What a server did not take for who asks, it did not do: that is sent again, once. What failed in the server is sent again only if it
    /// changes nothing.
    private static func judge(_ purpose: IcebergFault.Purpose, canRenew: Bool) -> @Sendable (CloudResponse) -> Verdict {
        let hasRenewed = Lock(false)
        return { response in
            if response.isSuccess { return .accept }
            let verdict = AWSFault(response)?.verdict
            if response.status == 401 || response.status == 419 || verdict == .renewCredentials {
                let isFirst = hasRenewed.withLock { hasRenewed in
                    defer { hasRenewed = true }
                    return !hasRenewed
                }
                return canRenew && isFirst ? .renewCredentials : .accept
            }
            if verdict == .adjustClock { return .adjustClock }
            if purpose == .read { return verdict ?? Verdict.byStatus(response.status) }
            return response.status == 429 ? .throttled : .accept
        }
    }

    private func finish(_ call: CloudCall, _ request: IcebergRequest, _ connection: IcebergConnection) throws(SQLError) -> Answer {
        let response: CloudResponse
        do throws(SQLError) {
            response = try request.purpose == .commit ? call.uncancelledValue() : call.value()
        } catch {
            guard error.state == .statementCompletionUnknown else { throw error }
            throw CatalogError.unknownState(request.action, in: connection.address.shown, detail: error.message)
        }
        guard response.isSuccess else {
            var fault = IcebergFault(response)
            fault.message = connection.redacted(fault.message)
            return .fault(fault)
        }
        if response.body.isEmpty || response.status == 204 { return .success([:]) }
        guard let json = CloudJSON(response.body) else {
            if request.purpose == .commit {
                throw CatalogError.unknownState(request.action, in: connection.address.shown, detail: "The answer is no JSON.")
            }
            throw SQLError(.protocolViolation, "the Iceberg server's answer is no JSON: \(request.action)", in: connection.address.shown)
        }
        return .success(json)
    }

    // MARK: Pages

    /// Calls `body` for each page of a list.
    func pages(_ request: IcebergRequest, _ body: (CloudJSON) throws(SQLError) -> Void) throws(SQLError) {
        var request = self.paged(request, try connection()), turn = IcebergPages()
        while true {
            let answer = try send(request)
            try body(answer)
            guard let token = try turn.next(after: answer) else { return }
            request.query[0] = ("pageToken", token)
            try Cancellation.checkCurrent()
        }
    }

    /// An empty token says that the client can turn pages.
    func paged(_ request: IcebergRequest, _ connection: IcebergConnection) -> IcebergRequest {
        var request = request
        request.query.insert(("pageToken", ""), at: 0)
        if let size = connection.properties["rest-page-size"] { request.query.append(("pageSize", size)) }
        return request
    }
}

/// The way through a list that comes in pages.
struct IcebergPages {
    private var seen: Set<String> = []

    /// The token of the next page; nil after the last one.
    /// - Throws: `08P01` for a page that was there already.
    mutating func next(after answer: CloudJSON) throws(SQLError) -> String? {
        guard let token = answer["next-page-token"]?.string, !token.isEmpty else { return nil }
        guard seen.insert(token).inserted else { throw SQLError(.protocolViolation, "the Iceberg server gives the same page again") }
        return token
    }
}
