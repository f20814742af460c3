// The catalog over Iceberg's REST API, against a server in this process.

import CloudDouble
import Foundation
import LodeCloud
import LodeCore
import LodeObjectStore
import Testing

@testable import LodeCatalog

@Suite struct IcebergRESTCatalogTests {
    let server: IcebergDouble
    static let orders = TableName("web", "orders")

    init() throws {
        server = try IcebergDouble(pageSize: 3)
        server.addTable(["web"], "orders")
    }

    func catalog(_ options: [String: String] = [:]) throws -> IcebergRESTCatalog {
        let all = ["uri": server.url, "warehouse": "s3://lake"].merging(options) { $1 }
        return try IcebergRESTCatalog(all.mapValues { Secret($0) }, CloudClient(CloudEnvironment(variables: [:])))
    }

    private func error(_ body: () throws -> Void) -> SQLError? {
        do { try body() } catch { return error as? SQLError }
        return nil
    }

    private var paths: [String] { server.requests.map { "\($0.method) \($0.path)" } }

    // MARK: Configuration

    @Test func `the configuration is asked for once, and its prefix is used`() throws {
        let catalog = try catalog()
        _ = try catalog.table(Self.orders)
        _ = try catalog.table(Self.orders)
        #expect(paths == ["GET /v1/config"] + Array(repeating: "GET /v1/main/namespaces/web/tables/orders", count: 2))
        #expect(server.requests.first?.query["warehouse"] == "s3://lake")
    }

