/// Codes for the distinct values of a column of numbers.

import LodeCore
import LodeVectors

/// Numbers the distinct values in the order of their appearance; gives up when there are too many.
struct FixedDictionary<Key: FixedWidthInteger & BitwiseCopyable> {
    private(set) var keys: [Key] = []
    private(set) var codes: Buffer

    /// - Returns: nil if more than `limit` values are distinct, or (unless it is wanted anyway) most of the first ones are.
    init?(_ values: Lanes<Key>, _ count: Int, limit: Int, isWanted: Bool) throws(SQLError) {
        let codes = try Buffer(byteCount: count * 4), out = codes.lanes(as: UInt32.self)
        self.codes = codes
        var bits = 10
        var table = [UInt32](repeating: 0, count: 1 << bits)
        var row = 0
        while row < count {
            // A column whose first values hardly repeat will not gain.
            let end = min(count, row + 4096)
            if !isWanted, row >= 8192, keys.count * 4 > row * 3 { return nil }
            if (keys.count + 4096) * 2 > table.count {
                while (keys.count + 4096) * 2 > 1 << bits { bits += 1 }
                table = Self.table(keys, bits)
            }
            let shift = UInt64(64 - bits), mask = 1 << bits - 1
            table.withUnsafeMutableBufferPointer { table in
                while row < end {
                    let value = values[row]
                    var slot = Self.slot(value, shift)
                    while true {
                        let code = table[slot]
                        if code == 0 {
                            keys.append(value)
                            table[slot] = UInt32(truncatingIfNeeded: keys.count)
                            out[row] = UInt32(truncatingIfNeeded: keys.count &- 1)
                            break
                        }
                        if keys[Int(code) &- 1] == value {
                            out[row] = code &- 1
                            break
                        }
                        slot = (slot &+ 1) & mask
                    }
                    row &+= 1
                }
            }
            if keys.count > limit { return nil }
        }
    }

    @inline(__always)
    private static func slot(_ value: Key, _ shift: UInt64) -> Int {
        var word = UInt64(truncatingIfNeeded: value)
        if Key.bitWidth > 64 { word ^= UInt64(truncatingIfNeeded: value &>> Key(64)) &* 0xff51_afd7_ed55_8ccd }
        return Int(truncatingIfNeeded: ((word ^ word &>> 32) &* 0x9e37_79b9_7f4a_7c15) &>> shift)
    }

    private static func table(_ keys: [Key], _ bits: Int) -> [UInt32] {
        var table = [UInt32](repeating: 0, count: 1 << bits)
        let shift = UInt64(64 - bits), mask = 1 << bits - 1
        for (index, key) in keys.enumerated() {
            var slot = slot(key, shift)
            while table[slot] != 0 { slot = (slot + 1) & mask }
            table[slot] = UInt32(index + 1)
        }
        return table
    }
}
