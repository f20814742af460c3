/// From a decompressed page to one whose values can be read from any row on.

import Glibc
import LodeCore
import LodeVectors

/// Makes `DataPage`s of the pages of one leaf.
enum PageDecoding {
    /// `entries` levels (rows, where nothing is repeated), of which those with a set bit in `nulls` have a value.
    static func decode(
        _ raw: RawPage, encoding: ParquetEncoding, entries: Int, nulls: PageNulls?, _ leaf: ParquetLeaf
    ) throws(SQLError) -> DataPage {
        let count = nulls?.valueCount ?? entries
        let bytes = raw.values
        guard bytes.count > 0 else {
            // A page of NULLs has no values; not even a width.
            guard count == 0 else { throw tooShort }
            return DataPage(rowCount: entries, form: .fixed, nulls: nulls, values: bytes, owners: [])
        }
        let page = Frame(entries: entries, nulls: nulls)
        return try bytes.withAddress { (base) throws(SQLError) in try decode(base, raw, encoding, count, page, leaf) }
    }

    /// `base` is where the values lie, of which there is a byte at least.
    private static func decode(
        _ base: UnsafeRawPointer, _ raw: RawPage, _ encoding: ParquetEncoding, _ count: Int, _ page: Frame, _ leaf: ParquetLeaf
    ) throws(SQLError) -> DataPage {
        let bytes = raw.values
        switch encoding {
        case .plainDictionary, .rleDictionary:
            let width = Int(base.load(as: UInt8.self))
            guard width <= 32 else { throw SQLError(.dataCorrupted, "corrupt Parquet file: dictionary codes of \(width) bits") }
            var codes = bytes
            _ = codes.take(1)
            return page(.codes, codes, codes: RunLengthCursor(count: codes.count, width: width), owners: [raw.owner])
        case .plain:
            return try plain(raw, base, bytes.count, valueCount: count, page, leaf)
        case .rle:
            guard leaf.storage == .bits, bytes.count >= 4 else { throw unfit(encoding, leaf) }
            let flags = try booleans(base, bytes.count, count)
            return page(.fixed, PageBytes(whole: flags), owners: [flags])
        case .deltaBinaryPacked:
            guard let decoded = try DeltaBinaryPacked.decode(base, bytes.count, atLeast: count) else { throw tooShort }
            switch leaf.physical {
            case .int64: break
            case .int32: narrow(decoded.values, decoded.count)
            default: throw unfit(encoding, leaf)
            }
            return page(.fixed, PageBytes(whole: decoded.values), owners: [decoded.values])
        case .deltaLengthByteArray:
            guard leaf.physical == .byteArray else { throw unfit(encoding, leaf) }
            guard let decoded = try DeltaTexts.lengths(base, bytes.count, atLeast: count) else { throw tooShort }
            return page(
                .views, PageBytes(whole: decoded.views), owners: [decoded.views, raw.owner],
                isChecked: leaf.storage != .text(isUTF8: true))
        case .deltaByteArray:
            guard let decoded = try DeltaTexts.prefixes(base, bytes.count, atLeast: count) else { throw tooShort }
            if case .fixed(let conversion) = leaf.storage {
                let fixed = try contiguous(decoded.views, count, conversion.sourceWidth, leaf, in: decoded.heap)
                return page(.fixed, PageBytes(whole: fixed), owners: [fixed])
            }
            guard leaf.physical == .byteArray else { throw unfit(encoding, leaf) }
            return page(
                .views, PageBytes(whole: decoded.views), owners: [decoded.views, decoded.heap],
                isChecked: leaf.storage != .text(isUTF8: true))
        case .byteStreamSplit:
            guard case .fixed(let conversion) = leaf.storage, leaf.physical != .int96 else { throw unfit(encoding, leaf) }
            let width = conversion.sourceWidth
            guard count <= bytes.count / width else { throw tooShort }
            let plain = try ByteStreamSplit.decode(base, count: bytes.count / width, width: width)
            return page(.fixed, PageBytes(whole: plain), owners: [plain])
        case .bitPacked: throw unfit(encoding, leaf)
        }
    }

