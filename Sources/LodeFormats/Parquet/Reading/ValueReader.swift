/// Decodes values of one page by their numbers.

import LodeCore
import LodeVectors

/// What flat and nested columns share: from stored values, in any encoding, to lanes.
final class ValueReader {
    private let leaf: ParquetLeaf
    /// Of the chunk; needed before pages of codes are decoded.
    var dictionary: Column?
    /// Codes of one vector, with those between the picked ones.
    private let scratch: PooledBuffer

    /// Values that are picked are read with those between them if they are at least one in this many.
    private static let densest = 4

    init(_ leaf: ParquetLeaf) throws(SQLError) {
        self.leaf = leaf
        scratch = try PooledBuffer(Chunk.capacity * 4 * Self.densest)
    }

    /// Up to `Chunk.capacity` values, from number `first` on or those that `picks` numbers, as lanes (or codes) of the target.
    func decode(
        _ page: DataPage, first: Int, _ picks: Lanes<UInt32>?, _ count: Int, _ target: LaneTarget, _ out: MutableLanes<UInt8>
    ) throws(SQLError) {
        switch page.form {
        case .codes: try decodeCodes(page, first, picks, count, target, out)
        case .fixed:
            let conversion: LaneConversion = if case .fixed(let stored) = leaf.storage { stored } else { .copy1 }
            let fits = page.values.withAddress { source in
                out.withUnsafePointer { out in
                    Self.withAddress(picks) { conversion.convert(source, first: first, picks: $0, count, into: out) }
                }
            }
            guard fits else { throw ValueDecoding.outOfRange(leaf) }
            if target.type.physical == .text { target.keep(page.owners) }
        case .bits:
            let values = page.values, bytes = values.lanes(as: UInt8.self)
            var i = 0
            while i < count {
                let bit = if let picks { Int(picks[i]) } else { first &+ i }
                out[i] = bytes[bit &>> 3] &>> UInt8(truncatingIfNeeded: bit & 7) & 1
                i &+= 1
            }
        case .texts, .views: try decodeTexts(page, first, picks, count, target, out)
        }
    }

    private func decodeCodes(
        _ page: DataPage, _ first: Int, _ picks: Lanes<UInt32>?, _ count: Int, _ target: LaneTarget, _ out: MutableLanes<UInt8>
    ) throws(SQLError) {
        guard let dictionary else { throw .internalFault("codes without a dictionary") }
        let isCoded = target.dictionary != nil
        let scratch = scratch, codes = scratch.lanes(as: UInt32.self)
        let result = isCoded ? out.bound(to: UInt32.self) : codes
        guard Self.readCodes(page, first, picks, count, codes, into: result) else {
            throw SQLError(.dataCorrupted, "corrupt Parquet file: a page ends within its dictionary codes")
        }
        try check(Lanes(result), count, dictionary.count, page.codes.width)
        if !isCoded {
            Gathering.gather(dictionary.lanes(as: UInt8.self), Lanes(result), count, stride: target.stride, into: out)
            if dictionary.physical == .text { target.keep(dictionary.owners) }
        }
    }

    /// The codes of a page, into `result`; false if it ends too early. `codes` has room for those between the picked ones.
    private static func readCodes(
        _ page: DataPage, _ first: Int, _ picks: Lanes<UInt32>?, _ count: Int, _ codes: MutableLanes<UInt32>,
        into result: MutableLanes<UInt32>
    ) -> Bool {
        page.values.withAddress { source in
            guard let picks else {
                return page.codes.skip(first &- page.codes.position, of: source)
                    && result.withUnsafePointer { page.codes.read(count, of: source, into: $0) }
            }
            let low = Int(picks[0]), span = Int(picks[count &- 1]) &- low &+ 1
            if span > count &* densest {
                return result.withUnsafePointer { result in
                    picks.withUnsafePointer { page.codes.pick($0, count, of: source, into: result) }
                }
            }
            guard page.codes.skip(low &- page.codes.position, of: source),
                codes.withUnsafePointer({ page.codes.read(span, of: source, into: $0) })
            else { return false }
            var i = 0
            while i < count {
                // In place where the result is the scratch: a value never moves up.
                result[i] = codes[Int(picks[i]) &- low]
                i &+= 1
            }
            return true
        }
    }

    @inline(__always)
    private static func withAddress<R>(_ picks: Lanes<UInt32>?, _ body: (UnsafePointer<UInt32>?) -> R) -> R {
        guard let picks else { return body(nil) }
        return picks.withUnsafePointer { body($0) }
    }

    /// - Throws: `XX001` if a code is not in the dictionary.
    private func check(_ codes: Lanes<UInt32>, _ count: Int, _ limit: Int, _ width: Int) throws(SQLError) {
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
            let wrong = (0..<count).map { codes[$0] }.first { $0 > last } ?? 0
            throw SQLError(.dataCorrupted, "corrupt Parquet file: code \(wrong) in a dictionary of \(limit) values")
        }
    }

    private func decodeTexts(
        _ page: DataPage, _ first: Int, _ picks: Lanes<UInt32>?, _ count: Int, _ target: LaneTarget, _ out: MutableLanes<UInt8>
    ) throws(SQLError) {
        if leaf.storage == .decimalText {
            // Decimals pass through views of their own: `values` may already be the destination.
            let holder = try Buffer(byteCount: count * 16), views = holder.lanes(as: StringView.self)
            try readTexts(page, first, picks, count, into: views)
            return try ValueDecoding.decimals(Lanes(views), count, leaf, into: out)
        }
        let views = out.bound(to: StringView.self)
        try readTexts(page, first, picks, count, into: views)
        if !page.isChecked { try ValueDecoding.checkUTF8(Lanes(views), count) }
        target.keep(page.owners)
    }

    private func readTexts(
        _ page: DataPage, _ first: Int, _ picks: Lanes<UInt32>?, _ count: Int, into views: MutableLanes<StringView>
    ) throws(SQLError) {
        if page.form == .views {
            let values = page.values, stored = values.lanes(as: StringView.self)
            if let picks {
                Gathering.gather(stored.bound(to: UInt8.self), picks, count, stride: 16, into: views.bound(to: UInt8.self))
            } else {
                views.update(from: stored + first, count: count)
            }
            return
        }
        let isComplete = page.values.withAddress { source in
            views.withUnsafePointer { views in
                guard let picks else {
                    return page.texts.skip(first - page.texts.position, of: source) && page.texts.read(count, of: source, into: views)
                }
                return picks.withUnsafePointer { page.texts.pick($0, count, of: source, into: views) }
            }
        }
        guard isComplete else { throw SQLError(.dataCorrupted, "corrupt Parquet file: a string goes beyond its page") }
    }
}