    @Test func `defaults come before options, overrides after them`() throws {
        let config = try #require(
            IcebergServerConfig(["defaults": ["a": "server", "b": "server"], "overrides": ["c": "server"], "endpoints": ["GET /x"]]))
        let client = IcebergProperties(["b": Secret("client"), "c": Secret("client")])
        let merged = try config.merged(with: client)
        #expect([merged["a"], merged["b"], merged["c"]] == ["server", "client", "server"])
        #expect(config.supports("GET /x") == true)
        #expect(config.supports("GET /y") == false)
    }

    @Test func `a server can't have secrets sent in the clear`() throws {
        let config = try #require(IcebergServerConfig(["overrides": ["uri": "http://elsewhere"]]))
        let client = IcebergProperties(["uri": Secret("https://here")])
        #expect(error { _ = try config.merged(with: client) }?.state == .protocolViolation)
    }

    @Test func `a configuration that can't be had is asked for again`() throws {
        server.intercept { $0.path == "/v1/config" ? DoubleAnswer(200, text: "no JSON") : nil }
        let catalog = try catalog()
        #expect(error { _ = try catalog.databases() }?.state == .protocolViolation)
        server.intercept { _ in nil }
        #expect(try catalog.databases().map(\.name) == ["web"])
    }

    @Test(arguments: [
        [:], ["uri": "ftp://x"], ["uri": "http://x", "sigv4": "maybe"], ["uri": "http://x", "sigv4": "on", "token": "t"],
        ["uri": "http://x", "access_key_id": "a"], ["uri": "http://x", "page_size": "0"],
    ])
    func `options that make no sense are refused`(options: [String: String]) {
        #expect(
            error { _ = try IcebergRESTCatalog(options.mapValues { Secret($0) }, CloudClient()) }?.state == .invalidParameterValue)
    }

    // MARK: Names

    @Test func `lists are read page by page`() throws {
        for number in 0..<10 {
            server.addTable(["web"], "t\(number)")
            server.change { $0.namespaces[["n\(number)"]] = [:] }
        }
        server.addView(["web"], "v", ["spark": "SELECT 1"])
        let catalog = try catalog(["nested_namespaces": "off"])
        #expect(try catalog.tables(in: "web").map(\.name) == ["orders"] + (0..<10).map { "t\($0)" } + ["v"])
        #expect(try catalog.tables(in: "web").map(\.kind).last == .view)
        let before = server.requests.count
        #expect(try catalog.databases().count == 11)
        #expect(server.requests.count - before == 4)
    }

    @Test func `a server that gives the same page again is told so`() throws {
        server.intercept { $0.path.hasSuffix("/tables") ? DoubleAnswer(text: #"{"identifiers": [], "next-page-token": "x"}"#) : nil }
        let catalog = try catalog()
        #expect(error { _ = try catalog.tables(in: "web") }?.state == .protocolViolation)
    }

    @Test func `namespaces below namespaces are one name with dots`() throws {
        for namespace in [["web", "raw"], ["web", "raw", "old"], ["a.b"]] { server.addTable(namespace, "t") }
        let catalog = try catalog()
        #expect(try catalog.databases().map(\.name) == ["\"a.b\"", "web", "web.raw", "web.raw.old"])
        #expect(try catalog.tables(in: "web.raw.old").map(\.name) == ["t"])
        #expect(try catalog.table(TableName("\"a.b\"", "t"))?.name == "t")
        #expect(paths.contains("GET /v1/main/namespaces/web%1Fraw%1Fold/tables"))
        #expect(try catalog.database("web.nope") == nil)
    }

    @Test func `names are sent so that the server finds them`() throws {
        server.addTable(["a/b ä"], "x?y%2F")
        let catalog = try catalog()
        #expect(try catalog.table(TableName("a/b ä", "x?y%2F"))?.name == "x?y%2F")
        #expect(try catalog.table(TableName("", "x")) == nil)
        #expect(try catalog.table(TableName("web", "")) == nil)
    }

    @Test func `what is not there is named with the nearest name`() throws {
        let catalog = try catalog()
        #expect(try catalog.table(TableName("web", "order")) == nil)
        #expect(error { _ = try catalog.snapshot(of: TableName("web", "order"), at: nil) }?.hint == "Did you mean \"orders\"?")
        let missing = error { try catalog.commit(.drop(TableName("wep", "orders"), kinds: [.external])) }
        #expect(missing?.state == .invalidSchemaName)
        #expect(missing?.hint == "Did you mean \"web\"?")
    }

    // MARK: Views

    @Test func `a view shows its dialects, and has a text if one is Lode's`() throws {
        server.addView(["web"], "v", ["spark": "SELECT `id` FROM t", "trino": "SELECT 1"])
        server.addView(["web"], "own", ["lode": "SELECT 5 AS id", "spark": "SELECT 5"])
        let catalog = try catalog()
        let view = try #require(try catalog.table(TableName("web", "v")))
        #expect(view.kind == .view)
        #expect(view.parameters["dialects"] == "spark, trino")
        #expect(view.parameters["sql.spark"] == "SELECT `id` FROM t")
        let refused = error { _ = try view.viewText() }
        #expect(refused?.state == .featureNotSupported)
        #expect(refused?.detail == "Its SQL is for: spark, trino.")
        #expect(try catalog.table(TableName("web", "own"))?.viewText() == "SELECT 5 AS id")
    }

    @Test func `a server without views is asked for them once`() throws {
        server.intercept { $0.path.contains("/views") ? IcebergDouble.fault(404, "NotFound") : nil }
        let catalog = try catalog()
        for _ in 0..<3 { #expect(try catalog.tables(in: "web").map(\.name) == ["orders"]) }
        #expect(paths.filter { $0.contains("/views") }.count == 1)
    }

    @Test func `a server that lists what it can do is not asked for more`() throws {
        server.change { $0.config = #"{"defaults": {}, "overrides": {"prefix": "main"}, "endpoints": ["GET /v1/{prefix}/namespaces"]}"# }
        let catalog = try catalog()
        #expect(try catalog.tables(in: "web").map(\.name) == ["orders"])
        #expect(!paths.contains { $0.contains("/views") })
        let change = IcebergTableChange(Self.orders, requirements: [], updates: [])
        #expect(error { try catalog.commit([change, change]) }?.state == .featureNotSupported)
    }

    // MARK: Changes

    @Test func `schemas are made and dropped`() throws {
        let catalog = try catalog()
        let raw = GlueDatabase(name: "web.raw", description: "drops", parameters: ["owner": "me"])
        try catalog.commit(.createDatabase(raw))
        let found = try #require(try catalog.database("web.raw"))
        #expect(found.description == "drops")
        #expect(found.parameters?["owner"] == "me")
        #expect(error { try catalog.commit(.createDatabase(raw)) }?.state == .duplicateSchema)
        #expect(try catalog.commit(.createDatabase(raw, ifNotExists: true)).changed == false)
        #expect(error { try catalog.commit(.dropDatabase("web")) }?.state == .dependentObjectsStillExist)
        #expect(error { try catalog.commit(.dropDatabase("web", cascade: true)) }?.state == .featureNotSupported)
        try catalog.commit(.dropDatabase("web.raw"))
        #expect(error { try catalog.commit(.dropDatabase("web.raw")) }?.state == .invalidSchemaName)
        #expect(try catalog.commit(.dropDatabase("web.raw", ifExists: true)).changed == false)
    }

    @Test func `tables and views are renamed and dropped`() throws {
        server.addView(["web"], "v", ["spark": "SELECT 1"])
        let catalog = try catalog(), moved = TableName("web", "moved")
        try catalog.commit(.alter(Self.orders, [.rename(moved)]))
        #expect(try catalog.tables(in: "web").map(\.name) == ["moved", "v"])
        #expect(error { try catalog.commit(.alter(moved, [.rename(TableName("web", "v"))])) }?.state == .duplicateTable)
        #expect(error { try catalog.commit(.alter(moved, [.rename(TableName("wep", "x"))])) }?.state == .invalidSchemaName)
        #expect(error { try catalog.commit(.alter(Self.orders, [.rename(moved)])) }?.state == .undefinedTable)
        try catalog.commit(.alter(TableName("web", "v"), [.rename(TableName("web", "w"))]))
        #expect(error { try catalog.commit(.drop(TableName("web", "w"), kinds: [.external])) }?.state == .wrongObjectType)
        #expect(error { try catalog.commit(.drop(moved, kinds: [.view])) }?.state == .wrongObjectType)
        try catalog.commit(.drop(TableName("web", "w"), kinds: [.view]))
        try catalog.commit(.drop(moved, kinds: [.managed, .external]))
        #expect(server.requests.last { $0.method == "DELETE" }?.query["purgeRequested"] == "false")
        #expect(try catalog.commit(.drop(moved, kinds: [.external], ifExists: true)).changed == false)
        #expect(try catalog.tables(in: "web").isEmpty)
    }

    @Test func `a table is made of a metadata document`() throws {
        let catalog = try catalog()
        let made = try catalog.register(TableName("web", "again"), metadataLocation: "s3://lake/orders/metadata/0.json")
        #expect(made.metadata.uuid == "uuid-orders")
        let again = error { _ = try catalog.register(TableName("web", "again"), metadataLocation: "s3://x") }
        #expect(again?.state == .duplicateTable)
    }

    // MARK: Errors

    @Test(arguments: [
        (400, "BadRequestException", SQLState.invalidParameterValue), (401, "NotAuthorizedException", .insufficientPrivilege),
        (403, "ForbiddenException", .insufficientPrivilege), (404, "NoSuchNamespaceException", .invalidSchemaName),
        (404, "NoSuchTableException", .undefinedTable), (404, "NoSuchViewException", .undefinedTable), (404, "", .ioError),
        (404, "EntityNotFoundException", .undefinedObject),
        (406, "UnsupportedOperationException", .featureNotSupported), (409, "AlreadyExistsException", .duplicateTable),
        (409, "CommitFailedException", .serializationFailure), (409, "NamespaceNotEmptyException", .dependentObjectsStillExist),
        (409, "", .objectNotInPrerequisiteState), (419, "AuthenticationTimeoutException", .insufficientPrivilege),
        (422, "", .invalidParameterValue), (429, "", .ioError), (302, "", .ioError), (500, "", .ioError), (503, "", .ioError),
    ])
    func `a server's errors have codes of SQL`(status: Int, type: String, state: SQLState) {
        let error = IcebergFault(status: status, type: type, message: "why").error(.change, "do it", "http://server")
        #expect(error.state == state)
        #expect(error.detail?.contains("why") == true)
        #expect(error.detail?.contains("\(status)") == true)
    }

    @Test(arguments: ["", "<html>", "[]", "{\"error\": 5}", "{\"error\": {\"message\": [1]}}", "{\"error\": {}}"])
    func `an answer that explains nothing is an error all the same`(body: String) throws {
        server.intercept { $0.path.hasSuffix("/tables/orders") ? DoubleAnswer(403, text: body) : nil }
        let catalog = try catalog()
        #expect(error { _ = try catalog.table(Self.orders) }?.state == .insufficientPrivilege)
    }

    @Test(arguments: [
        "null", "5", "{}", "[[[", #"{"metadata": null}"#, #"{"metadata": {"location": 1}}"#, #"{"metadata": {"format-version": 2}}"#,
        "\u{FFFD}", #"{"metadata": {"location": "s3://a", "format-version": 2, "current-schema-id": 0, "schemas": [0, null, {}]}}"#,
    ])
    func `a table that is none is an error`(body: String) throws {
        server.intercept { $0.path.hasSuffix("/tables/orders") ? DoubleAnswer(text: body) : nil }
        let catalog = try catalog()
        let state = error { _ = try catalog.table(Self.orders) }?.state
        #expect(state == .protocolViolation || state == .dataCorrupted)
    }

    // MARK: Credentials for files

    @Test func `vended credentials are secrets for the places of the table`() throws {
        server.change { state in
            state.tableExtras = """
                {"config": {"s3.access-key-id": "ignored", "s3.secret-access-key": "ignored"}, "storage-credentials": [
                {"prefix": "s3://lake/orders", "config": {"s3.access-key-id": "k", "s3.secret-access-key": "hush",
                "s3.session-token": "mum", "s3.endpoint": "http://s3", "s3.path-style-access": "true", "client.region": "eu-west-1",
                "s3.session-token-expires-at-ms": "5000"}},
                {"prefix": "s3", "config": {"s3.access-key-id": "k2", "s3.secret-access-key": "x"}},
                {"prefix": "gs", "config": {"gcs.oauth2.token": "x"}}, {"config": 5}, 7]}
                """
        }
        let table = try #require(try catalog(["access_delegation": "vended-credentials"]).loadTable(Self.orders))
        #expect(server.requests.last?.header("X-Iceberg-Access-Delegation") == "vended-credentials")
        #expect(table.credentials.expires == 5)
        let secrets = table.credentials.secrets
        #expect(secrets.map(\.scope) == [["s3://lake/orders"], ["s3://"]])
        #expect(secrets.first?.options["url_style"] == Secret("path"))
        #expect(secrets.first?.options["region"] == Secret("eu-west-1"))
        let registry = SecretRegistry()
        for (number, secret) in secrets.enumerated() {
            var secret = secret
            secret.name = "\(number)"
            #expect(registry.add(secret, replaces: false))
        }
        #expect(registry.best(for: "s3://lake/orders/data/1.parquet", .s3)?.options["key_id"] == Secret("k"))
        #expect(registry.best(for: "s3://lake/orders2/1.parquet", .s3)?.options["key_id"] == Secret("k2"))
        #expect(!"\(table.credentials) \(secrets.map(\.shown)) \(table.config)".contains("hush"))
    }

    @Test func `credentials in the configuration are for all files of the table`() throws {
        server.change { $0.tableExtras = #"{"config": {"s3.access-key-id": "k", "s3.secret-access-key": "s"}}"# }
        #expect(try catalog().loadTable(Self.orders)?.credentials.secrets.map(\.scope) == [["s3://"]])
        server.change { $0.tableExtras = "{}" }
        #expect(try catalog().loadTable(Self.orders)?.credentials.secrets.isEmpty == true)
    }
}
