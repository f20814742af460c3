/// Credentials by a profile of `~/.aws`: keys, a role over another profile, a web identity, or single sign-on.

import LodeCore

struct ProfileCredentials: CredentialSource {
    let services: CredentialServices
    let name: String
    /// The profiles that led here, so that a circle ends.
    var path: [String] = []

    var place: String { "the profile \"\(name)\" of ~/.aws" }

    func load() throws(SQLError) -> AWSCredentials? {
        guard let section = services.settings.profiles.profile(name) else { return nil }
        if let role = section["role_arn"], !(path.contains(name) && keys(section) != nil) { return try assume(role, section) }
        if section["sso_session"] != nil || section["sso_start_url"] != nil {
            return try SSOCredentials(services: services, section: section, place: place).load()
        }
        if let keys = keys(section) { return keys }
        if section["credential_process"] != nil {
            throw SQLError.unsupported(
                "\"credential_process\" of \(place)", hint: "Run the program and set AWS_ACCESS_KEY_ID and the others.")
        }
        return nil
    }

    private func keys(_ section: AWSProfiles.Section) -> AWSCredentials? {
        guard let id = section["aws_access_key_id"], let secret = section["aws_secret_access_key"] else { return nil }
        return AWSCredentials(keyID: id, secret: Secret(secret), sessionToken: section["aws_session_token"].map { Secret($0) })
    }

    private func assume(_ role: String, _ section: AWSProfiles.Section) throws(SQLError) -> AWSCredentials? {
        if section["mfa_serial"] != nil {
            throw SQLError.unsupported("\"mfa_serial\" of \(place)", hint: "Log in with the AWS CLI and name a profile of its session.")
        }
        let session = section["role_session_name"]
        if let file = section["web_identity_token_file"] {
            return try WebIdentityCredentials(services: services, role: role, file: file, sessionName: session).load()
        }
        let source: any CredentialSource
        switch (section["source_profile"], section["credential_source"]?.lowercased()) {
        case (let other?, _):
            guard !path.contains(other), path.count < 8 else { throw services.refused(place, "Its source profiles lead in a circle.") }
            guard services.settings.profiles.profile(other) != nil else {
                throw services.refused(place, "Its source profile \"\(other)\" is not there.")
            }
            source = ProfileCredentials(services: services, name: other, path: path + [name])
        case (nil, "environment"?): source = EnvironmentCredentials(environment: services.environment)
        case (nil, "ecscontainer"?): source = ContainerCredentials(services: services)
        case (nil, "ec2instancemetadata"?): source = InstanceCredentials(services: services)
        default: throw services.refused(place, "It names a role, and neither source_profile nor credential_source.")
        }
        return try AssumedRole(
            services: services, role: role, externalID: section["external_id"], sessionName: session, source: CredentialChain([source])
        ).load()
    }
}
