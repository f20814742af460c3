/// Undoing the compression of blocks whose size is not known before: those of Avro files, and whole metadata files.

import CZlib
import CZstd
import LodeCore

/// The codecs by the names that Avro gives to them, and `gzip`.
/// - Source: Avro specification 1.12, "Required Codecs", "Optional Codecs".
package enum BlockDecompression {
    /// No block is larger: what a few bytes can stand for is not believed.
    private static let mostBytes = 1 << 30

    /// - Throws: `XX001` for damaged bytes, `54000` for more than 1 GB of them, `0A000` for another codec.
    package static func decompress(_ codec: String, _ packed: ArraySlice<UInt8>) throws(SQLError) -> [UInt8] {
        switch codec {
        case "null": return Array(packed)
        case "deflate": return try inflated(packed, codec, windowBits: -15)
        case "gzip": return try inflated(packed, codec, windowBits: 15 + 32)
        case "snappy": return try snappy(packed)
        case "zstandard": return try zstandard(packed)
        default: throw SQLError.unsupported("the codec \(codec.prefix(100)) of Avro files")
        }
    }

    private static func corrupt(_ codec: String, _ what: String) -> SQLError {
        SQLError(.dataCorrupted, "a block could not be decompressed (\(codec)): \(what)")
    }

    private static func tooLarge(_ codec: String) -> SQLError {
        SQLError(.programLimitExceeded, "a block holds more than \(mostBytes) bytes (\(codec))")
    }

    // MARK: Deflate

    private static func inflated(_ packed: ArraySlice<UInt8>, _ codec: String, windowBits: Int32) throws(SQLError) -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw SQLError(.outOfMemory, "out of memory: no zlib stream")
        }
        defer { inflateEnd(&stream) }
        guard let size = UInt32(exactly: packed.count) else { throw tooLarge(codec) }
        var result: [UInt8] = [], failure: SQLError?
        var packed = packed
        packed.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = size
            do throws(SQLError) {
                result = try pieces(codec, first: source.count) { (room, capacity) throws(SQLError) in
                    stream.next_out = room
                    stream.avail_out = UInt32(capacity)
                    return try step(&stream, codec, capacity)
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return result
    }

    /// - Returns: how many bytes were made, and whether the last member has ended.
    private static func step(
        _ stream: inout z_stream, _ codec: String, _ capacity: Int
    ) throws(SQLError) -> (made: Int, isDone: Bool) {
        let status = inflate(&stream, Z_NO_FLUSH)
        let made = capacity - Int(stream.avail_out)
        switch status {
        case Z_STREAM_END:
            // Members may follow one another in gzip. Behind deflate's end pyiceberg leaves part of a checksum.
            if stream.avail_in == 0 || codec == "deflate" { return (made, true) }
            guard inflateReset(&stream) == Z_OK else { throw corrupt(codec, "bytes follow its end") }
            return (made, false)
        case Z_OK: return (made, false)
        case Z_BUF_ERROR where stream.avail_out == 0: return (made, false)
        default: throw corrupt(codec, "the stream is damaged or cut off")
        }
    }

    /// Asks for one piece after another, each as large as all before it.
    private static func pieces(
        _ codec: String, first: Int, _ fill: (UnsafeMutablePointer<UInt8>, Int) throws(SQLError) -> (made: Int, isDone: Bool)
    ) throws(SQLError) -> [UInt8] {
        var result: [UInt8] = [], room = max(4096, min(first * 4, 1 << 24))
        while true {
            var failure: SQLError?, isDone = false
            let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                guard let base = buffer.baseAddress else { return }
                do throws(SQLError) {
                    let step = try fill(base, buffer.count)
                    (count, isDone) = (step.made, step.isDone)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            guard result.count + piece.count <= mostBytes else { throw tooLarge(codec) }
            if result.isEmpty { result = piece } else { result += piece }
            if isDone { return result }
            room = max(room, min(result.count, 1 << 26))
        }
    }

    // MARK: Snappy

    /// Behind the stream are four bytes, the CRC-32 of what it holds.
    private static func snappy(_ packed: ArraySlice<UInt8>) throws(SQLError) -> [UInt8] {
        let codec = "snappy"
        guard packed.count > 4 else { throw corrupt(codec, "it is too short") }
        let body = packed.dropLast(4)
        var count = 0, shift = 0
        for byte in body.prefix(5) {
            count |= Int(byte & 0x7f) << shift
            shift += 7
            if byte < 0x80 { break }
        }
        guard count <= mostBytes, count / 22 <= body.count else { throw corrupt(codec, "it announces \(count) bytes") }
        var source = Array(body)
        let size = source.count
        source += Array(repeating: 0, count: Decompressor.slack)
        var isWhole = false
        let result = [UInt8](unsafeUninitializedCapacity: count + Decompressor.slack) { buffer, made in
            guard let base = buffer.baseAddress else { return }
            isWhole = source.withUnsafeBytes { bytes in
                bytes.baseAddress.map { Snappy.decompress($0, size, into: UnsafeMutableRawPointer(base), count) } ?? false
            }
            made = isWhole ? count : 0
        }
        guard isWhole else { throw corrupt(codec, "the stream is damaged") }
        let stated = packed.suffix(4).reduce(0) { $0 << 8 | UInt32($1) }
        guard result.withUnsafeBytes({ Checksum.crc32($0) }) == stated else { throw corrupt(codec, "its checksum is wrong") }
        return result
    }

    // MARK: Zstandard

    private static func zstandard(_ packed: ArraySlice<UInt8>) throws(SQLError) -> [UInt8] {
        let codec = "zstandard"
        guard let stream = ZSTD_createDStream() else { throw SQLError(.outOfMemory, "out of memory: no zstd context") }
        defer { ZSTD_freeDStream(stream) }
        var result: [UInt8] = [], failure: SQLError?
        packed.withUnsafeBytes { source in
            var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            do throws(SQLError) {
                result = try pieces(codec, first: source.count) { (room, capacity) throws(SQLError) in
                    var output = ZSTD_outBuffer(dst: room, size: capacity, pos: 0)
                    while output.pos < output.size {
                        let status = ZSTD_decompressStream(stream, &output, &input)
                        if ZSTD_isError(status) != 0 { throw corrupt(codec, String(cString: ZSTD_getErrorName(status))) }
                        if status == 0, input.pos == input.size { return (output.pos, true) }
                        if input.pos == input.size, output.pos < output.size { throw corrupt(codec, "it is cut off") }
                    }
                    return (output.pos, false)
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return result
    }
}
