/// Asking AWS Glue.

import LodeCloud
import LodeCore

/// What a catalog asks of Glue. Tests answer themselves.
package protocol GlueService: Sendable {
    /// - Throws: `GlueFault.error` of what the service says.
    func send(_ action: String, _ request: CloudJSON) throws(SQLError) -> CloudJSON
    /// Where it is, as names of its resources say.
    var region: String { get }
}

/// Makes the service that the options of a catalog name.
package typealias GlueConnector = @Sendable (_ options: [String: Secret], CloudClient) throws(SQLError) -> any GlueService

/// Glue over HTTP, signed.
/// - Source: AWS Glue Web API Reference.
struct GlueClient: GlueService {
    private let client: CloudClient
    private let address: CloudURL
    private let signer: SigV4Signer
    let region: String

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
        self.region = region
        address = try CloudURL(text("endpoint") ?? settings.endpoint("glue") ?? AWSSettings.address("glue", region: region))
        signer = SigV4Signer(try settings.credentials(options: options, client), region: region, service: "glue")
    }

    func send(_ action: String, _ body: CloudJSON) throws(SQLError) -> CloudJSON {
        var request = CloudRequest(
            .post, address, headers: ["Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSGlue.\(action)"], body: body.bytes,
            signer: signer)
        request.kind = "Glue \(action)"
        let isRead = action.hasPrefix("Get") || action.hasPrefix("BatchGet")
        if !isRead {
            // What was not answered may have been done: an update that is sent again finds another version then.
            request.isIdempotent = false
            request.lostState = .statementCompletionUnknown
        }
        request.judge = { response in
            let verdict = AWSFault.verdict(response)
            // A statement does without what is asked for its estimates alone.
            if action == GlueStatistics.action, verdict == .retry || verdict == .throttled { return .accept }
            return isRead || !GlueFault.leavesUnknown(response, verdict) ? verdict : .accept
        }
        try Cancellation.checkCurrent()
        let response = try answer(client.start(request), action, isRead: isRead)
        if response.isSuccess {
            if let answer = response.body.isEmpty ? [:] : CloudJSON(response.body) { return answer }
            if isRead { throw SQLError(.ioError, "Glue's answer to \(action) is no JSON", in: address.shown) }
            throw CatalogError.unknownState(action, in: address.shown, detail: "The answer is no JSON.")
        }
        let fault = AWSFault(response) ?? AWSFault(code: "HTTP \(response.status)", message: "")
        if !isRead, GlueFault.leavesUnknown(response, AWSFault.verdict(response)) {
            throw CatalogError.unknownState(action, in: address.shown, detail: GlueFault.detail(fault))
        }
        throw GlueFault.error(fault, action, address.shown)
    }

    private func answer(_ call: CloudCall, _ action: String, isRead: Bool) throws(SQLError) -> CloudResponse {
        if isRead { return try call.value() }
        do throws(SQLError) {
            return try call.uncancelledValue()
        } catch {
            guard error.state == .statementCompletionUnknown else { throw error }
            throw CatalogError.unknownState(action, in: address.shown, detail: error.message)
        }
    }
}

/// Glue's errors as PostgreSQL's.
package enum GlueFault {
    /// Whether a change that was answered so may have been made: the service failed in the midst of it. What it did not take, for now or
    /// from who asks, it did not do.
    static func leavesUnknown(_ response: CloudResponse, _ verdict: Verdict) -> Bool {
        if response.isSuccess { return false }
        if verdict == .retry { return true }
        return response.status >= 500 && AWSFault(response)?.verdict != .throttled
    }

    static func detail(_ fault: AWSFault) -> String { fault.message.isEmpty ? fault.code : "\(fault.code): \(fault.message)" }

    package static func error(_ fault: AWSFault, _ action: String, _ place: String) -> SQLError {
        let detail = detail(fault)
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
