/// A dictionary page as a column.

import LodeCore
import LodeVectors

/// Decodes dictionary pages.
enum DictionaryDecoding {
    /// `count` PLAIN values as a flat column of the leaf's type.
    /// - Throws: `XX001`.
    static func decode(
        _ bytes: PageBytes, count: Int, _ leaf: ParquetLeaf
    ) throws(SQLError) -> Column {
        guard bytes.count > 0 else {
            guard count == 0 else { throw damaged(leaf) }
            return Column(flat: leaf.type, count: 0, lanes: try Buffer(byteCount: 16))
        }
        switch leaf.storage {
        case .bits: throw SQLError(.dataCorrupted, "corrupt Parquet file: a dictionary of booleans")
        case .fixed(let conversion):
            guard count <= bytes.count / conversion.sourceWidth else { throw damaged(leaf) }
            if conversion.isCopy, bytes.isAligned(to: conversion.sourceWidth) {
                return Column(flat: leaf.type, count: count, lending: bytes.buffer, at: bytes.start)
            }
            let lanes = try lanes(count, leaf)
            let fits = bytes.withAddress { source in
                lanes.withUnsafeBytes { conversion.convert(source, first: 0, picks: nil, count, into: $0) }
            }
            guard fits else { throw ValueDecoding.outOfRange(leaf) }
            let keepsBytes = leaf.type.physical == .text
            return Column(flat: leaf.type, count: count, lanes: lanes, heaps: keepsBytes ? [bytes.buffer] : [])
        case .text(let isUTF8):
            guard count <= bytes.count / 4 else { throw damaged(leaf) }
            let lanes = try lanes(count, leaf)
            try read(bytes, count, into: lanes, leaf)
            if isUTF8, !bytes.withAddress({ UTF8Check.isASCII($0, bytes.count) }) {
                try ValueDecoding.checkUTF8(Lanes(lanes.lanes(as: StringView.self)), count)
            }
            return Column(flat: leaf.type, count: count, lanes: lanes, heaps: [bytes.buffer])
        case .decimalText:
            guard count <= bytes.count / 4 else { throw damaged(leaf) }
            let views = try Buffer(byteCount: max(count, 1) * 16)
            try read(bytes, count, into: views, leaf)
            let lanes = try lanes(count, leaf)
            try ValueDecoding.decimals(Lanes(views.lanes(as: StringView.self)), count, leaf, into: lanes.lanes(as: UInt8.self))
            return Column(flat: leaf.type, count: count, lanes: lanes)
        }
    }

    /// The strings of the page as lanes that point into it.
    private static func read(_ bytes: PageBytes, _ count: Int, into lanes: Buffer, _ leaf: ParquetLeaf) throws(SQLError) {
        var texts = PlainTexts(count: bytes.count)
        let isComplete = bytes.withAddress { source in
            lanes.lanes(as: StringView.self).withUnsafePointer { texts.read(count, of: source, into: $0) }
        }
        guard isComplete else { throw damaged(leaf) }
    }

    private static func lanes(_ count: Int, _ leaf: ParquetLeaf) throws(SQLError) -> Buffer {
        try Buffer(byteCount: max(count * leaf.type.physical.stride, 16))
    }

    private static func damaged(_ leaf: ParquetLeaf) -> SQLError {
        SQLError(.dataCorrupted, "corrupt Parquet file: the dictionary page ends too early")
    }
}
