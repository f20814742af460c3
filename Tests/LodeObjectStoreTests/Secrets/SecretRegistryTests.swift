// Which secret applies where, also for stores that are asked in a role.

import LodeCloud
import LodeCore
import Testing

@testable import LodeObjectStore

@Suite struct SecretRegistryTests {
    private let registry = SecretRegistry()

    private func add(_ name: String, _ scope: [String], _ options: [String: String] = [:], kind: CloudSecret.Kind = .s3) {
        let secret = CloudSecret(
            name: name, kind: kind, provider: .config, scope: scope, options: options.mapValues { Secret($0) })
        #expect(registry.add(secret, replaces: false))
    }

    @Test func `the longest scope wins, and ends where a name ends`() {
        add("bucket", ["s3://b"])
        add("folder", ["s3://b/x"])
        #expect(registry.best(for: "s3://b/x/1", .s3)?.name == "folder")
        #expect(registry.best(for: "s3://b/xy/1", .s3)?.name == "bucket")
        #expect(registry.best(for: "s3://bb/x/1", .s3) == nil)
    }

    @Test func `stores in a role take it on with the credentials that apply`() {
        add("bucket", ["s3://b"], ["key_id": "k", "secret": "s", "endpoint": "http://host"])
        add("web", ["https://host"], ["bearer_token": "t"], kind: .http)
        let own = StoreRegistry(secrets: registry).assuming(role: "arn:aws:iam::1:role/r").secrets
        let known = own.best(for: "s3://b/k", .s3)
        #expect(known?["assume_role_arn"] == "arn:aws:iam::1:role/r")
        #expect(known?["endpoint"] == "http://host")
        #expect(known?.provider == .config)
        let other = own.best(for: "s3://c/k", .s3)
        #expect(other?["assume_role_arn"] == "arn:aws:iam::1:role/r")
        #expect(other?.provider == .credentialChain)
        #expect(own.best(for: "https://host/x", .http)?.name == "web")
        // The secrets themselves are as they were, and later ones are seen.
        #expect(registry.best(for: "s3://b/k", .s3)?["assume_role_arn"] == nil)
        let generation = own.generation
        add("later", ["s3://c"], ["key_id": "l", "secret": "s"])
        #expect(own.generation != generation)
        #expect(own.best(for: "s3://c/k", .s3)?["key_id"] == "l")
    }

    @Test func `keys of a catalog apply where no secret does`() {
        add("bucket", ["s3://b"], ["key_id": "k", "secret": "s"])
        let catalog = CloudSecret(name: "", kind: .s3, provider: .config, scope: [], options: ["key_id": Secret("own")])
        let own = StoreRegistry(secrets: registry).adapting { _, found in found ?? catalog }.secrets
        #expect(own.best(for: "s3://b/k", .s3)?["key_id"] == "k")
        #expect(own.best(for: "s3://c/k", .s3)?["key_id"] == "own")
    }
}
