/// What the environment and a profile say of AWS: region, endpoints, credentials.

import LodeCore

/// Settings of one user, for any service. What a statement says comes before them.
package struct AWSSettings: Sendable {
    package let environment: CloudEnvironment
    package let profiles: AWSProfiles
    package let profileName: String

    /// - Parameter profile: before AWS_PROFILE.
    /// - Throws: `42704` if that profile is named and not there.
    package init(_ environment: CloudEnvironment = .process, profile: String? = nil) throws(SQLError) {
        self.environment = environment
        profiles = AWSProfiles(environment)
        let named = profile ?? environment["AWS_PROFILE"] ?? environment["AWS_DEFAULT_PROFILE"]
        profileName = named ?? "default"
        if let named, profiles.profile(named) == nil {
            throw SQLError(
                .undefinedObject, "there is no AWS profile \"\(named)\"",
                detail: profiles.names.isEmpty ? "The files of ~/.aws have none." : "Known: \(profiles.names.joined(separator: ", ")).",
                hint: NearestName.find(named, among: profiles.names).map { "Did you mean \"\($0)\"?" })
        }
    }

    package var profile: AWSProfiles.Section { profiles.profile(profileName) ?? [:] }

    /// AWS_REGION, AWS_DEFAULT_REGION, or the profile's.
    package var region: String? { environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? profile["region"] }

    /// An endpoint other than AWS's own.
    /// - Parameter service: `s3`, `glue`, `sts`.
    package func endpoint(_ service: String) -> String? {
        if environment.isOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") { return nil }
        return environment["AWS_ENDPOINT_URL_\(service.uppercased())"] ?? environment["AWS_ENDPOINT_URL"]
            ?? profiles.endpoint(profileName, service: service)
    }

    /// Where a service of AWS is, unless `endpoint` says otherwise.
    package static func address(_ service: String, region: String) -> String {
        "https://\(service).\(region).\(region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com")"
    }

    /// The credentials that the AWS CLI would take: environment, web identity, profile (keys, role, SSO), container, instance.
    package func credentials(_ client: CloudClient) -> CredentialChain {
        let services = CredentialServices(settings: self, client: client)
        return CredentialChain([
            EnvironmentCredentials(environment: environment), WebIdentityCredentials(services: services),
            ProfileCredentials(services: services, name: profileName), ContainerCredentials(services: services),
            InstanceCredentials(services: services),
        ])
    }

    /// The credentials that a catalog's options give, or else those that the AWS CLI would take; in a role, if they name one.
    /// - Parameter options: `access_key_id`, `secret_access_key`, `session_token`, `role_arn`, `external_id`.
    /// - Throws: `22023` for half of a key.
    package func credentials(options: [String: Secret], _ client: CloudClient) throws(SQLError) -> any AWSCredentialProvider {
        func text(_ option: String) -> String? { options[option].map { $0.reveal() }.flatMap { $0.isEmpty ? nil : $0 } }
        var credentials: any AWSCredentialProvider = self.credentials(client)
        switch (text("access_key_id"), options["secret_access_key"]) {
        case (let key?, let secret?):
            credentials = StaticCredentials(AWSCredentials(keyID: key, secret: secret, sessionToken: options["session_token"]))
        case (nil, nil): break
        default: throw SQLError(.invalidParameterValue, "access_key_id and secret_access_key go together")
        }
        guard let role = text("role_arn") else { return credentials }
        return self.credentials(assuming: role, externalID: text("external_id"), from: credentials, client)
    }

    /// The credentials of a role, which those of `source` may take on.
    package func credentials(
        assuming role: String, externalID: String? = nil, from source: any AWSCredentialProvider, _ client: CloudClient
    ) -> CredentialChain {
        let services = CredentialServices(settings: self, client: client)
        return CredentialChain([AssumedRole(services: services, role: role, externalID: externalID, sessionName: nil, source: source)])
    }
}
