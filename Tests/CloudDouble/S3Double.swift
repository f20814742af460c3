/// An S3 service in memory, which fails as a test says.

import Crypto
import Foundation
import Synchronization

/// Buckets by path style: objects with ranges and conditions, listings in pages, multipart uploads, batches of deletes.
public final class S3Double: Sendable {
    private struct Stored {
        var bytes: [UInt8]
        var etag: String
        var metadata: [(String, String)] = []
    }

    private struct State {
        var objects: [String: Stored] = [:]
        var uploads: [String: (key: String, parts: [Int: [UInt8]])] = [:]
        var nextUpload = 0
        /// Instead of an answer.
        var intercept: @Sendable (DoubleRequest) -> DoubleAnswer? = { _ in nil }
        /// Changes an answer.
        var tamper: @Sendable (DoubleRequest, inout DoubleAnswer) -> Void = { _, _ in }
    }

    private let state = Mutex(State())
    private let double: CloudDouble
    private let pageSize: Int

    public init(pageSize: Int = 1_000) throws {
        self.pageSize = pageSize
        double = try CloudDouble { _ in DoubleAnswer(500) }
        double.become { [weak self] in self?.answer($0) ?? DoubleAnswer(500) }
    }

    public var url: String { double.url }
    public var requests: [DoubleRequest] { double.requests }
    public func forgetRequests() { double.become { [weak self] in self?.answer($0) ?? DoubleAnswer(500) } }
    public func intercept(_ body: @escaping @Sendable (DoubleRequest) -> DoubleAnswer?) { state.withLock { $0.intercept = body } }
    public func tamper(_ body: @escaping @Sendable (DoubleRequest, inout DoubleAnswer) -> Void) { state.withLock { $0.tamper = body } }

    /// Objects by `bucket/key`.
    public subscript(path: String) -> [UInt8]? {
        get { state.withLock { $0.objects[path]?.bytes } }
        set { state.withLock { $0.objects[path] = newValue.map { Stored(bytes: $0, etag: Self.md5($0)) } } }
    }

    public var paths: [String] { state.withLock { $0.objects.keys.sorted() } }
    public var openUploads: Int { state.withLock { $0.uploads.count } }

    private static func md5(_ bytes: [UInt8]) -> String { Insecure.MD5.hash(data: bytes).map { String(format: "%02x", $0) }.joined() }

    private static func error(_ status: Int, _ code: String) -> DoubleAnswer {
        DoubleAnswer(status, text: "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>so it is</Message></Error>")
    }

    private func answer(_ request: DoubleRequest) -> DoubleAnswer {
        if let instead = state.withLock({ $0.intercept })(request) { return instead }
        var answer = serve(request)
        state.withLock({ $0.tamper })(request, &answer)
        return answer
    }

    private func serve(_ request: DoubleRequest) -> DoubleAnswer {
        let path = String((request.path.removingPercentEncoding ?? "").dropFirst()), query = request.query
        switch request.method {
        case "GET" where query["list-type"] != nil: return list(path, query)
        case "GET" where query["uploads"] != nil: return listUploads(path, query["prefix"] ?? "")
        case "GET", "HEAD": return get(path, request)
        case "PUT" where query["uploadId"] != nil: return part(query, request.body)
        case "PUT": return put(path, request)
        case "POST" where query["uploads"] != nil: return begin(path)
        case "POST" where query["uploadId"] != nil: return complete(path, query, request)
        case "POST" where query["delete"] != nil: return deleteMany(path, request.body)
        case "DELETE" where query["uploadId"] != nil:
            return state.withLock { $0.uploads.removeValue(forKey: query["uploadId"] ?? "") } == nil
                ? Self.error(404, "NoSuchUpload") : DoubleAnswer(204)
        case "DELETE":
            state.withLock { _ = $0.objects.removeValue(forKey: path) }
            return DoubleAnswer(204)
        default: return Self.error(405, "MethodNotAllowed")
        }
    }

    private func get(_ path: String, _ request: DoubleRequest) -> DoubleAnswer {
        guard let stored = state.withLock({ $0.objects[path] }) else { return Self.error(404, "NoSuchKey") }
        if let tag = request.header("If-Match"), tag != "\"\(stored.etag)\"" { return Self.error(412, "PreconditionFailed") }
        let headers = [("ETag", "\"\(stored.etag)\""), ("Last-Modified", "Sun, 30 Aug 2015 12:36:00 GMT")] + stored.metadata
        let size = stored.bytes.count
        if request.method == "HEAD" { return DoubleAnswer(200, headers: headers + [("Content-Length", String(size))]) }
        guard let text = request.header("Range") else { return DoubleAnswer(200, stored.bytes, headers: headers) }
        let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        let first = ends[0].isEmpty ? max(0, size - (Int(ends[1]) ?? 0)) : Int(ends[0]) ?? 0
        let last = ends[0].isEmpty || ends[1].isEmpty ? size - 1 : min(size - 1, Int(ends[1]) ?? 0)
        guard first <= last else {
            var refusal = Self.error(416, "InvalidRange")
            refusal.headers = [("Content-Range", "bytes */\(size)")]
            return refusal
        }
        return DoubleAnswer(
            206, Array(stored.bytes[first...last]), headers: headers + [("Content-Range", "bytes \(first)-\(last)/\(size)")])
    }

    private func put(_ path: String, _ request: DoubleRequest) -> DoubleAnswer {
        let metadata = request.headers.filter { $0.name.lowercased().hasPrefix("x-amz-meta-") }.map { ($0.name, $0.value) }
        return state.withLock { state in
            if let refusal = Self.condition(request, state.objects[path]?.etag) { return refusal }
            let etag = Self.md5(request.body)
            state.objects[path] = Stored(bytes: request.body, etag: etag, metadata: metadata)
            return DoubleAnswer(200, headers: [("ETag", "\"\(etag)\"")])
        }
    }

