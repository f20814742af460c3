/// Pipes and devices, which have no ranges: they are read to their end into an unnamed temporary file.

import Glibc
import LodeCore

/// What reading a pipe or device to its end may take. The end may never come, or come late.
package struct SpoolLimits: Sendable {
    package var cancellation: Cancellation
    /// What devices give is reserved here, since /dev/zero has no end. What pipes give takes disk, but no memory.
    package var memory: MemoryBudget
    /// The folder of the temporary file; nil is TMPDIR or /tmp.
    package var temporaryFolder: String?

    package init(cancellation: Cancellation, memory: MemoryBudget, temporaryFolder: String?) {
        self.cancellation = cancellation
        self.memory = memory
        self.temporaryFolder = temporaryFolder
    }
}

/// A growing reservation that ends with its owner.
final class SpooledBytes: Sendable {
    private let memory: MemoryBudget
    private let bytes: Int

    fileprivate init(_ memory: MemoryBudget, _ bytes: Int) {
        self.memory = memory
        self.bytes = bytes
    }

    deinit { memory.release(bytes) }
}

extension LocalReader {
    /// - Parameter source: open for reading without waiting.
    convenience init(spooling source: Int32, path: String, isDevice: Bool, _ limits: SpoolLimits?) throws(SQLError) {
        let folder = limits?.temporaryFolder ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var name = Array("\(folder)/\(LocalStore.temporaryPrefix)XXXXXX".utf8CString)
        let spool = mkstemp(&name)
        guard spool >= 0 else { throw LocalFault.error(errno, "create a temporary file in", folder) }
        _ = fcntl(spool, F_SETFD, FD_CLOEXEC)
        unlink(name)
        var spooling = Spooling(source: source, spool: spool, path: path, isDevice: isDevice, limits: limits)
        do throws(SQLError) {
            let size = try spooling.run()
            self.init(
                path: path, descriptor: spool, size: size, spooled: spooling.budget.map { SpooledBytes($0, spooling.reserved) })
        } catch {
            spooling.budget?.release(spooling.reserved)
            close(spool)
            throw error
        }
    }
}

/// Copies until the end, a refusal or a cancellation.
private struct Spooling {
    let source: Int32
    let spool: Int32
    let path: String
    let isDevice: Bool
    let limits: SpoolLimits?
    var budget: MemoryBudget? { isDevice ? limits?.memory : nil }
    private(set) var reserved = 0
    private static let reservationStep = 1 << 20
    private static let patienceMillis: Int32 = 100

    init(source: Int32, spool: Int32, path: String, isDevice: Bool, limits: SpoolLimits?) {
        self.source = source
        self.spool = spool
        self.path = path
        self.isDevice = isDevice
        self.limits = limits
    }

    mutating func run() throws(SQLError) -> Int {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var size = 0
        while true {
            try limits?.cancellation.check()
            let got = read(source, &buffer, buffer.count)
            if got == 0 {
                // A pipe that nobody has opened for writing yet reads as one that has ended.
                if size > 0 || isDevice || waitForBytes() == .ended { return size }
                continue
            }
            if got < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN || errno == EWOULDBLOCK {
                    _ = waitForBytes()
                    continue
                }
                throw LocalFault.error(errno, "read", path)
            }
            try reserve(size + got)
            let failure = buffer.withUnsafeBytes { LocalWriter.writeAll(spool, UnsafeRawBufferPointer(rebasing: $0[..<got])) }
            if failure != 0 { throw LocalFault.error(failure, "copy to a temporary file", path) }
            size += got
        }
    }

    private mutating func reserve(_ size: Int) throws(SQLError) {
        guard let budget, size > reserved else { return }
        try budget.reserve(Self.reservationStep, for: "reading \"\(path)\"")
        reserved += Self.reservationStep
    }

    private enum Pipe { case readable, waiting, ended }

    /// Waits for a moment: for bytes, or for the last writer to go.
    private func waitForBytes() -> Pipe {
        var wanted = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
        guard poll(&wanted, 1, Self.patienceMillis) > 0 else { return .waiting }
        return wanted.revents & Int16(POLLIN) != 0 ? .readable : .ended
    }
}
