/// What lies in a folder, and below it without following symbolic links.

import Glibc
import LodeCore

/// Listing and removing for writers, who must never reach what a link points to. (Readers follow links: `LocalStore.list`.)
enum LocalTree {
    struct Entry {
        /// Below the folder that was listed.
        var path: String
        /// Of the entry itself, also if it is a link.
        var status: stat

        var isFolder: Bool { status.st_mode & S_IFMT == S_IFDIR }
        var isFile: Bool { status.st_mode & S_IFMT == S_IFREG }
        /// Changes when the entry is replaced or written.
        var etag: String { LocalStore.etag(status) }
    }

    private static let maximumDepth = 128

    /// Everything below, folders before what they hold. Unfinished writes of others are left out. A folder that is not there holds nothing.
    static func entries(of folder: String) throws(SQLError) -> [Entry] {
        var found: [Entry] = []
        var pending: [(path: String, depth: Int)] = [("", 0)]
        while let (path, depth) = pending.popLast() {
            guard depth <= maximumDepth else { throw SQLError(.ioError, "folders are nested more than \(maximumDepth) deep", in: folder) }
            for name in try names(in: StorePath.join(folder, path)) where !name.hasPrefix(LocalStore.temporaryPrefix) {
                let inner = StorePath.join(path, name)
                var status = stat()
                guard lstat(StorePath.join(folder, inner), &status) == 0 else { continue }
                let entry = Entry(path: inner, status: status)
                found.append(entry)
                if entry.isFolder { pending.append((inner, depth + 1)) }
            }
        }
        return found
    }

    /// The names in one folder, in no order.
    static func names(in folder: String) throws(SQLError) -> [String] {
        var names: [String] = []
        try forEach(in: folder) { names.append($0.name) }
        return names
    }

    /// One name in a folder that is being read.
    struct Item {
        let name: String
        /// Whether it is a folder and no link to one, where the file system says so by itself.
        let isFolder: Bool
        fileprivate let stream: OpaquePointer

        /// What it is, or what the link leads to; nil if it is gone, or leads nowhere.
        var target: stat? {
            var status = stat()
            return fstatat(dirfd(stream), name, &status, 0) == 0 ? status : nil
        }
    }

    /// Reads one folder. One that is not there holds nothing.
    static func forEach(in folder: String, _ body: (Item) -> Void) throws(SQLError) {
        guard let stream = opendir(folder.isEmpty ? "." : folder) else {
            if errno == ENOENT || errno == ENOTDIR { return }
            throw LocalFault.error(errno, "list", folder)
        }
        defer { closedir(stream) }
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw LocalFault.error(errno, "list", folder) }
                return
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            body(Item(name: name, isFolder: entry.pointee.d_type == UInt8(DT_DIR), stream: stream))
        }
    }

    /// Removes a folder and all that is in it; links go, what they point to stays. What can't be removed stays as well.
    static func remove(_ folder: String) {
        guard let entries = try? entries(of: folder) else { return }
        for entry in entries.reversed() {
            let path = StorePath.join(folder, entry.path)
            if entry.isFolder { rmdir(path) } else { unlink(path) }
        }
        rmdir(folder)
    }
}
