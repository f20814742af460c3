/// Single values as bytes: what sketches hash that other engines read.

import LodeCore
import LodeVectors

extension SQLType {
    /// Whether values of the type have such bytes.
    var hasSingleBytes: Bool {
        switch self {
        case .null, .interval, .structure, .list, .map, .json: false
        default: true
        }
    }
}

enum SingleValueBytes {
    /// The bytes of a value as Iceberg has them: numbers little-endian, decimals as few bytes as they need and UUIDs big-endian, texts in
    /// UTF-8.
    /// - Source: Iceberg spec, Appendix D "Binary single-value serialization".
    static func with(_ column: Column, _ row: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        let (flat, lane) = column.place(of: row)
        switch (flat.type.base, flat.physical) {
        case (_, .bool): number(flat.lanes(as: UInt8.self)[lane], body)
        // Iceberg has no smaller integers than these.
        case (_, .int8): number(Int32(flat.lanes(as: Int8.self)[lane]), body)
        case (_, .int16): number(Int32(flat.lanes(as: Int16.self)[lane]), body)
        case (.decimal, .int64): shortest(Int128(flat.lanes(as: Int64.self)[lane]), body)
        case (.uuid, .int128): number(flat.lanes(as: Int128.self)[lane].bigEndian, body)
        case (_, .int128): shortest(flat.lanes(as: Int128.self)[lane], body)
        case (_, .int32): number(flat.lanes(as: Int32.self)[lane], body)
        case (_, .int64): number(flat.lanes(as: Int64.self)[lane], body)
        case (_, .float32): number(alike(flat.lanes(as: Float.self)[lane]).bitPattern, body)
        case (_, .float64): number(alike(flat.lanes(as: Double.self)[lane]).bitPattern, body)
        case (_, .text): flat.lanes(as: StringView.self)[lane].withBytes { body($0) }
        case (_, .interval), (_, .structure), (_, .list): break
        }
    }

    /// Zeros of both signs are one value, and so are all NaNs.
    private static func alike<Number: BinaryFloatingPoint>(_ number: Number) -> Number {
        number == 0 ? 0 : number.isNaN ? .nan : number
    }

    private static func number(_ number: some FixedWidthInteger, _ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes(of: number) { body($0) }
    }

    /// Two's complement, big-endian, without leading bytes that only repeat the sign.
    private static func shortest(_ number: Int128, _ body: (UnsafeRawBufferPointer) -> Void) {
        let bits = 128 - (number < 0 ? ~number : number).leadingZeroBitCount + 1, count = (bits + 7) / 8
        withUnsafeBytes(of: number.bigEndian) { body(UnsafeRawBufferPointer(rebasing: $0[(16 - count)...])) }
    }

    /// Trino's XX_HASH_64 of a value: whole numbers, times and short decimals are words of 64 bits there, instants with a zone count
    /// milliseconds.
    static func trinoHash(_ column: Column, _ row: Int) -> UInt64 {
        let (flat, lane) = column.place(of: row)
        switch (flat.type.base, flat.physical) {
        case (_, .bool): return word(Int64(flat.lanes(as: UInt8.self)[lane]))
        case (_, .int8): return word(Int64(flat.lanes(as: Int8.self)[lane]))
        case (_, .int16): return word(Int64(flat.lanes(as: Int16.self)[lane]))
        case (_, .int32): return word(Int64(flat.lanes(as: Int32.self)[lane]))
        case (.timestamptz, .int64):
            let micros = flat.lanes(as: Int64.self)[lane], millis = micros / 1000
            return word(micros % 1000 < 0 ? millis - 1 : millis)
        case (_, .int64): return word(flat.lanes(as: Int64.self)[lane])
        case (_, .int128):
            let number = flat.lanes(as: Int128.self)[lane]
            return word(Int64(truncatingIfNeeded: number >> 64)) ^ word(Int64(truncatingIfNeeded: number))
        case (_, .float32):
            return word(Int64(Int32(bitPattern: alike(flat.lanes(as: Float.self)[lane]).bitPattern)))
        case (_, .float64):
            return word(Int64(bitPattern: alike(flat.lanes(as: Double.self)[lane]).bitPattern))
        case (_, .text): return flat.lanes(as: StringView.self)[lane].withBytes { XXHash64.hash($0) }
        case (_, .interval), (_, .structure), (_, .list): return 0
        }
    }

    private static func word(_ number: Int64) -> UInt64 { withUnsafeBytes(of: number.littleEndian) { XXHash64.hash($0) } }
}
