/// A local file open for reading.

import Glibc
import LodeCore

/// Reads with pread(2): a file that is cut off meanwhile gives an error, where a memory map would kill the process.
final class LocalReader: ObjectReader {
    let path: String
    let size: Int
    let etag: String
    private let descriptor: Int32
    /// What a spooled device holds of the memory limit.
    private let spooled: SpooledBytes?

    /// Owns `descriptor`.
    init(path: String, descriptor: Int32, size: Int, etag: String = "", spooled: SpooledBytes? = nil) {
        self.spooled = spooled
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
