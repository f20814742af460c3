// Credentials that an Iceberg server gives for a table's files: which file is read with which, and what happens when they end.

import CloudDouble
import Foundation
import LodeCloud
import LodeCore
import LodeObjectStore
import Testing

@testable import LodeCatalog

@Suite struct VendedCredentialsTests {
    private static func credentials(_ text: String) throws -> VendedCredentials {
        VendedCredentials(try #require(CloudJSON(Array(text.utf8))))
    }

    private static func key(_ prefix: String, _ id: String, _ more: String = "") -> String {
        "{\"prefix\": \"\(prefix)\", \"config\": {\"s3.access-key-id\": \"\(id)\", \"s3.secret-access-key\": \"hush\"\(more)}}"
    }

    /// Of a table's folder, and of its data.
    private static func keys(_ own: String, _ data: String) -> String {
        "{\"storage-credentials\": [\(key("s3://lake/orders", own)), \(key("s3://lake/orders/data", data))]}"
    }

    @Test func `each location has the key of the longest prefix that it begins with`() throws {
        let keys = [Self.key("s3://lake/orders/", "table"), Self.key("s3://lake/orders/data", "data"), Self.key("s3a://other", "other")]
        let found = try Self.credentials("{\"storage-credentials\": [\(keys.joined(separator: ", "))]}")
        func id(_ location: String) -> String? { found.key(for: location)?.credentials.keyID }
        #expect(id("s3://lake/orders/metadata/1.json") == "table")
        #expect(id("s3://lake/orders/data/1.parquet") == "data")
        #expect(id("s3a://lake/orders/data/1.parquet") == "data")
        #expect(id("s3n://other/1.parquet") == "other")
        #expect(id("s3://lake/orders2/1.parquet") == nil)
        #expect(id("/lake/orders/1.parquet") == nil)
    }

    @Test func `of a user's secret only the place of the store is kept`() throws {
        let registry = SecretRegistry()
        let options = [
            "key_id": "mine", "secret": "hush", "session_token": "mum", "assume_role_arn": "arn:aws:iam::1:role/me", "region": "eu-west-1",
            "endpoint": "localhost:1", "url_style": "path", "use_ssl": "false", "requester_pays": "true", "customer_key": "x",
        ]
        _ = registry.add(
            CloudSecret(name: "mine", kind: .s3, provider: .config, scope: [], options: options.mapValues { Secret($0) }), replaces: false)
        func secret(_ more: String, for location: String) throws -> [String: String]? {
            let given = try Self.credentials("{\"storage-credentials\": [\(Self.key("s3://lake/orders", "given", more))]}")
            let found = given.applied(to: StoreRegistry(secrets: registry)).secrets.best(for: location, .s3)
            return found?.options.mapValues { $0.reveal() }
        }
        let own = ["key_id": "given", "secret": "hush"], place = "s3://lake/orders/1.parquet"
        let kept = ["region": "eu-west-1", "endpoint": "localhost:1", "url_style": "path", "use_ssl": "false"]
        #expect(try secret("", for: place) == own.merging(kept) { $1 })
        #expect(try secret(", \"s3.endpoint\": \"https://s3\", \"s3.region\": \"us-east-1\"", for: place) == own.merging(
            ["region": "us-east-1", "endpoint": "https://s3", "url_style": "path"]) { $1 })
        // Elsewhere one is who one was.
        #expect(try secret("", for: "s3://lake/others/1.parquet") == options)
    }

    /// A table whose files lie in a store, which takes none of the keys that `refused` has.
    private func scene(refusing refused: Set<String>) throws -> (server: IcebergDouble, store: S3Double, stores: StoreRegistry) {
        let server = try IcebergDouble(), store = try S3Double()
        server.addTable(["web"], "orders")
        for path in ["lake/orders/a.txt", "lake/orders/data/b.txt"] { store[path] = Array("bytes of \(path)".utf8) }
        server.change { $0.tableExtras = Self.keys("k1", "k2") }
        store.intercept { request in
            let id = request.header("Authorization")?.split(separator: "=").dropFirst().first?.split(separator: "/").first.map(String.init)
            if refused.contains(id ?? "") { return DoubleAnswer(400, text: "<Error><Code>ExpiredToken</Code></Error>") }
            let wanted = request.path.contains("/data/") ? "2" : "1"
            return id?.hasSuffix(wanted) == true ? nil : DoubleAnswer(403, text: "<Error><Code>AccessDenied</Code></Error>")
        }
        let environment = CloudEnvironment(variables: ["AWS_ENDPOINT_URL": store.url, "AWS_REGION": "us-east-1"])
        return (server, store, StoreRegistry(environment: environment))
    }

    private func read(_ scene: (server: IcebergDouble, store: S3Double, stores: StoreRegistry)) throws -> [String] {
        let (server, store, stores) = scene
        // It answers as long as somebody has it.
        defer { withExtendedLifetime(store) {} }
        let options = ["uri": server.url, "warehouse": "s3://lake"].mapValues { Secret($0) }
        let catalog = try IcebergRESTCatalog(options, CloudClient(CloudEnvironment(variables: [:])), stores: stores)
        let own = try #require(try catalog.stores(of: TableName("web", "orders")))
        return try ["s3://lake/orders/a.txt", "s3://lake/orders/data/b.txt"].map { path in
            String(decoding: try own.resolve(path).store.read(path), as: UTF8.self)
        }
    }

    private static let texts = ["bytes of lake/orders/a.txt", "bytes of lake/orders/data/b.txt"]

    @Test func `each file is read with the key of its prefix`() throws {
        let scene = try scene(refusing: []), server = scene.server
        #expect(try read(scene) == Self.texts)
        #expect(!server.requests.contains { $0.path.hasSuffix("/credentials") })
    }

    @Test func `keys that have ended are asked for again, once for all prefixes`() throws {
        let scene = try scene(refusing: ["k1", "k2"]), server = scene.server
        server.intercept { request in
            request.path.hasSuffix("/credentials") ? DoubleAnswer(text: Self.keys("n1", "n2")) : nil
        }
        #expect(try read(scene) == Self.texts)
        #expect(server.requests.count { $0.path.hasSuffix("/credentials") } == 1)
    }

    @Test func `where there is no request for credentials the table is loaded again`() throws {
        let scene = try scene(refusing: ["k1", "k2"]), server = scene.server
        server.intercept { request in
            request.path.hasSuffix("/credentials") ? IcebergDouble.fault(404, "NotFound") : nil
        }
        // The same keys again are refused again: it ends.
        #expect(throws: SQLError.self) { try read(scene) }
        #expect(server.requests.count { $0.path.hasSuffix("/tables/orders") } <= 4)
    }
}
