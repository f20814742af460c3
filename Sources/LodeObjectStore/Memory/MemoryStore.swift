/// Objects in memory, for tests and for tables that live as long as a session.

import LodeCore

/// A store whose paths are whatever strings it is given; folders are what lies before a slash.
package final class MemoryStore: ObjectStore {
    struct Stored: Sendable {
        var bytes: [UInt8]
        var version: UInt64
    }

    private struct State {
        var objects: [SQLText: Stored] = [:]
        var lastVersion: UInt64 = 0
    }

    private let state = Lock(State())

    package init() {}

    package func open(_ path: String) throws(SQLError) -> any ObjectReader {
        guard let stored = state.withLock({ $0.objects[SQLText(path)] }) else {
            let (detail, hint) = MissingPath.explain(path, in: self)
            throw SQLError(
                .undefinedFile, "could not open \"\(path)\": there is no such file", detail: detail, hint: hint)
        }
        return MemoryReader(path: path, bytes: stored.bytes)
    }

    package func info(_ path: String) throws(SQLError) -> ObjectInfo? {
        let name = StorePath.withoutTrailingSlash(path)
        return state.withLock { state -> ObjectInfo? in
            if let stored = state.objects[SQLText(name)] { return Self.info(name, stored) }
            let prefix = name + "/"
            return state.objects.keys.contains { $0.hasPrefix(SQLText(prefix)) } ? .folder(name) : nil
        }
    }

    package func list(
        _ folder: String, recursive: Bool, _ body: (ObjectInfo) throws(SQLError) -> Bool
    ) throws(SQLError) {
        let prefix = folder == "." || folder.isEmpty ? "" : folder.hasSuffix("/") ? folder : folder + "/"
        let objects = state.withLock { $0.objects }
        var folders: Set<String> = []
        for (key, stored) in objects.sorted(by: { $0.key < $1.key }) where key.hasPrefix(SQLText(prefix)) {
            let path = key.string
            if !recursive, let slash = path.dropFirst(prefix.count).firstIndex(of: "/") {
                let inner = String(path[..<slash])
                if folders.insert(inner).inserted, try !body(.folder(inner)) { return }
            } else if try !body(Self.info(path, stored)) {
                return
            }
        }
    }

    package func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter {
        MemoryWriter(path: path, store: self)
    }

    package func put(_ path: String, _ bytes: [UInt8]) throws(SQLError) {
        state.withLock { state in
            state.lastVersion += 1
            state.objects[SQLText(path)] = Stored(bytes: bytes, version: state.lastVersion)
        }
    }

    package func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool {
        state.withLock { state in
            guard state.objects[SQLText(path)] == nil else { return false }
            state.lastVersion += 1
            state.objects[SQLText(path)] = Stored(bytes: bytes, version: state.lastVersion)
            return true
        }
    }

    package func delete(_ path: String) throws(SQLError) {
        state.withLock { _ = $0.objects.removeValue(forKey: SQLText(path)) }
    }

    private static func info(_ path: String, _ stored: Stored) -> ObjectInfo {
        ObjectInfo(
            path: path, size: stored.bytes.count, modifiedMicros: Int64(clamping: stored.version), etag: String(stored.version))
    }
}
