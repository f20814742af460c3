/// A column that is being filled.

import LodeCore
import LodeVectors

/// Lanes and validity for `count` rows, filled from front to back by one or more pages.
final class LaneTarget {
    let type: SQLType
    let count: Int
    /// Nil: lanes hold values. Otherwise codes of it.
    let dictionary: Column?
    let stride: Int
    let lanes: Buffer
    private var validity: Buffer?
    private var heaps: [AnyObject] = []

    init(_ type: SQLType, count: Int, dictionary: Column?) throws(SQLError) {
        self.type = type
        self.count = count
        self.dictionary = dictionary
        stride = dictionary == nil ? type.physical.stride : 4
        lanes = try Buffer(byteCount: max(count * stride, 16))
    }

    @inline(__always)
    @_lifetime(borrow self)
    func lane(_ row: Int) -> MutableLanes<UInt8> { lanes.lanes(as: UInt8.self, keptBy: self) + row &* stride }

    /// Keeps what text lanes point into.
    func keep(_ owners: [AnyObject]) {
        for owner in owners where !(heaps.last === owner) { heaps.append(owner) }
    }

    /// The validity mask, in which rows are valid unless they were written before.
    private func mask() throws(SQLError) -> Buffer {
        if let validity { return validity }
        let mask = try Buffer(byteCount: (Validity.wordCount(count) + 2) * 8)
        mask.fill(0xff)
        validity = mask
        return mask
    }

    /// Marks the rows of a piece that starts at `start` by the bits that `word` gives for 64 rows at a time.
    func mark(_ start: Int, _ length: Int, _ word: (_ offset: Int) -> UInt64) throws(SQLError) {
        let mask = try mask(), words = mask.lanes(as: UInt64.self)
        var i = 0
        while i < length {
            let take = min(length &- i, 64)
            Self.put(words, start &+ i, word(i), take)
            i &+= take
        }
    }

    /// Overwrites `length` (1...64) bits from number `at` on.
    private static func put(_ words: MutableLanes<UInt64>, _ at: Int, _ bits: UInt64, _ length: Int) {
        let mask = UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- length)
        let shift = UInt64(truncatingIfNeeded: at & 63)
        let index = at &>> 6
        words[index] = words[index] & ~(mask &<< shift) | (bits & mask) &<< shift
        if Int(shift) &+ length > 64 {
            let rest = 64 &- shift
            words[index &+ 1] = words[index &+ 1] & ~(mask &>> rest) | (bits & mask) &>> rest
        }
    }

    func column() -> Column {
        if let dictionary { return Column(codes: lanes, count: count, dictionary: dictionary, validity: validity) }
        return Column(flat: type, count: count, lanes: lanes, validity: validity, heaps: heaps)
    }
}
