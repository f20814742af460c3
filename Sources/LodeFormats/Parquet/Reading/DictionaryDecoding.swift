/// A dictionary page as a column.

import LodeCore
import LodeVectors

/// Decodes dictionary pages.
enum DictionaryDecoding {
    /// `count` PLAIN values as a flat column of the leaf's type.
    /// - Throws: `XX001`.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, count: Int, _ leaf: ParquetLeaf, owner: Buffer
    ) throws(SQLError) -> Column {
        guard let base = bytes.baseAddress else {
            guard count == 0 else { throw damaged(leaf) }
            return Column(flat: leaf.type, count: 0, lanes: try Buffer(byteCount: 16))
        }
        switch leaf.storage {
        case .bits: throw SQLError(.dataCorrupted, "corrupt Parquet file: a dictionary of booleans")
        case .fixed(let conversion):
            guard count <= bytes.count / conversion.sourceWidth else { throw damaged(leaf) }
            if conversion.isCopy, UInt(bitPattern: base) % UInt(conversion.sourceWidth) == 0 {
                return Column(flat: leaf.type, count: count, borrowing: UnsafeMutableRawPointer(mutating: base), owners: [owner])
            }
            let lanes = try lanes(count, leaf)
            guard conversion.convert(base, first: 0, picks: nil, count, into: lanes.base) else { throw ValueDecoding.outOfRange(leaf) }
            let keepsBytes = leaf.type.physical == .text
            return Column(flat: leaf.type, count: count, lanes: lanes, heaps: keepsBytes ? [owner] : [])
        case .text(let isUTF8):
            guard count <= bytes.count / 4 else { throw damaged(leaf) }
            let lanes = try lanes(count, leaf)
            let views = lanes.base.assumingMemoryBound(to: StringView.self)
            var texts = PlainTexts(base, count: bytes.count)
            guard texts.read(count, into: views) else { throw damaged(leaf) }
            if isUTF8, !TextValidity.isASCII(base, bytes.count) { try ValueDecoding.checkUTF8(views, count) }
            return Column(flat: leaf.type, count: count, lanes: lanes, heaps: [owner])
        case .decimalText:
            guard count <= bytes.count / 4 else { throw damaged(leaf) }
            let views = try Buffer(byteCount: max(count, 1) * 16)
            defer { withExtendedLifetime(views) {} }
            var texts = PlainTexts(base, count: bytes.count)
            guard texts.read(count, into: views.base.assumingMemoryBound(to: StringView.self)) else { throw damaged(leaf) }
            let lanes = try lanes(count, leaf)
            try ValueDecoding.decimals(views.base.assumingMemoryBound(to: StringView.self), count, leaf, into: lanes.base)
            return Column(flat: leaf.type, count: count, lanes: lanes)
        }
    }

    private static func lanes(_ count: Int, _ leaf: ParquetLeaf) throws(SQLError) -> Buffer {
        try Buffer(byteCount: max(count * leaf.type.physical.stride, 16))
    }

    private static func damaged(_ leaf: ParquetLeaf) -> SQLError {
        SQLError(.dataCorrupted, "corrupt Parquet file: the dictionary page ends too early")
    }
}
