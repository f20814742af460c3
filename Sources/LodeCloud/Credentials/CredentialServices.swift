/// Asking services for credentials: what all such sources share.

import LodeCore

struct CredentialServices: Sendable {
    let settings: AWSSettings
    let client: CloudClient

    var environment: CloudEnvironment { settings.environment }

    /// Credentials as containers and instances answer them.
    func credentials(_ bytes: [UInt8], from place: String) throws(SQLError) -> AWSCredentials {
        guard let json = CloudJSON(bytes), let id = json["AccessKeyId"]?.string, let secret = json["SecretAccessKey"]?.string else {
            throw refused(place, "The answer holds no credentials.")
        }
        return AWSCredentials(
            keyID: id, secret: Secret(secret), sessionToken: json["Token"]?.string.map { Secret($0) },
            expires: try expiration(json["Expiration"]?.string, place))
    }

    func expiration(_ text: String?, _ place: String) throws(SQLError) -> Int64? {
        guard let text else { return nil }
        guard let micros = CloudTime.parseISO(text) else { throw refused(place, "The answer has no time of expiration.") }
        return micros / 1_000_000
    }

    func refused(_ place: String, _ detail: String) -> SQLError {
        SQLError(.invalidAuthorization, "\(place) gave no AWS credentials", detail: detail)
    }

    /// An action of the Security Token Service.
    /// - Parameter signer: nil for actions that prove themselves otherwise.
    func tokens(
        _ action: String, _ parameters: [(name: String, value: String)], signedBy source: (any AWSCredentialProvider)?
    ) throws(SQLError) -> AWSCredentials {
        let region = settings.region ?? "us-east-1"
        let url = try CloudURL(settings.endpoint("sts") ?? AWSSettings.address("sts", region: region))
        let form = [(name: "Action", value: action), (name: "Version", value: "2011-06-15")] + parameters
        let body = form.map { "\(PercentText.encoded($0.name))=\(PercentText.encoded($0.value))" }.joined(separator: "&")
        var request = CloudRequest(
            .post, url, headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"], body: Array(body.utf8))
        request.signer = source.map { SigV4Signer($0, region: region, service: "sts") }
        request.judge = AWSFault.verdict
        request.kind = "STS"
        let response = try client.send(request)
        let place = "the role \"\(parameters.first { $0.name == "RoleArn" }?.value ?? "")\""
        guard response.isSuccess, let root = CloudXML(response.body),
            let found = (root.child("\(action)Result") ?? root).child("Credentials"), let id = found.text("AccessKeyId"),
            let secret = found.text("SecretAccessKey")
        else {
            let fault = AWSFault(response)
            throw refused(
                place,
                fault.map { "\(url.authority) says \($0.code): \($0.message)" }
                    ?? "\(url.authority) answered with status \(response.status).")
        }
        return AWSCredentials(
            keyID: id, secret: Secret(secret), sessionToken: found.text("SessionToken").map { Secret($0) },
            expires: try expiration(found.text("Expiration"), place))
    }

    /// A file that holds a token.
    func token(file: String, _ place: String) throws(SQLError) -> String {
        guard let bytes = environment.read(file) else { throw refused(place, "The file \"\(file)\" can't be read.") }
        return String(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
    }
}
