/// Where a bucket is and who asks: what a location's secret, the environment and the profile say together.

import Crypto
import LodeCloud
import LodeCore

struct S3Account: Sendable {
    /// Of a server that is not AWS's; nil for AWS.
    var endpoint: CloudURL?
    var region: String?
    /// Whether the bucket stands in the path, not in the host's name.
    var isPathStyle: Bool
    var credentials: any AWSCredentialProvider
    var isGoogle = false
    /// Sent with everything.
    var headers: CloudHeaders = [:]
    /// Sent with what begins an object.
    var writeHeaders: CloudHeaders = [:]
    /// Sent with whatever reads or writes an object's bytes.
    var objectHeaders: CloudHeaders = [:]
    /// The other names of AWS's hosts.
    var hostPrefix = "s3"

    /// - Parameter secret: the one whose scope fits; nil for what the environment says.
    init(_ location: S3Location, _ secret: CloudSecret?, _ environment: CloudEnvironment, _ client: CloudClient) throws(SQLError) {
        let settings = try AWSSettings(environment, profile: secret?["profile"])
        isGoogle = location.isGoogle
        region = secret?["region"] ?? settings.region
        if isGoogle {
            endpoint = try Self.endpoint(secret?["endpoint"] ?? "https://storage.googleapis.com", useSSL: secret?.isOn("use_ssl"))
            isPathStyle = true
            region = "auto"
        } else {
            endpoint = try (secret?["endpoint"] ?? settings.endpoint("s3")).map { (text) throws(SQLError) in
                try Self.endpoint(text, useSSL: secret?.isOn("use_ssl"))
            }
            // A server of one's own seldom has names for its buckets.
            let style = secret?["url_style"] ?? settings.profile["s3.addressing_style"]
            switch style?.lowercased() {
            case "path"?: isPathStyle = true
            case "vhost"?, "virtual"?: isPathStyle = false
            default: isPathStyle = endpoint != nil || location.bucket.contains(".")
            }
        }
        credentials = try Self.credentials(secret, settings, client, isGoogle: isGoogle)
        try addHeaders(secret, environment)
    }

    /// Also takes hosts without a scheme, as DuckDB's users write them.
    private static func endpoint(_ text: String, useSSL: Bool?) throws(SQLError) -> CloudURL {
        if let url = text.contains("://") ? try CloudURL(text) : nil {
            guard let useSSL, useSSL != url.isSecure else { return url }
            throw SQLError(.invalidParameterValue, "the endpoint \"\(text)\" and USE_SSL \(useSSL) contradict each other")
        }
        return try CloudURL("\(useSSL == false ? "http" : "https")://\(text)")
    }

    private static func credentials(
        _ secret: CloudSecret?, _ settings: AWSSettings, _ client: CloudClient, isGoogle: Bool
    ) throws(SQLError) -> any AWSCredentialProvider {
        var provider: any AWSCredentialProvider
        if let source = secret?.source {
            provider = source
        } else if let secret, secret.provider == .config, secret["profile"] == nil {
            provider = StaticCredentials(
                secret["key_id"].flatMap { id in
                    secret["secret"].map {
                        AWSCredentials(keyID: id, secret: Secret($0), sessionToken: secret["session_token"].map { Secret($0) })
                    }
                })
        } else if isGoogle {
            provider = StaticCredentials(nil)
        } else {
            provider = settings.credentials(client)
        }
        if let role = secret?["assume_role_arn"] {
            provider = settings.credentials(assuming: role, externalID: secret?["external_id"], from: provider, client)
        }
        return provider
    }

    private mutating func addHeaders(_ secret: CloudSecret?, _ environment: CloudEnvironment) throws(SQLError) {
        if secret?.isOn("requester_pays") ?? (environment["AWS_REQUEST_PAYER"] == "requester") {
            headers["x-amz-request-payer"] = "requester"
        }
        let key = secret?["kms_key_id"]
        if let kind = secret?["server_side_encryption"] ?? (key == nil ? nil : "aws:kms") {
            guard ["AES256", "aws:kms", "aws:kms:dsse"].contains(kind) else {
                throw SQLError(
                    .invalidParameterValue, "unknown server_side_encryption \"\(kind)\"", hint: "Use AES256, aws:kms or aws:kms:dsse.")
            }
            writeHeaders["x-amz-server-side-encryption"] = kind
            if let key { writeHeaders["x-amz-server-side-encryption-aws-kms-key-id"] = key }
        }
        if let text = secret?["customer_key"] {
            guard let bytes = Base64.decode(text), bytes.count == 32 else {
                throw SQLError(.invalidParameterValue, "CUSTOMER_KEY is no key of 32 bytes in base64")
            }
            objectHeaders["x-amz-server-side-encryption-customer-algorithm"] = "AES256"
            objectHeaders["x-amz-server-side-encryption-customer-key"] = text
            objectHeaders["x-amz-server-side-encryption-customer-key-MD5"] = Base64.encode(Insecure.MD5.hash(data: bytes))
        }
        if endpoint == nil {
            if environment.isOn("AWS_USE_FIPS_ENDPOINT") { hostPrefix += "-fips" }
            if environment.isOn("AWS_USE_DUALSTACK_ENDPOINT") { hostPrefix += ".dualstack" }
        }
    }

    /// Where what is read may be kept, and as whose.
    func keeping(_ cache: RemoteCache) throws(SQLError) -> RemoteKeeping {
        let who = try credentials.current()
        return RemoteKeeping(
            cache: cache, reader: who.map { $0.principal ?? $0.keyID } ?? "anonymous", staysInMemory: !objectHeaders.fields.isEmpty)
    }

    /// The address of a key; of the bucket itself for an empty one.
    func url(_ bucket: String, _ key: String, region: String) -> CloudURL {
        var url: CloudURL
        if let endpoint {
            url = endpoint
        } else {
            url = CloudURL(
                scheme: "https", host: "\(hostPrefix).\(region).\(region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com")")
        }
        if isPathStyle { url.append(path: bucket) } else { url.host = "\(bucket).\(url.host)" }
        if !key.isEmpty { url.append(path: key) }
        return url
    }
}
