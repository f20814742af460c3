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
        guard let stream = opendir(folder.isEmpty ? "." : folder) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw LocalFault.error(errno, "list", folder)
        }
        defer { closedir(stream) }
        var found: [ObjectInfo] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw LocalFault.error(errno, "list", folder) }
                return found
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)) {
                    String(cString: $0)
                }
            }
            if name == "." || name == ".." { continue }
            let path = StorePath.join(folder, name)
            if entry.pointee.d_type == UInt8(DT_DIR) {
                found.append(.folder(path))
                continue
            }
            var status = stat()
            if fstatat(dirfd(stream), name, &status, 0) == 0 { found.append(Self.info(path, status)) }
        }
    }
}
