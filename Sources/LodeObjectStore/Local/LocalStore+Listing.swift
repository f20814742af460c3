/// Walking local folders.

import Glibc
import LodeCore

extension LocalStore {
    /// Folders nested deeper than this are taken for a loop of symbolic links.
    private static let maximumDepth = 64

    package func list(
        _ folder: String, recursive: Bool, _ body: (ObjectInfo) throws(SQLError) -> Bool
    ) throws(SQLError) {
        try LocalFault.checkPath(folder)
        var pending: [(path: String, depth: Int)] = [(StorePath.withoutTrailingSlash(folder), 0)]
        while let (path, depth) = pending.popLast() {
            guard depth <= Self.maximumDepth else {
                throw SQLError(
                    .ioError, "folders are nested more than \(Self.maximumDepth) deep", in: path,
                    hint: "Look for a symbolic link that leads back to a folder above it.")
            }
            for info in try entries(of: path) {
                if info.isFolder, recursive {
                    pending.append((info.path, depth + 1))
                } else if try !body(info) {
                    return
                }
            }
        }
    }

    /// What one folder holds; entries that vanish while it is read are left out, links are followed.
    private func entries(of folder: String) throws(SQLError) -> [ObjectInfo] {
        var found: [ObjectInfo] = []
        try LocalTree.forEach(in: folder) { item in
            let path = StorePath.join(folder, item.name)
            if item.isFolder { return found.append(.folder(path)) }
            if let status = item.target { found.append(Self.info(path, status)) }
        }
        return found
    }
}
