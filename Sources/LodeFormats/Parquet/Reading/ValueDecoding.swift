/// Steps that every way of decoding values shares.

import LodeCore
import LodeVectors

/// Checks and conversions of single vectors of values.
enum ValueDecoding {
    static func outOfRange(_ leaf: ParquetLeaf) -> SQLError {
        if case .fixed(.int96(let unit)) = leaf.storage { return unit.refusal() }
        if leaf.storage == .fixed(.nanos) {
            return SQLError(
                .datetimeFieldOverflow, "a stored time has nanoseconds, and the type time microseconds",
                hint: "Leave the column out of the query, or have it written with microseconds.")
        }
        return SQLError(.numericValueOutOfRange, "a stored value is out of range for type \(leaf.type)")
    }

    /// - Throws: `22021` unless every text is well-formed UTF-8.
    static func checkUTF8(_ views: Lanes<StringView>, _ count: Int) throws(SQLError) {
        var i = 0
        while i < count {
            guard views[i].withBytes({ UTF8Check.isValid($0) }) else {
                throw SQLError(
                    .characterNotInRepertoire, "a string is not valid UTF-8",
                    hint: "The column is declared as text; the program that wrote it put other bytes there.")
            }
            i &+= 1
        }
    }

    /// Big-endian two's complement numbers of any length to decimal lanes, or to doubles where those are too short.
    static func decimals(
        _ views: Lanes<StringView>, _ count: Int, _ leaf: ParquetLeaf, into out: MutableLanes<UInt8>
    ) throws(SQLError) {
        if leaf.type == .double {
            let divisor = LongDecimal.divisor(leaf.decimalScale)
            let doubles = out.bound(to: Double.self)
            for i in 0..<count { doubles[i] = views[i].withBytes { LongDecimal.double($0, divisor) } }
            return
        }
        let isShort = leaf.type.physical == .int64
        var fits = true
        var i = 0
        while i < count {
            let value = views[i].withBytes { bigEndian($0, &fits) }
            if isShort {
                fits = fits && Int128(Int64(truncatingIfNeeded: value)) == value
                out.bound(to: Int64.self)[i] = Int64(truncatingIfNeeded: value)
            } else {
                out.bound(to: Int128.self)[i] = value
            }
            i &+= 1
        }
        guard fits else { throw outOfRange(leaf) }
    }

    private static func bigEndian(_ bytes: UnsafeRawBufferPointer, _ fits: inout Bool) -> Int128 {
        var value: Int128 = (bytes.first ?? 0) >= 0x80 ? -1 : 0
        for byte in bytes {
            // A shift that changes the sign has lost digits.
            let shifted = value &<< 8
            if shifted &>> 8 != value { fits = false }
            value = shifted | Int128(byte)
        }
        return value
    }
}
