/// What a store tells about an object, or about what was to become one.

/// Name, size and age of an object, or the name of a folder.
package struct ObjectInfo: Hashable, Sendable {
    /// As `ObjectStore` takes it; without a trailing slash.
    package var path: String
    /// Bytes; 0 for a folder.
    package var size: Int
    /// Microseconds since 1970-01-01 UTC; 0 if unknown.
    package var modifiedMicros: Int64
    /// Changes whenever the bytes change; empty if the store has none.
    package var etag: String
    package var isFolder: Bool

    package init(path: String, size: Int, modifiedMicros: Int64 = 0, etag: String = "", isFolder: Bool = false) {
        self.path = path
        self.size = size
        self.modifiedMicros = modifiedMicros
        self.etag = etag
        self.isFolder = isFolder
    }

    package static func folder(_ path: String) -> ObjectInfo { ObjectInfo(path: path, size: 0, isFolder: true) }

    /// The last part of the path.
    package var name: Substring {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path[...] }
        return path[path.utf8.index(after: slash)...]
    }
}

/// The parts of an object that its writer never put together.
package struct AbandonedWrite: Hashable, Sendable {
    /// Of the object that it was to become.
    package var path: String
    /// The store's name for the write.
    package var id: String

    package init(path: String, id: String) {
        self.path = path
        self.id = id
    }
}
