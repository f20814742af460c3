/// Local files as an object store.

import Glibc
import LodeCore

/// Files of the machine, by absolute path or relative to the working folder.
///
/// An object is written beside its place under a hidden name, synced, and then renamed or linked into place, so that a
/// reader, a crash or a full disk never meets half of it.
package struct LocalStore: ObjectStore {
    /// What the names of unfinished files start with; orphan collection knows them by it.
    package static let temporaryPrefix = ".lode-write-"

    private let limits: SpoolLimits?

    /// - Parameter limits: of reading pipes and devices.
    package init(limits: SpoolLimits? = nil) { self.limits = limits }

    package func open(_ path: String) throws(SQLError) -> any ObjectReader {
        try LocalFault.checkPath(path)
        // Opening or reading a pipe must not wait where nobody could cancel it.
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw LocalFault.error(errno, "open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw LocalFault.error(code, "examine", path)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            let etag = Self.isSettled(status) ? Self.etag(status) : ""
            return LocalReader(path: path, descriptor: descriptor, size: Int(status.st_size), etag: etag)
        case S_IFDIR:
            close(descriptor)
            throw LocalFault.error(EISDIR, "open", path)
        default:
            defer { close(descriptor) }
            return try LocalReader(spooling: descriptor, path: path, isDevice: status.st_mode & S_IFMT == S_IFCHR, limits)
        }
    }

    package func info(_ path: String) throws(SQLError) -> ObjectInfo? {
        try LocalFault.checkPath(path)
        var status = stat()
        if stat(path, &status) == 0 {
            return Self.info(StorePath.withoutTrailingSlash(path), status)
        }
        let code = errno
        if code == ENOENT || code == ENOTDIR { return nil }
        throw LocalFault.error(code, "examine", path)
    }

    package func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter {
        try LocalWriter.create(path: path)
    }

    package func stage(folder: String, _ replacement: FolderReplacement) throws(SQLError) -> any StagedWrite {
        try LocalStagedFolder(folder, replacement)
    }

    package func put(_ path: String, _ bytes: [UInt8]) throws(SQLError) {
        let writer = try LocalWriter.create(path: path)
        try writer.write(bytes)
        try writer.finish()
    }

    package func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool {
        let writer = try LocalWriter(path: path)
        try writer.write(bytes)
        return try writer.finishIfAbsent()
    }

    package func delete(_ path: String) throws(SQLError) {
        try LocalFault.checkPath(path)
        if unlink(path) != 0, errno != ENOENT, errno != ENOTDIR { throw LocalFault.error(errno, "delete", path) }
    }

    /// Makes a folder and those above it that are missing. One that exists is no error.
    package func createFolder(_ path: String) throws(SQLError) {
        try LocalFault.checkPath(path)
        try LocalWriter.createFolders(path)
        guard let info = try info(path), info.isFolder else { throw LocalFault.error(ENOTDIR, "create the folder", path) }
    }

    /// Removes a folder if nothing is in it; otherwise does nothing.
    package func removeFolderIfEmpty(_ path: String) {
        if !path.utf8.contains(0) { _ = rmdir(path) }
    }

    static func info(_ path: String, _ status: stat) -> ObjectInfo {
        if status.st_mode & S_IFMT == S_IFDIR { return .folder(path) }
        let micros = Int64(status.st_mtim.tv_sec) &* 1_000_000 &+ Int64(status.st_mtim.tv_nsec) / 1_000
        return ObjectInfo(
            path: path, size: Int(status.st_size), modifiedMicros: micros,
            etag: etag(status))
    }

    static func etag(_ status: stat) -> String {
        "\(status.st_ino)-\(status.st_size)-\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }

    /// Whether a later change of the file must show in its time, whose clock ticks coarsely.
    private static func isSettled(_ status: stat) -> Bool {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return now.tv_sec - status.st_mtim.tv_sec > 2
    }
}
