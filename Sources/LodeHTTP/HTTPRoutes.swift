/// Which request is whose business.

/// The endpoints of a process, looked through in order. A path ends in `*` for everything below it.
package struct HTTPRoutes: Sendable {
    package typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    private struct Route: Sendable {
        var method: String
        var path: String
        var handler: Handler

        func matches(_ path: String) -> Bool {
            self.path.hasSuffix("*") ? path.hasPrefix(self.path.dropLast()) : path == self.path
        }
    }

    private var routes: [Route] = []

    package init() {}

    package mutating func add(_ method: String, _ path: String, _ handler: @escaping Handler) {
        routes.append(Route(method: method, path: path, handler: handler))
    }

    /// The answer of whoever the path belongs to: 404 if that is nobody, 405 if it does not take the method. HEAD is GET without a body.
    package func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let isHead = request.method == "HEAD", method = isHead ? "GET" : request.method
        let found = routes.filter { $0.matches(request.path) }
        guard let route = found.first(where: { $0.method == method }) else {
            if found.isEmpty { return .text("not found\n", status: 404) }
            var response = HTTPResponse.text("method not allowed\n", status: 405)
            response.headers.append(HTTPHeader("Allow", found.map(\.method).joined(separator: ", ")))
            return response
        }
        return await route.handler(request)
    }
}
