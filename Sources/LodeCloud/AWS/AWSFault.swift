/// What AWS services say when they refuse.

import LodeCore

/// The code and message of an error answer, in XML (S3, STS) or JSON (Glue and the others).
package struct AWSFault: Sendable, Equatable {
    /// `NoSuchKey`, `EntityNotFoundException` …: without the namespace and the link that JSON answers put around it.
    package var code: String
    package var message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// Nil if the answer is none of an error, whatever its status.
    package init?(_ response: CloudResponse) {
        let first = response.body.prefix(512).first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        if first == UInt8(ascii: "<") {
            guard let root = CloudXML(response.body) else { return nil }
            let error = root.name == "Error" ? root : root.child("Error") ?? root.child("Errors")?.child("Error")
            guard root.name.hasSuffix("Error") || root.name == "ErrorResponse" || root.name == "Response", let error,
                let code = error.text("Code")
            else { return nil }
            self.init(code: code, message: error.text("Message") ?? "")
        } else if first == UInt8(ascii: "{") {
            guard let json = CloudJSON(response.body) else { return nil }
            guard let type = json["__type"]?.string ?? response.headers["x-amzn-errortype"] ?? json["code"]?.string ?? json["error"]?.string
            else { return nil }
            self.init(
                code: Self.short(type), message: (json["message"] ?? json["Message"])?.string ?? json["error_description"]?.string ?? "")
        } else if let type = response.headers["x-amzn-errortype"] {
            self.init(code: Self.short(type), message: "")
        } else {
            return nil
        }
    }

    private static func short(_ type: String) -> String {
        let name = type.split(separator: ":").first ?? ""
        return String(name.split(separator: "#").last ?? name)
    }

    private static let throttling: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown",
        "PriorRequestNotComplete", "EC2ThrottledException",
    ]
    private static let passing: Set<String> = [
        "InternalError", "InternalFailure", "InternalServiceException", "InternalServerError", "ServiceUnavailable", "RequestTimeout",
        "RequestTimeoutException", "OperationTimeoutException", "TransactionInProgressException", "IDPCommunicationError",
    ]
    private static let expired: Set<String> = ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"]
    private static let wrongClock: Set<String> = ["RequestTimeTooSkewed", "RequestInTheFuture"]

    package var verdict: Verdict? {
        if Self.throttling.contains(code) { return .throttled }
        if Self.passing.contains(code) { return .retry }
        if Self.expired.contains(code) { return .renewCredentials }
        if Self.wrongClock.contains(code) { return .adjustClock }
        return nil
    }

    /// For `CloudRequest.judge`: by the error's code, then by the status.
    /// - Source: AWS SDKs Reference Guide, "Retry behavior".
    package static func verdict(_ response: CloudResponse) -> Verdict {
        if response.isSuccess { return .accept }
        if response.status < 300 || response.status == 304 || response.status == 412 { return .accept }
        return AWSFault(response)?.verdict ?? Verdict.byStatus(response.status)
    }
}
