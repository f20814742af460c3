/// A local file that is being written without a name, or under a hidden one.

import Glibc
import LodeCore
import Synchronization

/// `finish()` syncs it and puts it into place. Until then it has no name at all, so that not even a killed process leaves anything
/// behind; where the file system can't do that, it is `folder/.lode-write-<process>-<number>-<random>`.
final class LocalWriter: ObjectWriter {
    let path: String
    private(set) var position = 0
    private let temporaryPath: String
    /// -1 once finished or aborted.
    private var descriptor: Int32
    /// Whether the file stands under its temporary path.
    private var isNamed = false

    private static let counter = Atomic<UInt64>(0)

    init(path: String) throws(SQLError) {
        try LocalFault.checkPath(path)
        self.path = path
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        let random = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        temporaryPath = StorePath.join(
            StorePath.parent(path), "\(LocalStore.temporaryPrefix)\(getpid())-\(number)-\(random)")
        descriptor = Self.createUnnamed(StorePath.parent(path))
        if descriptor < 0 { try createNamed() }
    }

    deinit { abort() }

    private func createNamed() throws(SQLError) {
        descriptor = Self.create(temporaryPath)
        if descriptor < 0, errno == ENOENT {
            try Self.createFolders(StorePath.parent(path))
            descriptor = Self.create(temporaryPath)
        }
        if descriptor < 0 { throw LocalFault.error(errno, "create", path) }
        isNamed = true
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        guard descriptor >= 0 else { throw SQLError.internalFault("write to \"\(path)\" after it was finished") }
        let failure = Self.writeAll(descriptor, bytes)
        if failure != 0 { throw LocalFault.error(failure, "write", path) }
        position += bytes.count
    }

    func finish() throws(SQLError) {
        try seal()
        if !isNamed { isNamed = link(to: temporaryPath) }
        guard isNamed, rename(temporaryPath, path) == 0 else {
            let code = errno
            abort()
            throw LocalFault.error(code, "write", path)
        }
        closeDescriptor()
        Self.syncFolder(of: path)
    }

    /// As `finish()`, unless the path is taken: then nothing changes and the result is false.
    func finishIfAbsent() throws(SQLError) -> Bool {
        try seal()
        let linked = isNamed ? Glibc.link(temporaryPath, path) == 0 : link(to: path)
        let code = errno
        abort()
        if !linked {
            if code == EEXIST { return false }
            throw LocalFault.error(code, "write", path)
        }
        Self.syncFolder(of: path)
        return true
    }

    func abort() {
        guard descriptor >= 0 else { return }
        if isNamed { unlink(temporaryPath) }
        closeDescriptor()
    }

    /// Gives the unnamed file a name that is free.
    private func link(to name: String) -> Bool {
        linkat(AT_FDCWD, "\(Self.openFiles)/\(descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0
    }

    private func closeDescriptor() {
        close(descriptor)
        descriptor = -1
    }

    /// Makes the bytes durable before they get their name.
    private func seal() throws(SQLError) {
        guard descriptor >= 0 else { throw SQLError.internalFault("\"\(path)\" was finished twice") }
        if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS {
            let code = errno
            abort()
            throw LocalFault.error(code, "write", path)
        }
    }

    /// Writes everything; the result is 0 or the errno.
    static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
        guard let base = bytes.baseAddress else { return 0 }
        var done = 0
        while done < bytes.count {
            let wrote = Glibc.write(descriptor, base + done, bytes.count - done)
            if wrote >= 0 {
                done += wrote
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }

    /// Where the kernel shows a process its open files.
    private static let openFiles = "/proc/self/fd"

    /// A file of the folder that has no name yet; negative where there is none to be had.
    private static func createUnnamed(_ folder: String) -> Int32 {
        // Glibc's O_TMPFILE, which is a composite that Swift does not import.
        let unnamed: Int32 = 0o20000000 | O_DIRECTORY
        guard access(openFiles, X_OK) == 0 else { return -1 }
        return Glibc.open(folder.isEmpty ? "." : folder, O_WRONLY | unnamed | O_CLOEXEC, 0o666)
    }

    private static func create(_ path: String) -> Int32 {
        Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }

    /// Makes the folder and those above it that are missing.
    static func createFolders(_ folder: String) throws(SQLError) {
        if folder.isEmpty || mkdir(folder, 0o777) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, StorePath.parent(folder) != folder else {
            throw LocalFault.error(errno, "create the folder", folder)
        }
        try createFolders(StorePath.parent(folder))
        if mkdir(folder, 0o777) != 0, errno != EEXIST { throw LocalFault.error(errno, "create the folder", folder) }
    }

    /// A name is durable once its folder is synced. Some file systems can't; the rename itself has happened.
    private static func syncFolder(of path: String) {
        let parent = StorePath.parent(path)
        let folder = Glibc.open(parent.isEmpty ? "." : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}
