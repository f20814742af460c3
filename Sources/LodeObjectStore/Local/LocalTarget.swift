/// Where a path leads that is about to be written.

import Glibc
import LodeCore

/// Symbolic links are followed, so that what they point to is written and the links stay. Files are replaced as a whole; what is
/// no file (a device, a pipe) is written where it stands, since it must never be replaced.
enum LocalTarget {
    /// A file, or a free name. `existing` is what stands there now.
    case file(path: String, existing: stat?)
    /// A device, a pipe or a socket.
    case stream(path: String)
    /// An open file of this process, named as `/dev/stdout` or `/dev/fd/3`.
    case descriptor(Int32)

    /// As many links in a row as the system follows.
    private static let maxLinks = 40

    static func resolve(_ location: String) throws(SQLError) -> LocalTarget {
        try LocalFault.checkPath(location)
        var path = location
        for _ in 0..<maxLinks {
            var status = stat()
            guard lstat(path, &status) == 0 else {
                if errno == ENOENT || errno == ENOTDIR { return .file(path: path, existing: nil) }
                throw LocalFault.error(errno, "write", location)
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: return .file(path: path, existing: status)
            case S_IFDIR: throw LocalFault.error(EISDIR, "write", location)
            case S_IFLNK: break
            default: return .stream(path: path)
            }
            let folder = StorePath.parent(path)
            if let processes = processFolder(folder) {
                guard let number = Int32(StorePath.name(path)), processes == getpid() else { return .stream(path: path) }
                return .descriptor(number)
            }
            let next = try target(ofLink: path)
            path = next.hasPrefix("/") ? next : StorePath.join(folder, next)
        }
        throw LocalFault.error(ELOOP, "write", location)
    }

    static func target(ofLink path: String) throws(SQLError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink(path, &buffer, Int(PATH_MAX))
        guard count >= 0 else { throw LocalFault.error(errno, "read the symbolic link", path) }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The process whose open files the folder shows: `/proc/<process>/fd`.
    private static func processFolder(_ folder: String) -> pid_t? {
        guard let real = realPath(folder.isEmpty ? "." : folder) else { return nil }
        let parts = real.split(separator: "/")
        guard parts.count >= 3, parts[0] == "proc", parts[parts.count - 1] == "fd" else { return nil }
        return pid_t(parts[1])
    }

    /// The absolute path without symbolic links; nil if there is nothing at `path`.
    static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Opens what is written where it stands; nil for a file.
    func openInPlace(_ location: String) throws(SQLError) -> LocalPlainWriter? {
        let descriptor: Int32
        switch self {
        case .file: return nil
        case .stream(let path): descriptor = Glibc.open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC)
        case .descriptor(let number): descriptor = fcntl(number, F_DUPFD_CLOEXEC, 3)
        }
        guard descriptor >= 0 else { throw LocalFault.error(errno, "open", location) }
        return LocalPlainWriter(path: location, descriptor: descriptor)
    }
}

/// What a new file takes over from the one that it replaces.
enum LocalOwnership {
    /// - Throws: `42501` if the old file must not be written, or if its owner can't be given to the new one.
    static func check(_ path: String) throws(SQLError) {
        if access(path, W_OK) != 0 { throw LocalFault.error(errno, "write", path) }
    }

    /// Gives a new file or folder the owner and the mode of the one that it replaces.
    static func copy(_ old: stat, to new: String, replacing path: String) throws(SQLError) {
        var status = stat()
        guard lstat(new, &status) == 0 else { throw LocalFault.error(errno, "examine", path) }
        if old.st_uid != status.st_uid || old.st_gid != status.st_gid, lchown(new, old.st_uid, old.st_gid) != 0 { throw refused(path) }
        if old.st_mode != status.st_mode, chmod(new, old.st_mode & 0o7777) != 0 { throw refused(path) }
    }

    static func copy(_ old: stat, to descriptor: Int32, replacing path: String) throws(SQLError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalFault.error(errno, "examine", path) }
        if old.st_uid != status.st_uid || old.st_gid != status.st_gid, fchown(descriptor, old.st_uid, old.st_gid) != 0 {
            throw refused(path)
        }
        if old.st_mode != status.st_mode, fchmod(descriptor, old.st_mode & 0o7777) != 0 { throw refused(path) }
    }

    private static func refused(_ path: String) -> SQLError {
        SQLError(
            .insufficientPrivilege, "could not replace \"\(path)\" by a file of the same owner and mode",
            detail: "\(String(cString: strerror(errno))).", hint: "Write to another name, or run Lode as the owner.")
    }
}
