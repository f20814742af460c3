/// An object behind a network: how its ranges are asked for, and what its answers are worth.

import LodeCloud
import LodeCore

/// One version of an object.
struct RemoteObject: Sendable {
    /// As users know it.
    let path: String
    let size: Int
    /// Without quotes; empty if it has none that holds for bytes.
    let etag: String
    let modifiedMicros: Int64
    let client: CloudClient
    /// A request for the object as a whole.
    let request: CloudRequest
    /// Where its bytes are kept; nil if they may not be.
    var cache: (store: RemoteCache, object: CachedObject)?

    /// Sends a request for a range, which does not wait.
    func fetch(_ range: Range<Int>) -> CloudCall {
        var request = request
        request.headers["Range"] = "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        // Another object under the same name is refused by the server.
        if !etag.isEmpty { request.headers["If-Match"] = "\"\(etag)\"" }
        request.hedgedBytes = range.count
        // An error's text may be longer than what was asked for.
        request.responseLimit = max(range.count, 64 << 10)
        let size = size, etag = etag, inner = request.judge
        request.judge = { response in
            if response.isSuccess { return Self.isPart(response, range, of: size, etag: etag) == false ? .retry : .accept }
            return inner(response)
        }
        return client.start(request)
    }

    /// The bytes of a range that was asked for.
    /// - Throws: `XX001` if the object has changed since it was opened, `58030` if the answer is something else.
    func bytes(_ response: CloudResponse, _ range: Range<Int>) throws(SQLError) -> [UInt8] {
        if response.status == 206 {
            switch Self.isPart(response, range, of: size, etag: etag) {
            case true?: return response.body
            case nil: throw changed
            case false?: break
            }
        }
        if response.status == 412 || response.status == 416 { throw changed }
        throw RemoteFault.error(response, "read", path)
    }

    /// Whether an answer is the range; nil if it is one of another object.
    private static func isPart(_ response: CloudResponse, _ range: Range<Int>, of size: Int, etag: String) -> Bool? {
        guard response.status == 206, let part = ContentRange(response.headers["Content-Range"]) else { return false }
        if !etag.isEmpty, let own = strongTag(response) {
            if own != etag { return nil }
        } else if part.total != size {
            return nil
        }
        return part.total == size && part.range == range && response.body.count == range.count
    }

    private var changed: SQLError {
        SQLError(
            .dataCorrupted, "the object was replaced while it was read", in: path,
            hint: "Run the statement again: it will read the new one.")
    }

    /// An ETag without its quotes; nil if there is none that stands for bytes.
    static func strongTag(_ response: CloudResponse) -> String? {
        guard let tag = response.headers["ETag"], !tag.hasPrefix("W/") else { return nil }
        return unquoted(tag)
    }

    /// Larger objects there are nowhere; and what is said of them could not be counted with.
    private static let mostBytes = 1 << 50

    /// A size that a server tells; nil for what can be none.
    static func size(_ text: some StringProtocol) -> Int? { Int(text).flatMap { (0...mostBytes).contains($0) ? $0 : nil } }
    static func size(_ text: String?) -> Int? { text.flatMap { size($0) } }

    static func modifiedMicros(_ response: CloudResponse) -> Int64 {
        (response.headers["Last-Modified"].flatMap { CloudTime.parseHTTPDate($0) } ?? 0) * 1_000_000
    }

    /// What an answer to HEAD tells; nil if it does not tell the size.
    static func info(_ path: String, _ response: CloudResponse) -> ObjectInfo? {
        size(response.headers["Content-Length"]).map {
            ObjectInfo(path: path, size: $0, modifiedMicros: modifiedMicros(response), etag: strongTag(response) ?? "")
        }
    }

    static func unquoted(_ tag: String) -> String {
        tag.hasPrefix("\"") && tag.hasSuffix("\"") && tag.utf8.count >= 2 ? String(tag.dropFirst().dropLast()) : tag
    }
}

/// `bytes 0-9/100`, or `bytes */100` of an answer without bytes.
struct ContentRange: Equatable {
    var range: Range<Int>?
    var total: Int

    init?(_ text: String?) {
        guard let text, text.lowercased().hasPrefix("bytes ") else { return nil }
        let sides = text.dropFirst(6).split(separator: "/")
        guard sides.count == 2, let total = RemoteObject.size(sides[1]) else { return nil }
        self.total = total
        if sides[0] == "*" { return }
        let ends = sides[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first >= 0, last >= first, last < total else {
            return nil
        }
        range = first..<last + 1
    }
}
