/// The requests of S3: one function an operation.

import Crypto
import LodeCloud
import LodeCore

/// Speaks to buckets, whichever server has them. Knows for each location whose credentials apply, and learns where buckets are.
/// - Source: Amazon S3 API Reference, 2006-03-01.
final class S3Client: Sendable {
    let client: CloudClient
    private let environment: CloudEnvironment
    private let secrets: SecretRegistry
    private let known = Lock<Known>(Known())

    private struct Known {
        var generation = -1
        /// By the secret's name and the bucket, so that credentials are kept until they expire.
        var accounts: [String: S3Account] = [:]
        var regions: [String: String] = [:]
    }

    init(_ environment: CloudEnvironment, _ secrets: SecretRegistry, _ client: CloudClient) {
        self.environment = environment
        self.secrets = secrets
        self.client = client
    }

    func account(_ location: S3Location) throws(SQLError) -> S3Account {
        let kind = location.isGoogle ? CloudSecret.Kind.gcs : .s3, generation = secrets.generation
        // All schemes of one kind mean the same bucket.
        let usual = "\(kind == .gcs ? "gs" : "s3")://\(location.bucket)/\(location.key)"
        let secret = secrets.best(for: location.path, kind) ?? secrets.best(for: usual, kind)
        let name = "\(location.isGoogle)\0\(secret?.name ?? "")\0\(location.bucket)"
        let found = known.withLock { known -> S3Account? in
            if known.generation != generation { known.accounts = [:] }
            known.generation = generation
            return known.accounts[name]
        }
        if let found { return found }
        let made = try S3Account(location, secret, environment, client)
        known.withLock { known in
            if known.generation == generation { known.accounts[name] = made }
        }
        return made
    }

    private func region(_ location: S3Location, _ account: S3Account) -> String {
        known.withLock { $0.regions[location.bucket] } ?? account.region ?? "us-east-1"
    }

    /// The address of a key; nil is the location's.
    func url(_ location: S3Location, _ account: S3Account, key: String? = nil) -> CloudURL {
        account.url(location.bucket, key ?? location.key, region: region(location, account))
    }

    /// A signed request for a key.
    /// - Parameter key: nil is the location's.
    func request(
        _ method: CloudRequest.Method, _ location: S3Location, key: String? = nil, query: [(name: String, value: String)] = [],
        kind: String? = nil
    ) throws(SQLError) -> CloudRequest {
        let account = try account(location), region = region(location, account)
        var url = url(location, account, key: key)
        for (name, value) in query { url.add(name, value) }
        var request = CloudRequest(
            method, url, headers: account.headers,
            signer: SigV4Signer(account.credentials, region: region, service: "s3", mayBeAnonymous: true))
        request.judge = AWSFault.verdict
        request.kind = kind
        return request
    }

    func add(_ headers: CloudHeaders, _ request: inout CloudRequest) {
        for (name, value) in headers.fields { request.headers[name] = value }
    }

    /// Sends what `make` makes, once more if the bucket turns out to be in another region.
    func send(_ location: S3Location, _ make: () throws(SQLError) -> CloudRequest) throws(SQLError) -> CloudResponse {
        let response = try client.send(try make())
        guard learnsRegion(response, location) else { return response }
        return try client.send(try make())
    }

    func learnsRegion(_ response: CloudResponse, _ location: S3Location) -> Bool {
        guard [301, 307, 400, 403].contains(response.status), (try? account(location).endpoint) == .some(nil) else { return false }
        guard let region = response.headers["x-amz-bucket-region"] ?? (CloudXML(response.body)?.text("Region")), !region.isEmpty else {
            return false
        }
        return known.withLock { known in
            if known.regions[location.bucket] == region { return false }
            known.regions[location.bucket] = region
            return true
        }
    }

    /// The error for an answer that is none of success.
    func error(_ response: CloudResponse, _ verb: String, _ location: S3Location) -> SQLError {
        let isAnonymous = ((try? account(location).credentials.current()) ?? nil) == nil
        return RemoteFault.error(response, verb, location.path, anonymous: isAnonymous)
    }

    // MARK: Objects

    /// An object's size and tag, or nil.
    func head(_ location: S3Location) throws(SQLError) -> ObjectInfo? {
        let response = try send(location) { () throws(SQLError) in try heading(location) }
        if response.status == 404 { return nil }
        guard let info = object(response, location) else { throw error(response, "examine", location) }
        return info
    }

    /// A request for what is known of an object.
    func heading(_ location: S3Location) throws(SQLError) -> CloudRequest {
        var request = try request(.head, location)
        add(try account(location).objectHeaders, &request)
        return request
    }

    /// What the answer to it says; nil if it is none of success.
    func object(_ response: CloudResponse, _ location: S3Location) -> ObjectInfo? {
        guard response.isSuccess else { return nil }
        return RemoteObject.info(location.path, response)
    }

    /// A request for an object's bytes.
    func getting(_ location: S3Location) throws(SQLError) -> CloudRequest {
        var request = try request(.get, location)
        add(try account(location).objectHeaders, &request)
        return request
    }

