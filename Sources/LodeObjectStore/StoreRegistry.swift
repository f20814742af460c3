/// From what a user wrote as a place to the store that holds it.

import LodeCloud
import LodeCore

/// The stores of an engine by URL scheme. A location without a scheme, or with `file:`, is a local file.
package final class StoreRegistry: Sendable {
    private let stores: Lock<[String: any ObjectStore]>
    /// How remote stores are reached, beside what the environment says.
    package let secrets: SecretRegistry
    /// What remote stores are spoken to with.
    package let client: CloudClient
    /// What has been read of remote stores and is kept.
    package let cache: RemoteCache

    /// Says no, by throwing, to what may not be named; nil where everything may.
    private let check: (@Sendable (_ location: String) throws(SQLError) -> Void)?

    private static let refused = ["az", "azure", "abfs", "abfss", "wasb", "wasbs", "adl"]

    /// Knows local files, S3 and what speaks like it, and web servers. Nothing is connected to before it is used.
    package init(
        secrets: SecretRegistry = SecretRegistry(), environment: CloudEnvironment = .process, client: CloudClient? = nil,
        cache: RemoteCache? = nil
    ) {
        let client = client ?? CloudClient(environment), cache = cache ?? RemoteCache(environment, memory: RemoteCache.defaultMemory)
        self.secrets = secrets
        self.client = client
        self.cache = cache
        let s3 = S3Store(environment, secrets: secrets, client: client, cache: cache),
            http = HTTPStore(secrets: secrets, client: client, cache: cache)
        var known: [String: any ObjectStore] = ["file": LocalStore(), "http": http, "https": http]
        for scheme in S3Location.schemes { known[scheme] = s3 }
        stores = Lock(known)
        check = nil
    }

    private init(
        _ stores: [String: any ObjectStore], of other: StoreRegistry, secrets: SecretRegistry? = nil,
        check: (@Sendable (String) throws(SQLError) -> Void)? = nil
    ) {
        self.stores = Lock(stores)
        self.check = check ?? other.check
        self.secrets = secrets ?? other.secrets
        client = other.client
        cache = other.cache
    }

    /// The same stores, S3 with other secrets.
    /// - Parameter adapt: makes of the secret that applies to a location, if there is one, the one that is used.
    package func adapting(_ adapt: @escaping SecretRegistry.Adaptation) -> StoreRegistry {
        var known = stores.withLock { $0 }
        let secrets = SecretRegistry(over: secrets, adapt)
        let s3 = S3Store(client.environment, secrets: secrets, client: client, cache: cache)
        for scheme in S3Location.schemes where known[scheme] is S3Store { known[scheme] = s3 }
        return StoreRegistry(known, of: self, secrets: secrets)
    }

    /// The same stores, S3 in a role that the credentials for it may take on.
    package func assuming(role: String) -> StoreRegistry {
        adapting { _, found in
            var secret = found ?? CloudSecret(name: "", kind: .s3, provider: .credentialChain, scope: [], options: [:])
            secret.options["assume_role_arn"] = Secret(role)
            return secret
        }
    }

    /// The same stores for one statement, whose reading of pipes and devices has limits.
    package func limited(_ limits: SpoolLimits) -> StoreRegistry {
        var known = stores.withLock { $0 }
        if known["file"] is LocalStore { known["file"] = LocalStore(limits: limits) }
        return StoreRegistry(known, of: self)
    }

    /// The same stores for locations that `check` lets pass; of others they give nothing but its error.
    package func guarded(by check: @escaping @Sendable (_ location: String) throws(SQLError) -> Void) -> StoreRegistry {
        StoreRegistry(stores.withLock { $0 }, of: self, check: check)
    }

    /// Adds or replaces the store for `scheme` ("s3", "memory"; without "://").
    package func register(_ store: any ObjectStore, scheme: String) {
        stores.withLock { $0[scheme.lowercased()] = store }
    }

    /// The store for `location` and the path by which that store knows it.
    /// - Throws: `58P01` if no store serves its scheme; what the guard throws, if there is one.
    package func resolve(_ location: String) throws(SQLError) -> (store: any ObjectStore, path: String) {
        try check?(location)
        let scheme = StorePath.scheme(of: location) ?? "file"
        guard let store = stores.withLock({ $0[scheme] }) else {
            if Self.refused.contains(scheme) {
                throw SQLError.unsupported(
                    "\(scheme):// (Azure storage)", hint: "Lode reads and writes s3:// and gs://, and reads https://.")
            }
            let known = stores.withLock { $0.keys.sorted() }
            throw SQLError(
                .undefinedFile, "no store serves \"\(scheme)://\" locations", in: location,
                detail: "Known: \(known.map { "\($0)://" }.joined(separator: ", ")) and plain paths.",
                hint: NearestName.find(scheme, among: known).map { "Did you mean \"\($0)://\"?" })
        }
        return (store, scheme == "file" ? StorePath.localPath(location) : location)
    }

    package func open(_ location: String) throws(SQLError) -> any ObjectReader {
        let (store, path) = try resolve(location)
        return try store.open(path)
    }

    /// Says which objects will be opened soon; costs nothing where that is of no use.
    package func willOpen(_ locations: some Sequence<String>) {
        for location in locations { willOpen(location) {} }
    }

    /// The same for one.
    /// - Parameter arrived: called once, when whoever opens it need not wait; perhaps at once. It must not wait.
    package func willOpen(_ location: String, _ arrived: @escaping @Sendable () -> Void) {
        guard StorePath.scheme(of: location) != nil, let (store, path) = try? resolve(location), store.reach != .folders else {
            return arrived()
        }
        store.willOpen(path, arrived)
    }

    /// Whether each request to the place of a location takes its time.
    package func isRemote(_ location: String) -> Bool {
        StorePath.scheme(of: location) != nil && (try? resolve(location).store.reach) ?? .folders != .folders
    }

    /// How many bytes should be asked for before they are wanted; nil where that gains nothing.
    package func bytesAhead(_ location: String) -> Int? {
        guard let (store, path) = try? resolve(location) else { return nil }
        return store.bytesAhead(path)
    }

    package func createWriter(_ location: String) throws(SQLError) -> any ObjectWriter {
        let (store, path) = try resolve(location)
        return try store.createWriter(path)
    }

    package func info(_ location: String) throws(SQLError) -> ObjectInfo? {
        let (store, path) = try resolve(location)
        return try store.info(path)
    }

    /// What is known about several objects, in their order.
    package func info(_ locations: [String]) throws(SQLError) -> [ObjectInfo?] {
        var found = [ObjectInfo?](repeating: nil, count: locations.count)
        for (store, paths) in try byStore(locations) {
            for (place, info) in zip(paths, try store.info(paths.map(\.path))) { found[place.index] = info }
        }
        return found
    }

    /// Writes the bytes of an object under another location, a piece at a time.
    package func copy(_ from: String, to: String) throws(SQLError) {
        let reader = try open(from), writer = try createWriter(to)
        do throws(SQLError) {
            var offset = 0
            while offset < reader.size {
                try Cancellation.checkCurrent()
                let count = min(Self.copiedBytes, reader.size - offset)
                try writer.write(try reader.read(offset: offset, count: count))
                offset += count
            }
            try writer.finish()
        } catch {
            writer.abort()
            throw error
        }
    }

    private static let copiedBytes = 4 << 20

    /// Removes objects, by as few requests as their stores need.
    package func delete(_ locations: [String]) throws(SQLError) {
        for (store, paths) in try byStore(locations) { try store.delete(paths.map(\.path)) }
    }

    private func byStore(_ locations: [String]) throws(SQLError) -> [(any ObjectStore, [(index: Int, path: String)])] {
        var schemes: [String: (any ObjectStore, [(index: Int, path: String)])] = [:]
        for (index, location) in locations.enumerated() {
            let (store, path) = try resolve(location)
            schemes[StorePath.scheme(of: location) ?? "file", default: (store, [])].1.append((index, path))
        }
        return schemes.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The objects that a location means: itself, everything in the folder that it names, or what its wildcards match.
    ///
    /// Sorted by path. `*` and `?` stay within one folder and do not match a leading dot, `**` crosses folders, `[a-z]` and
    /// `[!a-z]` are classes, `{a,b}` alternatives. A location that exists as written is taken as written.
    /// - Throws: `58P01` if nothing matches; the hint gives the nearest name.
    package func expand(_ location: String) throws(SQLError) -> [ObjectInfo] {
        let (store, path) = try resolve(location)
        return try GlobExpansion(store: store).expand(path)
    }
}