    private static func condition(_ request: DoubleRequest, _ etag: String?) -> DoubleAnswer? {
        if request.header("If-None-Match") == "*", etag != nil { return error(412, "PreconditionFailed") }
        if let tag = request.header("If-Match"), etag == nil { return tag.isEmpty ? nil : error(404, "NoSuchKey") }
        if let tag = request.header("If-Match"), tag != "\"\(etag ?? "")\"" { return error(412, "PreconditionFailed") }
        return nil
    }

    private func list(_ bucket: String, _ query: [String: String]) -> DoubleAnswer {
        let bucket = bucket.split(separator: "/").first.map(String.init) ?? "", prefix = query["prefix"] ?? ""
        let keys = state.withLock { $0.objects }.filter { $0.key.hasPrefix("\(bucket)/\(prefix)") }
        guard bucket != "missing" else { return Self.error(404, "NoSuchBucket") }
        var entries: [(name: String, text: String)] = []
        var seen: Set<String> = []
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "/.-_=")))?.replacingOccurrences(
                of: "%20", with: "+") ?? ""
        }
        for (path, stored) in keys.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            let key = String(path.dropFirst(bucket.count + 1))
            if query["delimiter"] == "/", let slash = key.dropFirst(prefix.count).firstIndex(of: "/") {
                let folder = String(key[...slash])
                if seen.insert(folder).inserted {
                    entries.append((folder, "<CommonPrefixes><Prefix>\(encoded(folder))</Prefix></CommonPrefixes>"))
                }
            } else {
                entries.append(
                    (
                        key,
                        "<Contents><Key>\(encoded(key))</Key><LastModified>2015-08-30T12:36:00.000Z</LastModified>"
                            + "<ETag>&quot;\(stored.etag)&quot;</ETag><Size>\(stored.bytes.count)</Size></Contents>"
                    ))
            }
        }
        if let token = query["continuation-token"] ?? query["start-after"] { entries.removeAll { $0.name <= token } }
        let size = min(pageSize, query["max-keys"].flatMap { Int($0) } ?? pageSize), isTruncated = entries.count > size
        let page = entries.prefix(size)
        return DoubleAnswer(
            200,
            text: "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>\(isTruncated)</IsTruncated>"
                + "<EncodingType>url</EncodingType>"
                + (isTruncated ? "<NextContinuationToken>\(page.last?.name ?? "")</NextContinuationToken>" : "")
                + page.map(\.text).joined() + "</ListBucketResult>")
    }

    // MARK: Uploads and deletes

    private func begin(_ path: String) -> DoubleAnswer {
        let id = state.withLock { state in
            state.nextUpload += 1
            state.uploads["u\(state.nextUpload)"] = (path, [:])
            return state.nextUpload
        }
        return DoubleAnswer(200, text: "<InitiateMultipartUploadResult><UploadId>u\(id)</UploadId></InitiateMultipartUploadResult>")
    }

    private func part(_ query: [String: String], _ bytes: [UInt8]) -> DoubleAnswer {
        let isKnown = state.withLock { state in
            guard state.uploads[query["uploadId"] ?? ""] != nil else { return false }
            state.uploads[query["uploadId"] ?? ""]?.parts[Int(query["partNumber"] ?? "") ?? 0] = bytes
            return true
        }
        return isKnown ? DoubleAnswer(200, headers: [("ETag", "\"\(Self.md5(bytes))\"")]) : Self.error(404, "NoSuchUpload")
    }

    private func complete(_ path: String, _ query: [String: String], _ request: DoubleRequest) -> DoubleAnswer {
        state.withLock { state in
            guard let upload = state.uploads[query["uploadId"] ?? ""] else { return Self.error(404, "NoSuchUpload") }
            let parts = upload.parts.sorted { $0.key < $1.key }
            let digests = parts.flatMap { Array(Insecure.MD5.hash(data: $0.value)) }
            state.uploads[query["uploadId"] ?? ""] = nil
            state.objects[path] = Stored(bytes: parts.flatMap(\.value), etag: "\(Self.md5(digests))-\(parts.count)")
            return DoubleAnswer(200, text: "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")
        }
    }

    private func listUploads(_ bucket: String, _ prefix: String) -> DoubleAnswer {
        let bucket = bucket.split(separator: "/").first.map(String.init) ?? ""
        let found = state.withLock { $0.uploads }.filter { $0.value.key.hasPrefix("\(bucket)/\(prefix)") }
        let uploads = found.map { id, upload in
            "<Upload><Key>\(upload.key.dropFirst(bucket.count + 1))</Key><UploadId>\(id)</UploadId>"
                + "<Initiated>2015-08-30T12:36:00.000Z</Initiated></Upload>"
        }
        return DoubleAnswer(
            200, text: "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>\(uploads.joined())</ListMultipartUploadsResult>")
    }

    private func deleteMany(_ bucket: String, _ body: [UInt8]) -> DoubleAnswer {
        let bucket = bucket.split(separator: "/").first.map(String.init) ?? ""
        for part in String(decoding: body, as: UTF8.self).components(separatedBy: "<Key>").dropFirst() {
            let key = part.components(separatedBy: "</Key>")[0].replacingOccurrences(of: "&amp;", with: "&")
            state.withLock { _ = $0.objects.removeValue(forKey: "\(bucket)/\(key)") }
        }
        return DoubleAnswer(200, text: "<DeleteResult></DeleteResult>")
    }
}
