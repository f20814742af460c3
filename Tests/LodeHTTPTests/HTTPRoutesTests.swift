// Which request goes to whom.

import Testing

@testable import LodeHTTP

@Suite struct HTTPRoutesTests {
    private var routes: HTTPRoutes {
        var routes = HTTPRoutes()
        routes.add("GET", "/healthz") { _ in .text("ok") }
        routes.add("GET", "/v1/*") { .text($0.path + "?" + ($0.query ?? "")) }
        routes.add("POST", "/v1/*") { .text(String(decoding: $0.body, as: UTF8.self), status: 201) }
        return routes
    }

    @Test func `a path is answered by its own, or by that of the folder`() async {
        #expect(await routes.answer(HTTPRequest(method: "GET", target: "/healthz")) == .text("ok"))
        #expect(await routes.answer(HTTPRequest(method: "GET", target: "/v1/a/b?c=1?")) == .text("/v1/a/b?c=1?"))
        #expect(await routes.answer(HTTPRequest(method: "POST", target: "/v1/x", body: [97])).status == 201)
        #expect(await routes.answer(HTTPRequest(method: "HEAD", target: "/healthz")).status == 200)
    }

    @Test func `what is nobody's is not found, and other methods are not allowed`() async {
        #expect(await routes.answer(HTTPRequest(method: "GET", target: "/healthz/x")).status == 404)
        #expect(await routes.answer(HTTPRequest(method: "GET", target: "")).status == 404)
        let refused = await routes.answer(HTTPRequest(method: "DELETE", target: "/v1/x"))
        #expect(refused.status == 405)
        #expect(refused.headers.contains(HTTPHeader("Allow", "GET, POST")))
    }
}
