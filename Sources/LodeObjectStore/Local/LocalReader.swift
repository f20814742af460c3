/// A local file open for reading.

import Glibc
import LodeCore

/// Reads with pread(2): a file that is cut off meanwhile gives an error, where a memory map would kill the process.
final class LocalReader: ObjectReader {
    let path: String
    let size: Int
    let etag: String
    private let descriptor: Int32

    /// Owns `descriptor`.
    init(path: String, descriptor: Int32, size: Int, etag: String = "") {
        self.path = path
        self.etag = etag
        self.descriptor = descriptor
        self.size = size
    }

    deinit { close(descriptor) }

    func read(offset: Int, count: Int, into destination: UnsafeMutableRawPointer) throws(SQLError) {
        try checkRange(offset: offset, count: count)
        var done = 0
        while done < count {
            let got = pread(descriptor, destination + done, count - done, off_t(offset + done))
            if got > 0 {
                done += got
            } else if got == 0 {
                throw SQLError(
                    .dataCorrupted, "the file became shorter while it was read", in: path,
                    detail: "It had \(size) bytes when it was opened; now it ends at \(offset + done).",
                    hint: "Another program is writing it in place: run the statement again when that is done.")
            } else if errno != EINTR {
                throw LocalFault.error(errno, "read", path)
            }
        }
    }

    func willNeed(_ ranges: [Range<Int>]) {
        for range in ranges {
            _ = posix_fadvise(descriptor, off_t(range.lowerBound), off_t(range.count), POSIX_FADV_WILLNEED)
        }
    }
}

extension LocalReader {
    /// Reads a pipe or device to its end into an unnamed temporary file, so that it can be read in ranges.
    convenience init(spooling source: Int32, path: String) throws(SQLError) {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var name = Array("\(folder)/\(LocalStore.temporaryPrefix)XXXXXX".utf8CString)
        let spool = mkstemp(&name)
        guard spool >= 0 else { throw LocalFault.error(errno, "create a temporary file in", folder) }
        _ = fcntl(spool, F_SETFD, FD_CLOEXEC)
        unlink(name)
        do throws(SQLError) {
            let size = try Self.copy(from: source, to: spool, path: path)
            self.init(path: path, descriptor: spool, size: size)
        } catch {
            close(spool)
            throw error
        }
    }

    private static func copy(from source: Int32, to spool: Int32, path: String) throws(SQLError) -> Int {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var size = 0
        while true {
            let got = Glibc.read(source, &buffer, buffer.count)
            if got == 0 { return size }
            if got < 0 {
                if errno == EINTR { continue }
                throw LocalFault.error(errno, "read", path)
            }
            let failure = buffer.withUnsafeBytes { LocalWriter.writeAll(spool, UnsafeRawBufferPointer(rebasing: $0[..<got])) }
            if failure != 0 { throw LocalFault.error(failure, "copy to a temporary file", path) }
            size += got
        }
    }
}
