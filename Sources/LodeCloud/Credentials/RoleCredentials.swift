/// Roles that are taken on: with other credentials, or with a token of an identity provider.

import LodeCore

struct AssumedRole: CredentialSource {
    let services: CredentialServices
    let role: String
    let externalID: String?
    let sessionName: String?
    let source: any AWSCredentialProvider

    var place: String { "the role \"\(role)\"" }

    func load() throws(SQLError) -> AWSCredentials? {
        var parameters = [(name: "RoleArn", value: role), (name: "RoleSessionName", value: sessionName ?? "lode")]
        if let externalID { parameters.append((name: "ExternalId", value: externalID)) }
        return try services.tokens("AssumeRole", parameters, signedBy: source).of("role \(role)")
    }
}

/// A token in a file, which the platform renews (Kubernetes).
struct WebIdentityCredentials: CredentialSource {
    let services: CredentialServices
    /// Those of a profile; nil are those of the environment.
    var role: String?
    var file: String?
    var sessionName: String?

    var place: String { "AWS_WEB_IDENTITY_TOKEN_FILE" }

    func load() throws(SQLError) -> AWSCredentials? {
        let environment = services.environment
        guard let file = file ?? environment["AWS_WEB_IDENTITY_TOKEN_FILE"], let role = role ?? environment["AWS_ROLE_ARN"] else {
            return nil
        }
        let token = try services.token(file: file, "the web identity")
        return try services.tokens(
            "AssumeRoleWithWebIdentity",
            [
                (name: "RoleArn", value: role),
                (name: "RoleSessionName", value: sessionName ?? environment["AWS_ROLE_SESSION_NAME"] ?? "lode"),
                (name: "WebIdentityToken", value: token),
            ], signedBy: nil).of("role \(role)")
    }
}
