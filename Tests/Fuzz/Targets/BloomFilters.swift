// Bloom filters, against one that reads the whole filter word by word.

import LodeCore
import LodeVectors

@testable import LodeFormats

extension FuzzTargets {
    /// Where the filter begins, how long it is said to be, how many values are asked about; then the file.
    static let bloomFilter = FuzzTarget(name: "bloom-filter") { input in
        var input = FuzzInput(input)
        var chunk = ColumnMetaData()
        let offset = 1 + input.byte() % 8
        chunk.bloomFilterOffset = offset
        let size = input.short()
        if size > 0 { chunk.bloomFilterBytes = size }
        let probes = 1 + input.byte() % 4
        let bytes = [UInt8](input.rest)
        guard let filter = BloomFilterReading(chunk, in: FuzzObject(bytes), probes: probes) else { return }
        let blocks = bytes.withUnsafeBytes { all in
            var reader = ThriftReader(UnsafeRawBufferPointer(rebasing: all.dropFirst(offset)), origin: offset)
            guard let header = try? BloomFilterHeader(from: &reader) else { return [UInt8]() }
            return Array(all.dropFirst(offset + reader.position).prefix(header.bytes))
        }
        try require(blocks.count >= 32 && blocks.count % 32 == 0, "a filter has whole blocks")
        for value in 0..<UInt64(16) {
            let hash = withUnsafeBytes(of: value) { XXHash64.hash($0) }
            try require(filter.mayHold(hash) == mayHold(hash, blocks), "value \(value) is in the filter or not")
        }
    }

    /// - Source: Parquet format, "Parquet Bloom Filter".
    private static func mayHold(_ hash: UInt64, _ blocks: [UInt8]) -> Bool {
        let salts: [UInt64] = [
            0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31,
        ]
        let block = Int(((hash >> 32) * UInt64(blocks.count / 32)) >> 32)
        return salts.indices.allSatisfy { word in
            let bit = Int(((hash & 0xffff_ffff) &* salts[word] & 0xffff_ffff) >> 27)
            return blocks[block * 32 + word * 4 + bit / 8] >> UInt8(bit % 8) & 1 == 1
        }
    }
}
