/// Leaves of strings and bytes.

import Glibc
import LodeCore
import LodeVectors

/// Numbers strings while they come, so that a repeated text is kept once; a column that hardly repeats is kept as PLAIN bytes.
final class TextLeaf: LeafEncoder {
    private let dictionary = TextDictionary()
    private let codes: ByteSink
    private let plain: ByteSink
    /// Where each plain value ends.
    private var ends: [Int] = []
    private var isPlain = false
    private var count = 0
    private var plainBytes = 0
    /// Rows after which it is judged whether texts repeat: fewer where those of the row group before did not.
    private var trialRows = TextLeaf.longTrial
    private static let longTrial = 16_384, shortTrial = 2_048
    /// Codes of the source's own dictionary, as long as columns share one.
    private var sourceDictionary: Column?
    private var sourceCodes: [UInt32] = []

    private static let unknown = UInt32.max

    override init(_ plan: LeafPlan, _ options: ParquetWriteOptions) throws(SQLError) {
        codes = try ByteSink(capacity: 1024)
        plain = try ByteSink(capacity: 64)
        try super.init(plan, options)
        isPlain = !triesDictionary
    }

    override var storedBytes: Int { codes.count + plain.count + dictionary.plainBytes + ends.count * 8 }

    override func reset() {
        trialRows = isPlain && triesDictionary ? Self.shortTrial : Self.longTrial
        dictionary.removeAll()
        codes.truncate()
        plain.truncate()
        ends.removeAll(keepingCapacity: true)
        isPlain = !triesDictionary
        count = 0
        plainBytes = 0
        sourceDictionary = nil
        sourceCodes = []
    }

    // MARK: Values in

    override func appendValues(_ leaf: ShreddedLeaf) throws(SQLError) {
        let present = leaf.rows?.count ?? leaf.count
        if leaf.column.layout == .dictionary, !isPlain {
            try appendCodes(leaf, present)
        } else {
            let column = leaf.column.layout == .flat ? leaf.column : try leaf.column.flattened()
            if isPlain { try appendPlain(column, leaf.rows, present) } else { try appendNumbered(column, leaf.rows, present) }
        }
        count += present
        if !isPlain, isTooLarge { try turnPlain() }
    }

    private var isTooLarge: Bool {
        dictionary.plainBytes > options.dictionaryBytes || dictionary.texts.count > options.dictionaryValues
            || (!wantsDictionary && count >= trialRows && dictionary.texts.count * 4 > count * 3)
    }

    private func appendNumbered(_ column: Column, _ rows: [UInt32]?, _ present: Int) throws(SQLError) {
        let lanes = column.lanes(as: StringView.self)
        let out = UnsafeMutableRawPointer(try codes.reserve(present * 4)).assumingMemoryBound(to: UInt32.self)
        var index = 0, bytes = 0
        while index < present {
            let text = lanes[rows.map { Int($0[index]) } ?? index]
            bytes &+= 4 &+ text.count
            out[index] = try dictionary.code(text)
            index &+= 1
        }
        plainBytes &+= bytes
        codes.advance(present * 4)
    }

    /// Rows that are codes already: each code is looked up once.
    private func appendCodes(_ leaf: ShreddedLeaf, _ present: Int) throws(SQLError) {
        guard let source = leaf.column.dictionary else { return }
        if sourceDictionary !== source {
            sourceDictionary = source
            sourceCodes = Array(repeating: Self.unknown, count: source.count)
        }
        let texts = source.lanes(as: StringView.self), own = leaf.column.lanes(as: Int32.self)
        let out = UnsafeMutableRawPointer(try codes.reserve(present * 4)).assumingMemoryBound(to: UInt32.self)
        let dictionary = dictionary
        let bytes = try sourceCodes.withUnsafeMutableBufferPointer { (known) throws(SQLError) -> Int in
            var bytes = 0, index = 0
            while index < present {
                let code = Int(own[leaf.rows.map { Int($0[index]) } ?? index])
                if known[code] == Self.unknown { known[code] = try dictionary.code(texts[code]) }
                out[index] = known[code]
                bytes &+= 4 &+ texts[code].count
                index &+= 1
            }
            return bytes
        }
        plainBytes &+= bytes
        codes.advance(present * 4)
    }

    private func appendPlain(_ column: Column, _ rows: [UInt32]?, _ present: Int) throws(SQLError) {
        try column.lanes(as: StringView.self).withUnsafePointer { (texts) throws(SQLError) in
            if let rows { try appendPlain(present) { texts[Int(rows[$0])] } } else { try appendPlain(present) { texts[$0] } }
        }
    }

    /// Puts texts behind each other, each behind its length: room is made once for all of them.
    @inline(__always)
    private func appendPlain(_ present: Int, _ text: (Int) -> StringView) throws(SQLError) {
        var bytes = 0, index = 0
        while index < present {
            let length = text(index).count
            guard length <= Int(Int32.max) else {
                throw SQLError(.programLimitExceeded, "a string of \(length) bytes is too long for Parquet")
            }
            bytes &+= length &+ 4
            index &+= 1
        }
        let known = ends.count
        var end = plain.count, out = UnsafeMutableRawPointer(try plain.reserve(bytes + StringView.copySlack))
        ends.append(contentsOf: repeatElement(0, count: present))
        index = 0
        while index < present {
            let text = text(index), length = text.count
            out.storeBytes(of: UInt32(truncatingIfNeeded: length), as: UInt32.self)
            text.copy(to: out + 4)
            out += length &+ 4
            end &+= length &+ 4
            ends[known &+ index] = end
            index &+= 1
        }
        plain.advance(bytes)
    }

