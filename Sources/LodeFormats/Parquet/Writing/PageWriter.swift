/// Putting pages together: levels, values, compression, checksum, header.

import LodeCore
import LodeVectors

/// Appends finished pages to the bytes of a column chunk. Not `Sendable`: one lane owns it.
final class PageWriter {
    private let options: ParquetWriteOptions
    private let compressor: Compressor
    /// The page before compression.
    let raw: ByteSink
    private let packed: ByteSink

    init(_ options: ParquetWriteOptions) throws(SQLError) {
        self.options = options
        compressor = try Compressor(options.codec, level: options.level)
        raw = try ByteSink()
        packed = try ByteSink()
    }

    /// What a written page takes, with its header.
    struct Size {
        var compressed: Int
        var uncompressed: Int
    }

    func writeDictionary(_ count: Int, to chunk: ByteSink) throws(SQLError) -> Size {
        let body = try compress(raw.bytes)
        var header = PageHeader(type: .dictionary, uncompressedBytes: raw.count, compressedBytes: body.count)
        header.dictionary = DictionaryPageHeader(valueCount: count, encoding: .plain)
        return try write(&header, [body], to: chunk)
    }

    /// A data page whose levels (each with its length) and values are in `raw`.
    func writeData(_ page: LeafLevels.Page, _ encoding: ParquetEncoding, to chunk: ByteSink) throws(SQLError) -> Size {
        let body = try compress(raw.bytes)
        var header = PageHeader(type: .data, uncompressedBytes: raw.count, compressedBytes: body.count)
        header.data = DataPageHeader(valueCount: page.entries.count, encoding: encoding)
        return try write(&header, [body], to: chunk)
    }

    /// A data page of version 2: the first bytes of `raw` are its levels, without lengths.
    func writeDataV2(
        _ page: LeafLevels.Page, _ encoding: ParquetEncoding, repetitionBytes: Int, definitionBytes: Int, to chunk: ByteSink
    ) throws(SQLError) -> Size {
        let levels = UnsafeRawBufferPointer(rebasing: raw.bytes[..<(repetitionBytes + definitionBytes)])
        let values = UnsafeRawBufferPointer(rebasing: raw.bytes[(repetitionBytes + definitionBytes)...])
        var body = try compress(values)
        let isCompressed = options.codec != .uncompressed && body.count < values.count
        if !isCompressed { body = values }
        var header = PageHeader(type: .dataV2, uncompressedBytes: raw.count, compressedBytes: levels.count + body.count)
        header.dataV2 = DataPageHeaderV2(
            valueCount: page.entries.count, nullCount: page.nulls, rowCount: page.rows, encoding: encoding,
            definitionBytes: definitionBytes,
            repetitionBytes: repetitionBytes, isCompressed: isCompressed)
        return try write(&header, [levels, body], to: chunk)
    }

    private func compress(_ bytes: UnsafeRawBufferPointer) throws(SQLError) -> UnsafeRawBufferPointer {
        if options.codec == .uncompressed { return bytes }
        packed.truncate()
        let capacity = compressor.bound(bytes.count)
        let out = try packed.reserve(capacity)
        packed.advance(try compressor.compress(bytes, into: UnsafeMutableRawPointer(out), capacity: capacity))
        return packed.bytes
    }

    private func write(_ header: inout PageHeader, _ parts: [UnsafeRawBufferPointer], to chunk: ByteSink) throws(SQLError) -> Size {
        guard header.uncompressedBytes <= Int(Int32.max), header.compressedBytes <= Int(Int32.max) else {
            throw SQLError(.programLimitExceeded, "a Parquet page would be larger than 2 GB")
        }
        if options.writesChecksums {
            header.checksum = parts.reduce(UInt32(0)) { Checksum.crc32($1, after: $0) }
        }
        let bytes = header.thriftBytes()
        var failure: SQLError?
        bytes.withUnsafeBytes { buffer in
            do throws(SQLError) { try chunk.append(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        for part in parts { try chunk.append(part) }
        return Size(compressed: bytes.count + header.compressedBytes, uncompressed: bytes.count + header.uncompressedBytes)
    }
}
