/// What a server's refusals mean to a user.

import LodeCloud
import LodeCore

enum RemoteFault {
    /// The error for an answer that is none of success, after trying to `verb` ("read", "write") `path`.
    static func error(_ response: CloudResponse, _ verb: String, _ path: String, anonymous: Bool = false) -> SQLError {
        let fault = AWSFault(response)
        let what = fault.map { "\($0.code)\($0.message.isEmpty ? "" : ": \($0.message)")" }
        let detail = what.map { "The server says: \($0)" } ?? "The server answered with status \(response.status)."
        let start = "could not \(verb) \"\(path)\""
        switch (response.status, fault?.code) {
        case (_, "NoSuchBucket"?):
            return SQLError(.undefinedFile, "\(start): there is no such bucket", detail: detail)
        case (404, _), (410, _), (_, "NoSuchKey"?):
            return SQLError(.undefinedFile, "\(start): there is no such file", detail: what.map { "The server says: \($0)" })
        case (401, _), (403, _), (_, "AccessDenied"?), (_, "InvalidAccessKeyId"?), (_, "SignatureDoesNotMatch"?), (_, "ExpiredToken"?):
            return SQLError(
                .insufficientPrivilege, "\(start): access is denied", detail: detail,
                hint: anonymous
                    ? "No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or CREATE SECRET."
                    : "Look at the credentials and what they allow.")
        case (507, _): return SQLError(.diskFull, "\(start): the server has no space left", detail: detail)
        case (429, _), (503, _), (_, "SlowDown"?):
            return SQLError(.ioError, "\(start): the server asks for fewer requests", detail: detail, hint: "Try again later.")
        default: return SQLError(.ioError, start, detail: detail)
        }
    }
}
