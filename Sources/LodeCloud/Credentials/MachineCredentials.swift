/// Credentials that a machine of AWS gives to what runs on it.

import LodeCore

/// Of a container (ECS, EKS pod identity).
struct ContainerCredentials: CredentialSource {
    let services: CredentialServices

    var place: String { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" }

    func load() throws(SQLError) -> AWSCredentials? {
        let environment = services.environment
        let url: CloudURL
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            url = try CloudURL("http://169.254.170.2\(path)")
        } else if let text = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            url = try CloudURL(text)
            guard url.isSecure || Self.isNear(url.host) else {
                throw services.refused("the container", "\"\(url.shown)\" is neither HTTPS nor on this machine.")
            }
        } else {
            return nil
        }
        var request = CloudRequest(.get, url)
        request.retries = .nearby
        request.kind = "METADATA"
        if let file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            request.headers["Authorization"] = try services.token(file: file, "the container")
        } else if let token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] {
            request.headers["Authorization"] = token
        }
        let response = try services.client.send(request)
        guard response.isSuccess else {
            throw services.refused("the container", "\(url.authority) answered with status \(response.status).")
        }
        return try services.credentials(response.body, from: "the container")
    }

    private static func isNear(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
            || ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"].contains(host)
    }
}

/// Of an EC2 instance, by the second version of its metadata service.
struct InstanceCredentials: CredentialSource {
    let services: CredentialServices

    var place: String { "the instance's metadata" }

    func load() throws(SQLError) -> AWSCredentials? {
        guard let base = try endpoint() else { return nil }
        guard let token = try? ask(.put, base, "latest/api/token", ["X-aws-ec2-metadata-token-ttl-seconds": "21600"]), token.isSuccess
        else {
            return nil
        }
        let headers: CloudHeaders = ["X-aws-ec2-metadata-token": token.text]
        let folder = "latest/meta-data/iam/security-credentials/"
        let roles = try ask(.get, base, folder, headers)
        guard roles.isSuccess, let role = roles.text.split(whereSeparator: \.isNewline).first else { return nil }
        let answer = try ask(.get, base, folder + role, headers)
        guard answer.isSuccess else { throw services.refused(place, "It answered with status \(answer.status).") }
        return try services.credentials(answer.body, from: place)
    }

    private func ask(_ method: CloudRequest.Method, _ base: CloudURL, _ path: String, _ headers: CloudHeaders) throws(SQLError)
        -> CloudResponse
    {
        var url = base
        url.append(path: path)
        var request = CloudRequest(method, url, headers: headers)
        request.retries = .nearby
        request.kind = "METADATA"
        return try services.client.send(request)
    }

    /// Nil where there is no such service: its address is of no use on other machines.
    private func endpoint() throws(SQLError) -> CloudURL? {
        let environment = services.environment
        if environment.isOn("AWS_EC2_METADATA_DISABLED") { return nil }
        if let text = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] { return try CloudURL(text) }
        let isInstance = ["/sys/devices/virtual/dmi/id/sys_vendor", "/sys/devices/virtual/dmi/id/board_vendor", "/sys/hypervisor/uuid"]
            .contains { path in
                guard let bytes = environment.read(path) else { return false }
                return bytes.starts(with: "Amazon EC2".utf8) || bytes.starts(with: "ec2".utf8)
            }
        return isInstance ? CloudURL(scheme: "http", host: "169.254.169.254") : nil
    }
}
