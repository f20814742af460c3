import CloudDouble
import LodeCore
import Testing

@testable import LodeCloud

@Suite struct CredentialTests {
    private func current(_ variables: [String: String], files: [String: String] = [:], profile: String? = nil) throws -> AWSCredentials? {
        var variables = variables
        if variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] == nil { variables["AWS_EC2_METADATA_DISABLED"] = "true" }
        variables["HOME"] = "/home/u"
        let environment = CloudEnvironment(variables: variables, files: files)
        return try AWSSettings(environment, profile: profile).credentials(CloudClient(environment)).current()
    }

    private static let config = """
        [default]
        region = eu-west-1
        [profile role]
        role_arn = arn:aws:iam::1:role/r
        source_profile = keys
        external_id = e
        [profile circle]
        role_arn = arn:aws:iam::1:role/c
        source_profile = circle2
        [profile circle2]
        role_arn = arn:aws:iam::1:role/c
        source_profile = circle
        [profile sso]
        sso_session = s
        sso_account_id = 1
        sso_role_name = reader
        [sso-session s]
        sso_start_url = https://example.awsapps.com/start
        sso_region = eu-west-1
        [profile run]
        credential_process = /bin/x
        """
    private static let keys = """
        [default]
        aws_access_key_id = ID   # who
        aws_secret_access_key = SE/CRET+=
        [keys]
        aws_access_key_id=KEYS
        aws_secret_access_key=S2
        aws_session_token=T2
        """
    private static let files = ["/home/u/.aws/config": config, "/home/u/.aws/credentials": keys]

    @Test func `nobody is nobody`() throws {
        #expect(try current([:]) == nil)
    }

    @Test func `the environment comes before the profile`() throws {
        let variables = ["AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "T"]
        #expect(try current(variables, files: Self.files) == AWSCredentials(keyID: "E", secret: Secret("S"), sessionToken: Secret("T")))
        #expect(try current([:], files: Self.files) == AWSCredentials(keyID: "ID", secret: Secret("SE/CRET+=")))
        #expect(
            try current(["AWS_PROFILE": "keys"], files: Self.files)
                == AWSCredentials(keyID: "KEYS", secret: Secret("S2"), sessionToken: Secret("T2")))
    }

    @Test func `a profile that is not there is named, with what was meant`() throws {
        let error = #expect(throws: SQLError.self) { try current(["AWS_PROFILE": "roles"], files: Self.files) }
        #expect(error?.state == .undefinedObject && error?.hint?.contains("\"role\"") == true)
    }

    @Test func `settings come from profiles too`() throws {
        let environment = CloudEnvironment(
            variables: ["HOME": "/h"],
            files: [
                "/h/.aws/config": """
                [default]
                region = eu-west-1
                endpoint_url = http://all
                services = local
                s3 =
                  addressing_style = path
                [services local]
                glue =
                  endpoint_url = http://glue
                """
            ])
        let settings = try AWSSettings(environment)
        #expect(settings.region == "eu-west-1" && settings.endpoint("s3") == "http://all" && settings.endpoint("glue") == "http://glue")
        #expect(settings.profile["s3.addressing_style"] == "path")
    }

    private static func role(_ id: String, _ action: String) -> String {
        """
        <?xml version="1.0"?><\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(action)Result><Credentials>
        <AccessKeyId>\(id)</AccessKeyId><SecretAccessKey>s&amp;s</SecretAccessKey><SessionToken>t</SessionToken>
        <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></\(action)Result></\(action)Response>
        """
    }

    @Test func `a role is taken on with the credentials of its source profile`() throws {
        let double = try CloudDouble { _ in DoubleAnswer(200, text: Self.role("ROLE", "AssumeRole")) }
        let found = try current(["AWS_PROFILE": "role", "AWS_ENDPOINT_URL_STS": double.url], files: Self.files)
        #expect(found?.keyID == "ROLE" && found?.secret.reveal() == "s&s" && found?.expires == 4_070_908_800)
        let sent = try #require(double.requests.first)
        let body = String(decoding: sent.body, as: UTF8.self)
        #expect(
            body.contains("Action=AssumeRole&") && body.contains("ExternalId=e")
                && body.contains("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"))
        #expect(sent.header("Authorization")?.contains("Credential=KEYS/") == true && sent.header("X-Amz-Security-Token") == "T2")
    }

    @Test func `a role that is refused says why`() throws {
        let double = try CloudDouble { _ in
            DoubleAnswer(
                403,
                text: "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>"
            )
        }
        let error = #expect(throws: SQLError.self) {
            try current(["AWS_PROFILE": "role", "AWS_ENDPOINT_URL_STS": double.url], files: Self.files)
        }
        #expect(error?.state == .invalidAuthorization && error?.detail?.contains("AccessDenied: not you") == true)
    }

    @Test func `profiles that lead in a circle, or to a program, are refused`() throws {
        #expect(throws: SQLError.self) { try current(["AWS_PROFILE": "circle"], files: Self.files) }
        let error = #expect(throws: SQLError.self) { try current(["AWS_PROFILE": "run"], files: Self.files) }
        #expect(error?.state == .featureNotSupported)
    }

    @Test func `a web identity is a token in a file`() throws {
        let double = try CloudDouble { _ in DoubleAnswer(200, text: Self.role("WEB", "AssumeRoleWithWebIdentity")) }
        let found = try current(
            ["AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:r", "AWS_ENDPOINT_URL_STS": double.url],
            files: ["/token": "jwt\n"])
        #expect(found?.keyID == "WEB")
        let sent = try #require(double.requests.first)
        #expect(String(decoding: sent.body, as: UTF8.self).contains("WebIdentityToken=jwt") && sent.header("Authorization") == nil)
    }

    private static let document = #"{"AccessKeyId":"M","SecretAccessKey":"S","Token":"T","Expiration":"2099-01-01T00:00:00Z"}"#

    @Test func `a container is asked with its token`() throws {
        let double = try CloudDouble { $0.header("Authorization") == "tok" ? DoubleAnswer(200, text: Self.document) : DoubleAnswer(403) }
        let found = try current([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": double.url + "/c", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "tok",
        ])
        #expect(found?.keyID == "M")
        #expect(throws: SQLError.self) { try current(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/c"]) }
    }

    @Test func `an instance is asked with a token of its own`() throws {
        let double = try CloudDouble { request in
            switch (request.method, request.path) {
            case ("PUT", "/latest/api/token"): return DoubleAnswer(200, text: "imds")
            case _ where request.header("X-aws-ec2-metadata-token") != "imds": return DoubleAnswer(401)
            case ("GET", "/latest/meta-data/iam/security-credentials/"): return DoubleAnswer(200, text: "role")
            case ("GET", "/latest/meta-data/iam/security-credentials/role"): return DoubleAnswer(200, text: Self.document)
            default: return DoubleAnswer(404)
            }
        }
        #expect(try current(["AWS_EC2_METADATA_SERVICE_ENDPOINT": double.url])?.keyID == "M")
    }

    @Test func `single sign-on exchanges the cached token`() throws {
        let double = try CloudDouble { request in
            guard request.header("x-amz-sso_bearer_token") == "at", request.query["role_name"] == "reader" else { return DoubleAnswer(401) }
            return DoubleAnswer(
                200, text: #"{"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"S","sessionToken":"T","expiration":4070908800000}}"#
            )
        }
        // The name of the file is the SHA-1 of the session's name, "s".
        let cache = "/home/u/.aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json"
        var files = Self.files
        let variables = ["AWS_PROFILE": "sso", "AWS_ENDPOINT_URL_SSO": double.url]
        let missing = #expect(throws: SQLError.self) { try current(variables, files: files) }
        #expect(missing?.hint == "Run: aws sso login")
        files[cache] = #"{"accessToken":"at","expiresAt":"2099-01-01T00:00:00Z"}"#
        let found = try current(variables, files: files)
        #expect(found?.keyID == "SSO" && found?.expires == 4_070_908_800)
    }

    private final class Source: CredentialSource {
        let place = "a test"
        let loads = Lock(0)
        let lifetime: Int64
        let clock: Lock<Int64>

        init(lifetime: Int64, clock: consuming Lock<Int64>) {
            self.lifetime = lifetime
            self.clock = clock
        }

        func load() throws(SQLError) -> AWSCredentials? {
            let number = loads.withLock { loads in
                loads += 1
                return loads
            }
            return AWSCredentials(keyID: "K\(number)", secret: Secret("s"), expires: clock.withLock { $0 } + lifetime)
        }
    }

    @Test func `credentials are kept, renewed before they expire, and forgotten when they are refused`() throws {
        let source = Source(lifetime: 3_600, clock: Lock(1_000))
        let chain = CredentialChain([source], now: { source.clock.withLock { $0 } })
        #expect(try chain.current()?.keyID == "K1" && chain.current()?.keyID == "K1")
        source.clock.withLock { $0 += 3_600 - CredentialChain.margin - 1 }
        #expect(try chain.current()?.keyID == "K1")
        source.clock.withLock { $0 += 2 }
        #expect(try chain.current()?.keyID == "K2" && chain.current()?.keyID == "K2")
        chain.forget()
        #expect(try chain.current()?.keyID == "K3")
    }

    @Test func `a request whose credentials have expired is signed again with new ones`() throws {
        let source = Source(lifetime: 3_600, clock: Lock(CloudTime.secondsNow()))
        let double = try CloudDouble {
            $0.header("Authorization")?.contains("=K1/") == true
                ? DoubleAnswer(400, text: "<Error><Code>ExpiredToken</Code><Message>old</Message></Error>") : DoubleAnswer(200, text: "ok")
        }
        var request = CloudRequest(
            .get, try CloudURL(double.url), signer: SigV4Signer(CredentialChain([source]), region: "r", service: "s3"))
        request.judge = AWSFault.verdict
        #expect(try CloudClient(CloudEnvironment(variables: [:])).send(request).text == "ok")
        #expect(double.requests.count == 2)
    }

    @Test func `a clock that is wrong is set by the service's`() throws {
        let double = try CloudDouble {
            $0.header("X-Amz-Date")?.hasPrefix("20990101") == true
                ? DoubleAnswer(200, text: "ok")
                : DoubleAnswer(
                    403, text: "<Error><Code>RequestTimeTooSkewed</Code></Error>", headers: [("Date", "Thu, 01 Jan 2099 00:00:10 GMT")])
        }
        let keys = StaticCredentials(AWSCredentials(keyID: "K", secret: Secret("s")))
        var request = CloudRequest(.get, try CloudURL(double.url), signer: SigV4Signer(keys, region: "r", service: "s3"))
        request.judge = AWSFault.verdict
        #expect(try CloudClient(CloudEnvironment(variables: [:])).send(request).text == "ok")
    }

    @Test func `a secret is not in what is printed of it`() {
        let credentials = AWSCredentials(keyID: "K", secret: Secret("hush"), sessionToken: Secret("hush"))
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] { #expect(!text.contains("hush")) }
    }
}
