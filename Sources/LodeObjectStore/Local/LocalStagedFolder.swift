/// Replacing a local folder, or files in it, as a whole.

import CLodeFiles
import Glibc
import LodeCore
import Synchronization

/// The new files are written into a hidden folder beside the target, with the paths that they will have:
///
///     out/                             what readers see
///     .lode-write-…/new/               what the statement has written so far
///
/// `publish()`:
/// 1. locks the folder that holds both, so that writers of one target take turns;
/// 2. completes `new`: files of `out` that stay are linked into it, folders and rewritten files get the owner and mode they have in `out`;
/// 3. makes it durable (one sync of the file system, which costs less than one for each file);
/// 4. exchanges `out` and `new` in one step (renameat2), and syncs their parent;
/// 5. removes the old files, which are now in `new`.
///
/// A process that is killed before 4 leaves the old rows, from then on the new ones; the next writer removes what is hidden. What
/// goes are the files that were there when the statement began, recognized by inode, size and time: those that others have added
/// or rewritten since stay, even if they came between 2 and 4. Links below `out` go or stay as links; nothing looks behind them.
///
/// A reader that lists while 4 happens may have listed old names and then not find them: its statement fails with 58P01, since
/// nothing can give it a snapshot of a folder; tables of the catalog have those. It never reads half of a file.
///
/// Where the two can't be exchanged (the target is a mount point or the working folder, its parent can't be written, the file system has
/// no such call), the hidden folder lies inside the target, and files move one by one: first all new ones in, then all old ones
/// out. A process that is killed between leaves old and new rows side by side; none is lost.
final class LocalStagedFolder: StagedWrite {
    private let location: String
    /// The target without symbolic links.
    private let folder: String
    private let replacement: FolderReplacement
    private let staging: LocalStaging
    private let new: String
    private let mayExchange: Bool
    /// The files that were there at the beginning, by path, with their etags.
    private let listed: [String: String]
    private let isPublished = Atomic(false)

    init(_ location: String, _ replacement: FolderReplacement, mayExchange: Bool = true) throws(SQLError) {
        self.location = location
        self.replacement = replacement
        let (folder, exists) = try Self.resolve(location)
        self.folder = folder
        let files = try LocalTree.entries(of: folder).filter { !$0.isFolder }
        if replacement == .requiresEmpty, !files.isEmpty { throw StagedObjects.notEmpty(location) }
        listed = Dictionary(files.map { ($0.path, $0.etag) }) { first, _ in first }
        let parent = StorePath.parent(folder)
        self.mayExchange = mayExchange && (!exists || Self.canLeave(folder, parent))
        staging = try LocalStaging(in: self.mayExchange ? LocalWriter.nearestFolder(parent) : folder)
        new = StorePath.join(staging.path, "new")
    }

    /// Where the location leads, and whether there is a folder.
    private static func resolve(_ location: String) throws(SQLError) -> (folder: String, exists: Bool) {
        try LocalFault.checkPath(location)
        if let real = LocalTarget.realPath(location) {
            guard let info = try LocalStore().info(real), info.isFolder else { throw LocalFault.error(ENOTDIR, "write into", location) }
            return (real, true)
        }
        guard errno == ENOENT, case .file(let path, nil) = try LocalTarget.resolve(StorePath.withoutTrailingSlash(location)) else {
            throw LocalFault.error(errno, "write into", location)
        }
        return (path, false)
    }

    /// Whether a folder can be taken from its place: it and its parent lie in one file system, the parent can be written, and this
    /// process does not stand in it.
    private static func canLeave(_ folder: String, _ parent: String) -> Bool {
        var inner = stat(), outer = stat()
        guard stat(folder, &inner) == 0, stat(parent, &outer) == 0, inner.st_dev == outer.st_dev else { return false }
        guard folder != "/", access(parent, W_OK | X_OK) == 0 else { return false }
        let working = LocalTarget.realPath(".") ?? "/"
        return working != folder && !working.hasPrefix(folder + "/")
    }

    func createWriter(_ path: String) throws(SQLError) -> any ObjectWriter { try LocalPlainWriter(creating: StorePath.join(new, path)) }
    func discard(_ paths: [String]) { for path in paths { unlink(StorePath.join(new, path)) } }

    /// The hidden folder goes with `staging`.
    func abort() { LocalTree.remove(new) }

    func publish() throws(SQLError) {
        if isPublished.exchange(true, ordering: .relaxed) { throw .internalFault("\"\(location)\" was published twice") }
        try LocalWriter.createFolders(new, isDurable: false)
        let lock = FolderLock(StorePath.parent(staging.path))
        defer { lock.release() }
        let present = try LocalTree.entries(of: folder)
        try checkPresent(present)
        if mayExchange {
            let carried = try carry(present)
            if try exchange(present) { return }
            for path in carried { unlink(StorePath.join(new, path)) }
        }
        try moveFiles(present)
    }

    // MARK: What stays

    /// - Throws: `58P02` if the folder had to be empty and is no more, `0A000` for a link where a file is written.
    private func checkPresent(_ present: [LocalTree.Entry]) throws(SQLError) {
        if replacement == .requiresEmpty, present.contains(where: { !$0.isFolder }) { throw StagedObjects.notEmpty(location) }
        guard replacement == .sameNames else { return }
        for entry in present where !entry.isFolder {
            guard let kind = kindOfNew(entry.path), !entry.isFile || kind != S_IFREG else { continue }
            throw SQLError.unsupported(
                "replacing \"\(StorePath.join(location, entry.path))\", which is no plain file",
                hint: "Remove it first, or write elsewhere.")
        }
    }

