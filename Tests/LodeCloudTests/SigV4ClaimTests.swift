// Requests whose signature is checked.

import LodeCore
import Testing

@testable import LodeCloud

@Suite struct SigV4ClaimTests {
    private let seconds: Int64 = 1_440_938_160  // 2015-08-30T12:36:00Z
    private let secret = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

    private func signed(_ service: String = "glue", body: String = "{}", _ headers: CloudHeaders = [:]) throws -> CloudRequest {
        var request = CloudRequest(
            .post, try CloudURL("http://127.0.0.1:8181/v1/namespaces/a%1Fb/tables?x=2&a=%2F"), headers: headers, body: Array(body.utf8))
        SigV4(region: "eu-west-1", service: service).sign(&request, AWSCredentials(keyID: "LODEKEY", secret: secret), seconds: seconds)
        return request
    }

    private func isProven(
        _ request: CloudRequest, secret: Secret? = nil, later: Int64 = 0, body: [UInt8]? = nil, path: String? = nil
    ) -> Bool {
        guard let claim = SigV4Claim(authorization: request.headers["Authorization"] ?? "") else { return false }
        return claim.isProven(
            secret ?? self.secret, method: request.method.rawValue, path: path ?? request.url.path, query: request.url.query,
            headers: request.headers.fields, body: body ?? request.body, seconds: seconds + later)
    }

    @Test func `what was signed is taken, whoever else added headers`() throws {
        var request = try signed("glue", ["X-Amz-Target": "AWSGlue.GetTable", "Content-Type": "a  b"])
        #expect(SigV4Claim(authorization: request.headers["Authorization"] ?? "")?.keyID == "LODEKEY")
        #expect(isProven(request))
        request.headers["X-Forwarded-For"] = "10.0.0.1"
        #expect(isProven(request))
        #expect(isProven(try signed("execute-api")))
        #expect(isProven(try signed(body: "")))
    }

    @Test func `what was changed is not`() throws {
        let request = try signed("glue", ["X-Amz-Target": "AWSGlue.GetTable"])
        #expect(!isProven(request, secret: Secret("other")))
        #expect(!isProven(request, body: Array("{ }".utf8)))
        #expect(!isProven(request, path: "/v1/namespaces/a/tables"))
        var other = request
        other.headers["X-Amz-Target"] = "AWSGlue.DeleteTable"
        #expect(!isProven(other))
        other = request
        other.headers["X-Amz-Target"] = nil
        #expect(!isProven(other))
        // Nor what was added that says what the request means.
        other = try signed("glue")
        other.headers["X-Amz-Target"] = "AWSGlue.DeleteTable"
        #expect(!isProven(other))
        other = request
        other.url.query = "x=3&a=%2F"
        #expect(!isProven(other))
    }

    @Test func `a signature holds for a quarter of an hour`() throws {
        let request = try signed()
        #expect(isProven(request, later: 900) && isProven(request, later: -900))
        #expect(!isProven(request, later: 901) && !isProven(request, later: -901))
    }

    /// As clients of Iceberg send it, and sign it.
    @Test func `the hash of the body may be in Base64`() throws {
        let hash = "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="
        #expect(isProven(try signed("execute-api", ["x-amz-content-sha256": hash])))
        #expect(!isProven(try signed("execute-api", ["x-amz-content-sha256": "UNSIGNED-PAYLOAD"])))
    }

    @Test(arguments: [
        "", "Bearer x", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a/b", "AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, Signature=0",
        "AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=", "AWS4-HMAC-SHA256 =,=,=", "AWS4-HMAC-SHA256 Credential=////aws4_request",
    ]) func `what is no signature is none`(text: String) {
        #expect(SigV4Claim(authorization: text) == nil)
    }

    @Test(arguments: ["", "20150830T123600", "2015-08-30T12:36:00Z", "99999999T999999Z", "20150830T1236é", "20150830T123600ZZ"])
    func `a time that is none is not taken`(time: String) throws {
        let text = "AWS4-HMAC-SHA256 Credential=k/\(time.prefix(8))/r/s/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"
        let claim = try #require(SigV4Claim(authorization: text))
        let headers = [(name: "host", value: "h"), (name: "x-amz-date", value: time)]
        #expect(!claim.isProven(secret, method: "GET", path: "/", query: "", headers: headers, body: [], seconds: seconds))
    }
}
