/// The bytes under which a column's Bloom filter knows a value.

import LodeCore

extension ParquetLeaf {
    /// The stored forms that a value of the column's type can have, PLAIN-encoded and without a length. Nil where they can't be
    /// told: then nobody may be turned away.
    ///
    /// Empty where the column can't hold the value at all.
    func storedForms(_ value: Value) -> [[UInt8]]? {
        switch storage {
        case .bits, .decimalText: return nil
        case .text:
            switch (value, type) {
            case (.text(let text), .varchar): return [Array(text.utf8)]
            case (.bytes(let bytes), .varbinary): return [bytes]
            default: return nil
            }
        case .fixed(let conversion): return storedForms(value, conversion)
        }
    }

    private func storedForms(_ value: Value, _ conversion: LaneConversion) -> [[UInt8]]? {
        switch conversion {
        case .copy4 where physical == .float:
            guard case .double(let number) = value, Double(Float(number)) == number else { return nil }
            return Self.signs(Float(number)).map { Self.bytes($0.bitPattern) }
        case .copy8 where physical == .double:
            guard case .double(let number) = value, !number.isNaN else { return nil }
            return Self.signs(number).map { Self.bytes($0.bitPattern) }
        case .copy4, .narrow8, .narrow16, .widen, .wide32: return integer(value).map { Self.forms(Int32(exactly: $0)) }
        case .copy8, .wide64: return integer(value).map { Self.forms(Int64(exactly: $0)) }
        case .widenUnsigned: return integer(value).map { Self.forms(UInt32(exactly: $0)) }
        case .wideUnsigned64: return integer(value).map { Self.forms(UInt64(exactly: $0)) }
        case .widenMillis: return millis(value).map { Self.forms(Int32(exactly: $0)) }
        case .millis: return millis(value).map { Self.forms(Int64(exactly: $0)) }
        case .bigEndian64(let width), .bigEndian128(let width): return integer(value).flatMap { Self.bigEndian($0, width) }
        case .uuid:
            guard case .uuid(let number) = value else { return nil }
            return Self.bigEndian(Int128(truncatingIfNeeded: number), 16)
        case .bytes(let width):
            guard case .bytes(let bytes) = value else { return nil }
            return bytes.count == width ? [bytes] : []
        // Several nanoseconds are one microsecond; the others have more than one form too.
        case .copy1, .half, .nanos, .int96, .bigEndianDouble, .interval: return nil
        }
    }

    /// The number that is stored for a value, in the unit and scale of the column.
    private func integer(_ value: Value) -> Int128? {
        switch (value, type) {
        case (.integer(let number), .tinyint), (.integer(let number), .smallint), (.integer(let number), .integer),
            (.integer(let number), .bigint):
            return Int128(number)
        case (.date(let days), .date): return Int128(days)
        case (.time(let micros), .time), (.timestamp(let micros), .timestamp), (.timestamp(let micros), .timestamptz): return Int128(micros)
        case (.timestampNanos(let nanos), .timestampNanos), (.timestampNanos(let nanos), .timestamptzNanos): return Int128(nanos)
        case (.decimal(let unscaled, let scale), .decimal(_, let own)): return scale == own ? unscaled : nil
        case (.integer(let number), .decimal(_, 0)): return Int128(number)
        default: return nil
        }
    }

    private func millis(_ value: Value) -> Int128? {
        guard let micros = integer(value) else { return nil }
        // No millisecond is between two: a number that fits nothing stands for it.
        return micros % 1000 == 0 ? micros / 1000 : Int128.max
    }

    /// Zeros are equal, but stored with either sign.
    private static func signs<F: BinaryFloatingPoint>(_ number: F) -> [F] { number == 0 ? [0.0, -0.0] : [number] }

    private static func forms<I: FixedWidthInteger>(_ number: I?) -> [[UInt8]] { number.map { [bytes($0)] } ?? [] }

    private static func bytes<I: FixedWidthInteger>(_ number: I) -> [UInt8] {
        (0..<I.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private static func bigEndian(_ number: Int128, _ width: Int) -> [[UInt8]]? {
        guard width >= 1, width <= 16 else { return nil }
        if width < 16, number >> (width * 8 - 1) != 0, number >> (width * 8 - 1) != -1 { return [] }
        return [(0..<width).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }]
    }
}
