/// From what a user wrote as a place to the store that holds it.

import LodeCore

/// The stores of an engine by URL scheme. A location without a scheme, or with `file:`, is a local file.
package final class StoreRegistry: Sendable {
    private let stores: Lock<[String: any ObjectStore]>

    /// Knows local files only.
    package init() { stores = Lock(["file": LocalStore()]) }

    /// The same stores for one statement, whose reading of pipes and devices has limits.
    package func limited(_ limits: SpoolLimits) -> StoreRegistry {
        let copy = StoreRegistry()
        let known = stores.withLock { $0 }
        copy.stores.withLock { $0 = known.merging(known["file"] is LocalStore ? ["file": LocalStore(limits: limits)] : [:]) { $1 } }
        return copy
    }

    /// Adds or replaces the store for `scheme` ("s3", "memory"; without "://").
    package func register(_ store: any ObjectStore, scheme: String) {
        stores.withLock { $0[scheme.lowercased()] = store }
    }

    /// The store for `location` and the path by which that store knows it.
    /// - Throws: `58P01` if no store serves its scheme.
    package func resolve(_ location: String) throws(SQLError) -> (store: any ObjectStore, path: String) {
        let scheme = StorePath.scheme(of: location) ?? "file"
        let (store, known) = stores.withLock { ($0[scheme], $0.keys.sorted()) }
        guard let store else {
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

    package func createWriter(_ location: String) throws(SQLError) -> any ObjectWriter {
        let (store, path) = try resolve(location)
        return try store.createWriter(path)
    }

    package func info(_ location: String) throws(SQLError) -> ObjectInfo? {
        let (store, path) = try resolve(location)
        return try store.info(path)
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
