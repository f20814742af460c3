/// What a catalog is told of a server, and what the server says of itself.

import LodeCloud
import LodeCore

/// Settings by Iceberg's own names: `uri`, `oauth2-server-uri`, `rest.sigv4-enabled`. Any of them may be a secret.
package struct IcebergProperties: Sendable {
    package private(set) var values: [String: Secret]

    package init(_ values: [String: Secret] = [:]) { self.values = values }

    /// Options of CREATE CATALOG, and what Iceberg calls them.
    private static let names: [String: String] = [
        "uri": "uri", "warehouse": "warehouse", "prefix": "prefix", "credential": "credential", "token": "token",
        "oauth2_server_uri": "oauth2-server-uri", "scope": "scope", "sigv4": "rest.sigv4-enabled", "signing_name": "rest.signing-name",
        "signing_region": "rest.signing-region", "access_delegation": "header.X-Iceberg-Access-Delegation",
        "nested_namespaces": "lode.nested-namespaces", "page_size": "rest-page-size",
    ]
    /// How requests are signed with SigV4, unless the environment says it; as for Glue.
    private static let signing: Set<String> = [
        "access_key_id", "secret_access_key", "session_token", "profile", "role_arn", "external_id",
    ]

    package static var options: Set<String> { signing.union(names.keys) }

    /// Those that are no secrets.
    package static let shownOptions: Set<String> = [
        "uri", "warehouse", "prefix", "oauth2_server_uri", "scope", "sigv4", "signing_name", "signing_region", "access_delegation",
        "nested_namespaces", "page_size", "profile", "role_arn",
    ]

    /// - Throws: `22023` for what is missing, or excludes each other.
    init(options: [String: Secret]) throws(SQLError) {
        values = [:]
        for (option, value) in options { values[Self.names[option] ?? option] = value }
        guard let uri = self["uri"] else {
            throw SQLError(
                .invalidParameterValue, "an Iceberg catalog needs the option uri",
                hint: "Add OPTIONS (uri 'https://…', warehouse '…'): where the server's REST API is.")
        }
        _ = try CloudURL(uri)
        for option in ["rest.sigv4-enabled", "lode.nested-namespaces"] { _ = try isOn(option, else: false) }
        if try isOn("rest.sigv4-enabled", else: false), let other = ["credential", "token"].first(where: { values[$0] != nil }) {
            throw SQLError(.invalidParameterValue, "the options sigv4 and \(other) exclude each other", detail: "Both prove who asks.")
        }
        if (values["access_key_id"] == nil) != (values["secret_access_key"] == nil) {
            throw SQLError(.invalidParameterValue, "access_key_id and secret_access_key go together")
        }
        if let size = self["rest-page-size"], Int(size).map({ $0 > 0 }) != true {
            throw SQLError(.invalidParameterValue, "page_size is no number of 1 or more: \"\(size)\"")
        }
    }

    /// Nil for one that is not set, or empty.
    package subscript(name: String) -> String? { values[name].map { $0.reveal() }.flatMap { $0.isEmpty ? nil : $0 } }

    func isOn(_ name: String, else fallback: Bool) throws(SQLError) -> Bool {
        guard let text = self[name] else { return fallback }
        switch text.lowercased() {
        case "true", "on", "1", "yes", "t": return true
        case "false", "off", "0", "no", "f": return false
        default: throw SQLError(.invalidParameterValue, "\"\(text)\" is neither on nor off", detail: "It is the value of \(name).")
        }
    }

    /// A message of a server without the secrets that it should not have repeated.
    func redacted(_ message: String) -> String {
        var hidden = ["credential", "token", "access_key_id", "secret_access_key", "session_token"].compactMap { self[$0] }
        if let credential = self["credential"], let colon = credential.firstIndex(of: ":") {
            hidden.append(String(credential[credential.index(after: colon)...]))
        }
        hidden += hidden.map { PercentText.encoded($0) }
        return hidden.filter { !$0.isEmpty }.reduce(message) { $0.replacing($1, with: "***") }
    }

    /// The headers that every request has.
    var headers: [(name: String, value: String)] {
        values.filter { $0.key.hasPrefix("header.") }.sorted { $0.key < $1.key }.map { (String($0.key.dropFirst(7)), $0.value.reveal()) }
    }

    /// The same with others on top.
    func overridden(by others: [String: Secret]) -> IcebergProperties { IcebergProperties(values.merging(others) { _, new in new }) }
}

/// What `GET v1/config` answers.
/// - Source: Iceberg REST Catalog API, "CatalogConfig".
package struct IcebergServerConfig: Sendable {
    package var defaults: [String: Secret] = [:]
    package var overrides: [String: Secret] = [:]
    /// `POST /v1/{prefix}/tables/rename` …; nil if the server doesn't say.
    package var endpoints: Set<String>?

    /// Nil if it is none.
    init?(_ json: CloudJSON) {
        guard case .object = json else { return nil }
        func secrets(_ name: String) -> [String: Secret] { (json[name]?.texts ?? [:]).mapValues { Secret($0) } }
        defaults = secrets("defaults")
        overrides = secrets("overrides")
        if case .array(let items)? = json["endpoints"] { endpoints = Set(items.compactMap(\.string)) }
    }

    /// The server's defaults come before what the client says, its overrides after it.
    /// - Throws: `08P01` if it would have secrets sent in the clear that were not.
    func merged(with client: IcebergProperties) throws(SQLError) -> IcebergProperties {
        let merged = IcebergProperties(defaults).overridden(by: client.values).overridden(by: overrides)
        for name in ["uri", "oauth2-server-uri"] {
            let old = try client[name].map { (text) throws(SQLError) in try CloudURL(text) }
            guard let text = merged[name], let old, old.isSecure, try !CloudURL(text).isSecure else { continue }
            throw SQLError(
                .protocolViolation, "the Iceberg server leads from https to http", in: old.shown,
                detail: "Its configuration says \(name) = \(text).")
        }
        return merged
    }

    /// Nil if the server doesn't say.
    func supports(_ endpoint: String) -> Bool? { endpoints?.contains(endpoint) }
}
