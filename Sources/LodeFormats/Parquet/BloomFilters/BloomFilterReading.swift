/// Asking the Bloom filter of a column chunk whether a value may be in it.

import LodeCore
import LodeObjectStore
import LodeVectors

/// A split-block Bloom filter in a file. A filter that is missing, damaged or of another kind rules nothing out.
///
/// The filter is an array of blocks of 32 bytes. The high half of a hash chooses the block, the low half one bit in each of its
/// eight words.
/// - Source: Parquet format, "Parquet Bloom Filter".
final class BloomFilterReading {
    private let file: any ObjectReader
    /// Of the first block.
    private let start: Int
    private let blockCount: Int
    /// All blocks, if they were worth fetching at once.
    private var blocks: Buffer?
    private(set) var bytesRead = 0

    static let blockBytes = 32
    /// A filter is fetched whole where it has at most this many bytes for each value that is asked about; of others only the blocks.
    private static let bytesPerProbe = 4096
    /// The format's own limit.
    static let maximumBytes = 128 << 20
    /// More than any header takes.
    private static let headerBytes = 64
    /// What spreads a hash over the words of a block.
    static let salts: [UInt32] = [
        0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31,
    ]

    /// Where the filter of a chunk lies, as far as that is known; nil if there is none.
    static func range(_ chunk: ColumnMetaData) -> Range<Int>? {
        guard let offset = chunk.bloomFilterOffset, offset > 0 else { return nil }
        let (end, overflow) = offset.addingReportingOverflow(min(max(chunk.bloomFilterBytes ?? headerBytes, 1), maximumBytes))
        return overflow ? nil : offset..<end
    }

    /// - Parameter probes: how many values will be asked about.
    init?(_ chunk: ColumnMetaData, in file: any ObjectReader, probes: Int) {
        guard let offset = chunk.bloomFilterOffset, offset > 0, offset < file.size else { return nil }
        let limit = min(max(probes, 1), Self.maximumBytes / Self.bytesPerProbe) * Self.bytesPerProbe
        let known = chunk.bloomFilterBytes.flatMap { $0 > 0 && $0 <= limit + Self.headerBytes ? $0 : nil }
        let first = min(known ?? Self.headerBytes, file.size - offset)
        guard let bytes = Self.fetch(offset, first, file) else { return nil }
        let read = bytes.withUnsafeBytes { source -> (header: BloomFilterHeader, length: Int)? in
            var reader = ThriftReader(UnsafeRawBufferPointer(start: source, count: first), origin: offset)
            guard let header = try? BloomFilterHeader(from: &reader) else { return nil }
            return (header, reader.position)
        }
        guard let (header, length) = read, header.isSupported, header.bytes >= Self.blockBytes,
            header.bytes <= Self.maximumBytes, header.bytes % Self.blockBytes == 0, header.bytes <= file.size - offset - length
        else { return nil }
        self.file = file
        start = offset + length
        blockCount = header.bytes / Self.blockBytes
        bytesRead = first
        if length + header.bytes <= first {
            blocks = bytes.withUnsafeBytes { try? Buffer(copying: UnsafeRawBufferPointer(start: $0 + length, count: header.bytes)) }
        } else if header.bytes <= limit {
            blocks = Self.fetch(start, header.bytes, file)
            bytesRead += header.bytes
        }
    }

    private static func fetch(_ offset: Int, _ count: Int, _ file: any ObjectReader) -> Buffer? {
        guard let buffer = try? Buffer(byteCount: count) else { return nil }
        let isRead = buffer.withUnsafeBytes { (try? file.read(offset: offset, count: count, into: $0)) != nil }
        return isRead ? buffer : nil
    }

    /// False where surely no value with this hash is in the chunk.
    func mayHold(_ hash: UInt64) -> Bool {
        let block = Int(truncatingIfNeeded: ((hash &>> 32) &* UInt64(truncatingIfNeeded: blockCount)) &>> 32)
        if let blocks { return blocks.withUnsafeBytes { Self.mayHold(hash, $0 + block * Self.blockBytes) } }
        guard let fetched = Self.fetch(start + block * Self.blockBytes, Self.blockBytes, file) else { return true }
        bytesRead += Self.blockBytes
        return fetched.withUnsafeBytes { Self.mayHold(hash, $0) }
    }

    private static func mayHold(_ hash: UInt64, _ block: UnsafeRawPointer) -> Bool {
        let key = UInt32(truncatingIfNeeded: hash)
        for index in 0..<8 {
            let word = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
            if word & (1 as UInt32) &<< ((key &* salts[index]) &>> 27) == 0 { return false }
        }
        return true
    }
}
