/// CRC-32, as gzip and Parquet pages have it.

import CLodeIntrinsics
import CZlib

enum Checksum {
    private static let canFold = lode_can_fold_crc32()

    /// The CRC-32 of some bytes behind others whose CRC-32 is `before`; much faster than zlib's where the processor helps.
    static func crc32(_ bytes: UnsafeRawBufferPointer, after before: UInt32 = 0) -> UInt32 {
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return before }
        let head = bytes.count & ~15
        guard canFold, head >= 64 else { return UInt32(truncatingIfNeeded: crc32_z(UInt(before), base, bytes.count)) }
        var folded: InlineArray<16, UInt8> = .init(repeating: 0)
        let crc = withUnsafeMutableBytes(of: &folded) { buffer -> UInt in
            guard let short = buffer.bindMemory(to: UInt8.self).baseAddress else { return 0 }
            lode_crc32_fold(base, head, ~before, short)
            // zlib inverts what it is given and what it gives: all ones stand for a remainder of 0.
            return crc32_z(0xffff_ffff, short, 16)
        }
        return UInt32(truncatingIfNeeded: crc32_z(crc, base + head, bytes.count - head))
    }
}