    private func turnPlain() throws(SQLError) {
        let numbers = UnsafeRawPointer(codes.base).assumingMemoryBound(to: UInt32.self), texts = dictionary.texts
        try appendPlain(count) { texts[Int(numbers[$0])] }
        isPlain = true
        dictionary.removeAll()
        codes.truncate()
        sourceDictionary = nil
        sourceCodes = []
    }

    /// The codes so far; good until more are appended.
    private var codeLanes: Lanes<UInt32> {
        @_lifetime(borrow self) get { Lanes(UnsafeRawPointer(codes.base).assumingMemoryBound(to: UInt32.self), keptBy: self) }
    }

    // MARK: Pages out

    override func chooseDictionary() throws(SQLError) -> Int? {
        guard !isPlain, count > 0 else { return nil }
        let bits = RunLengthWriter.width(dictionary.texts.count - 1)
        if !wantsDictionary, dictionary.plainBytes + count * bits / 8 >= plainBytes {
            try turnPlain()
            return nil
        }
        return dictionary.texts.count
    }

    override func appendDictionary(to sink: ByteSink) throws(SQLError) {
        for text in dictionary.texts {
            UnsafeMutableRawPointer(try sink.reserve(4)).storeBytes(of: UInt32(truncatingIfNeeded: text.count), as: UInt32.self)
            sink.advance(4)
            try sink.append(text)
        }
    }

    override func pageEnd(from start: Int) -> Int {
        guard isPlain, start < ends.count else { return .max }
        let limit = (start > 0 ? ends[start - 1] : 0) + options.pageBytes
        // The first end beyond the limit.
        var low = start + 1, high = ends.count
        while low < high {
            let middle = (low + high) / 2
            if ends[middle - 1] <= limit { low = middle + 1 } else { high = middle }
        }
        if low == ends.count, ends[low - 1] <= limit { return .max }
        return max(start + 1, low - 1)
    }

    override func appendPage(_ range: Range<Int>, to sink: ByteSink) throws(SQLError) {
        if isPlain || dictionary.texts.isEmpty {
            // Those begin with their number of values, even if there are none.
            switch plainEncoding {
            case .deltaLengthByteArray: return try TextDeltaWriter.lengths(plainTexts(range), to: sink)
            case .deltaByteArray: return try TextDeltaWriter.prefixes(plainTexts(range), to: sink)
            default: break
            }
            guard !range.isEmpty else { return }
            let start = range.lowerBound > 0 ? ends[range.lowerBound - 1] : 0
            return try sink.append(UnsafeRawBufferPointer(start: plain.base + start, count: ends[range.upperBound - 1] - start))
        }
        let bits = RunLengthWriter.width(dictionary.texts.count - 1)
        try sink.append(UInt8(bits))
        try RunLengthWriter.append(codeLanes + range.lowerBound, range.count, width: bits, to: sink)
    }

    private func plainTexts(_ range: Range<Int>) -> [UnsafeRawBufferPointer] {
        range.map { index in
            let start = (index > 0 ? ends[index - 1] : 0) + 4
            return UnsafeRawBufferPointer(start: plain.base + start, count: ends[index] - start)
        }
    }

    override func addHashes(to filter: inout BloomFilterWriter) {
        guard isPlain else {
            for text in dictionary.texts { text.withBytes { filter.insert(XXHash64.hash($0)) } }
            return
        }
        for text in plainTexts(0..<count) { filter.insert(XXHash64.hash(text)) }
    }

    // MARK: Bounds

    override func bounds(_ range: Range<Int>) -> LeafBounds? {
        guard !range.isEmpty else { return nil }
        var low: StringView?, high = StringView()
        func take(_ text: StringView) {
            guard let least = low else {
                low = text
                high = text
                return
            }
            if StringView.compare(text, least) < 0 { low = text } else if StringView.compare(text, high) > 0 { high = text }
        }
        if isPlain {
            var at = range.lowerBound > 0 ? ends[range.lowerBound - 1] : 0
            for index in range {
                take(StringView(plain.base + at + 4, count: ends[index] - at - 4))
                at = ends[index]
            }
        } else {
            var seen = [Bool](repeating: false, count: dictionary.texts.count)
            let numbers = codeLanes
            for index in range {
                let code = Int(numbers[index])
                if !seen[code] {
                    seen[code] = true
                    take(dictionary.texts[code])
                }
            }
        }
        guard let low else { return nil }
        return LeafBounds(minimum: value(low), maximum: value(high))
    }

    private func value(_ text: StringView) -> Value {
        plan.type == .varbinary ? .bytes(text.withBytes { [UInt8]($0) }) : .text(text.string)
    }
}
