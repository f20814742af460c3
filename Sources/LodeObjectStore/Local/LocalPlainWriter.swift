/// Bytes that go straight into an open file.

import Glibc
import LodeCore

/// Writes what is no file (a device, a pipe) where it stands, and files that are staged under their own names.
final class LocalPlainWriter: ObjectWriter {
    let path: String
    private(set) var position = 0
    /// -1 once finished or aborted.
    private var descriptor: Int32
    private let removesWhenAborted: Bool

    /// Owns `descriptor`.
    init(path: String, descriptor: Int32, removesWhenAborted: Bool = false) {
        self.path = path
        self.descriptor = descriptor
        self.removesWhenAborted = removesWhenAborted
    }

    /// A new file, with the folders above it.
    convenience init(creating path: String) throws(SQLError) {
        var descriptor = Self.create(path)
        if descriptor < 0, errno == ENOENT {
            try LocalWriter.createFolders(StorePath.parent(path), isDurable: false)
            descriptor = Self.create(path)
        }
        if descriptor < 0 { throw LocalFault.error(errno, "create", path) }
        self.init(path: path, descriptor: descriptor, removesWhenAborted: true)
    }

    deinit { abort() }

    private static func create(_ path: String) -> Int32 { Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SQLError) {
        guard descriptor >= 0 else { throw SQLError.internalFault("write to \"\(path)\" after it was finished") }
        let failure = LocalWriter.writeAll(descriptor, bytes)
        if failure != 0 { throw LocalFault.error(failure, "write", path) }
        position += bytes.count
    }

    func finish() throws(SQLError) {
        guard descriptor >= 0 else { throw SQLError.internalFault("\"\(path)\" was finished twice") }
        let status = close(descriptor)
        descriptor = -1
        if status != 0, errno != EINTR { throw LocalFault.error(errno, "write", path) }
    }

    func abort() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        if removesWhenAborted { unlink(path) }
    }
}
