/// Asking AWS Glue.

import LodeCloud
import LodeCore

/// What a catalog asks of Glue. Tests answer themselves.
package protocol GlueService: Sendable {
    /// - Throws: `GlueFault.error` of what the service says.
    func send(_ action: String, _ request: CloudJSON) throws(SQLError) -> CloudJSON
}

/// Makes the service that the options of a catalog name.
package typealias GlueConnector = @Sendable (_ options: [String: Secret], CloudClient) throws(SQLError) -> any GlueService

/// Glue over HTTP, signed.
/// - Source: AWS Glue Web API Reference.
struct GlueClient: GlueService {
    private let client: CloudClient
    private let address: CloudURL
    private let signer: SigV4Signer

    /// - Parameter options: of CREATE CATALOG; what they leave open, the environment and the profile say.
    init(_ options: [String: Secret], _ client: CloudClient) throws(SQLError) {
        func text(_ option: String) -> String? { options[option].map { $0.reveal() } }
        self.client = client
        let settings = try AWSSettings(client.environment, profile: text("profile"))
        guard let region = text("region") ?? settings.region else {
            throw SQLError(
                .invalidParameterValue, "the region of the Glue catalog is not known",
                hint: "Add OPTIONS (region '…'), or set AWS_REGION.")
        }
        address = try CloudURL(text("endpoint") ?? settings.endpoint("glue") ?? AWSSettings.address("glue", region: region))
        var credentials: any AWSCredentialProvider = settings.credentials(client)
        switch (text("access_key_id"), options["secret_access_key"]) {
        case (let key?, let secret?):
            credentials = StaticCredentials(AWSCredentials(keyID: key, secret: secret, sessionToken: options["session_token"]))
        case (nil, nil): break
        default: throw SQLError(.invalidParameterValue, "access_key_id and secret_access_key go together")
        }
        if let role = text("role_arn") {
            credentials = settings.credentials(assuming: role, externalID: text("external_id"), from: credentials, client)
        }
        signer = SigV4Signer(credentials, region: region, service: "glue")
    }

    func send(_ action: String, _ body: CloudJSON) throws(SQLError) -> CloudJSON {
        var request = CloudRequest(
            .post, address, headers: ["Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSGlue.\(action)"], body: body.bytes,
            signer: signer)
        request.kind = "Glue \(action)"
        request.judge = { AWSFault.verdict($0) }
        // What was not answered may have been done: an update that is sent again finds another version then.
        request.isIdempotent = action.hasPrefix("Get")
        let response = try client.send(request)
        if response.isSuccess {
            guard let answer = response.body.isEmpty ? [:] : CloudJSON(response.body) else {
                throw SQLError(.ioError, "Glue's answer to \(action) is no JSON", in: address.shown)
            }
            return answer
        }
        let fault = AWSFault(response) ?? AWSFault(code: "HTTP \(response.status)", message: "")
        throw GlueFault.error(fault, action, address.shown)
    }
}

/// Glue's errors as PostgreSQL's.
package enum GlueFault {
    package static func error(_ fault: AWSFault, _ action: String, _ place: String) -> SQLError {
        let detail = fault.message.isEmpty ? fault.code : "\(fault.code): \(fault.message)"
        switch fault.code {
        case "EntityNotFoundException": return SQLError(.undefinedObject, "Glue does not know it", in: place, detail: detail)
        case "AlreadyExistsException": return SQLError(.duplicateObject, "it exists in Glue already", in: place, detail: detail)
        case "ConcurrentModificationException", "VersionMismatchException":
            return SQLError(
                .serializationFailure, "the table was changed by a concurrent statement", in: place, detail: detail,
                hint: "Run the statement again.")
        case "AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException", "MissingAuthenticationToken":
            return SQLError(
                .insufficientPrivilege, "Glue refuses \(action)", in: place, detail: detail,
                hint: "The credentials need the permission glue:\(action).")
        case "InvalidInputException", "ValidationException":
            return SQLError(.invalidParameterValue, "Glue does not take \(action)", in: place, detail: detail)
        default: return SQLError(.ioError, "Glue failed at \(action)", in: place, detail: detail)
        }
    }
}
