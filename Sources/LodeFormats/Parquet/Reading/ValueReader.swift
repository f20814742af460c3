/// Decodes values of one page by their numbers.

import Glibc
import LodeCore
import LodeVectors

/// What flat and nested columns share: from stored values, in any encoding, to lanes.
final class ValueReader {
    private let leaf: ParquetLeaf
    /// Of the chunk; needed before pages of codes are decoded.
    var dictionary: Column?
    private let codes: UnsafeMutablePointer<UInt32>
    private var scratch: Buffer?

    /// Values that are picked are read with those between them if they are at least one in this many.
    private static let densest = 4

    init(_ leaf: ParquetLeaf) throws(SQLError) {
        self.leaf = leaf
        // Room for the codes between the picked ones.
        let scratch = try BufferPool.shared.take(Chunk.capacity * 4 * Self.densest)
        self.scratch = scratch
        codes = scratch.base.assumingMemoryBound(to: UInt32.self)
    }

    deinit { BufferPool.shared.giveBack(&scratch) }

    /// Up to `Chunk.capacity` values, from number `first` on or those that `picks` numbers, as lanes (or codes) of the target.
    func decode(
        _ page: DataPage, first: Int, _ picks: UnsafeMutablePointer<UInt32>?, _ count: Int, _ target: LaneTarget,
        _ out: UnsafeMutableRawPointer
    ) throws(SQLError) {
        let picks = picks.map { UnsafePointer($0) }
        switch page.form {
        case .codes: try decodeCodes(page, first, picks, count, target, out)
        case .fixed:
            let conversion: LaneConversion = if case .fixed(let stored) = leaf.storage { stored } else { .copy1 }
            guard conversion.convert(page.base, first: first, picks: picks, count, into: out) else {
                throw ValueDecoding.outOfRange(leaf)
            }
            if target.type.physical == .text { target.keep(page.owners) }
        case .bits:
            let lanes = out.assumingMemoryBound(to: UInt8.self)
            var i = 0
            while i < count {
                let bit = picks.map { Int($0[i]) } ?? first &+ i
                lanes[i] = page.base.load(fromByteOffset: bit &>> 3, as: UInt8.self) &>> UInt8(truncatingIfNeeded: bit & 7) & 1
                i &+= 1
            }
        case .texts, .views: try decodeTexts(page, first, picks, count, target, out)
        }
    }

    private func decodeCodes(
        _ page: DataPage, _ first: Int, _ picks: UnsafePointer<UInt32>?, _ count: Int, _ target: LaneTarget,
        _ out: UnsafeMutableRawPointer
    ) throws(SQLError) {
        guard let dictionary else { throw .internalFault("codes without a dictionary") }
        let isCoded = target.dictionary != nil
        let result = isCoded ? out.assumingMemoryBound(to: UInt32.self) : codes
        var isComplete: Bool
        if let picks {
            let low = Int(picks[0]), span = Int(picks[count &- 1]) &- low &+ 1
            if span <= count &* Self.densest {
                isComplete = page.codes.skip(low &- page.codes.position) && page.codes.read(span, into: codes)
                var i = 0
                while i < count {
                    // In place where the result is the scratch: a value never moves up.
                    result[i] = codes[Int(picks[i]) &- low]
                    i &+= 1
                }
            } else {
                isComplete = page.codes.pick(picks, count, into: result)
            }
        } else {
            isComplete = page.codes.skip(first &- page.codes.position) && page.codes.read(count, into: result)
        }
        guard isComplete else { throw SQLError(.dataCorrupted, "corrupt Parquet file: a page ends within its dictionary codes") }
        try check(result, count, dictionary.count, page.codes.width)
        if !isCoded {
            Gathering.gather(dictionary.lanes, result, count, stride: target.stride, into: out)
            if dictionary.physical == .text { target.keep(dictionary.owners) }
        }
    }

    /// - Throws: `XX001` if a code is not in the dictionary.
    private func check(_ codes: UnsafePointer<UInt32>, _ count: Int, _ limit: Int, _ width: Int) throws(SQLError) {
        if width < 32, 1 << width <= limit { return }
        // A code is wrong if its own highest bit is set (no dictionary has 2^31 values) or that of its distance from the last
        // value: the bits of all are gathered, which the baseline's vector instructions can do; they have no maximum.
        let last = UInt32(truncatingIfNeeded: min(limit, 1 << 31) &- 1)
        var signs: UInt32 = 0
        var i = 0
        while i < count {
            signs |= codes[i] | (last &- codes[i])
            i &+= 1
        }
        guard signs >> 31 == 0 || count == 0 else {
            let wrong = UnsafeBufferPointer(start: codes, count: count).first { $0 > last } ?? 0
            throw SQLError(.dataCorrupted, "corrupt Parquet file: code \(wrong) in a dictionary of \(limit) values")
        }
    }

    private func decodeTexts(
        _ page: DataPage, _ first: Int, _ picks: UnsafePointer<UInt32>?, _ count: Int, _ target: LaneTarget,
        _ out: UnsafeMutableRawPointer
    ) throws(SQLError) {
        let isDecimal = leaf.storage == .decimalText
        // Decimals pass through views of their own: `values` may already be the destination.
        let holder = isDecimal ? try Buffer(byteCount: count * 16) : nil
        defer { withExtendedLifetime(holder) {} }
        let views = (holder?.base ?? out).assumingMemoryBound(to: StringView.self)
        if page.form == .views {
            if let picks {
                Gathering.gather(page.base, picks, count, stride: 16, into: UnsafeMutableRawPointer(views))
            } else {
                memcpy(views, page.base + first * 16, count * 16)
            }
        } else {
            let isComplete =
                if let picks { page.texts.pick(picks, count, into: views) } else {
                    page.texts.skip(first - page.texts.position) && page.texts.read(count, into: views)
                }
            guard isComplete else { throw SQLError(.dataCorrupted, "corrupt Parquet file: a string goes beyond its page") }
        }
        if isDecimal { return try ValueDecoding.decimals(views, count, leaf, into: out) }
        if !page.isChecked { try ValueDecoding.checkUTF8(views, count) }
        target.keep(page.owners)
    }
}
