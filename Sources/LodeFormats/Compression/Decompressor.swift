/// Undoing the compression of a page.

import CBrotli
import CLz4
import CZlib
import CZstd
import Glibc
import LodeCore

/// Decompresses pages one after another, keeping the contexts that the libraries are slow to make.
///
/// Not `Sendable`: one reader owns it.
final class Decompressor {
    /// Bytes that must be readable after a compressed page and writable after the room for its contents. Never more is
    /// touched than that, whatever the input holds.
    static let slack = 64

    private var zstd: OpaquePointer?

    init() {}

    deinit { ZSTD_freeDCtx(zstd) }

    /// Decompresses `source` into exactly `count` bytes at `destination`.
    ///
    /// Both must have `slack` bytes more than their size says.
    /// - Throws: `XX001` if the bytes are not of this codec or do not give `count` bytes, `0A000` for codecs not supported.
    func decompress(
        _ codec: Codec, _ source: UnsafeRawBufferPointer, into destination: UnsafeMutableRawPointer, count: Int
    ) throws(SQLError) {
        guard let start = source.baseAddress, source.count > 0 else {
            guard count == 0 else { throw Self.corrupt(codec, "it is empty") }
            return
        }
        switch codec {
        case .uncompressed:
            guard source.count == count else { throw Self.corrupt(codec, "\(source.count) bytes are there, \(count) are declared") }
            memcpy(destination, start, count)
        case .snappy:
            guard Snappy.decompress(start, source.count, into: destination, count) else {
                throw Self.corrupt(codec, "the stream is damaged")
            }
        case .zstd: try decompressZstd(source, destination, count)
        case .gzip: try decompressGzip(source, destination, count)
        case .lz4Raw:
            guard Self.lz4Block(start, source.count, destination, count) else { throw Self.corrupt(codec, "the block is damaged") }
        case .lz4:
            guard
                Self.hadoopLz4(source, destination, count) || Self.lz4Frame(source, destination, count)
                    || Self.lz4Block(start, source.count, destination, count)
            else { throw Self.corrupt(codec, "it is neither in Hadoop's framing nor a frame nor a block") }
        case .brotli:
            var produced = count
            let status = BrotliDecoderDecompress(
                source.count, start.assumingMemoryBound(to: UInt8.self), &produced, destination.assumingMemoryBound(to: UInt8.self))
            guard status == BROTLI_DECODER_RESULT_SUCCESS, produced == count else {
                throw Self.corrupt(codec, "the stream is damaged or of another length")
            }
        case .lzo: throw .unsupported("compression codec \(codec.name)")
        }
    }

    /// Whether `source` can hold `count` bytes at all: what a hostile page announces must not be allocated.
    static func isPossible(_ codec: Codec, _ source: UnsafeRawBufferPointer, count: Int) -> Bool {
        switch codec {
        case .uncompressed: return count <= source.count
        // The densest elements: 64 bytes in 3.
        case .snappy: return count / 22 <= source.count
        case .lz4, .lz4Raw: return count / 256 <= source.count
        // Deflate's limit is 1032.
        case .gzip: return count / 1040 <= source.count
        case .zstd:
            // A block gives at most 128 KB from 4 bytes, whatever the frame's header announces.
            return count / 32_768 <= source.count
        // Nothing limits what a few bytes can stand for: what looks too dense is decoded for its length first.
        case .brotli: return count <= 1 << 20 || count / 256 <= source.count || brotliLength(source, atMost: count) == count
        case .lzo: return true
        }
    }

    /// How many bytes a brotli stream gives, as long as that is at most `limit`; nil if it is damaged.
    private static func brotliLength(_ source: UnsafeRawBufferPointer, atMost limit: Int) -> Int? {
        guard let state = BrotliDecoderCreateInstance(nil, nil, nil) else { return nil }
        defer { BrotliDecoderDestroyInstance(state) }
        var input = source.bindMemory(to: UInt8.self).baseAddress
        var left = source.count, length = 0
        while true {
            // Without a destination the decoder keeps what it makes until that is taken.
            var room = 0
            let status = BrotliDecoderDecompressStream(state, &left, &input, &room, nil, nil)
            while BrotliDecoderHasMoreOutput(state) != 0 {
                var size = 0
                _ = BrotliDecoderTakeOutput(state, &size)
                length += size
                if length > limit { return nil }
            }
            switch status {
            case BROTLI_DECODER_RESULT_SUCCESS: return length
            case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: continue
            default: return nil
            }
        }
    }

