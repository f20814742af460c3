/// Which files of the server a client may name.

import LodeCatalog
import LodeCore
import LodeObjectStore
import LodeTables

/// Folders below which a remote client may read and write by path. What the catalog lists is not meant: tables are read by their names.
package struct AllowedFolders: Sendable {
    private let folders: [String]

    /// - Parameter folders: absolute paths, or locations in other stores.
    package init(_ folders: [String]) { self.folders = folders.map { StorePath.withoutTrailingSlash(StorePath.localPath($0)) } }

    /// The folders, and one more.
    func adding(_ folder: String) -> AllowedFolders { AllowedFolders(folders + [folder]) }

    /// - Throws: `42501` for a path that does not lie below one of the folders, or can't be seen to.
    func check(_ location: String) throws(SQLError) {
        let path = StorePath.localPath(location)
        // Also as one of several alternatives of a pattern.
        let climbs = path.split { "/{},".contains($0) }.contains("..")
        let isBelow = folders.contains { path == $0 || path.hasPrefix($0 == "/" ? "/" : $0 + "/") }
        guard !climbs, isBelow else {
            throw SQLError(
                .insufficientPrivilege, "permission denied for the server's files at \"\(location)\"",
                hint: "Clients may name files below folders that the server was started with, by --allow-path.")
        }
    }
}

extension Session {
    /// - Throws: `42501` if the client may not name this place.
    func requireAccess(to location: String) throws(SQLError) {
        if isRemote { try allowedFolders.check(location) }
    }

    /// What the files of a table are read with whose log names them: for a client that may not name every file, the log does not either.
    /// - Parameter location: the table's folder, in which everything may be read.
    func stores(_ stores: StoreRegistry, forLogIn location: String) -> StoreRegistry {
        if !isRemote { return stores }
        let plain = StorePath.withoutTrailingSlash(StorePath.localPath(location))
        // A root, or nothing, would open everything.
        let isFolder = !plain.isEmpty && plain != "/" && !plain.hasSuffix(":") && !plain.hasSuffix(":/")
        let allowed = isFolder ? allowedFolders.adding(location) : allowedFolders
        return stores.guarded { (place) throws(SQLError) in try allowed.check(place) }
    }

    /// A table as the client may read it: metadata of Iceberg may name others anywhere.
    func confined(_ found: any TableSnapshot, of table: GlueTable) throws(SQLError) -> any TableSnapshot {
        if let overlay = found as? OverlaySnapshot {
            return try overlay.over { (before) throws(SQLError) in try confined(before, of: table) }
        }
        guard let iceberg = found as? IcebergSnapshot else { return found }
        return iceberg.reading(through: StoreTableIO(try stores(of: table)))
    }
}
