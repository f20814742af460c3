/// A local file that is being written without a name, or under a hidden one.

import CLodeFiles
import Glibc
import LodeCore
import Synchronization

/// `finish()` syncs it and puts it into place with a rename, after which the folder is synced too: a reader, a crash or a full disk
/// meets the old file or the new one, whole. Until then it has no name at all, so that not even a killed process leaves anything
/// behind; where the file system can't do that, it is `folder/.lode-write-<process>-<number>-<random>`.
final class LocalWriter: ObjectWriter {
    let path: String
    private(set) var position = 0
    /// Bytes that are on their way to the disk: at the end little is left to wait for.
    private var begun = 0
    private static let stride = 4 << 20
    /// Where the file goes: the path without symbolic links.
    private let place: String
    /// The file that is replaced, whose owner and mode stay.
    private let existing: stat?
    private let temporaryPath: String
    /// -1 once finished or aborted.
    private var descriptor: Int32
    /// Whether the file stands under its temporary path.
    private var isNamed = false
    private var isSealed = false
    /// What follows after `show()`.
    private var shown: LocalPlainWriter?

    private static let counter = Atomic<UInt64>(0)

    /// A writer for what `path` leads to.
    static func create(path: String) throws(SQLError) -> any ObjectWriter {
        let target = try LocalTarget.resolve(path)
        if let stream = try target.openInPlace(path) { return stream }
        return try LocalWriter(path: path, target)
    }

    convenience init(path: String) throws(SQLError) { try self.init(path: path, .file(path: path, existing: nil)) }

    private init(path: String, _ target: LocalTarget) throws(SQLError) {
        try LocalFault.checkPath(path)
        self.path = path
        guard case .file(let place, let existing) = target else { throw .internalFault("\"\(path)\" is no file") }
        self.place = place
        self.existing = existing
        if existing != nil { try LocalOwnership.check(place) }
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        let random = String(UInt32.random(in: 0...UInt32.max), radix: 16)
        temporaryPath = StorePath.join(
            Self.nearestFolder(StorePath.parent(place)), "\(LocalStore.temporaryPrefix)\(getpid())-\(number)-\(random)")
        descriptor = Self.createUnnamed(StorePath.parent(temporaryPath))
        if descriptor < 0 { try createNamed() }
    }

    deinit { abort() }

    private func createNamed() throws(SQLError) {
        descriptor = Self.create(temporaryPath)
        if descriptor < 0 { throw LocalFault.error(errno, "create", path) }
        isNamed = true
    }

    /// Puts the file into place and goes on with it there.
    func show() throws(SQLError) {
        if shown != nil { return }
        let descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        if descriptor < 0 { throw LocalFault.error(errno, "write", path) }
        let rest = LocalPlainWriter(path: path, descriptor: descriptor)
        try finish()
        shown = rest
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        if let shown {
            try shown.write(bytes)
            position += bytes.count
            return
        }
        guard descriptor >= 0 else { throw SQLError.internalFault("write to \"\(path)\" after it was finished") }
        let failure = Self.writeAll(descriptor, bytes)
        if failure != 0 { throw LocalFault.error(failure, "write", path) }
        position += bytes.count
        if position - begun >= Self.stride {
            lode_begin_sync(descriptor, begun, position - begun)
            begun = position
        }
    }

    func finish() throws(SQLError) {
        if let shown { return try shown.finish() }
        try seal()
        let (isPlaced, grown) = try putIntoPlace {
            if !isNamed { isNamed = link(to: temporaryPath) }
            return isNamed && rename(temporaryPath, place) == 0
        }
        guard isPlaced else {
            let code = errno
            abort()
            throw LocalFault.error(code, "write", path)
        }
        closeDescriptor()
        try syncFolders(grown)
    }

    /// As `finish()`, unless the path is taken: then nothing changes and the result is false.
    func finishIfAbsent() throws(SQLError) -> Bool {
        try seal()
        let (linked, grown) = try putIntoPlace { isNamed ? Glibc.link(temporaryPath, place) == 0 : link(to: place) }
        let code = errno
        abort()
        if !linked {
            if code == EEXIST { return false }
            throw LocalFault.error(code, "write", path)
        }
        try syncFolders(grown)
        return true
    }

    func abort() {
        guard descriptor >= 0 else { return }
        if isNamed { unlink(temporaryPath) }
        closeDescriptor()
    }

    /// Makes the folders that are missing and calls `put`; again if one of them, being empty, was removed meanwhile.
    /// - Returns: what `put` said, with the error number of its failure; and the folders that have new ones in them.
    private func putIntoPlace(_ put: () -> Bool) throws(SQLError) -> (isPlaced: Bool, grown: [String]) {
        var grown: [String] = []
        for _ in 0..<3 {
            grown += try Self.createFolders(StorePath.parent(place), isDurable: false)
            if put() { return (true, grown) }
            if errno != ENOENT { break }
        }
        return (false, grown)
    }

    /// The file's own folder first: where the file system keeps a journal, that writes those above too.
    private func syncFolders(_ grown: [String]) throws(SQLError) {
        try Self.syncFolder(StorePath.parent(place))
        for folder in grown.reversed() { try Self.syncFolder(folder) }
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
    func seal() throws(SQLError) {
        guard descriptor >= 0 else { throw SQLError.internalFault("\"\(path)\" was finished twice") }
        if isSealed { return }
        if let existing { try LocalOwnership.copy(existing, to: descriptor, replacing: path) }
        if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS {
            let code = errno
            abort()
            throw LocalFault.error(code, "write", path)
        }
        isSealed = true
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

    /// The folder itself, or the first above it that exists: a write that fails must not leave new folders behind.
    static func nearestFolder(_ folder: String) -> String {
        var folder = folder
        while !folder.isEmpty, access(folder, F_OK) != 0, errno == ENOENT { folder = StorePath.parent(folder) }
        return folder
    }

    /// Makes the folder and those above it that are missing, each of them durable unless that is seen to later.
    /// - Returns: the folders that have new ones in them, outermost first.
    @discardableResult
    static func createFolders(_ folder: String, isDurable: Bool = true) throws(SQLError) -> [String] {
        let parent = StorePath.parent(folder)
        if folder.isEmpty { return [] }
        var grown: [String] = []
        if mkdir(folder, 0o777) != 0 {
            if errno == EEXIST { return [] }
            guard errno == ENOENT, parent != folder else { throw LocalFault.error(errno, "create the folder", folder) }
            grown = try createFolders(parent, isDurable: isDurable)
            if mkdir(folder, 0o777) != 0, errno != EEXIST { throw LocalFault.error(errno, "create the folder", folder) }
        }
        if isDurable { try syncFolder(parent) }
        return grown + [parent]
    }

    /// A name is durable once its folder is synced. Some file systems can't do that; every other failure is reported, though the name
    /// is there already.
    static func syncFolder(_ folder: String) throws(SQLError) {
        let descriptor = Glibc.open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that may be written but not read can't be synced.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS { throw LocalFault.error(errno, "sync the folder", folder) }
    }
}
