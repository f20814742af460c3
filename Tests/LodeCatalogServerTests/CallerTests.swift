// Who may ask, and what.

import LodeCloud
import LodeCore
import LodeHTTP
import Testing

@testable import LodeCatalogServer

@Suite struct CallerTests {
    private func token(_ served: ServedWarehouse, _ form: String, headers: [HTTPHeader] = []) -> (status: Int, json: CloudJSON) {
        served.send("POST", "/v1/oauth/tokens", form, headers: headers)
    }

    private func bearer(_ token: String) -> [HTTPHeader] { [HTTPHeader("authorization", "Bearer \(token)")] }

    @Test func `a key is exchanged for a token, and that for another one`() throws {
        let served = try ServedWarehouse(trustsLoopback: false), key = try served.key("lode")
        #expect(served.send("GET", "/v1/namespaces").status == 401)
        let got = token(served, "grant_type=client_credentials&client_id=\(key.id)&client_secret=\(key.secret)&scope=PRINCIPAL_ROLE%3AALL")
        #expect(
            got.status == 200 && got.json["token_type"] == "bearer" && got.json["expires_in"] == 3600
                && got.json["scope"] == "PRINCIPAL_ROLE:ALL")
        let text = try #require(got.json["access_token"]?.string)
        #expect(served.send("GET", "/v1/namespaces", headers: bearer(text)).status == 200)
        let renewed = token(served, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=\(text)")
        #expect(served.send("GET", "/v1/namespaces", headers: bearer(renewed.json["access_token"]?.string ?? "")).status == 200)
    }

    @Test func `a key may come as HTTP's own credentials`() throws {
        let served = try ServedWarehouse(trustsLoopback: false), key = try served.key("lode")
        let basic = HTTPHeader("Authorization", "Basic \(Base64.encode(Array("\(key.id):\(key.secret)".utf8)))")
        #expect(token(served, "grant_type=client_credentials", headers: [basic]).status == 200)
    }

    @Test func `what is no key gets no token`() throws {
        let served = try ServedWarehouse(trustsLoopback: false), key = try served.key("lode")
        for form in [
            "", "grant_type=client_credentials", "grant_type=client_credentials&client_id=\(key.id)&client_secret=x",
            "grant_type=client_credentials&client_id=x&client_secret=\(key.secret)", "grant_type=password", "%", "=&=",
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=a.1.b",
        ] {
            let answer = token(served, form)
            #expect([400, 401].contains(answer.status) && answer.json["error"]?.string != nil, "\(form)")
        }
    }

    @Test(arguments: ["", ".", "..", "a.b.c", "LODE.99999999999999999999.00", "LODE.9999999999.00"])
    func `what is no token is not taken`(text: String) throws {
        let served = try ServedWarehouse()
        // Even where requests without one are.
        #expect(served.send("GET", "/v1/namespaces", headers: bearer(text)).status == 401)
        #expect(served.send("GET", "/v1/namespaces", headers: [HTTPHeader("Authorization", text)]).status == 401)
    }

    @Test func `with its key, or its time, a token ends`() throws {
        let served = try ServedWarehouse(trustsLoopback: false), key = try served.key("lode")
        let made = AccessToken(key.id, Secret(key.secret), seconds: CloudTime.secondsNow())
        #expect(served.send("GET", "/v1/namespaces", headers: bearer(made.text)).status == 200)
        let old = AccessToken(key.id, Secret(key.secret), seconds: CloudTime.secondsNow() - AccessToken.seconds)
        #expect(served.send("GET", "/v1/namespaces", headers: bearer(old.text)).status == 401)
        try served.rows("DROP ACCESS KEY '\(key.id)'")
        #expect(served.send("GET", "/v1/namespaces", headers: bearer(made.text)).status == 401)
    }

    @Test func `only who is trusted and near may go without`() throws {
        let served = try ServedWarehouse(trustsLoopback: true)
        #expect(served.send("GET", "/v1/namespaces").status == 200)
        #expect(served.send("GET", "/v1/namespaces", isFromLoopback: false).status == 401)
    }

    @Test(arguments: [
        ("Host", "localhost:8181", 200), ("Host", "127.0.0.1", 200), ("Host", "[::1]:8181", 200), ("Host", "evil.example:8181", 401),
        ("Host", "127.0.0.1.evil.example", 401), ("Host", "", 401), ("Origin", "http://localhost", 401),
        ("X-Forwarded-For", "127.0.0.1", 401), ("Forwarded", "for=127.0.0.1", 401),
    ]) func `pages and proxies are not trusted`(header: String, value: String, status: Int) throws {
        let served = try ServedWarehouse(trustsLoopback: true)
        #expect(served.send("GET", "/v1/namespaces", headers: [HTTPHeader(header, value)]).status == status)
    }

