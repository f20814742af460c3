/// Text in other encodings, as UTF-8.

import Glibc
import LodeCore

/// Turns UTF-16 and Latin-1 into UTF-8 piece by piece. A byte order mark is dropped.
final class TranscodingStream: ByteStream {
    private static let inputBytes = 64 * 1024
    private let source: any ByteStream
    private let encoding: TextPacking.Encoding
    private let path: String
    private let input: UnsafeMutablePointer<UInt8>
    private var count = 0
    private var at = 0
    private var isAtStart = true
    private var isAtEnd = false

    init(_ source: any ByteStream, from encoding: TextPacking.Encoding, path: String) throws(SQLError) {
        self.source = source
        self.encoding = encoding
        self.path = path
        input = .allocate(capacity: Self.inputBytes)
    }

    deinit { input.deallocate() }

    var bytesRead: Int { source.bytesRead }

    /// The capacity must be at least 4, one character of UTF-8.
    func read(into destination: UnsafeMutableRawPointer, capacity: Int) throws(SQLError) -> Int {
        let out = destination.assumingMemoryBound(to: UInt8.self)
        var written = 0
        while written + 4 <= capacity {
            if count - at < 4, !isAtEnd { try refill() }
            if at >= count { break }
            let scalar = try nextScalar()
            if isAtStart {
                isAtStart = false
                if scalar == 0xfeff { continue }
            }
            written += Self.encode(scalar, out + written)
        }
        return written
    }

    private func refill() throws(SQLError) {
        memmove(input, input + at, count - at)
        count -= at
        at = 0
        while count < Self.inputBytes {
            let more = try source.read(into: input + count, capacity: Self.inputBytes - count)
            if more == 0 {
                isAtEnd = true
                return
            }
            count += more
        }
    }

    private func nextScalar() throws(SQLError) -> UInt32 {
        if encoding == .latin1 {
            at += 1
            return UInt32(input[at - 1])
        }
        let first = try unit()
        guard first & 0xf800 == 0xd800 else { return UInt32(first) }
        guard first < 0xdc00 else { throw invalid() }
        let second = try unit()
        guard second & 0xfc00 == 0xdc00 else { throw invalid() }
        return 0x1_0000 + (UInt32(first & 0x3ff) << 10 | UInt32(second & 0x3ff))
    }

    private func unit() throws(SQLError) -> UInt16 {
        guard at + 1 < count else { throw invalid() }
        let low = UInt16(input[at]), high = UInt16(input[at + 1])
        at += 2
        return encoding == .utf16LittleEndian ? high << 8 | low : low << 8 | high
    }

    private func invalid() -> SQLError {
        SQLError(
            .characterNotInRepertoire, "invalid \(encoding.rawValue.uppercased()) text", in: path,
            detail: "Near byte \(bytesRead - count + at) of the file.",
            hint: "Name the encoding of the file: encoding = 'utf-8' or 'latin-1'.")
    }

    private static func encode(_ scalar: UInt32, _ out: UnsafeMutablePointer<UInt8>) -> Int {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | (scalar >> shift & 0x3f)) }
        switch scalar {
        case ..<0x80:
            out[0] = UInt8(scalar)
            return 1
        case ..<0x800:
            out[0] = UInt8(0xc0 | scalar >> 6)
            out[1] = tail(0)
            return 2
        case ..<0x1_0000:
            out[0] = UInt8(0xe0 | scalar >> 12)
            out[1] = tail(6)
            out[2] = tail(0)
            return 3
        default:
            out[0] = UInt8(truncatingIfNeeded: 0xf0 | scalar >> 18)
            out[1] = tail(12)
            out[2] = tail(6)
            out[3] = tail(0)
            return 4
        }
    }
}
