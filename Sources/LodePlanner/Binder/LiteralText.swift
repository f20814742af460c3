/// Text that a query's author wrote for a value of another type: `'2024-01-31'` where a date is meant.

import LodeCore
import LodeFunctions
import LodeVectors

/// The types whose strings the binder reads itself; what else a string may be is a cast's business.
enum LiteralText {
    /// The value; nil if strings of this type are not read here.
    /// - Throws: `22P02`, `22007`, `22003`, `22008`, without a span.
    static func value(_ text: String, _ type: SQLType) throws(SQLError) -> Value? {
        var copy = text
        let result: Result<Value?, SQLError> = copy.withUTF8 { bytes in
            var nothing: UInt8 = 0
            return withUnsafePointer(to: &nothing) { empty in
                read(bytes.baseAddress ?? empty, bytes.count, text, type)
            }
        }
        return try result.get()
    }

    private static func read(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, _ text: String, _ type: SQLType
    ) -> Result<Value?, SQLError> {
        let outcome: ParseOutcome, value: Value
        switch type {
        case .varchar: return .success(.text(text))
        case .boolean:
            var flag: UInt8 = 0
            outcome = ParseBoolean.boolean(bytes, count, &flag)
            value = .boolean(flag != 0)
        case .tinyint, .smallint, .integer, .bigint:
            var number: Int64 = 0
            let read = ParseInteger.int64(bytes, count, &number)
            outcome = read == .parsed && !fits(number, type) ? .outOfRange : read
            value = .integer(number)
        case .real:
            var number: Float = 0
            outcome = ParseDouble.float(bytes, count, &number)
            value = .double(Double(number))
        case .double:
            var number = 0.0
            outcome = ParseDouble.double(bytes, count, &number)
            value = .double(number)
        case .decimal(let precision, let scale):
            var number: Int128 = 0
            outcome = ParseDecimal.int128(bytes, count, scale: scale, limit: Decimal128.power(precision), &number)
            value = .decimal(number, scale: scale)
        case .date:
            var days: Int32 = 0
            outcome = ParseDate.date(bytes, count, &days)
            value = .date(days)
        case .time:
            var micros: Int64 = 0
            outcome = ParseTime.time(bytes, count, &micros)
            value = .time(micros)
        case .timestamp:
            var micros: Int64 = 0
            outcome = ParseTimestamp.timestamp(bytes, count, &micros)
            value = .timestamp(micros)
        case .timestampNanos:
            var nanos: Int64 = 0
            outcome = ParseNanos.timestamp(bytes, count, &nanos)
            value = .timestampNanos(nanos)
        case .interval:
            var interval = Interval()
            outcome = ParseInterval.interval(bytes, count, &interval)
            value = .interval(interval)
        case .catalog(.oid), .catalog(.xid):
            do throws(SQLError) { return .success(try CatalogText.value(text, .oid, ObjectNames())) } catch { return .failure(error) }
        default: return .success(nil)
        }
        switch outcome {
        case .parsed: return .success(value)
        case .malformed: return .failure(malformed(text, type))
        case .outOfRange: return .failure(outOfRange(text, type))
        }
    }

    static func fits(_ number: Int64, _ type: SQLType) -> Bool {
        switch type {
        case .tinyint: Int8(exactly: number) != nil
        case .smallint: Int16(exactly: number) != nil
        case .integer: Int32(exactly: number) != nil
        default: true
        }
    }

    private static func malformed(_ text: String, _ type: SQLType) -> SQLError {
        if type.isDecimal, let error = DecimalCasts.notANumber(text) { return error }
        let isTime = type.isTemporal || type == .interval
        return SQLError(
            isTime ? .invalidDatetimeFormat : .invalidTextRepresentation, "invalid input syntax for type \(type): \"\(text)\"",
            hint: example[type].map { "Write it like \($0)." })
    }

    private static func outOfRange(_ text: String, _ type: SQLType) -> SQLError {
        if type.isTemporal { return SQLError(.datetimeFieldOverflow, "date/time field value out of range: \"\(text)\"") }
        return SQLError(.numericValueOutOfRange, "value \"\(text)\" is out of range for type \(type)")
    }

    private static let example: [SQLType: String] = [
        .date: "'2024-01-31'", .timestamp: "'2024-01-31 12:30:00'", .time: "'12:30:00'", .interval: "'1 day 2 hours'",
        .boolean: "'true' or 'false'",
    ]
}
