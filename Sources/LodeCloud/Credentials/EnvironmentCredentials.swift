/// Credentials in environment variables.

import LodeCore

struct EnvironmentCredentials: CredentialSource {
    let environment: CloudEnvironment

    var place: String { "AWS_ACCESS_KEY_ID" }

    func load() throws(SQLError) -> AWSCredentials? {
        guard let id = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"] else { return nil }
        return AWSCredentials(keyID: id, secret: Secret(secret), sessionToken: environment["AWS_SESSION_TOKEN"].map { Secret($0) })
    }
}
