/// Single values of Iceberg types as bytes: bounds, and what partitions have.

import LodeCore
import LodeVectors

extension IcebergType {
    /// A value as a bound has it; nil for what has no such form, NaN and UUIDs included, on whose order writers do not agree.
    /// - Source: Iceberg spec, Appendix D "Binary single-value serialization".
    func bytes(of value: Value) -> [UInt8]? {
        switch (self, value) {
        case (.boolean, .boolean(let flag)): [flag ? 1 : 0]
        case (.int, .integer(let number)): Int32(exactly: number).map { Self.littleEndian($0) }
        case (.long, .integer(let number)): Self.littleEndian(number)
        case (.float, .double(let number)): number.isNaN ? nil : Self.littleEndian(Int32(bitPattern: Float(number).bitPattern))
        case (.double, .double(let number)): number.isNaN ? nil : Self.littleEndian(Int64(bitPattern: number.bitPattern))
        case (.decimal(_, let scale), .decimal(let number, let own)): scale == own ? IcebergTransform.bytes(of: number) : nil
        case (.date, .date(let day)): Self.littleEndian(day)
        case (.time, .time(let micros)): Self.littleEndian(micros)
        case (.timestamp, .timestamp(let micros)), (.timestamptz, .timestamp(let micros)): Self.littleEndian(micros)
        case (.timestampNanos, .timestampNanos(let nanos)), (.timestamptzNanos, .timestampNanos(let nanos)): Self.littleEndian(nanos)
        case (.string, .text(let text)): Array(text.utf8)
        case (.binary, .bytes(let bytes)), (.fixed, .bytes(let bytes)): bytes
        default: nil
        }
    }

    private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    /// A value of a partition field as its manifest has it; nil for what is no value of the type.
    /// - Source: Iceberg spec, Appendix A "Avro".
    func tree(of value: Value) -> AvroTree? {
        switch (self, value) {
        case (_, .null): .null
        case (.boolean, .boolean(let flag)): .boolean(flag)
        case (.int, .integer(let number)), (.long, .integer(let number)): .number(number)
        case (.float, .double(let number)): .float(Float(number))
        case (.double, .double(let number)): .double(number)
        case (.date, .date(let day)): .number(Int64(day))
        case (.time, .time(let micros)): .number(micros)
        case (.timestamp, .timestamp(let stamp)), (.timestamptz, .timestamp(let stamp)): .number(stamp)
        case (.timestampNanos, .timestampNanos(let stamp)), (.timestamptzNanos, .timestampNanos(let stamp)): .number(stamp)
        case (.decimal(let precision, let scale), .decimal(let number, let own)):
            scale == own && Decimal128.fits(number, precision: precision)
                ? .bytes(Self.bigEndian(number, count: Self.decimalBytes(precision))) : nil
        case (.uuid, .uuid(let number)): .bytes((0..<16).map { UInt8(truncatingIfNeeded: number >> UInt128(120 - $0 * 8)) })
        case (.string, .text(let text)): .text(text.string)
        case (.binary, .bytes(let bytes)), (.fixed, .bytes(let bytes)): .bytes(bytes)
        default: nil
        }
    }

    private static func bigEndian(_ number: Int128, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> Int128((count - 1 - $0) * 8)) }
    }
}
