/// Credentials by single sign-on: the AWS CLI's cached token is exchanged for those of a role.

import Crypto
import LodeCore

struct SSOCredentials {
    let services: CredentialServices
    let section: AWSProfiles.Section
    let place: String

    func load() throws(SQLError) -> AWSCredentials {
        let session = section["sso_session"]
        let shared = session.flatMap { services.settings.profiles.session($0) } ?? section
        guard let start = shared["sso_start_url"] ?? section["sso_start_url"], let region = shared["sso_region"] ?? section["sso_region"],
            let account = section["sso_account_id"], let role = section["sso_role_name"]
        else { throw services.refused(place, "It needs sso_start_url, sso_region, sso_account_id and sso_role_name.") }
        let token = try token(cachedFor: session ?? start)
        var url = try CloudURL(services.settings.endpoint("sso") ?? "https://portal.sso.\(region).amazonaws.com")
        url.append(path: "federation/credentials")
        url.add("role_name", role)
        url.add("account_id", account)
        var request = CloudRequest(.get, url, headers: ["x-amz-sso_bearer_token": token.reveal()])
        request.judge = AWSFault.verdict
        request.kind = "SSO"
        let response = try services.client.send(request)
        guard response.isSuccess, let found = CloudJSON(response.body)?["roleCredentials"], let id = found["accessKeyId"]?.string,
            let secret = found["secretAccessKey"]?.string
        else { throw expired("\(url.authority) answered with status \(response.status).") }
        var expires: Int64?
        if case .number(let millis)? = found["expiration"] { expires = Int64(millis).map { $0 / 1_000 } }
        return AWSCredentials(
            keyID: id, secret: Secret(secret), sessionToken: found["sessionToken"]?.string.map { Secret($0) }, expires: expires
        ).of("role \(role) of \(account)")
    }

    /// What `aws sso login` has left.
    private func token(cachedFor key: String) throws(SQLError) -> Secret {
        let name = SigV4.hex(Insecure.SHA1.hash(data: Array(key.utf8)))
        let file = "\(services.environment.home)/.aws/sso/cache/\(name).json"
        guard let json = services.environment.read(file).flatMap({ CloudJSON($0) }), let token = json["accessToken"]?.string else {
            throw expired("Nobody has logged in yet.")
        }
        if let until = json["expiresAt"]?.string.flatMap({ CloudTime.parseISO($0) }), until / 1_000_000 <= CloudTime.secondsNow() {
            throw expired("The login has expired.")
        }
        return Secret(token)
    }

    private func expired(_ detail: String) -> SQLError {
        SQLError(.invalidAuthorization, "\(place) gave no AWS credentials", detail: detail, hint: "Run: aws sso login")
    }
}
