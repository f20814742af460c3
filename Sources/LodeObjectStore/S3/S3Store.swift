/// Buckets of S3, and of what speaks like it, as an object store.

import LodeCloud
import LodeCore

/// Objects by `s3://bucket/key`, and by `gs://` through Google's S3-compatible interface.
///
/// Folders are what lies before a slash in keys. Opening an object is one request, which brings its end (or its beginning, where text is
/// read) along: of a Parquet file, that is the footer.
package final class S3Store: ObjectStore {
    /// What is read from its beginning.
    private static let textEndings: Set<String> = ["csv", "tsv", "txt", "json", "jsonl", "ndjson", "gz", "zst", "avro"]

    /// Objects that are looked at together.
    private static let mostLookedAt = 32

    let client: S3Client
    private let cache: RemoteCache?

    /// - Parameter cache: keeps what is read; nil keeps nothing.
    package convenience init(
        _ environment: CloudEnvironment = .process, secrets: SecretRegistry, client: CloudClient, cache: RemoteCache? = nil
    ) {
        self.init(S3Client(environment, secrets, client), cache: cache)
    }

    init(_ client: S3Client, cache: RemoteCache? = nil) {
        self.client = client
        self.cache = cache
    }

    package var reach: StoreReach { .prefixes }

    package func open(_ path: String) throws(SQLError) -> any ObjectReader {
        let location = try S3Location(path)
        guard !location.key.isEmpty, !location.key.hasSuffix("/") else {
            throw SQLError(
                .undefinedFile, "\"\(path)\" is a folder, not a file", hint: "Name files in it: \"\(StorePath.join(path, "*.parquet"))\".")
        }
        let opening = try opening(location)
        if let reader = try early(location, opening) { return reader }
        return try ask(location, opening)
    }

    /// An object whose opening was started, or that a listing has told of.
    private func early(_ location: S3Location, _ opening: RemoteOpening) throws(SQLError) -> RemoteReader? {
        let openings = StatementOpenings.current
        let early = try openings.take(location.path) { (response) throws(SQLError) in
            opening.reader(response, try client.getting(location), client.client)
        }
        if let early {
            openings.note(early.info)
            return early
        }
        guard let info = openings.info(location.path) else { return nil }
        return opening.reader(info, try client.getting(location), client.client)
    }

    private func opening(_ location: S3Location) throws(SQLError) -> RemoteOpening {
        var opening = RemoteOpening(path: location.path, fromStart: Self.isText(location.key))
        if let cache { opening.keeping = try client.account(location).keeping(cache) }
        return opening
    }

    /// Opens an object by a request of its own.
    private func ask(_ location: S3Location, _ opening: RemoteOpening) throws(SQLError) -> RemoteReader {
        let response = try client.send(location) { () throws(SQLError) in opening.request(try client.getting(location)) }
        guard let reader = opening.reader(response, try client.getting(location), client.client) else { throw missing(response, location) }
        StatementOpenings.current.note(reader.info)
        return reader
    }

    package func willOpen(_ path: String, _ arrived: @escaping @Sendable () -> Void) {
        guard let location = try? S3Location(path), !location.key.isEmpty, !location.key.hasSuffix("/"),
            let opening = try? opening(location), let whole = try? client.getting(location)
        else { return arrived() }
        let openings = StatementOpenings.current
        if let info = openings.info(path) {
            openings.start(path, arrived, part: opening.part(of: info.size)) { opening.reader(info, whole, client.client) }
        } else {
            openings.start(path, arrived) { client.client.start(opening.request(whole)) }
        }
    }

    package func bytesAhead(_ path: String) -> Int? {
        guard let location = try? S3Location(path), let account = try? client.account(location) else { return nil }
        return client.client.meter(for: client.url(location, account)).bytesToAsk
    }

    private static func isText(_ key: String) -> Bool {
        StorePath.name(key).lowercased().split(separator: ".").dropFirst().contains { textEndings.contains(String($0)) }
    }

    /// The error of opening, with what was probably meant where nothing is there.
    private func missing(_ response: CloudResponse, _ location: S3Location) -> SQLError {
        let error = client.error(response, "open", location)
        guard error.state == .undefinedFile, AWSFault(response)?.code != "NoSuchBucket" else { return error }
        let (detail, hint) = MissingPath.explain(location.path, in: self)
        return SQLError(
            .undefinedFile, "could not open \"\(location.path)\": there is no such file", detail: detail ?? error.detail, hint: hint)
    }

    package func info(_ path: String) throws(SQLError) -> ObjectInfo? {
        let location = try S3Location(path)
        if !location.key.isEmpty, !location.key.hasSuffix("/") {
            let openings = StatementOpenings.current
            if let known = openings.info(path) { return known }
            // Who is being opened tells the same, and is wanted next.
            if let reader = try early(location, try opening(location)) {
                openings.keep(reader)
                return reader.info
            }
            if let info = try client.head(location) {
                openings.note(info)
                return info
            }
        }
        var found: ObjectInfo?
        do throws(SQLError) {
            try client.list(location, prefix: location.prefix, folders: false, most: 1) { page throws(SQLError) in
                // A bucket is there even if it is empty.
                if !page.objects.isEmpty || location.key.isEmpty { found = .folder(StorePath.withoutTrailingSlash(location.path)) }
                return false
            }
        } catch {
            // A bucket that does not exist has nothing in it.
            if error.state != .undefinedFile { throw error }
        }
        return found
    }

    package func info(_ paths: [String]) throws(SQLError) -> [ObjectInfo?] {
        var found: [ObjectInfo?] = []
        for start in stride(from: 0, to: paths.count, by: Self.mostLookedAt) {
            let calls = try paths[start..<min(paths.count, start + Self.mostLookedAt)].map { (path) throws(SQLError) in
                let location = try S3Location(path)
                return (location, client.client.start(try client.heading(location)))
            }
            for (location, call) in calls {
                // What is no plain answer is asked for again, alone.
                let info = client.object(try call.value(), location)
                if let info { found.append(info) } else { found.append(try self.info(location.path)) }
            }
        }
        return found
    }

    package func list(
        _ folder: String, recursive: Bool, _ body: (ObjectInfo) throws(SQLError) -> Bool
    ) throws(SQLError) {
        try list(folder, startingWith: "", recursive: recursive, body)
    }

    package func list(
        _ folder: String, startingWith name: String, recursive: Bool, _ body: (ObjectInfo) throws(SQLError) -> Bool
    ) throws(SQLError) {
        let location = try S3Location(folder), openings = StatementOpenings.current
        try client.list(location, prefix: location.prefix + name, folders: !recursive) { page throws(SQLError) in
            // Consoles mark folders by empty objects whose keys end with a slash.
            for object in page.objects where !object.path.hasSuffix("/") {
                openings.note(object)
                if try !body(object) { return false }
            }
            for folder in page.folders {
                if try !body(.folder(location.path(folder.dropLast()))) { return false }
            }
            return true
        }
    }

    package func willList(_ folder: String) {
        guard let location = try? S3Location(folder) else { return }
        client.beginListing(location, prefix: location.prefix, folders: true)
    }

    package func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter { S3Writer(client, try Self.object(path)) }

    package func put(_ path: String, _ bytes: [UInt8]) throws(SQLError) { _ = try client.put(try Self.object(path), bytes) }

    package func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool {
        try client.put(try Self.object(path), bytes, if: .absent)
    }

    package func replace(_ path: String, _ bytes: [UInt8], ifTag etag: String) throws(SQLError) -> Bool {
        try client.put(try Self.object(path), bytes, if: .tag(etag))
    }

    package func delete(_ path: String) throws(SQLError) { try client.delete(try Self.object(path)) }

    package func delete(_ paths: [String]) throws(SQLError) {
        var keys: [String: (location: S3Location, keys: [String])] = [:]
        for path in paths {
            let location = try Self.object(path)
            keys["\(location.scheme)://\(location.bucket)", default: (location, [])].keys.append(location.key)
        }
        for (location, keys) in keys.values {
            if location.isGoogle || keys.count == 1 {
                for key in keys { try client.delete(try S3Location(location.path(key))) }
                continue
            }
            for start in stride(from: 0, to: keys.count, by: 1_000) {
                try client.delete(location, keys: keys[start..<min(keys.count, start + 1_000)])
            }
        }
    }

    package func abandonedWrites(in folder: String, before micros: Int64) throws(SQLError) -> [AbandonedWrite] {
        try client.uploads(try S3Location(folder), before: micros).map { AbandonedWrite(path: $0.location.path, id: $0.id) }
    }

    package func drop(_ writes: [AbandonedWrite]) throws(SQLError) {
        for write in writes { try client.abort(S3Upload(location: try S3Location(write.path), id: write.id)) }
    }

    private static func object(_ path: String) throws(SQLError) -> S3Location {
        let location = try S3Location(path)
        guard !location.key.isEmpty, !location.key.hasSuffix("/") else {
            throw SQLError(.invalidName, "\"\(path)\" names a folder, not a file", hint: "Write \(location.path("name"))")
        }
        // What is known of it will not be true any more.
        StatementOpenings.current.forget(path)
        return location
    }
}