    private static func corrupt(_ codec: Codec, _ what: String) -> SQLError {
        SQLError(.dataCorrupted, "a page could not be decompressed (\(codec.name)): \(what)")
    }

    private func decompressZstd(
        _ source: UnsafeRawBufferPointer, _ destination: UnsafeMutableRawPointer, _ count: Int
    ) throws(SQLError) {
        if zstd == nil { zstd = ZSTD_createDCtx() }
        guard let zstd else { throw SQLError(.outOfMemory, "out of memory: no zstd context") }
        let result = ZSTD_decompressDCtx(zstd, destination, count, source.baseAddress, source.count)
        if ZSTD_isError(result) != 0 { throw Self.corrupt(.zstd, String(cString: ZSTD_getErrorName(result))) }
        guard result == count else { throw Self.corrupt(.zstd, "it gives \(result) bytes, \(count) are declared") }
    }

    /// One or more gzip members after another.
    private func decompressGzip(
        _ source: UnsafeRawBufferPointer, _ destination: UnsafeMutableRawPointer, _ count: Int
    ) throws(SQLError) {
        var stream = z_stream()
        // 15 + 32: the largest window, and gzip or zlib by the header.
        guard inflateInit2_(&stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw SQLError(.outOfMemory, "out of memory: no zlib stream")
        }
        defer { inflateEnd(&stream) }
        guard let limit = UInt32(exactly: source.count), let room = UInt32(exactly: count) else {
            throw Self.corrupt(.gzip, "it is larger than 4 GB")
        }
        stream.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = limit
        stream.next_out = destination.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = room
        while true {
            let status = inflate(&stream, Z_FINISH)
            guard status == Z_STREAM_END else { throw Self.corrupt(.gzip, "the stream is damaged or of another length") }
            if stream.avail_out == 0 { return }
            guard stream.avail_in > 0, inflateReset(&stream) == Z_OK else {
                throw Self.corrupt(.gzip, "it gives \(count - Int(stream.avail_out)) bytes, \(count) are declared")
            }
        }
    }

    // MARK: LZ4

    private static func lz4Block(_ source: UnsafeRawPointer, _ size: Int, _ destination: UnsafeMutableRawPointer, _ count: Int) -> Bool {
        guard let size = Int32(exactly: size), let room = Int32(exactly: count) else { return false }
        return LZ4_decompress_safe(
            source.assumingMemoryBound(to: CChar.self), destination.assumingMemoryBound(to: CChar.self), size, room) == room
    }

    /// Pairs of big-endian sizes (decompressed, compressed) and blocks.
    private static func hadoopLz4(_ source: UnsafeRawBufferPointer, _ destination: UnsafeMutableRawPointer, _ count: Int) -> Bool {
        var input = 0, output = 0
        while source.count - input >= 8 {
            let plain = Int(UInt32(bigEndian: source.loadUnaligned(fromByteOffset: input, as: UInt32.self)))
            let packed = Int(UInt32(bigEndian: source.loadUnaligned(fromByteOffset: input + 4, as: UInt32.self)))
            input += 8
            guard packed <= source.count - input, plain <= count - output, let base = source.baseAddress,
                lz4Block(base + input, packed, destination + output, plain)
            else { return false }
            input += packed
            output += plain
        }
        return input == source.count && output == count
    }

    private static func lz4Frame(_ source: UnsafeRawBufferPointer, _ destination: UnsafeMutableRawPointer, _ count: Int) -> Bool {
        var context: OpaquePointer?
        guard LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0 else { return false }
        defer { LZ4F_freeDecompressionContext(context) }
        var input = 0, output = 0
        while input < source.count, let base = source.baseAddress {
            var consumed = source.count - input, produced = count - output
            let status = LZ4F_decompress(context, destination + output, &produced, base + input, &consumed, nil)
            if LZ4F_isError(status) != 0 || (consumed == 0 && produced == 0) { return false }
            input += consumed
            output += produced
        }
        return output == count
    }
}
