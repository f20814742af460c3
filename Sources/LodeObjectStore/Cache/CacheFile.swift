/// A file of the cache: a part of an object, behind a header that tells whether it is whole.

import Glibc
import LodeCore

/// Other processes write and remove such files at any time, and a machine that goes down leaves torn ones. What is not exactly what its
/// header says is no data.
///
///     magic 8 | identity 8 | offset 8 | length 8 | XXH64 of the bytes 8 | bytes
enum CacheFile {
    private static let magic: UInt64 = 0x314F_4843_4544_4F4C
    static let headerBytes = 40

    private static func header(_ identity: ObjectIdentity, _ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
        let words = [magic, identity.word, UInt64(offset), UInt64(bytes.count), XXHash64.hash(bytes)]
        return words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) } }
    }

    /// Writes a file beside its place and gives it its name.
    /// - Returns: whether that went well.
    static func write(_ identity: ObjectIdentity, offset: Int, _ bytes: [UInt8], to path: String) -> Bool {
        let beside = "\(path).\(getpid())-\(UInt32.random(in: .min ... .max))"
        let file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return false }
        let isWritten = [header(identity, offset, bytes), bytes].allSatisfy { part in
            part.withUnsafeBytes { LocalWriter.writeAll(file, $0) == 0 }
        }
        close(file)
        if isWritten, rename(beside, path) == 0 { return true }
        unlink(beside)
        return false
    }

    /// The bytes of a file; nil unless they are what was written.
    static func read(_ identity: ObjectIdentity, _ range: Range<Int>, from path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, Int(status.st_size) == headerBytes + range.count else { return nil }
        var header = [UInt8](repeating: 0, count: headerBytes)
        guard fill(&header, file) else { return nil }
        var isRead = false
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            isRead = take(UnsafeMutableRawBufferPointer(buffer), file)
            count = isRead ? range.count : 0
        }
        guard isRead, header == Self.header(identity, range.lowerBound, bytes) else { return nil }
        // Who looks for what to drop goes by the time of the last use.
        if time(nil) - status.st_mtim.tv_sec > 60 { futimens(file, nil) }
        return bytes
    }

    private static func fill(_ bytes: inout [UInt8], _ file: Int32) -> Bool { bytes.withUnsafeMutableBytes { take($0, file) } }

    private static func take(_ buffer: UnsafeMutableRawBufferPointer, _ file: Int32) -> Bool {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let count = Glibc.read(file, base + done, buffer.count - done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }
}
