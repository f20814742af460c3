/// Where an Iceberg REST server is, and as whom it is asked.

import LodeCloud
import LodeCore

/// What requests have in common. Made of the options alone to ask for the configuration, then of both.
struct IcebergConnection: Sendable {
    enum Proof: Sendable {
        case nothing
        case token(OAuthTokens)
        case signature(SigV4Signer)
    }

    let properties: IcebergProperties
    let address: CloudURL
    let proof: Proof
    /// Nil if the server doesn't say what it can do.
    let config: IcebergServerConfig?
    /// What stands between the levels of a namespace in a path.
    let separator: String

    init(_ properties: IcebergProperties, config: IcebergServerConfig? = nil, after first: IcebergConnection? = nil, _ client: CloudClient)
        throws(SQLError)
    {
        self.properties = properties
        self.config = config
        guard let uri = properties["uri"] else { throw SQLError(.invalidParameterValue, "an Iceberg catalog needs the option uri") }
        address = try CloudURL(uri)
        separator = properties["namespace-separator"].map { PercentText.decoded($0) } ?? "\u{1F}"
        if let first, Self.provesAlike(first.properties, properties) {
            proof = first.proof
        } else {
            proof = try Self.proof(properties, address, client)
        }
    }

    /// A token that is there already is taken on.
    private static func provesAlike(_ one: IcebergProperties, _ other: IcebergProperties) -> Bool {
        let names = ["uri", "oauth2-server-uri", "credential", "token", "scope", "audience", "resource", "rest.sigv4-enabled"]
            + ["rest.signing-name", "rest.signing-region"]
        return names.allSatisfy { one.values[$0] == other.values[$0] }
    }

    private static func proof(_ properties: IcebergProperties, _ address: CloudURL, _ client: CloudClient) throws(SQLError) -> Proof {
        if try properties.isOn("rest.sigv4-enabled", else: false) { return .signature(try signer(properties, client)) }
        let given = properties.values["token"]
        guard let credential = properties["credential"] else { return given == nil ? .nothing : .token(OAuthTokens(given: given, nil)) }
        var server = address
        if let other = properties["oauth2-server-uri"] {
            server = try CloudURL(other)
        } else {
            server.append(path: "v1/oauth/tokens")
        }
        let place = server
        return .token(OAuthTokens(given: given) { () throws(SQLError) in try askForToken(place, credential, properties, client) })
    }

    /// - Source: RFC 6749, 4.4 "Client Credentials Grant".
    private static func tokenForm(_ credential: String, _ properties: IcebergProperties) -> String {
        let colon = credential.firstIndex(of: ":")
        var fields = [("grant_type", "client_credentials")]
        if let colon { fields.append(("client_id", String(credential[..<colon]))) }
        fields.append(("client_secret", colon.map { String(credential[credential.index(after: $0)...]) } ?? credential))
        fields.append(("scope", properties["scope"] ?? "catalog"))
        for name in ["audience", "resource"] { if let value = properties[name] { fields.append((name, value)) } }
        return fields.map { "\($0.0)=\(PercentText.encoded($0.1))" }.joined(separator: "&")
    }

    private static func askForToken(
        _ server: CloudURL, _ credential: String, _ properties: IcebergProperties, _ client: CloudClient
    ) throws(SQLError) -> CloudJSON {
        var request = CloudRequest(
            .post, server, headers: ["Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"],
            body: Array(tokenForm(credential, properties).utf8))
        request.kind = "Iceberg token"
        let response = try client.send(request)
        guard response.isSuccess, let answer = CloudJSON(response.body) else {
            var fault = IcebergFault(response)
            fault.message = properties.redacted(fault.message)
            throw fault.error(.token, "get a token", server.shown)
        }
        return answer
    }

    private static func signer(_ properties: IcebergProperties, _ client: CloudClient) throws(SQLError) -> SigV4Signer {
        let settings = try AWSSettings(client.environment, profile: properties["profile"])
        guard let region = properties["rest.signing-region"] ?? settings.region else {
            throw SQLError(
                .invalidParameterValue, "the region that requests are signed for is not known",
                hint: "Add OPTIONS (signing_region '…'), or set AWS_REGION.")
        }
        let credentials = try settings.credentials(options: properties.values, client)
        // As the services of AWS that speak this are called: glue, s3tables.
        return SigV4Signer(credentials, region: region, service: properties["rest.signing-name"] ?? "execute-api")
    }

    /// - Parameter path: segments below `v1/{prefix}`, not encoded.
    func url(_ path: [String], _ query: [(String, String)], hasPrefix: Bool = true) -> CloudURL {
        var url = address
        while url.path.hasSuffix("/") { url.path.removeLast() }
        url.path += "/v1"
        // The server encodes its prefix itself, where that is needed.
        if hasPrefix, let prefix = properties["prefix"] { url.path += "/" + PercentText.completed(prefix) }
        for segment in path { url.path += "/" + PercentText.encoded(segment) }
        for (name, value) in query { url.add(name, value) }
        return url
    }

    var signer: (any RequestSigner)? {
        switch proof {
        case .nothing: nil
        case .token(let tokens): BearerSigner(tokens)
        case .signature(let signer): signer
        }
    }

    /// A message of the server without the secrets that it should not have repeated.
    func redacted(_ message: String) -> String {
        let text = properties.redacted(message)
        guard case .token(let tokens) = proof, let token = tokens.known else { return text }
        return text.replacing(token.reveal(), with: "***")
    }

    var canRenew: Bool {
        switch proof {
        case .nothing: false
        case .token(let tokens): tokens.canRenew
        case .signature: true
        }
    }
}
