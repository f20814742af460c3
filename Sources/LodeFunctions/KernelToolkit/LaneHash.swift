/// Hashes of single values: the same for equal values of one type.

import LodeCore
import LodeVectors

enum LaneHash {
    /// Mixes all bits into all others.
    /// - Source: Stafford, "Better Bit Mixing", variant 13.
    @inline(__always)
    static func mix(_ bits: UInt64) -> UInt64 {
        var x = bits
        x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
        x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
        return x ^ (x >> 31)
    }

    static func bytes(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: bytes.count) &* 0x9e37_79b9_7f4a_7c15
        guard let base = bytes.baseAddress else { return mix(hash) }
        var at = 0
        while at &+ 8 <= bytes.count {
            hash = mix(hash ^ (base + at).loadUnaligned(as: UInt64.self))
            at &+= 8
        }
        var rest: UInt64 = 0
        while at < bytes.count {
            rest = rest << 8 | UInt64(bytes[at])
            at &+= 1
        }
        return mix(hash ^ rest)
    }

    static func hash(_ column: Column, _ row: Int) -> UInt64 {
        if column.isNull(row) { return 0x9ae1_6a3b_2f90_404f }
        let (flat, lane) = column.place(of: row)
        switch flat.physical {
        case .bool: return mix(UInt64(flat.lanes(as: UInt8.self)[lane]))
        case .int8: return mix(UInt64(bitPattern: Int64(flat.lanes(as: Int8.self)[lane])))
        case .int16: return mix(UInt64(bitPattern: Int64(flat.lanes(as: Int16.self)[lane])))
        case .int32: return mix(UInt64(bitPattern: Int64(flat.lanes(as: Int32.self)[lane])))
        case .int64: return mix(UInt64(bitPattern: flat.lanes(as: Int64.self)[lane]))
        case .int128: return wide(flat.lanes(as: Int128.self)[lane])
        case .float32: return float(Double(flat.lanes(as: Float.self)[lane]))
        case .float64: return float(flat.lanes(as: Double.self)[lane])
        case .interval: return wide(flat.lanes(as: Interval.self)[lane].comparisonMicros)
        case .text: return flat.lanes(as: StringView.self)[lane].withBytes { bytes($0) }
        case .structure: return flat.children.reduce(17) { mix($0 &* 31 &+ hash($1, lane)) }
        case .list:
            let range = flat.lanes(as: ListRange.self)[lane]
            var result = UInt64(range.count)
            for child in flat.children {
                for index in 0..<Int(range.count) { result = mix(result &* 31 &+ hash(child, Int(range.offset) + index)) }
            }
            return result
        }
    }

    private static func wide(_ number: Int128) -> UInt64 {
        mix(UInt64(truncatingIfNeeded: number) ^ mix(UInt64(truncatingIfNeeded: number >> 64)))
    }

    /// Zeros of both signs are equal, and so are all NaNs.
    private static func float(_ number: Double) -> UInt64 {
        mix(number == 0 ? 0 : (number.isNaN ? Double.nan.bitPattern : number.bitPattern))
    }
}
