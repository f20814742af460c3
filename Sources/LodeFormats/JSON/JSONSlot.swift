/// Where JSON values lie, and finding those of an object's fields.

import LodeCore
import LodeVectors

/// A checked value in the window, without the white space around it: strings with their quotes. Empty: there is none.
struct JSONSlot {
    private var offset: UInt32 = 0
    /// Twice the length, plus one for a string with escapes.
    private var extent: UInt32 = 0

    init() {}

    /// - Shape: offsets below 4 G, lengths below 1 G, which the limits of a row see to.
    @inline(__always)
    init(_ start: Int, _ end: Int, hasEscapes: Bool) {
        offset = UInt32(truncatingIfNeeded: start)
        extent = UInt32(truncatingIfNeeded: end &- start) &<< 1 | (hasEscapes ? 1 : 0)
    }

    @inline(__always) var start: Int { Int(offset) }
    @inline(__always) var count: Int { Int(extent &>> 1) }
    @inline(__always) var end: Int { start &+ count }
    @inline(__always) var hasEscapes: Bool { extent & 1 == 1 }
    @inline(__always) var isMissing: Bool { extent == 0 }
}

/// The slots of one column: one per row, `stride` apart.
struct JSONSlotColumn: ~Escapable {
    let first: Lanes<JSONSlot>
    let stride: Int
    let count: Int

    @_lifetime(copy first)
    init(first: Lanes<JSONSlot>, stride: Int, count: Int) {
        self.first = first
        self.stride = stride
        self.count = count
    }

    @inline(__always)
    subscript(row: Int) -> JSONSlot { first[row &* stride] }
}

extension JSONKeys {
    /// Steps over the object at the cursor and notes where the values of its fields are.
    /// - Shape: `slots` has one for each field, all missing before.
    @inline(__always)
    func skipObject(_ cursor: inout JSONCursor, into slots: MutableLanes<JSONSlot>) -> Bool {
        cursor.at &+= 1
        cursor.skipSpaces()
        if cursor.take(UInt8(ascii: "}")) { return true }
        var place = Self.start
        while true {
            let field = field(&cursor, &place)
            if field == Self.noKey { return false }
            cursor.skipSpaces()
            let start = cursor.at
            guard cursor.skipValue() else { return false }
            if field >= 0 {
                let slot = JSONSlot(start, cursor.at, hasEscapes: cursor.hasEscapes)
                var known = slots[field]
                if known.isMissing { known = slot } else if !takeSecond(&cursor, slot, field, &known) { return false }
                slots[field] = known
            }
            if !cursor.take(UInt8(ascii: ",")) {
                cursor.skipSpaces()
                if cursor.take(UInt8(ascii: "}")) { return true }
                guard cursor.take(UInt8(ascii: ",")) else { return cursor.fail(.expectedComma) }
            }
            cursor.skipSpaces()
        }
    }
}
