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

    /// What opening brings along.
    private static let tailBytes = 64 << 10, headBytes = 256 << 10

    /// - Parameter whole: a request for the whole object.
    func request(_ whole: CloudRequest) -> CloudRequest {
        var request = whole
        request.headers["Range"] = fromStart ? "bytes=0-\(Self.headBytes - 1)" : "bytes=-\(Self.tailBytes)"
        request.responseLimit = wholeLimit ?? max(Self.headBytes, Self.tailBytes)
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
            let modified = response.headers["Last-Modified"].flatMap { CloudTime.parseHTTPDate($0) } ?? 0
            return RemoteObject(
                path: path, size: size, etag: RemoteObject.strongTag(response) ?? "", modifiedMicros: modified * 1_000_000, client: client,
                request: whole)
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

    /// Whether an answer of success is the part that was asked for, and has the length that it says; or the whole, where that may come.
    private func isSound(_ response: CloudResponse) -> Bool {
        guard response.status == 206 else { return response.status == 200 && (wholeLimit != nil || response.body.isEmpty) }
        guard let part = ContentRange(response.headers["Content-Range"]), let range = part.range else { return false }
        return range.count == response.body.count && (fromStart ? range.lowerBound == 0 : range.upperBound == part.total)
    }
}

/// Openings that were asked for before they are wanted.
final class EarlyOpenings: Sendable {
    private struct Opening: Sendable {
        var call: CloudCall
        var began: Int
    }

    private static let most = 64
    /// What nobody has come for by then is out of date.
    private static let nanosecondsKept = 10_000_000_000

    private let openings = Lock<[String: Opening]>([:])

    /// Starts opening an object unless that is under way, or too much is.
    func start(_ path: String, _ begin: () -> CloudCall?) {
        let now = MonotonicClock.now()
        let isWanted = openings.withLock { openings in
            openings = openings.filter { now &- $0.value.began < Self.nanosecondsKept }
            return openings[path] == nil && openings.count < Self.most
        }
        guard isWanted, let call = begin() else { return }
        openings.withLock { openings in
            if openings[path] == nil { openings[path] = Opening(call: call, began: now) }
        }
    }

    /// The answer to an opening that was started, for who opens now; nil if there was none, or it is of no use.
    func take(_ path: String) throws(SQLError) -> CloudResponse? {
        guard let opening = openings.withLock({ $0.removeValue(forKey: path) }) else { return nil }
        guard MonotonicClock.now() &- opening.began < Self.nanosecondsKept else { return nil }
        do throws(SQLError) {
            let response = try opening.call.value()
            return response.isSuccess || response.status == 416 ? response : nil
        } catch {
            try Cancellation.checkCurrent()
            return nil
        }
    }
}
