/// Single values in manifests: bounds of columns, and what partition fields have.

import LodeCore
import LodeVectors

extension IcebergType {
    /// A bound as bytes; nil for what says nothing, or is damaged: a bound is no value of the data.
    ///
    /// Bytes may be of the type that the column had when they were written.
    /// - Source: Iceberg Table Spec, Appendix D "Binary single-value serialization"; "Schema Evolution" for types that were widened.
    func bound(_ bytes: ArraySlice<UInt8>) -> Value? {
        switch self {
        case .boolean: bytes.count == 1 ? .boolean(bytes.first != 0) : nil
        case .int, .long: Self.signed(bytes).map { .integer($0) }
        case .float, .double: Self.floating(bytes)
        case .decimal(let precision, let scale): Self.decimal(bytes, precision, scale)
        case .date: Self.signed(bytes).flatMap { Int32(exactly: $0) }.map { .date($0) }
        case .time: bytes.count == 8 ? Self.signed(bytes).map { .time($0) } : nil
        case .timestamp, .timestamptz:
            bytes.count == 4 ? Self.midnight(bytes).map { .timestamp($0) } : Self.signed(bytes).map { .timestamp($0) }
        case .timestampNanos, .timestamptzNanos:
            bytes.count == 4
                ? Self.midnight(bytes).flatMap { Nanoseconds.join($0, 0) }.map { .timestampNanos($0) }
                : Self.signed(bytes).map { .timestampNanos($0) }
        case .string: String(validating: bytes, as: UTF8.self).map { .text($0) }
        case .fixed, .binary: .bytes(Array(bytes))
        // Writers do not agree on the order of UUIDs: some compare their halves as signed numbers.
        case .uuid, .variant, .unknown, .other, .structure, .list, .map: nil
        }
    }

    private static func signed(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let bits = bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        switch bytes.count {
        case 4: return Int64(Int32(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case 8: return Int64(bitPattern: bits)
        default: return nil
        }
    }

    private static func floating(_ bytes: ArraySlice<UInt8>) -> Value? {
        let bits = bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        let number: Double
        switch bytes.count {
        case 4: number = Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case 8: number = Double(bitPattern: bits)
        default: return nil
        }
        return number.isNaN ? nil : .double(number)
    }

    private static func midnight(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard let days = signed(bytes) else { return nil }
        let (micros, overflow) = days.multipliedReportingOverflow(by: CivilDate.microsPerDay)
        return overflow ? nil : micros
    }

    static func decimal(_ bytes: ArraySlice<UInt8>, _ precision: Int, _ scale: Int) -> Value? {
        guard let first = bytes.first, bytes.count <= 16 else { return nil }
        let unscaled = bytes.reduce(first < 128 ? 0 : Int128(-1)) { $0 << 8 | Int128($1) }
        return Decimal128.fits(unscaled, precision: precision) ? .decimal(unscaled, scale: scale) : nil
    }

    /// What a field of a partition has, as the manifest's Avro file has it; nil for what is no value of the type.
    /// - Source: Iceberg Table Spec, Appendix A "Avro".
    func value(_ cell: AvroCell, _ bytes: (AvroCell) -> ArraySlice<UInt8>?) -> Value? {
        switch (self, cell.kind) {
        case (_, .null): return .null
        case (.boolean, .number(let number)): return .boolean(number != 0)
        case (.int, .number(let number)), (.long, .number(let number)): return .integer(Int64(number))
        case (.float, .double(let number)), (.double, .double(let number)): return .double(number)
        case (.date, .number(let days)): return Int32(exactly: days).map { .date($0) }
        case (.time, .number(let micros)): return .time(Int64(micros))
        case (.timestamp, .number(let micros)), (.timestamptz, .number(let micros)): return .timestamp(Int64(micros))
        case (.timestampNanos, .number(let nanos)), (.timestamptzNanos, .number(let nanos)): return .timestampNanos(Int64(nanos))
        case (.decimal(let precision, let scale), .bytes): return bytes(cell).flatMap { Self.decimal($0, precision, scale) }
        case (.string, .bytes): return bytes(cell).flatMap { String(validating: $0, as: UTF8.self) }.map { .text($0) }
        case (.uuid, .bytes):
            guard let bytes = bytes(cell), bytes.count == 16 else { return nil }
            return .uuid(bytes.reduce(0) { $0 << 8 | UInt128($1) })
        case (.fixed, .bytes), (.binary, .bytes): return bytes(cell).map { .bytes(Array($0)) }
        default: return nil
        }
    }
}
