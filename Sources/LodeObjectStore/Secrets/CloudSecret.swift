/// How a store is reached, as a user says it in SQL.

import LodeCloud
import LodeCore

/// What `CREATE SECRET` makes: credentials and settings for the locations below its scope.
package struct CloudSecret: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case s3, gcs, http

        /// Where a secret without a scope applies.
        var scopes: [String] {
            switch self {
            case .s3: ["s3://", "s3a://", "s3n://"]
            case .gcs: ["gs://", "gcs://"]
            case .http: ["http://", "https://"]
            }
        }
    }

    package enum Provider: String, Sendable, CaseIterable {
        /// What the statement says, and nothing else.
        case config
        /// What the AWS CLI would find: environment, profile, container, instance.
        case credentialChain = "credential_chain"
    }

    package var name: String
    package var kind: Kind
    package var provider: Provider
    /// Beginnings of locations.
    package var scope: [String]
    /// By option, in lower case. Those of `hiddenOptions` are never shown.
    package var options: [String: Secret]
    /// Who gives credentials that end and are renewed; nil where the options or the provider do.
    package var source: CredentialChain?

    package init(name: String, kind: Kind, provider: Provider, scope: [String], options: [String: Secret]) {
        self.name = name
        self.kind = kind
        self.provider = provider
        self.scope = scope.isEmpty ? kind.scopes : scope
        self.options = options
    }

    /// What a kind of secret may say.
    package static func options(_ kind: Kind) -> [String] {
        switch kind {
        case .http: ["bearer_token", "extra_http_headers"]
        case .gcs: ["key_id", "secret", "endpoint", "use_ssl"]
        case .s3:
            [
                "key_id", "secret", "session_token", "region", "endpoint", "url_style", "use_ssl", "requester_pays", "kms_key_id",
                "server_side_encryption", "customer_key", "profile", "assume_role_arn", "external_id",
            ]
        }
    }

    private static let hiddenOptions: Set<String> = [
        "secret", "session_token", "bearer_token", "customer_key", "external_id", "extra_http_headers",
    ]

    /// Name, kind, scope and options; secrets are `redacted`.
    package var shown: String {
        let head = ["name=\(name)", "type=\(kind.rawValue)", "provider=\(provider.rawValue)", "scope=\(scope.joined(separator: ","))"]
        let rest = options.sorted { $0.key < $1.key }.map {
            "\($0.key)=\(Self.hiddenOptions.contains($0.key) ? "redacted" : $0.value.reveal())"
        }
        return (head + rest).joined(separator: ";")
    }

    /// The text of an option that is no secret, or of one that is about to be used.
    subscript(option: String) -> String? { options[option].map { $0.reveal() }.flatMap { $0.isEmpty ? nil : $0 } }

    func isOn(_ option: String) -> Bool? {
        switch self[option]?.lowercased() {
        case "true"?, "1"?, "on"?, "t"?, "yes"?: true
        case "false"?, "0"?, "off"?, "f"?, "no"?: false
        default: nil
        }
    }
}

/// The secrets of an engine. They live in memory, as long as the process does.
package final class SecretRegistry: Sendable {
    private struct State {
        var secrets: [String: CloudSecret] = [:]
        /// Changes with every change, so that what was derived from secrets is derived again.
        var generation = 0
    }

    private let state = Lock(State())

    /// Another registry whose answers are changed; it has no secrets of its own.
    private let base: (registry: SecretRegistry, adapt: Adaptation)?

    /// Makes of the secret that applies to a location of S3, if there is one, the one that is used.
    package typealias Adaptation = @Sendable (_ location: String, CloudSecret?) -> CloudSecret?

    package init() { base = nil }

    init(over registry: SecretRegistry, _ adapt: @escaping Adaptation) { base = (registry, adapt) }

    package var all: [CloudSecret] { state.withLock { $0.secrets.values.sorted { $0.name < $1.name } } }
    var generation: Int { base?.registry.generation ?? state.withLock { $0.generation } }

    /// - Returns: false if there is one of that name, which then stays unless it is to be replaced.
    package func add(_ secret: CloudSecret, replaces: Bool) -> Bool {
        state.withLock { state in
            if !replaces, state.secrets[secret.name] != nil { return false }
            state.secrets[secret.name] = secret
            state.generation += 1
            return true
        }
    }

    /// - Returns: whether there was one.
    package func remove(_ name: String) -> Bool {
        state.withLock { state in
            state.generation += 1
            return state.secrets.removeValue(forKey: name) != nil
        }
    }

    /// The one whose scope fits a location best: the longest; of equals the first by name.
    package func best(for location: String, _ kind: CloudSecret.Kind) -> CloudSecret? {
        if let base {
            let found = base.registry.best(for: location, kind)
            return kind == .s3 ? base.adapt(location, found) : found
        }
        var best: (length: Int, secret: CloudSecret)?
        for secret in all where secret.kind == kind {
            for scope in secret.scope where location.hasPrefix(scope) && Self.endsAtPart(scope, location) {
                if scope.utf8.count > best?.length ?? -1 { best = (scope.utf8.count, secret) }
            }
        }
        return best?.secret
    }

    /// `s3://a` is no scope of `s3://ab`.
    private static func endsAtPart(_ scope: String, _ location: String) -> Bool {
        let rest = location.utf8.dropFirst(scope.utf8.count)
        return rest.isEmpty || scope.utf8.last == UInt8(ascii: "/") || rest.first == UInt8(ascii: "/")
    }
}
