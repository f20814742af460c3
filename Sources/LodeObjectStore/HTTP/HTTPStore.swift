/// Files of web servers.

import LodeCloud
import LodeCore

/// Reads `http://` and `https://` by ranges, or as a whole where the server serves none. Nothing can be listed or written.
package final class HTTPStore: ObjectStore {
    /// The largest file that is taken whole from a server without ranges.
    private static let wholeLimit = 2 << 30

    private let client: CloudClient
    private let secrets: SecretRegistry
    private let cache: RemoteCache?

    package init(secrets: SecretRegistry, client: CloudClient, cache: RemoteCache? = nil) {
        self.client = client
        self.secrets = secrets
        self.cache = cache
    }

    package var reach: StoreReach { .names }

    private func request(_ method: CloudRequest.Method, _ path: String) throws(SQLError) -> CloudRequest {
        var request = CloudRequest(method, try CloudURL(path))
        request.followsRedirects = true
        if let token = secrets.best(for: path, .http)?["bearer_token"] { request.headers["Authorization"] = "Bearer \(token)" }
        return request
    }

    private func opening(_ path: String) throws(SQLError) -> RemoteOpening {
        let isParquet = try CloudURL(path).path.lowercased().hasSuffix(".parquet")
        var opening = RemoteOpening(path: path, fromStart: !isParquet, wholeLimit: Self.wholeLimit)
        // What a token opens is for who has it: it can't be told who that is.
        if let cache, secrets.best(for: path, .http)?["bearer_token"] == nil {
            opening.keeping = RemoteKeeping(cache: cache, reader: "anonymous")
        }
        return opening
    }

    package func open(_ path: String) throws(SQLError) -> any ObjectReader {
        let opening = try opening(path), whole = try request(.get, path)
        if let early = try StatementOpenings.current.take(path, { opening.reader($0, whole, client) }) { return early }
        let response = try client.send(opening.request(whole))
        guard let reader = opening.reader(response, whole, client) else { throw RemoteFault.error(response, "open", path) }
        return reader
    }

    package func willOpen(_ path: String, _ arrived: @escaping @Sendable () -> Void) {
        StatementOpenings.current.start(path, arrived) {
            guard let opening = try? opening(path), let whole = try? request(.get, path) else { return nil }
            return client.start(opening.request(whole))
        }
    }

    package func bytesAhead(_ path: String) -> Int? { (try? CloudURL(path)).map { client.meter(for: $0).bytesToAsk } }

    package func info(_ path: String) throws(SQLError) -> ObjectInfo? {
        let response = try client.send(try request(.head, path))
        if response.status == 404 || response.status == 410 { return nil }
        if response.isSuccess, let info = RemoteObject.info(path, response) { return info }
        // Some servers answer HEAD in no useful way, and URLs that are signed for GET refuse it.
        do throws(SQLError) {
            let reader = try open(path)
            return ObjectInfo(path: path, size: reader.size, etag: reader.etag)
        } catch {
            if error.state == .undefinedFile { return nil }
            throw error
        }
    }

    package func list(
        _ folder: String, recursive: Bool, _ body: (ObjectInfo) throws(SQLError) -> Bool
    ) throws(SQLError) {
        throw SQLError.unsupported(
            "listing files over HTTP", hint: "Give the URLs as a list: ['https://…/1.parquet', 'https://…/2.parquet'].")
    }

    package func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter { throw Self.readOnly }
    package func put(_ path: String, _ bytes: [UInt8]) throws(SQLError) { throw Self.readOnly }
    package func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool { throw Self.readOnly }
    package func delete(_ path: String) throws(SQLError) { throw Self.readOnly }

    private static var readOnly: SQLError { SQLError.unsupported("writing over HTTP", hint: "Write to a local path or to s3://.") }
}
