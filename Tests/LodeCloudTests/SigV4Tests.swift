import LodeCore
import Testing

@testable import LodeCloud

/// The expected signatures are those that botocore computes for the same requests; the first is also AWS's published `get-vanilla`.
@Suite struct SigV4Tests {
    private let seconds: Int64 = 1_440_938_160  // 2015-08-30T12:36:00Z

    private func credentials(_ token: String? = nil) -> AWSCredentials {
        AWSCredentials(
            keyID: "AKIDEXAMPLE", secret: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), sessionToken: token.map { Secret($0) })
    }

    private func signed(
        _ service: String, _ method: CloudRequest.Method, _ url: String, _ headers: CloudHeaders = [:], body: String = "",
        token: String? = nil
    ) throws -> String {
        var request = CloudRequest(method, try CloudURL(url), headers: headers, body: Array(body.utf8))
        SigV4(region: "us-east-1", service: service).sign(&request, credentials(token), seconds: seconds)
        let text = try #require(request.headers["Authorization"])
        let scope = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/\(service)/aws4_request, SignedHeaders="
        #expect(text.hasPrefix(scope))
        return String(text.dropFirst(scope.count))
    }

    @Test func `the plainest request has the published signature`() throws {
        #expect(
            try signed("service", .get, "https://example.amazonaws.com/")
                == "host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
    }

    @Test func `parameters are sorted by name and value, and encoded`() throws {
        #expect(
            try signed(
                "service", .get, "https://example.amazonaws.com/?Param2=value2&Param1=value1&Param1=Value0&a%20b=%C3%BC%2F&flag=")
                == "host;x-amz-date, Signature=56ec19325669311dd705c6ccefcf506c100a9c387970578397ade25277f251c4")
    }

    @Test func `paths are encoded twice but for S3`() throws {
        #expect(
            try signed("service", .get, "https://example.amazonaws.com/a%20b/%E1%88%B4/x")
                == "host;x-amz-date, Signature=737b3b8fc0e7631b0e7398d9ab4cea40a5ecf26e64319e54a1bb293e2f9c0fb1")
        #expect(
            try signed("s3", .get, "https://bucket.s3.amazonaws.com/a%20b/%C3%BC~%2Bx.parquet", ["Range": "bytes=0-9"])
                == "host;range;x-amz-content-sha256;x-amz-date, "
                + "Signature=535fe1e928d2bbc3a2a6f7d4248dd129652028a34aa88bc56096ece29b039bdf")
    }

    @Test func `bodies, headers and session tokens are signed`() throws {
        #expect(
            try signed(
                "glue", .post, "https://glue.us-east-1.amazonaws.com/",
                ["Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AWSGlue.GetTable"], body: #"{"Name":"t"}"#,
                token: "session/token==")
                == "content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
                + "Signature=87e113920eb98e186687bc44891dbdbaa256bff96ba7238583e90b3280f5747b")
        #expect(
            try signed(
                "s3", .put, "http://127.0.0.1:9000/bucket/key%3Da/b?partNumber=1&uploadId=x%2By", ["If-None-Match": "*"], body: "hello",
                token: "tok")
                == "host;if-none-match;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
                + "Signature=e286e9575d2f49db9d6def3ecf2d52fb9602303f489e15eddebb74ec98d0ed13")
    }

    @Test func `a presigned URL carries its signature`() throws {
        let scheme = SigV4(region: "us-east-1", service: "s3")
        let get = scheme.presign(
            .get, try CloudURL("https://bucket.s3.amazonaws.com/a%20b/x.parquet"), credentials(), expires: 86_400, seconds: seconds)
        #expect(get.text.hasSuffix("&X-Amz-Signature=2b58eac28bd00f90fde13c8697b3cbc5baa7e57c574f9b3c0e1dadeb8a015ce0"))
        let put = scheme.presign(
            .put, try CloudURL("https://bucket.s3.amazonaws.com/k?partNumber=2&uploadId=q"), credentials("t/k="), expires: 86_400,
            seconds: seconds)
        #expect(put.text.hasSuffix("&X-Amz-Signature=4092ac01da8722290fa621e122a79b25a6e10ad4334b48c89dd29710deea9da0"))
        #expect(!put.shown.contains("Signature"))
    }
}
