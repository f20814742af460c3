/// Compressing pages.

import CBrotli
import CLz4
import CSnappy
import CZlib
import CZstd
import Glibc
import LodeCore

/// Compresses pages one after another with one codec. Not `Sendable`: one writer thread owns it.
final class Compressor {
    let codec: Codec
    private let level: Int32
    private var zstd: OpaquePointer?

    /// `level` is zstd's (default 3), gzip's (default 6) or brotli's (default 5); the other codecs have none.
    /// - Throws: `0A000` for codecs that are not written.
    init(_ codec: Codec, level: Int? = nil) throws(SQLError) {
        guard Codec.writable.contains(codec) else { throw .unsupported("writing with compression codec \(codec.name)") }
        self.codec = codec
        self.level = Int32(clamping: level ?? (codec == .gzip ? 6 : codec == .brotli ? 5 : 3))
    }

    deinit { ZSTD_freeCCtx(zstd) }

    /// The most bytes that `count` bytes can become.
    func bound(_ count: Int) -> Int {
        switch codec {
        case .snappy: snappy_max_compressed_length(count)
        case .zstd: ZSTD_compressBound(count)
        case .gzip: Int(compressBound(UInt(count))) + 32
        case .lz4Raw: count + count / 255 + 16
        case .brotli: max(BrotliEncoderMaxCompressedSize(count), 16)
        case .uncompressed, .lz4, .lzo: count
        }
    }

    /// Compresses `source` to `destination`, which has room for `capacity` bytes: at least `bound(source.count)`.
    /// - Returns: how many bytes were written.
    func compress(
        _ source: UnsafeRawBufferPointer, into destination: UnsafeMutableRawPointer, capacity: Int
    ) throws(SQLError) -> Int {
        guard capacity >= bound(source.count) else { throw .internalFault("no room for a compressed page") }
        let chars = destination.assumingMemoryBound(to: CChar.self)
        let input = source.bindMemory(to: CChar.self).baseAddress
        switch codec {
        case .uncompressed, .lz4, .lzo:
            if let base = source.baseAddress { memcpy(destination, base, source.count) }
            return source.count
        case .snappy:
            var written = capacity
            guard snappy_compress(input, source.count, chars, &written) == SNAPPY_OK else { throw failure() }
            return written
        case .zstd:
            if zstd == nil { zstd = ZSTD_createCCtx() }
            guard let zstd else { throw SQLError(.outOfMemory, "out of memory: no zstd context") }
            let written = ZSTD_compressCCtx(zstd, destination, capacity, source.baseAddress, source.count, level)
            guard ZSTD_isError(written) == 0 else { throw failure() }
            return written
        case .gzip: return try gzip(source, destination, capacity)
        case .brotli:
            var written = capacity
            let status = BrotliEncoderCompress(
                level, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, source.count, source.bindMemory(to: UInt8.self).baseAddress, &written,
                destination.assumingMemoryBound(to: UInt8.self))
            guard status != 0 else { throw failure() }
            return written
        case .lz4Raw:
            guard let size = Int32(exactly: source.count), let room = Int32(exactly: min(capacity, Int(Int32.max))) else {
                throw failure()
            }
            let written = LZ4_compress_default(input, chars, size, room)
            guard written > 0 || size == 0 else { throw failure() }
            return Int(written)
        }
    }

    private func failure() -> SQLError { .internalFault("\(codec.name) could not compress a page") }

    private func gzip(
        _ source: UnsafeRawBufferPointer, _ destination: UnsafeMutableRawPointer, _ capacity: Int
    ) throws(SQLError) -> Int {
        guard let size = UInt32(exactly: source.count), let room = UInt32(exactly: capacity) else { throw failure() }
        var stream = z_stream()
        let opened = deflateInit2_(
            &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard opened == Z_OK else { throw failure() }
        defer { deflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = size
        stream.next_out = destination.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = room
        guard deflate(&stream, Z_FINISH) == Z_STREAM_END else { throw failure() }
        return capacity - Int(stream.avail_out)
    }
}
