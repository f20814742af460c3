/// A hidden folder in which a writer collects what is not to be seen yet.

import Glibc
import LodeCore
import Synchronization

/// `.lode-write-<process>-<number>-<random>`, locked as long as its writer lives: whoever gets the lock of such a folder knows that
/// its writer was killed, and may remove it.
final class LocalStaging: Sendable {
    let path: String
    private let lock: Int32
    private static let counter = Atomic<UInt64>(0)

    /// - Parameter parent: an existing folder; what killed writers left in it goes.
    init(in parent: String) throws(SQLError) {
        Self.removeAbandoned(in: parent)
        for _ in 0..<8 {
            let number = Self.counter.add(1, ordering: .relaxed).newValue
            let random = String(UInt64.random(in: 0...UInt64.max), radix: 16)
            let path = StorePath.join(parent, "\(LocalStore.temporaryPrefix)\(getpid())-\(number)-\(random)")
            guard mkdir(path, 0o777) == 0 else { throw LocalFault.error(errno, "create a folder in", parent.isEmpty ? "." : parent) }
            let lock = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            if lock < 0 { continue }
            // Between the two calls another writer may have taken the folder for an abandoned one.
            if flock(lock, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
                close(lock)
                continue
            }
            self.path = path
            self.lock = lock
            return
        }
        throw SQLError(.ioError, "could not create a folder in \"\(parent)\"")
    }

    deinit {
        LocalTree.remove(path)
        close(lock)
    }

    private static func removeAbandoned(in parent: String) {
        for name in (try? LocalTree.names(in: parent)) ?? [] where name.hasPrefix(LocalStore.temporaryPrefix) {
            let path = StorePath.join(parent, name)
            let lock = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            if lock < 0 { continue }
            defer { close(lock) }
            if flock(lock, LOCK_EX | LOCK_NB) == 0 { LocalTree.remove(path) }
        }
    }
}
