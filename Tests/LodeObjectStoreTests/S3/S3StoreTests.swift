import CloudDouble
import LodeCloud
import LodeCore
import Testing

@testable import LodeObjectStore

@Suite struct S3StoreTests {
    private let double: S3Double
    private let store: S3Store

    init() throws {
        double = try S3Double(pageSize: 7)
        store = Self.store(double)
    }

    static func store(_ double: S3Double, _ more: [String: String] = [:]) -> S3Store {
        let environment = CloudEnvironment(
            variables: ["AWS_ENDPOINT_URL_S3": double.url, "AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "hush"].merging(more) { $1 })
        return S3Store(environment, secrets: SecretRegistry(), client: CloudClient(environment))
    }

    private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) } }

    // MARK: Reading

    @Test func `opening an object is one request, which brings its end along`() throws {
        let content = bytes(300_000)
        double["b/a b/ü+.parquet"] = content
        let reader = try store.open("s3://b/a b/ü+.parquet")
        #expect(reader.size == 300_000 && reader.etag.count == 32)
        #expect(try reader.read(offset: 299_000, count: 1_000) == Array(content[299_000...]))
        #expect(double.requests.count == 1)
        #expect(try reader.read(offset: 10, count: 20) == Array(content[10..<30]))
        #expect(double.requests.count == 2)
        #expect(throws: SQLError.self) { try reader.read(offset: 299_999, count: 2) }
    }

    @Test func `what is announced is fetched by few requests and read without more`() throws {
        let content = bytes(4 << 20)
        double["b/x.parquet"] = content
        let reader = try store.open("s3://b/x.parquet")
        let ranges = [0..<1_000, 5_000..<9_000, 2 << 20..<(2 << 20) + 50_000]
        reader.willNeed(ranges)
        for range in ranges { #expect(try reader.read(offset: range.lowerBound, count: range.count) == Array(content[range])) }
        #expect(double.requests.count == 3)
        // They were dropped once they were read.
        #expect(try reader.read(offset: 0, count: 10) == Array(content[0..<10]))
        #expect(double.requests.count == 4)
    }

    @Test func `reading from front to back fetches ahead`() throws {
        let content = bytes(6 << 20)
        double["b/x.csv"] = content
        let reader = try store.open("s3://b/x.csv")
        var read: [UInt8] = []
        while read.count < content.count { read += try reader.read(offset: read.count, count: min(65_536, content.count - read.count)) }
        #expect(read == content)
        #expect(double.requests.count < 16)
    }

    @Test func `a listed file of text is read ahead too`() throws {
        let content = bytes(6 << 20)
        double["b/x.csv"] = content
        try Cancellation.$current.withValue(Cancellation()) {
            #expect(try store.list("s3://b", recursive: true).count == 1)
            store.willOpen("s3://b/x.csv") {}
            let reader = try store.open("s3://b/x.csv")
            var read: [UInt8] = []
            while read.count < content.count { read += try reader.read(offset: read.count, count: min(65_536, content.count - read.count)) }
            #expect(read == content)
        }
        #expect(double.requests.count < 16)
    }

    @Test(arguments: ["-5", "9223372036854775807", "", "many"])
    func `a listing with a size that is none is an error`(size: String) throws {
        let text = "<ListBucketResult><Contents><Key>x.parquet</Key><ETag>e</ETag><Size>\(size)</Size></Contents></ListBucketResult>"
        double.intercept { _ in DoubleAnswer(200, text: text) }
        #expect(#expect(throws: SQLError.self) { try store.list("s3://b", recursive: true) }?.state == .ioError)
    }

    @Test func `ranges of what no object can be are none`() {
        #expect(ContentRange("bytes 0-9/100") != nil)
        for text in ["bytes 0-9/9223372036854775807", "bytes 0-9/-1", "bytes 5-4/10", "bytes 0-10/10"] { #expect(ContentRange(text) == nil) }
    }

    @Test func `openings that nobody came for end with the statement`() throws {
        double["b/x.parquet"] = bytes(1_000)
        double.tamper { _, answer in answer.delayMillis = 3_000 }
        let arrived = Semaphore()
        Cancellation.$current.withValue(Cancellation()) { store.willOpen("s3://b/x.parquet") { arrived.signal() } }
        #expect(arrived.wait(until: MonotonicClock.now() + 1_500_000_000))
    }

    @Test func `an object that is replaced meanwhile is not mixed with the old one`() throws {
        double["b/x.parquet"] = bytes(300_000)
        let reader = try store.open("s3://b/x.parquet")
        double["b/x.parquet"] = bytes(300_001)
        let error = #expect(throws: SQLError.self) { try reader.read(offset: 0, count: 10) }
        #expect(error?.state == .dataCorrupted && error?.message.contains("replaced") == true)
    }

    @Test func `empty and small objects are read whole`() throws {
        double["b/empty"] = []
        double["b/small"] = [1, 2, 3]
        #expect(try store.open("s3://b/empty").size == 0)
        #expect(try store.open("s3://b/small").read(offset: 0, count: 3) == [1, 2, 3])
        #expect(
            try store.info("s3://b/small")
                == ObjectInfo(
                    path: "s3://b/small", size: 3, modifiedMicros: 1_440_938_160_000_000, etag: "5289df737df57326fcdd22597afb1fac"))
    }

    @Test func `what is missing is said, with what was meant`() throws {
        double["b/data/orders.parquet"] = [1]
        let error = #expect(throws: SQLError.self) { try store.open("s3://b/data/order.parquet") }
        #expect(error?.state == .undefinedFile && error?.hint?.contains("s3://b/data/orders.parquet") == true)
        #expect(try store.info("s3://b/none") == nil && store.info("s3://missing/x") == nil)
        #expect(try store.info("s3://b/data") == .folder("s3://b/data"))
        #expect(throws: SQLError.self) { try store.open("s3://b/data/") }
        #expect(throws: SQLError.self) { try store.open("s3:///x") }
    }

    // MARK: Listing

    @Test func `listings go over all pages, with folders or without`() throws {
        for number in 10..<40 { double["b/t/f\(number)"] = [1] }
        double["b/t/sub/x y+&"] = [1]
        double["b/t/"] = []
        double["b/tt"] = [1]
        let flat = try store.list("s3://b/t", recursive: false)
        #expect(flat.count == 31 && flat.last == .folder("s3://b/t/sub") && flat.first?.path == "s3://b/t/f10" && flat.first?.size == 1)
        #expect(try store.list("s3://b/t", recursive: true).map(\.path).last == "s3://b/t/sub/x y+&")
        #expect(try store.list("s3://b/none", recursive: true) == [])
    }

    @Test func `a pattern lists what its beginning leaves, not folder by folder`() throws {
        for day in 10..<30 { for part in 0..<3 { double["b/t/day=\(day)/\(part).parquet"] = [1] } }
        double["b/t/day=11/note.txt"] = [1]
        let registry = StoreRegistry()
        registry.register(store, scheme: "s3")
        #expect(try registry.expand("s3://b/t/*/*.parquet").count == 60)
        #expect(double.requests.allSatisfy { $0.query["list-type"] == "2" } && double.requests.count == 9)
        double.forgetRequests()
        #expect(try registry.expand("s3://b/t/day=1*/0.parquet").map(\.path).first == "s3://b/t/day=10/0.parquet")
        #expect(double.requests.allSatisfy { $0.query["prefix"] == "t/day=1" })
        #expect(try registry.expand("s3://b/**/2.parquet").count == 20)
        #expect(try registry.expand("s3://b/t/{day=10,day=11}/*").count == 7)
        #expect(try registry.expand("s3://b/t/day=11").count == 4)
        #expect(throws: SQLError.self) { try registry.expand("s3://b/t/*.csv") }
    }

    @Test func `an object whose name looks like a pattern can be named`() throws {
        double["b/x[1].parquet"] = [1]
        let registry = StoreRegistry()
        registry.register(store, scheme: "s3")
        #expect(try registry.expand("s3://b/x[1].parquet").map(\.path) == ["s3://b/x[1].parquet"])
    }

    // MARK: Writing

    @Test func `a small object is one request, a large one parts that appear at once`() throws {
        let small = try store.createWriter("s3://b/small")
        try small.write([1, 2, 3])
        #expect(double["b/small"] == nil)
        try small.finish()
        #expect(double["b/small"] == [1, 2, 3] && double.requests.count == 1)
        let content = bytes(25_000)
        let large = S3Writer(store.client, try S3Location("s3://b/large"), partBytes: 1_000)
        try large.write(content)
        try large.seal()
        #expect(double["b/large"] == nil && double.openUploads == 1)
        try large.finish()
        #expect(double["b/large"] == content && double.openUploads == 0)
    }

    @Test func `a write that is given up leaves nothing`() throws {
        do {
            let writer = S3Writer(store.client, try S3Location("s3://b/x"), partBytes: 100)
            try writer.write(bytes(1_000))
        }
        #expect(double.openUploads == 0 && double.paths == [])
        double.intercept { $0.query["partNumber"] == "3" ? DoubleAnswer(403, text: "<Error><Code>AccessDenied</Code></Error>") : nil }
        let failing = S3Writer(store.client, try S3Location("s3://b/y"), partBytes: 100)
        #expect(throws: SQLError.self) {
            try failing.write(bytes(1_000))
            try failing.finish()
        }
        failing.abort()
        #expect(double.openUploads == 0 && double.paths == [])
    }

    @Test func `of those who write where nothing is, one gets true`() throws {
        #expect(try store.putIfAbsent("s3://b/v1", [1]))
        #expect(try !store.putIfAbsent("s3://b/v1", [2]))
        #expect(double["b/v1"] == [1])
        let etag = try #require(try store.info("s3://b/v1")).etag
        #expect(try store.replace("s3://b/v1", [3], ifTag: etag))
        #expect(try !store.replace("s3://b/v1", [4], ifTag: etag) && double["b/v1"] == [3])
        #expect(try !store.replace("s3://b/none", [4], ifTag: etag))
    }

    @Test func `a conditional write whose answer gets lost knows that it has won`() throws {
        double.tamper { request, answer in
            if request.method == "PUT", request.number == 1 { answer.fault = .hangUp }
        }
        #expect(try store.putIfAbsent("s3://b/v1", [1]))
        #expect(double["b/v1"] == [1])
    }

    @Test func `an upload whose completion gets lost is found complete`() throws {
        double.tamper { request, answer in
            if request.method == "POST", request.query["uploadId"] != nil { answer.fault = .hangUp }
        }
        let writer = S3Writer(store.client, try S3Location("s3://b/x"), partBytes: 100)
        try writer.write(bytes(1_000))
        try writer.finish()
        #expect(double["b/x"] == bytes(1_000))
    }

    @Test func `an error with status 200 does not complete an upload`() throws {
        double.intercept {
            $0.method == "POST" && $0.query["uploadId"] != nil ? DoubleAnswer(200, text: "<Error><Code>InvalidPart</Code></Error>") : nil
        }
        let writer = S3Writer(store.client, try S3Location("s3://b/x"), partBytes: 100)
        try writer.write(bytes(1_000))
        #expect(throws: SQLError.self) { try writer.finish() }
    }

    @Test func `many objects are deleted by few requests`() throws {
        let paths = (0..<2_500).map { "s3://b/d/\($0)" }
        for path in paths { double[String(path.dropFirst(5))] = [1] }
        double["b/keep"] = [1]
        try store.delete(paths + ["s3://b/d/never"])
        #expect(double.paths == ["b/keep"] && double.requests.count == 3)
        try store.delete("s3://b/keep")
        try store.delete("s3://b/keep")
        #expect(double.paths == [])
    }

    @Test func `uploads of killed writers are removed`() throws {
        for name in ["x/1", "x/2", "y"] { _ = try store.client.begin(try S3Location("s3://b/\(name)")) }
        #expect(try store.abandonedWrites(in: "s3://b/x", before: 0) == [])
        let below = try store.abandonedWrites(in: "s3://b/x", before: .max)
        #expect(below.map(\.path).sorted() == ["s3://b/x/1", "s3://b/x/2"])
        try store.drop(below)
        #expect(double.openUploads == 1)
        // One that is gone is none that fails.
        try store.drop(below + (try store.abandonedWrites(in: "s3://b", before: .max)))
        #expect(double.openUploads == 0)
    }

    @Test func `an object that is sent whole says what it must be`() throws {
        try store.put("s3://b/x", Array("hello".utf8))
        let writer = try store.createWriter("s3://b/y")
        try writer.write(Array("hello".utf8))
        try writer.finish()
        #expect(double.requests.map { $0.header("Content-MD5") } == ["XUFAKrxLKna5cZ2REBfFkg==", "XUFAKrxLKna5cZ2REBfFkg=="])
    }

    @Test func `many objects are looked at together`() throws {
        for number in 0..<40 { double["b/d/\(number)"] = bytes(number) }
        let paths = (0..<40).map { "s3://b/d/\($0)" } + ["s3://b/never"]
        let found = try store.info(paths)
        #expect(found.map { $0?.size } == (0..<40).map { Optional($0) } + [nil])
        #expect(double.requests.filter { $0.method == "HEAD" }.count <= paths.count + 1)
    }

    // MARK: Faults

    /// What may go wrong with any answer.
    enum Trouble: String, CaseIterable {
        case slowDown, internalError, hangUp, tear, stall, wrongLength, otherRange, wholeInstead, errorInstead, garbage

        func strike(_ answer: inout DoubleAnswer) {
            switch self {
            case .slowDown: answer = DoubleAnswer(503, text: "<Error><Code>SlowDown</Code></Error>")
            case .internalError: answer = DoubleAnswer(500, text: "<Error><Code>InternalError</Code></Error>")
            case .hangUp: answer.fault = .hangUp
            case .tear: answer.fault = .tear(after: answer.body.count / 2)
            case .stall: answer.fault = .stall(after: answer.body.count / 2)
            case .wrongLength: answer.fault = .announce(length: answer.body.count + 1)
            case .otherRange:
                answer.headers = answer.headers.map { $0.0 == "Content-Range" ? ($0.0, "bytes 7-\(6 + answer.body.count)/9999999") : $0 }
            case .wholeInstead: answer.status = 200
            case .errorInstead: answer = DoubleAnswer(200, text: "<Error><Code>InternalError</Code><Message>m</Message></Error>")
            case .garbage: answer = DoubleAnswer(200, text: "<html>captive portal</html>")
            }
        }
    }

    @Test(arguments: Trouble.allCases)
    func `reads are right or fail, whatever happens to answers`(trouble: Trouble) throws {
        let content = bytes(400_000)
        double["b/x.parquet"] = content
        // Each third answer.
        double.tamper { request, answer in if request.number % 3 == 1 { trouble.strike(&answer) } }
        let reader = try store.open("s3://b/x.parquet")
        reader.willNeed([0..<100_000, 200_000..<210_000])
        #expect(try reader.read(offset: 0, count: 100_000) == Array(content[..<100_000]))
        #expect(try reader.read(offset: 200_000, count: 10_000) == Array(content[200_000..<210_000]))
        #expect(try reader.read(offset: 150_000, count: 10) == Array(content[150_000..<150_010]))
    }

    @Test func `listings are whole or fail, whatever happens to answers`() throws {
        for number in 10..<40 { double["b/t/f\(number)"] = [1] }
        for trouble in Trouble.allCases where ![.otherRange, .wholeInstead, .stall, .wrongLength].contains(trouble) {
            double.forgetRequests()
            double.tamper { request, answer in if request.number % 3 == 1 { trouble.strike(&answer) } }
            #expect(try store.list("s3://b/t", recursive: true).count == 30)
        }
        double.intercept { _ in DoubleAnswer(200, text: "<html>captive portal</html>") }
        let few = Self.store(double, ["AWS_MAX_ATTEMPTS": "2"])
        #expect(throws: SQLError.self) { try few.list("s3://b/t", recursive: true) }
    }

    // MARK: Settings

    @Test func `a refusal of a request without a signature says so, and no secret is in any message`() throws {
        double.intercept { _ in DoubleAnswer(403, text: "<Error><Code>AccessDenied</Code><Message>no</Message></Error>") }
        let environment = CloudEnvironment(variables: ["AWS_ENDPOINT_URL_S3": double.url, "AWS_EC2_METADATA_DISABLED": "true"])
        let anonymous = S3Store(environment, secrets: SecretRegistry(), client: CloudClient(environment))
        let error = #expect(throws: SQLError.self) { try anonymous.open("s3://b/x") }
        #expect(error?.state == .insufficientPrivilege && error?.hint?.contains("CREATE SECRET") == true)
        #expect(double.requests.allSatisfy { $0.header("Authorization") == nil })
        let signed = #expect(throws: SQLError.self) { try store.open("s3://b/x") }
        #expect(signed?.state == .insufficientPrivilege && "\(signed!)".contains("hush") == false)
        #expect(double.requests.last?.header("Authorization")?.contains("Credential=K/") == true)
    }

    private func account(_ path: String, _ variables: [String: String] = [:], _ options: [String: String]? = nil) throws -> S3Account {
        let environment = CloudEnvironment(variables: variables), location = try S3Location(path)
        let secret = options.map {
            CloudSecret(name: "s", kind: location.isGoogle ? .gcs : .s3, provider: .config, scope: [], options: $0.mapValues { Secret($0) })
        }
        return try S3Account(location, secret, environment, CloudClient(environment))
    }

    private func url(_ path: String, _ variables: [String: String] = [:], _ options: [String: String]? = nil) throws -> String {
        let made = try account(path, variables, options), location = try S3Location(path)
        return made.url(location.bucket, location.key, region: made.region ?? "us-east-1").text
    }

    @Test func `buckets stand in the host at AWS, and in the path elsewhere`() throws {
        #expect(try url("s3://bucket/a b/c=1") == "https://bucket.s3.us-east-1.amazonaws.com/a%20b/c%3D1")
        #expect(try url("s3a://bucket/k", ["AWS_REGION": "eu-west-1"]) == "https://bucket.s3.eu-west-1.amazonaws.com/k")
        #expect(try url("s3://a.b/k", ["AWS_REGION": "cn-north-1"]) == "https://s3.cn-north-1.amazonaws.com.cn/a.b/k")
        #expect(try url("s3://b/k", ["AWS_ENDPOINT_URL": "http://h:9000"]) == "http://h:9000/b/k")
        #expect(try url("s3://b/k", [:], ["endpoint": "h:9000", "use_ssl": "false", "url_style": "vhost"]) == "http://b.h:9000/k")
        #expect(try url("s3://b/k", [:], ["endpoint": "h:9000"]) == "https://h:9000/b/k")
        #expect(try url("gs://b/k", ["AWS_ENDPOINT_URL": "http://h:9000"]) == "https://storage.googleapis.com/b/k")
        #expect(throws: SQLError.self) { try url("s3://b/k", [:], ["endpoint": "https://h", "use_ssl": "false"]) }
    }

    @Test func `encryption and requester pays are headers`() throws {
        let made = try account(
            "s3://b/k", [:],
            ["kms_key_id": "k", "requester_pays": "true", "customer_key": Base64.encode([UInt8](repeating: 107, count: 32))])
        #expect(
            made.writeHeaders["x-amz-server-side-encryption"] == "aws:kms"
                && made.writeHeaders["x-amz-server-side-encryption-aws-kms-key-id"] == "k")
        #expect(made.headers["x-amz-request-payer"] == "requester")
        #expect(made.objectHeaders["x-amz-server-side-encryption-customer-key-MD5"] == "mT2HRsMGJ5IX5C+0rreZ8Q==")
        #expect(throws: SQLError.self) { try account("s3://b/k", [:], ["customer_key": "abc"]) }
        #expect(throws: SQLError.self) { try account("s3://b/k", [:], ["server_side_encryption": "rot13"]) }
    }

    @Test func `a bucket in another region is found`() throws {
        let environment = CloudEnvironment(variables: [:])
        let client = S3Client(environment, SecretRegistry(), CloudClient(environment))
        let moved = CloudResponse(status: 301, headers: ["x-amz-bucket-region": "eu-central-1"]), location = try S3Location("s3://b/k")
        #expect(client.learnsRegion(moved, location) && !client.learnsRegion(moved, location))
        #expect(try client.request(.get, location).url.text == "https://b.s3.eu-central-1.amazonaws.com/k")
    }

    @Test func `the secret with the longest scope applies`() {
        let secrets = SecretRegistry()
        func add(_ name: String, _ scope: [String]) {
            #expect(
                secrets.add(
                    CloudSecret(name: name, kind: .s3, provider: .config, scope: scope, options: ["secret": Secret("hush")]),
                    replaces: false))
        }
        add("all", [])
        add("a", ["s3://a"])
        add("deep", ["s3://a/x/"])
        #expect(secrets.best(for: "s3://b/k", .s3)?.name == "all" && secrets.best(for: "s3://ab/k", .s3)?.name == "all")
        #expect(secrets.best(for: "s3://a/k", .s3)?.name == "a" && secrets.best(for: "s3://a/x/k", .s3)?.name == "deep")
        #expect(secrets.best(for: "gs://a/k", .gcs) == nil)
        #expect(!secrets.add(CloudSecret(name: "a", kind: .s3, provider: .config, scope: [], options: [:]), replaces: false))
        #expect(secrets.all.map(\.shown).first == "name=a;type=s3;provider=config;scope=s3://a;secret=redacted")
        #expect(secrets.remove("a") && !secrets.remove("a"))
    }
}
