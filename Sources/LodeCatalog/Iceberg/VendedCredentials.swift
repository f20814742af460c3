/// Credentials that a catalog gives for the files of one table.

import LodeCloud
import LodeCore
import LodeObjectStore

/// Each is for the locations that begin with its prefix; of several the longest is meant.
/// - Source: Iceberg REST Catalog API, "StorageCredential".
package struct VendedCredentials: Sendable {
    package struct Key: Sendable {
        /// What locations begin with.
        package let prefix: String
        package let secret: CloudSecret
        package let credentials: AWSCredentials
    }

    package private(set) var keys: [Key] = []
    /// Asks for others when these end; nil where nobody can.
    package var renew: (@Sendable () throws(SQLError) -> VendedCredentials?)?

    package var secrets: [CloudSecret] { keys.map(\.secret) }
    /// Seconds since 1970-01-01 UTC from which on the first of them is not taken any more; nil if that isn't said.
    package var expires: Int64? { keys.compactMap(\.credentials.expires).min() }

    /// - Parameter json: with `storage-credentials`, or else `config`, which is for all files.
    init(_ json: CloudJSON) {
        let listed = json["storage-credentials"]?.items ?? []
        for item in listed {
            guard let config = item["config"]?.texts else { continue }
            add(config, Self.plain(item["prefix"]?.string ?? ""))
        }
        if listed.isEmpty { add(json["config"]?.texts ?? [:], Self.plain("")) }
    }

    package func key(for location: String) -> Key? {
        let location = Self.plain(location)
        return keys.filter { location.hasPrefix($0.prefix) }.max { $0.prefix.utf8.count < $1.prefix.utf8.count }
    }

    /// All schemes of S3 mean the same bucket; a prefix may be as short as `s3`, or nothing.
    private static func plain(_ location: String) -> String {
        guard let end = location.range(of: "://") else { return ["", "s3", "s3a", "s3n"].contains(location) ? "s3://" : location }
        let scheme = location[..<end.lowerBound].lowercased()
        return (["s3a", "s3n"].contains(scheme) ? "s3" : scheme) + location[end.lowerBound...]
    }

    private mutating func add(_ config: [String: String], _ prefix: String) {
        guard let id = config["s3.access-key-id"], let text = config["s3.secret-access-key"] else { return }
        var options = ["key_id": id, "secret": text]
        options["session_token"] = config["s3.session-token"]
        options["region"] = config["s3.region"] ?? config["client.region"]
        options["endpoint"] = config["s3.endpoint"]
        if let isPath = config["s3.path-style-access"] { options["url_style"] = isPath.lowercased() == "true" ? "path" : "vhost" }
        let secret = CloudSecret(
            name: prefix, kind: .s3, provider: .config, scope: [prefix], options: options.mapValues { Secret($0) })
        let ends = config["s3.session-token-expires-at-ms"].flatMap { Int64($0) }.map { $0 / 1_000 }
        let credentials = AWSCredentials(
            keyID: id, secret: Secret(text), sessionToken: config["s3.session-token"].map { Secret($0) }, expires: ends)
        keys.append(Key(prefix: prefix, secret: secret, credentials: credentials))
    }
}

extension VendedCredentials {
    /// Of a user's secret, what says where a store is. Who one is there, the catalog says.
    private static let places = ["endpoint", "region", "url_style", "use_ssl"]

    /// Stores that read with them, each location with the one of its prefix; other locations as they would without.
    func applied(to stores: StoreRegistry) -> StoreRegistry {
        if keys.isEmpty { return stores }
        var sources: [String: CredentialChain] = [:]
        if let renew {
            let renewal = CredentialRenewal(self, renew)
            for prefix in Set(keys.map(\.prefix)) {
                sources[prefix] = CredentialChain("the Iceberg server") { () throws(SQLError) in try renewal.credentials(prefix) }
            }
        }
        let chains = sources
        return stores.adapting { [self] location, found in
            guard let key = key(for: location) else { return found }
            var secret = key.secret
            var places = (found?.options ?? [:]).filter { Self.places.contains($0.key) }
            // What the server says of its endpoint says whether it is secure.
            if secret.options["endpoint"] != nil { places["use_ssl"] = nil }
            secret.options.merge(places) { given, _ in given }
            // Those of one prefix differ by where the user's secrets say that they are.
            secret.name += " \(found?.name ?? "")"
            secret.source = chains[key.prefix]
            return secret
        }
    }
}

/// The credentials of one table while it is read: for all of its prefixes the server is asked once.
private final class CredentialRenewal: Sendable {
    private struct State {
        var current: VendedCredentials
        /// The prefixes whose present credentials have been handed out.
        var given: Set<String> = []
        var asked: Int64 = .min
    }

    /// Who is asked again so soon gives the same: credentials that are refused all the same are no reason to ask for each request.
    private static let pauseSeconds: Int64 = 30

    private let state: Lock<State>
    private let asking = Lock(())
    private let renew: @Sendable () throws(SQLError) -> VendedCredentials?

    init(_ first: VendedCredentials, _ renew: @escaping @Sendable () throws(SQLError) -> VendedCredentials?) {
        state = Lock(State(current: first))
        self.renew = renew
    }

    /// Those that are known the first time; others for who comes again, since they end or were refused.
    func credentials(_ prefix: String) throws(SQLError) -> AWSCredentials? {
        try asking.withLock { (_) throws(SQLError) in
            let now = CloudTime.secondsNow()
            let mustAsk = state.withLock { state in
                let isNew = state.given.insert(prefix).inserted
                let isLate = state.asked == .min || now - state.asked >= Self.pauseSeconds
                if !isNew, isLate { state.asked = now }
                return !isNew && isLate
            }
            if mustAsk, let fresh = try renew(), !fresh.keys.isEmpty {
                state.withLock { state in
                    state.current = fresh
                    state.given = [prefix]
                }
            }
            let current = state.withLock { $0.current }
            return (current.keys.first { $0.prefix == prefix } ?? current.key(for: prefix))?.credentials
        }
    }
}
