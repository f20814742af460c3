/// Opening a remote object with one request that brings part of it along.

import LodeCloud
import LodeCore

/// Asks for the end of an object, or its beginning, and learns its size and tag from the answer.
struct RemoteOpening: Sendable {
    let path: String
    /// Text is read from its beginning, Parquet from its end.
    let fromStart: Bool
    /// The largest object that is taken whole, from a server that serves no ranges; nil where all do.
    var wholeLimit: Int?

    /// Where what is fetched may be kept; nil for nowhere.
    var keeping: RemoteKeeping?

    /// What opening brings along.
    private static let tailBytes = 128 << 10, headBytes = 256 << 10
    /// Objects up to this size are fetched whole: one request is less than two.
    private static let wholeBytes = 512 << 10

    /// - Parameter whole: a request for the whole object.
    func request(_ whole: CloudRequest) -> CloudRequest {
        var request = whole
        request.headers["Range"] = fromStart ? "bytes=0-\(Self.headBytes - 1)" : "bytes=-\(Self.tailBytes)"
        request.responseLimit = wholeLimit ?? max(Self.headBytes, Self.tailBytes)
        request.hedgedBytes = Self.tailBytes
        let judge = whole.judge, opening = self
        request.judge = { response in
            guard response.isSuccess else { return judge(response) }
            return opening.isSound(response) ? .accept : .retry
        }
        return request
    }

    /// The object as the answer shows it; nil if the answer is none of success.
    func reader(_ response: CloudResponse, _ whole: CloudRequest, _ client: CloudClient) -> RemoteReader? {
        func object(_ size: Int) -> RemoteObject {
            self.object(
                size, etag: RemoteObject.strongTag(response) ?? "", modifiedMicros: RemoteObject.modifiedMicros(response), whole, client)
        }
        let part = ContentRange(response.headers["Content-Range"])
        // An empty object has no range.
        if response.status == 416, (part?.total ?? 0) == 0 { return RemoteReader(object(0), held: (0, [])) }
        guard response.isSuccess, isSound(response) else { return nil }
        if response.status == 206, let part, let range = part.range {
            return RemoteReader(object(part.total), held: (range.lowerBound, response.body))
        }
        return RemoteReader(object(response.body.count), held: (0, response.body))
    }

    /// An object of which a listing has told everything that an answer would.
    func reader(_ info: ObjectInfo, _ whole: CloudRequest, _ client: CloudClient) -> RemoteReader {
        RemoteReader(
            object(info.size, etag: info.etag, modifiedMicros: info.modifiedMicros, whole, client),
            held: (fromStart ? 0 : info.size, []))
    }

    /// What opening would bring along of an object of this size.
    func part(of size: Int) -> Range<Int> {
        if size <= Self.wholeBytes { return 0..<size }
        return fromStart ? 0..<min(size, Self.headBytes) : max(0, size - Self.tailBytes)..<size
    }

    private func object(
        _ size: Int, etag: String, modifiedMicros: Int64, _ whole: CloudRequest, _ client: CloudClient
    ) -> RemoteObject {
        var object = RemoteObject(path: path, size: size, etag: etag, modifiedMicros: modifiedMicros, client: client, request: whole)
        guard let keeping, !etag.isEmpty, size > 0, Cancellation.current?.remoteUse.usesCache ?? true else { return object }
        let identity = ObjectIdentity(reader: keeping.reader, place: whole.url.text, etag: etag, size: size)
        object.cache = (
            keeping.cache,
            CachedObject(identity: identity, staysInMemory: keeping.staysInMemory, meter: client.meter(for: whole.url))
        )
        return object
    }

    /// Whether an answer of success is the part that was asked for, and has the length that it says; or the whole, where that may come.
    private func isSound(_ response: CloudResponse) -> Bool {
        guard response.status == 206 else { return response.status == 200 && (wholeLimit != nil || response.body.isEmpty) }
        guard let part = ContentRange(response.headers["Content-Range"]), let range = part.range else { return false }
        return range.count == response.body.count && (fromStart ? range.lowerBound == 0 : range.upperBound == part.total)
    }
}

/// Where bytes of objects are kept, and for whom.
struct RemoteKeeping: Sendable {
    var cache: RemoteCache
    /// Who asks: another one finds nothing of it.
    var reader: String
    var staysInMemory = false
}
