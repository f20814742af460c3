/// A request for a range of an object, under way.

import LodeCloud
import LodeCore
import Synchronization

/// Shared by all who want bytes of the range; it ends when nobody does any more. What it brings is kept by the cache.
final class RemoteFetch: Sendable {
    let range: Range<Int>
    private let object: RemoteObject
    private let call: CloudCall

    /// Bytes that the process has in flight, or that have come and not been read.
    static let ahead = Atomic(0)

    private init(_ object: RemoteObject, _ range: Range<Int>) {
        self.object = object
        self.range = range
        Self.ahead.add(range.count, ordering: .relaxed)
        call = object.fetch(range)
    }

    static func start(_ object: RemoteObject, _ range: Range<Int>) -> RemoteFetch {
        let fetch = RemoteFetch(object, range)
        guard let (cache, cached) = object.cache else { return fetch }
        cache.begun(fetch, of: cached)
        let call = fetch.call
        call.whenDone {
            if let answer = call.answer, let bytes = try? object.bytes(answer, range) { cache.add(cached, offset: range.lowerBound, bytes) }
            cache.ended(cached, range)
        }
        return fetch
    }

    deinit {
        Self.ahead.subtract(range.count, ordering: .relaxed)
        if !call.isDone { call.cancel() }
    }

    var isDone: Bool { call.isDone }
    func whenDone(_ body: @escaping @Sendable () -> Void) { call.whenDone(body) }

    /// Waits for the bytes of the range.
    func bytes() throws(SQLError) -> [UInt8] { try object.bytes(try call.value(isShared: true), range) }
}
