/// What running statements still need, told to every process that uses the warehouse.

import Glibc
import LodeCore
import LodeObjectStore

/// Keeps files from being collected as long as somebody may read or publish them.
///
/// A lease says "files that were removed after this moment, or written since, are needed". It is a shared lock on one byte of
/// the file `catalog.leases`, at the offset that is the moment in microseconds since 1970: the kernel shows it to every process
/// and takes it back when its owner dies. A collector asks for the lowest byte that is locked.
///
/// Who may not even open the file reads without a lease.
final class Leases: Sendable {
    private struct State {
        var descriptor: Int32 = -1
        var counts: [Int64: Int] = [:]
    }

    /// Nil: known to this object alone.
    private let path: String?
    private let state = Lock(State())

    /// Locks that belong to the open file instead of the process, so that one process's do not merge with another's in it.
    private static let ask: Int32 = 36, set: Int32 = 37

    init(path: String?) { self.path = path }

    deinit { state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } } }

    /// - Parameter moment: microseconds since 1970-01-01 UTC.
    func take(_ moment: Int64) -> Lease {
        let moment = max(moment, 0)
        state.withLock { state in
            state.counts[moment, default: 0] += 1
            guard let path, state.counts[moment] == 1 else { return }
            if state.descriptor < 0 { state.descriptor = Self.open(path) }
            _ = Self.lock(state.descriptor, Self.set, F_RDLCK, moment, 1)
        }
        return Lease(self, moment)
    }

    fileprivate func release(_ moment: Int64) {
        state.withLock { state in
            let left = (state.counts[moment] ?? 1) - 1
            state.counts[moment] = left > 0 ? left : nil
            if left == 0, path != nil { _ = Self.lock(state.descriptor, Self.set, F_UNLCK, moment, 1) }
        }
    }

    /// The earliest moment of all leases; nil if there is none.
    /// - Throws: `58030` if the locks cannot be asked for, so that nobody knows what is needed.
    func earliest() throws(SQLError) -> Int64? {
        guard let path else { return state.withLock { $0.counts.keys.min() } }
        let descriptor = Self.open(path)
        defer { close(descriptor) }
        var found: Int64?
        var end = Int64.max
        while end > 0 {
            guard let holder = Self.lock(descriptor, Self.ask, F_WRLCK, 0, end) else {
                throw SQLError(
                    .ioError, "it cannot be told what running statements need", in: path,
                    detail: String(cString: strerror(errno)), hint: "The warehouse must lie on a file system that has locks.")
            }
            guard holder.l_type != Int16(F_UNLCK) else { break }
            found = Int64(holder.l_start)
            end = Int64(holder.l_start)
        }
        return found
    }

    private static func open(_ path: String) -> Int32 {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        return descriptor >= 0 ? descriptor : Glibc.open(path, O_RDONLY | O_CLOEXEC)
    }

    /// The lock as the kernel answers; nil if it refuses.
    private static func lock(_ descriptor: Int32, _ command: Int32, _ kind: Int32, _ start: Int64, _ count: Int64) -> flock? {
        var lock = flock(l_type: Int16(kind), l_whence: Int16(SEEK_SET), l_start: Int(start), l_len: Int(count), l_pid: 0)
        return fcntl(descriptor, command, &lock) == 0 ? lock : nil
    }
}

/// Kept by whoever reads a version or writes files, for as long as that takes.
package final class Lease: Sendable {
    private let leases: Leases
    let moment: Int64

    fileprivate init(_ leases: Leases, _ moment: Int64) {
        self.leases = leases
        self.moment = moment
    }

    deinit { leases.release(moment) }
}