    @Test func `a form that is too long is not read`() throws {
        let answer = token(try ServedWarehouse(), "grant_type=password&x=" + String(repeating: "a", count: 64 << 10))
        #expect(answer.status == 400 && answer.json["error"] == "invalid_request")
    }

    @Test func `a role that may not log in has no keys that work`() throws {
        let served = try ServedWarehouse("CREATE ROLE ana LOGIN"), key = try served.key("ana")
        let made = AccessToken(key.id, Secret(key.secret), seconds: CloudTime.secondsNow())
        #expect(served.send("GET", "/v1/namespaces", headers: bearer(made.text)).status == 200)
        try served.rows("ALTER ROLE ana NOLOGIN")
        #expect(served.send("GET", "/v1/namespaces", headers: bearer(made.text)).status == 401)
    }

    @Test func `keys follow their role's name, and end with it`() throws {
        let served = try ServedWarehouse("CREATE ROLE ana LOGIN"), key = try served.key("ana")
        try served.rows("ALTER ROLE ana RENAME TO eva")
        #expect(try served.rows("SHOW ACCESS KEYS FOR eva").map { $0[0] } == [.text(SQLText(key.id))])
        try served.rows("DROP ROLE eva; CREATE ROLE eva LOGIN")
        #expect(try served.rows("SHOW ACCESS KEYS").isEmpty)
    }

    @Test func `a role may do what it was granted`() throws {
        let served = try ServedWarehouse(
            """
            CREATE SCHEMA shop; CREATE TABLE shop.orders USING iceberg AS SELECT 1 AS id;
            CREATE ROLE reader LOGIN; CREATE ROLE writer LOGIN;
            CREATE ROLE nobody LOGIN; GRANT USAGE ON SCHEMA shop TO reader, writer; GRANT SELECT ON shop.orders TO reader, writer;
            GRANT INSERT ON shop.orders TO writer
            """)
        func status(_ role: String, _ method: String, _ target: String, _ body: String = "") throws -> Int {
            let key = try served.key(role), made = AccessToken(key.id, Secret(key.secret), seconds: CloudTime.secondsNow())
            return served.send(method, target, body, headers: bearer(made.text)).status
        }
        let table = "/v1/namespaces/shop/tables/orders"
        let metadata = served.send("GET", table).json["metadata"] ?? .null, head = try #require(metadata["snapshots"]?.items.last)
        let known = try #require(head["manifest-list"]?.string)
        let parent = String(decoding: (head["snapshot-id"] ?? .null).bytes, as: UTF8.self)
        func commit(_ operation: String, _ list: String = "/x") -> String {
            """
            {"updates": [{"action": "add-snapshot", "snapshot": {"snapshot-id": 5, "sequence-number": 2, "timestamp-ms": 1,
            "parent-snapshot-id": \(parent), "manifest-list": "\(list)", "summary": {"operation": "\(operation)"}}},
            {"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": 5}]}
            """
        }
        #expect(try status("nobody", "GET", table) == 403 && status("nobody", "GET", "/v1/namespaces/shop") == 403)
        #expect(try status("reader", "GET", table) == 200)
        #expect(try status("reader", "POST", table, commit("append")) == 403)
        #expect(try status("writer", "POST", table, commit("delete")) == 403)
        #expect(try status("writer", "POST", table, commit("overwrite")) == 403)
        #expect(try status("writer", "POST", table, commit("replace")) == 403)
        #expect(try status("writer", "POST", table, #"{"updates": [{"action": "set-properties", "updates": {"a": "b"}}]}"#) == 403)
        #expect(try status("writer", "DELETE", table) == 403)
        let newTable = #"{"name": "t", "schema": {"type": "struct", "fields": []}}"#
        #expect(try status("writer", "POST", "/v1/namespaces/shop/tables", newTable) == 403)
        #expect(try status("writer", "POST", "/v1/namespaces", #"{"namespace": ["mine"]}"#) == 403)
        // It says that it appends, and has not what is there.
        #expect(try status("writer", "POST", table, commit("append")) == 403)
        #expect(try status("writer", "POST", table, commit("append", known)) == 200)
    }

    @Test func `who is one too many is sent away`() async throws {
        let served = try ServedWarehouse(maximumRequests: 0)
        var routes = HTTPRoutes()
        served.server.addRoutes(to: &routes)
        let response = await routes.answer(HTTPRequest(method: "GET", target: "/v1/config"))
        #expect(response.status == 503 && response.headers.contains(HTTPHeader("Retry-After", "1")))
    }
}