    /// Whether a file or a folder (`S_IFREG`, `S_IFDIR`) was written under this path.
    private func kindOfNew(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(StorePath.join(new, path), &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    /// Whether an entry of the target goes: it was listed, and nobody has written it since.
    private func goes(_ entry: LocalTree.Entry) -> Bool { replacement == .everything && listed[entry.path] == entry.etag }

    /// Completes the new folder by what stays of the target.
    /// - Returns: the paths that were linked.
    private func carry(_ present: [LocalTree.Entry]) throws(SQLError) -> [String] {
        var carried: [String] = []
        for entry in present where !entry.isFolder && kindOfNew(entry.path) == nil && !goes(entry) {
            let target = StorePath.join(new, entry.path)
            try LocalWriter.createFolders(StorePath.parent(target), isDurable: false)
            guard link(StorePath.join(folder, entry.path), target) == 0 else {
                throw LocalFault.error(errno, "link", StorePath.join(location, entry.path))
            }
            carried.append(entry.path)
        }
        for entry in present where replacement == .sameNames && entry.isFolder {
            try LocalWriter.createFolders(StorePath.join(new, entry.path), isDurable: false)
        }
        try copyOwnership(present)
        return carried
    }

    /// Files and folders that take the place of others look like them.
    private func copyOwnership(_ present: [LocalTree.Entry]) throws(SQLError) {
        var status = stat()
        if stat(folder, &status) == 0 { try LocalOwnership.copy(status, to: new, replacing: location) }
        for entry in present where entry.isFolder || entry.isFile {
            let path = StorePath.join(new, entry.path)
            guard lstat(path, &status) == 0, status.st_ino != entry.status.st_ino,
                status.st_mode & S_IFMT == entry.status.st_mode & S_IFMT
            else { continue }
            try LocalOwnership.copy(entry.status, to: path, replacing: StorePath.join(location, entry.path))
        }
    }

    // MARK: The swap

    /// - Returns: false if the system can't do it.
    private func exchange(_ present: [LocalTree.Entry]) throws(SQLError) -> Bool {
        try sync(new)
        try LocalWriter.createFolders(StorePath.parent(folder))
        var failure = lode_exchange_paths(new, folder)
        if failure == ENOENT { failure = lode_rename_if_absent(new, folder) }
        switch failure {
        case 0: break
        case EINVAL, ENOSYS, EXDEV, EBUSY, EPERM, EACCES, EEXIST: return false
        default: throw LocalFault.error(failure, "replace", location)
        }
        try LocalWriter.syncFolder(StorePath.parent(folder))
        bringBack(known: Set(present.filter { !$0.isFolder }.map { "\($0.path)\0\($0.etag)" }))
        LocalTree.remove(new)
        return true
    }

    /// Files that came into the old folder after it was listed for the last time follow into the new one.
    private func bringBack(known: Set<String>) {
        for entry in (try? LocalTree.entries(of: new)) ?? [] where !entry.isFolder && !known.contains("\(entry.path)\0\(entry.etag)") {
            let target = StorePath.join(folder, entry.path)
            try? LocalWriter.createFolders(StorePath.parent(target), isDurable: false)
            _ = lode_rename_if_absent(StorePath.join(new, entry.path), target)
        }
    }

    private func moveFiles(_ present: [LocalTree.Entry]) throws(SQLError) {
        try LocalWriter.createFolders(folder)
        try copyOwnership(present)
        var moved: Set<String> = []
        for entry in try LocalTree.entries(of: new) {
            let target = StorePath.join(folder, entry.path)
            if entry.isFolder {
                var status = stat()
                if lstat(target, &status) == 0, status.st_mode & S_IFMT != S_IFDIR { unlink(target) }
                try LocalWriter.createFolders(target, isDurable: false)
            } else {
                guard rename(StorePath.join(new, entry.path), target) == 0 else {
                    throw LocalFault.error(errno, "write", StorePath.join(location, entry.path))
                }
                moved.insert(entry.path)
            }
        }
        try sync(folder)
        if replacement != .everything { return }
        for entry in present.reversed() where !moved.contains(entry.path) {
            let path = StorePath.join(folder, entry.path)
            if entry.isFolder {
                rmdir(path)
            } else if goes(entry), unlink(path) != 0, errno != ENOENT {
                throw LocalFault.error(errno, "delete", path)
            }
        }
        try LocalWriter.syncFolder(folder)
    }

    /// Makes all that was written durable.
    private func sync(_ path: String) throws(SQLError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LocalFault.error(errno, "open", path) }
        defer { close(descriptor) }
        let failure = lode_sync_file_system(descriptor)
        if failure != 0, failure != EINVAL, failure != ENOSYS, failure != EROFS { throw LocalFault.error(failure, "sync", location) }
    }
}

/// Keeps other writers away from the targets in a folder for a short time. Where there are no such locks, it does nothing.
private struct FolderLock {
    private let descriptor: Int32

    init(_ folder: String) {
        descriptor = Glibc.open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor >= 0 { flock(descriptor, LOCK_EX) }
    }

    func release() { if descriptor >= 0 { close(descriptor) } }
}