    private static func plain(
        _ raw: RawPage, _ base: UnsafeRawPointer, _ byteCount: Int, valueCount count: Int, _ page: Frame, _ leaf: ParquetLeaf
    ) throws(SQLError) -> DataPage {
        switch leaf.storage {
        case .bits:
            guard count <= byteCount * 8 else { throw tooShort }
            return page(.bits, raw.values, owners: [raw.owner])
        case .fixed(let conversion):
            guard count <= byteCount / conversion.sourceWidth else { throw tooShort }
            return page(.fixed, raw.values, owners: [raw.owner])
        case .text, .decimalText:
            return page(
                .texts, raw.values, texts: PlainTexts(count: byteCount), owners: [raw.owner],
                isChecked: leaf.storage != .text(isUTF8: true) || UTF8Check.isASCII(base, byteCount))
        }
    }

    /// What the page says whatever its encoding is.
    private struct Frame {
        var entries: Int
        var nulls: PageNulls?

        func callAsFunction(
            _ form: DataPage.Form, _ values: PageBytes, codes: RunLengthCursor? = nil, texts: PlainTexts? = nil,
            owners: [AnyObject], isChecked: Bool = true
        ) -> DataPage {
            DataPage(
                rowCount: entries, form: form, nulls: nulls, values: values, codes: codes, texts: texts, owners: owners,
                isChecked: isChecked)
        }
    }

    private static var tooShort: SQLError { SQLError(.dataCorrupted, "corrupt Parquet file: a page ends within its values") }

    private static func unfit(_ encoding: ParquetEncoding, _ leaf: ParquetLeaf) -> SQLError {
        SQLError(.dataCorrupted, "corrupt Parquet file: encoding \(encoding.name) does not fit physical type \(leaf.physical)")
    }

    /// Run lengths of one bit, behind their size, to a byte each.
    private static func booleans(_ base: UnsafeRawPointer, _ byteCount: Int, _ count: Int) throws(SQLError) -> Buffer {
        let size = Int(base.loadUnaligned(as: UInt32.self))
        guard size <= byteCount - 4, count <= DeltaBinaryPacked.maximumCount else { throw tooShort }
        var cursor = RunLengthCursor(count: size, width: 1)
        let flags = try Buffer(byteCount: max(count, 1))
        let out = flags.lanes(as: UInt8.self)
        var done = 0
        let isComplete = cursor.runs(count, of: base + 4) { length, repeated, bits, index in
            var i = 0
            while i < length {
                out[done &+ i] = UInt8(truncatingIfNeeded: repeated ?? BitUnpacking.value(bits, index &+ i, width: 1)) & 1
                i &+= 1
            }
            done &+= length
        }
        guard isComplete else { throw tooShort }
        return flags
    }

    /// 64-bit values to 32-bit ones in place.
    private static func narrow(_ values: Buffer, _ count: Int) {
        let wide = values.lanes(as: Int64.self), out = values.lanes(as: Int32.self)
        var i = 0
        while i < count {
            out[i] = Int32(truncatingIfNeeded: wide[i])
            i &+= 1
        }
    }

    /// Values of one width, one after another. `heap` holds the bytes of all of them.
    private static func contiguous(
        _ views: Buffer, _ count: Int, _ width: Int, _ leaf: ParquetLeaf, in heap: Buffer
    ) throws(SQLError) -> Buffer {
        let texts = views.lanes(as: StringView.self)
        let (total, overflow) = count.multipliedReportingOverflow(by: width)
        guard !overflow, total <= heap.byteCount else { throw tooShort }
        let fixed = try Buffer(byteCount: max(total, 1))
        var i = 0
        while i < count {
            guard texts[i].count == width else {
                throw SQLError(.dataCorrupted, "corrupt Parquet file: a value of \(texts[i].count) bytes where all have \(width)")
            }
            texts[i].withBytes { text in
                fixed.withUnsafeBytes { target in if let start = text.baseAddress { memcpy(target + i &* width, start, width) } }
            }
            i &+= 1
        }
        return fixed
    }
}
