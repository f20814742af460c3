/// Held by the one process that is publishing a change of several tables.

import Glibc
import LodeCore

/// A lock of the kernel on a file beside the catalog: it ends with its owner. Who gets it and finds a commit that is not decided knows that
/// whoever began it is gone.
final class JointCommitLock: Sendable {
    private let descriptor: Int32

    /// Locks that belong to the open file instead of the process, so that threads keep each other out, too.
    private static let set: Int32 = 37

    /// - Returns: nil if another one has it.
    /// - Throws: `58030` where there are no locks.
    init?(_ path: String) throws(SQLError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Self.failed(path) }
        var lock = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 1, l_pid: 0)
        guard fcntl(descriptor, Self.set, &lock) != 0 else {
            self.descriptor = descriptor
            return
        }
        let isTaken = errno == EAGAIN || errno == EACCES
        let error = Self.failed(path)
        close(descriptor)
        guard isTaken else { throw error }
        return nil
    }

    deinit { close(descriptor) }

    private static func failed(_ path: String) -> SQLError {
        SQLError(
            .ioError, "could not lock the catalog for a change of several tables", in: path, detail: String(cString: strerror(errno)),
            hint: "The catalog must lie on a file system that has locks.")
    }
}
