/// Listing a bucket, page by page.

import LodeCloud
import LodeCore

/// One page of a listing.
struct S3Page: Sendable {
    var objects: [ObjectInfo]
    /// The keys of folders, each with its slash.
    var folders: [String]
    /// What the next page is asked for with; nil for the last.
    var next: String?
}

extension S3Client {
    /// Calls `body` with each page of the keys that begin with `prefix`, in the order of the server, which need not be that of bytes, until
    /// it returns false. The next page is under way while one is looked at.
    /// - Parameter folders: what lies behind the next slash is not listed, but named as a folder.
    func list(
        _ location: S3Location, prefix: String, folders: Bool, after start: String? = nil, most: Int? = nil,
        _ body: (S3Page) throws(SQLError) -> Bool
    ) throws(SQLError) {
        let begun = start == nil && most == nil ? StatementOpenings.current.takeListing(Self.name(location, prefix, folders)) : nil
        let early = try begun?.value()
        let first: CloudResponse
        if let early, early.isSuccess {
            first = early
        } else {
            first = try send(location) { () throws(SQLError) in
                try listing(location, prefix: prefix, folders: folders, after: start, most: most, token: nil)
            }
        }
        var page = try page(first, location)
        while true {
            let next = try page.next.map { (token) throws(SQLError) in
                client.start(try listing(location, prefix: prefix, folders: folders, after: nil, most: most, token: token))
            }
            do throws(SQLError) {
                guard try body(page) else {
                    next?.cancel()
                    return
                }
            } catch {
                next?.cancel()
                throw error
            }
            guard let next else { return }
            page = try self.page(try next.value(), location)
        }
    }

    /// Asks for the first page of a listing that the statement will want.
    func beginListing(_ location: S3Location, prefix: String, folders: Bool) {
        StatementOpenings.current.startListing(Self.name(location, prefix, folders)) {
            (try? listing(location, prefix: prefix, folders: folders, after: nil, most: nil, token: nil)).map { client.start($0) }
        }
    }

    private static func name(_ location: S3Location, _ prefix: String, _ folders: Bool) -> String {
        "\(location.path(prefix))\0\(folders)"
    }

    private func listing(
        _ location: S3Location, prefix: String, folders: Bool, after start: String?, most: Int?, token: String?
    ) throws(SQLError) -> CloudRequest {
        var query = [(name: "list-type", value: "2"), (name: "encoding-type", value: "url"), (name: "prefix", value: prefix)]
        if folders { query.append((name: "delimiter", value: "/")) }
        if let start { query.append((name: "start-after", value: start)) }
        if let most { query.append((name: "max-keys", value: String(most))) }
        if let token { query.append((name: "continuation-token", value: token)) }
        var request = try request(.get, location, key: "", query: query, kind: "LIST")
        request.judge = Self.expecting("ListBucketResult")
        return request
    }

    private func page(_ response: CloudResponse, _ location: S3Location) throws(SQLError) -> S3Page {
        guard response.isSuccess, let root = CloudXML(response.body), root.name == "ListBucketResult" else {
            throw error(response, "list", location)
        }
        let isEncoded = root.text("EncodingType") == "url"
        func name(_ text: String) -> String { isEncoded ? PercentText.decoded(text.replacing("+", with: " ")) : text }
        let objects = try root.all("Contents").map { (item) throws(SQLError) -> ObjectInfo in
            // One that was left out would be rows that are missing.
            guard let key = item.text("Key"), let size = RemoteObject.size(item.text("Size")) else {
                throw SQLError(
                    .ioError, "could not list \"\(location.path)\": the server's answer makes no sense",
                    detail: "It tells of an object \"\(item.text("Key") ?? "")\" of \"\(item.text("Size") ?? "")\" bytes.")
            }
            return ObjectInfo(
                path: location.path(name(key)), size: size,
                modifiedMicros: item.text("LastModified").flatMap { CloudTime.parseISO($0) } ?? 0,
                etag: RemoteObject.unquoted(item.text("ETag") ?? ""))
        }
        let next = root.text("IsTruncated") == "true" ? root.text("NextContinuationToken") : nil
        return S3Page(
            objects: objects, folders: root.all("CommonPrefixes").compactMap { $0.text("Prefix").map(name) },
            next: next.flatMap { $0.isEmpty ? nil : $0 })
    }
}
