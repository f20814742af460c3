/// Text that is compressed as a stream: gzip (any number of members) and zstd (any number of frames).

import CZlib
import CZstd
import Glibc
import LodeCore

/// Undoes gzip piece by piece; memory does not grow with the file.
final class GzipStream: ByteStream {
    private static let inputBytes = 256 * 1024
    private let file: any ByteStream
    private let path: String
    private let input: UnsafeMutablePointer<UInt8>
    private let stream: UnsafeMutablePointer<z_stream>
    private var isFinished = false
    /// Whether the current member has begun: the file must not end inside of one.
    private var isInside = false

    init(_ file: any ByteStream, path: String) throws(SQLError) {
        self.file = file
        self.path = path
        input = .allocate(capacity: Self.inputBytes)
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateInit2_(stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw SQLError(.outOfMemory, "out of memory: no zlib stream")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    var bytesRead: Int { file.bytesRead }

    func read(into destination: UnsafeMutableRawPointer, capacity: Int) throws(SQLError) -> Int {
        let room = min(capacity, 1 << 30)
        stream.pointee.next_out = destination.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room)
        while !isFinished, stream.pointee.avail_out > 0 {
            if stream.pointee.avail_in == 0 {
                let count = try file.read(into: input, capacity: Self.inputBytes)
                stream.pointee.next_in = input
                stream.pointee.avail_in = UInt32(count)
                if count == 0 {
                    guard !isInside else { throw corrupt("the stream is cut off") }
                    isFinished = true
                    break
                }
            }
            isInside = true
            switch inflate(stream, Z_NO_FLUSH) {
            case Z_STREAM_END:
                isInside = false
                guard inflateReset(stream) == Z_OK else { throw corrupt("the stream is damaged") }
            case Z_OK, Z_BUF_ERROR: break
            default: throw corrupt("the stream is damaged")
            }
        }
        return room - Int(stream.pointee.avail_out)
    }

    private func corrupt(_ what: String) -> SQLError {
        SQLError(
            .dataCorrupted, "gzip data could not be decompressed: \(what)", in: path, detail: "Near byte \(file.bytesRead) of the file.")
    }
}

/// Undoes zstd piece by piece.
final class ZstdStream: ByteStream {
    private static let inputBytes = 256 * 1024
    private let file: any ByteStream
    private let path: String
    private let input: UnsafeMutablePointer<UInt8>
    private let stream: OpaquePointer
    private var pending = ZSTD_inBuffer()
    private var isInside = false
    private var isFinished = false

    init(_ file: any ByteStream, path: String) throws(SQLError) {
        guard let stream = ZSTD_createDStream() else { throw SQLError(.outOfMemory, "out of memory: no zstd context") }
        self.file = file
        self.path = path
        self.stream = stream
        input = .allocate(capacity: Self.inputBytes)
        pending.src = UnsafeRawPointer(input)
    }

    deinit {
        ZSTD_freeDStream(stream)
        input.deallocate()
    }

    var bytesRead: Int { file.bytesRead }

    func read(into destination: UnsafeMutableRawPointer, capacity: Int) throws(SQLError) -> Int {
        var output = ZSTD_outBuffer(dst: destination, size: capacity, pos: 0)
        while !isFinished, output.pos < output.size {
            if pending.pos == pending.size {
                let count = try file.read(into: input, capacity: Self.inputBytes)
                pending.pos = 0
                pending.size = count
                if count == 0 {
                    guard !isInside else { throw corrupt("the stream is cut off") }
                    isFinished = true
                    break
                }
            }
            let status = ZSTD_decompressStream(stream, &output, &pending)
            guard ZSTD_isError(status) == 0 else { throw corrupt(String(cString: ZSTD_getErrorName(status))) }
            isInside = status != 0
        }
        return output.pos
    }

    private func corrupt(_ what: String) -> SQLError {
        SQLError(
            .dataCorrupted, "zstd data could not be decompressed: \(what)", in: path, detail: "Near byte \(file.bytesRead) of the file.")
    }
}
