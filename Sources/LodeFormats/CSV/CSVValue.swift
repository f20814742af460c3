/// Single values of CSV: what sniffing tries and slow paths use.

import LodeCore
import LodeVectors

enum CSVValue {
    /// Only `yyyy-mm-dd`: what sniffing calls a date.
    @inline(__always)
    static func isoDate(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int32>) -> ParseOutcome {
        guard count == 10 else { return .malformed }
        let days = ParseDate.iso(text)
        if days == .min { return .malformed }
        out.pointee = days
        return .parsed
    }

    /// The outcome of reading a text as microseconds, unless it has nanoseconds, which sniffing would not have taken so.
    @inline(__always)
    static func withoutNanos(_ outcome: ParseOutcome, _ text: UnsafePointer<UInt8>, _ count: Int, isSniffed: Bool) -> ParseOutcome {
        outcome == .parsed && isSniffed && ParseNanos.hasNanos(text, count) ? .malformed : outcome
    }

    /// A date, time or timestamp by a pattern, into a lane of the type.
    static func formatted(
        _ text: UnsafePointer<UInt8>, _ count: Int, _ format: DateFormat, _ type: SQLType, isSniffed: Bool,
        _ zones: ParseTimestamp.Zones?, _ out: UnsafeMutableRawPointer
    ) -> ParseOutcome {
        guard let reading = format.read(text, count) else { return .malformed }
        if isSniffed, reading.nanosMore != 0, type.inMicros == nil { return .malformed }
        switch type {
        case .date:
            let days = reading.micros >= 0 ? reading.micros / CivilDate.microsPerDay : (reading.micros + 1) / CivilDate.microsPerDay - 1
            out.storeBytes(of: Int32(truncatingIfNeeded: days), as: Int32.self)
        case .timestamptz:
            let offset = reading.offsetSeconds ?? zones?("", reading.micros) ?? 0
            out.storeBytes(of: reading.micros - Int64(offset) * 1_000_000, as: Int64.self)
        case .timestampNanos, .timestamptzNanos:
            let offset = type.isZoned ? reading.offsetSeconds ?? zones?("", reading.micros) ?? 0 : 0
            let (utc, overflow) = reading.micros.subtractingReportingOverflow(Int64(offset) * 1_000_000)
            guard !overflow, let nanos = Nanoseconds.join(utc, reading.nanosMore) else { return .outOfRange }
            out.storeBytes(of: nanos, as: Int64.self)
        default: out.storeBytes(of: reading.micros, as: Int64.self)
        }
        return .parsed
    }

    /// Whether a string would be taken as a value of the column.
    static func fits(_ text: String, _ column: CSVColumn) -> Bool {
        // Sixteen more bytes: parsers load whole words.
        let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 16)
        return bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return false }
            return fits(base, buffer.count - 16, column)
        }
    }

    static func fits(_ text: UnsafePointer<UInt8>, _ count: Int, _ column: CSVColumn) -> Bool {
        var wide: Int128 = 0, long: Int64 = 0, int: Int32 = 0, byte: UInt8 = 0, number = 0.0, interval = Interval()
        if let format = column.format { return format.read(text, count) != nil }
        switch column.type {
        case .boolean: return ParseBoolean.boolean(text, count, &byte) == .parsed
        case .tinyint, .smallint, .integer, .bigint:
            guard ParseInteger.int64(text, count, &long) == .parsed else { return false }
            switch column.type {
            case .tinyint: return Int8(exactly: long) != nil
            case .smallint: return Int16(exactly: long) != nil
            case .integer: return Int32(exactly: long) != nil
            default: return true
            }
        case .real, .double: return ParseDouble.double(text, count, &number) == .parsed
        case .decimal(let precision, let scale):
            return ParseDecimal.int128(text, count, scale: scale, limit: Decimal128.power(precision), &wide) == .parsed
        case .date: return (column.isSniffed ? isoDate(text, count, &int) : ParseDate.date(text, count, &int)) == .parsed
        case .time: return ParseTime.time(text, count, &long) == .parsed
        case .timestamp: return ParseTimestamp.timestamp(text, count, &long) == .parsed
        case .timestamptz: return ParseTimestamp.timestamptz(text, count, zones: nil, &long) == .parsed
        case .timestampNanos: return ParseNanos.timestamp(text, count, &long) == .parsed
        case .timestamptzNanos: return ParseNanos.timestamptz(text, count, zones: nil, &long) == .parsed
        case .interval: return ParseInterval.interval(text, count, &interval) == .parsed
        case .uuid: return ParseUUID.uuid(text, count, &wide) == .parsed
        default: return true
        }
    }
}