    enum Condition: Equatable {
        case absent
        /// The present object has this tag.
        case tag(String)
    }

    /// Writes an object whole.
    /// - Returns: false if the condition does not hold.
    func put(_ location: S3Location, _ bytes: [UInt8], if condition: Condition? = nil) throws(SQLError) -> Bool {
        let account = try account(location)
        if condition != nil, account.isGoogle { throw .unsupported("a conditional write to \(location.scheme)://") }
        let mark = "\(UInt64.random(in: .min ... .max))"
        let response = try send(location) { () throws(SQLError) in
            var request = try putting(location, bytes)
            switch condition {
            case .absent?: request.headers["If-None-Match"] = "*"
            case .tag(let tag)?: request.headers["If-Match"] = "\"\(tag)\""
            case nil: return request
            }
            // Tells whose object it is, should the answer get lost.
            request.headers["x-amz-meta-lode-write"] = mark
            // Of several that meet, S3 lets none through.
            request.judge = { $0.status == 409 ? .retry : Self.tagged($0) }
            return request
        }
        if response.isSuccess, response.headers["ETag"] != nil { return true }
        guard condition != nil, response.status == 412 || response.status == 404 else { throw error(response, "write", location) }
        return try writer(of: location) == mark
    }

    /// A request that writes an object whole.
    func putting(_ location: S3Location, _ bytes: [UInt8]) throws(SQLError) -> CloudRequest {
        let account = try account(location)
        var request = try request(.put, location)
        request.body = bytes
        // Some servers take what a killed process has not sent any more for an empty object, and put it in the old one's place.
        request.headers["Content-MD5"] = Base64.encode(Insecure.MD5.hash(data: bytes))
        add(account.writeHeaders, &request)
        add(account.objectHeaders, &request)
        request.judge = Self.tagged
        return request
    }

    /// Who wrote an object by a condition.
    private func writer(of location: S3Location) throws(SQLError) -> String? {
        let response = try send(location) { () throws(SQLError) in try heading(location) }
        return response.headers["x-amz-meta-lode-write"]
    }

    /// Removing what is not there is no error.
    func delete(_ location: S3Location) throws(SQLError) {
        let response = try send(location) { () throws(SQLError) in
            var request = try request(.delete, location)
            request.judge = { $0.isSuccess && !$0.body.isEmpty ? .retry : AWSFault.verdict($0) }
            return request
        }
        guard (response.isSuccess && response.body.isEmpty) || response.status == 404 else { throw error(response, "delete", location) }
    }

    /// Removes up to 1,000 objects of one bucket at once.
    func delete(_ location: S3Location, keys: ArraySlice<String>) throws(SQLError) {
        let objects = keys.map { CloudXML("Object", children: [CloudXML("Key", text: $0)]) }
        let body = Array(CloudXML("Delete", children: objects + [CloudXML("Quiet", text: "true")]).written.utf8)
        let response = try send(location) { () throws(SQLError) in
            var request = try request(.post, location, key: "", query: [(name: "delete", value: "")], kind: "DELETE")
            request.headers["Content-MD5"] = Base64.encode(Insecure.MD5.hash(data: body))
            request.headers["Content-Type"] = "application/xml"
            request.body = body
            request.judge = Self.expecting("DeleteResult")
            return request
        }
        guard response.isSuccess, let result = CloudXML(response.body), result.name == "DeleteResult" else {
            throw error(response, "delete", location)
        }
        guard let failed = result.all("Error").first(where: { $0.text("Code") != "NoSuchKey" }) else { return }
        let path = location.path(failed.text("Key") ?? "")
        throw SQLError(
            failed.text("Code") == "AccessDenied" ? .insufficientPrivilege : .ioError, "could not delete \"\(path)\"",
            detail: "The server says: \(failed.text("Code") ?? ""): \(failed.text("Message") ?? "")")
    }

    /// What was written has a tag; success without one is somebody else's answer.
    static let tagged: @Sendable (CloudResponse) -> Verdict = { response in
        response.isSuccess && response.headers["ETag"] == nil ? AWSFault(response)?.verdict ?? .retry : AWSFault.verdict(response)
    }

    /// Whether a document has one root of this name, from its beginning to its end.
    private static func isWhole(_ body: [UInt8], _ root: String) -> Bool {
        func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
        // Spaces keep connections alive while a server works.
        let mark = Array("<\(root)".utf8), close = Array("</\(root)>".utf8)
        let starts = body.indices.lazy.filter { body[$0] == mark[0] && body[$0...].starts(with: mark) }.prefix(2)
        let end = body.reversed().drop(while: isSpace).prefix(close.count).reversed()
        return starts.count == 1 && (end.elementsEqual(close) || end.suffix(2).elementsEqual("/>".utf8))
    }

    /// Success with a document of another kind is none: some operations report errors with status 200.
    static func expecting(_ root: String) -> @Sendable (CloudResponse) -> Verdict {
        { response in
            guard response.isSuccess else { return AWSFault.verdict(response) }
            if isWhole(response.body, root) { return .accept }
            guard let fault = AWSFault(response) else { return .retry }
            return fault.verdict ?? .accept
        }
    }
}
