// Who asks an Iceberg REST server: tokens, signatures, and what is refused.

import CloudDouble
import Foundation
import LodeCloud
import LodeCore
import Testing

@testable import LodeCatalog

@Suite struct IcebergAccessTests {
    let server: IcebergDouble
    static let orders = TableName("web", "orders")

    init() throws {
        server = try IcebergDouble()
        server.addTable(["web"], "orders")
        server.change { $0.credential = "me:hush" }
    }

    private func catalog(_ options: [String: String]) throws -> IcebergRESTCatalog {
        let all = ["uri": server.url].merging(options) { $1 }
        return try IcebergRESTCatalog(all.mapValues { Secret($0) }, CloudClient(CloudEnvironment(variables: [:])))
    }

    private func error(_ body: () throws -> Void) -> SQLError? {
        do { try body() } catch { return error as? SQLError }
        return nil
    }

    @Test func `one token is got for many requests`() throws {
        let catalog = try catalog(["credential": "me:hush", "scope": "PRINCIPAL_ROLE:ALL"])
        for _ in 0..<5 { #expect(try catalog.databases().map(\.name) == ["web"]) }
        #expect(server.tokensGiven == 1)
        let form = String(decoding: server.requests.first?.body ?? [], as: UTF8.self)
        #expect(form == "grant_type=client_credentials&client_id=me&client_secret=hush&scope=PRINCIPAL_ROLE%3AALL")
    }

    @Test func `a secret may have colons and signs in it`() throws {
        server.change { $0.credential = "me:a:b&c=d e" }
        #expect(try catalog(["credential": "me:a:b&c=d e"]).databases().count == 1)
    }

    @Test func `a token that is refused is renewed, and the request sent again`() throws {
        let catalog = try catalog(["credential": "me:hush"])
        _ = try catalog.databases()
        server.change { $0.tokens = [] }
        #expect(try catalog.table(Self.orders) != nil)
        #expect(server.tokensGiven == 2)
        // A change that was refused for its token has not been done.
        server.change { $0.tokens = [] }
        try catalog.commit(.alter(Self.orders, [.rename(TableName("web", "moved"))]))
        #expect(server.tokensGiven == 3)
        #expect(try catalog.table(TableName("web", "moved")) != nil)
    }

    @Test(arguments: [401, 419])
    func `a server that takes no token is asked twice, not more`(status: Int) throws {
        let catalog = try catalog(["credential": "me:hush"])
        _ = try catalog.databases()
        server.intercept { $0.path.hasSuffix("/orders") ? IcebergDouble.fault(status, "NotAuthorizedException") : nil }
        let before = server.requests.count
        #expect(error { _ = try catalog.table(Self.orders) }?.state == .insufficientPrivilege)
        #expect(server.requests.dropFirst(before).filter { $0.path.hasSuffix("/orders") }.count == 2)
    }

    @Test func `a token is renewed before it ends`() throws {
        server.change { $0.tokenSeconds = 2 }
        let catalog = try catalog(["credential": "me:hush"])
        _ = try catalog.databases()
        Thread.sleep(forTimeInterval: 2.1)
        _ = try catalog.databases()
        #expect(server.tokensGiven > 1)
        #expect(server.requests.last?.header("Authorization") == "Bearer token\(server.tokensGiven)")
    }

    @Test func `a wrong secret is refused, and not repeated`() throws {
        let catalog = try catalog(["credential": "me:wrongsecret"])
        let refused = error { _ = try catalog.databases() }
        #expect(refused?.state == .invalidAuthorization)
        #expect(refused?.description.contains("wrongsecret") == false)
        #expect(refused?.detail?.contains("client_secret=***") == true)
        #expect(error { _ = try self.catalog([:]).databases() }?.state == .insufficientPrivilege)
    }

    @Test func `a token of the user's is sent as it is, and not repeated`() throws {
        server.change { $0.tokens = ["Bearer mine"] }
        #expect(try catalog(["token": "mine"]).databases().count == 1)
        let refused = error { _ = try self.catalog(["token": "my-old-token"]).databases() }
        #expect(refused?.state == .insufficientPrivilege)
        #expect(refused?.detail?.contains("not with ***") == true)
        #expect(server.tokensGiven == 0)
        // One that has ended is followed by one for the credential.
        #expect(try catalog(["token": "old", "credential": "me:hush"]).databases().count == 1)
        #expect(server.tokensGiven == 1)
    }

    @Test func `the server of tokens may be another one`() throws {
        let other = try IcebergDouble()
        other.change { $0.credential = "me:other" }
        server.change { $0.tokens = ["Bearer token1"] }
        let catalog = try catalog(["credential": "me:other", "oauth2_server_uri": other.url + "/v1/oauth/tokens"])
        #expect(try catalog.databases().count == 1)
        #expect(other.tokensGiven == 1)
        #expect(server.tokensGiven == 0)
    }

    @Test func `requests are signed for the service that is named`() throws {
        server.change { $0.credential = nil }
        let catalog = try catalog([
            "sigv4": "on", "signing_name": "s3tables", "signing_region": "eu-west-1", "access_key_id": "AKIA", "secret_access_key": "hush",
            "session_token": "session",
        ])
        _ = try catalog.table(Self.orders)
        let sent = try #require(server.requests.last)
        let authorization = try #require(sent.header("Authorization"))
        #expect(authorization.contains("Credential=AKIA/"))
        #expect(authorization.contains("/eu-west-1/s3tables/aws4_request"))
        #expect(sent.header("X-Amz-Security-Token") == "session")
        #expect(error { _ = try self.catalog(["sigv4": "on"]).databases() }?.state == .invalidParameterValue)
    }
}
