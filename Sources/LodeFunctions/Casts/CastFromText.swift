/// Text to anything else.

import LodeCore
import LodeVectors

enum CastFromText {
    static func body(_ from: SQLType, _ to: SQLType, _ isTry: Bool) -> StrictBody? {
        switch to {
        case .boolean: return { call throws(SQLError) in try parse(call, UInt8(0), to, isTry, ParseBoolean.boolean) }
        case .tinyint: return { call throws(SQLError) in try parse(call, Int8(0), to, isTry) { ParseInteger.int8($0, $1, $2) } }
        case .smallint: return { call throws(SQLError) in try parse(call, Int16(0), to, isTry) { ParseInteger.int16($0, $1, $2) } }
        case .integer: return { call throws(SQLError) in try parse(call, Int32(0), to, isTry) { ParseInteger.int32($0, $1, $2) } }
        case .bigint: return { call throws(SQLError) in try parse(call, Int64(0), to, isTry) { ParseInteger.int64($0, $1, $2) } }
        case .real: return { call throws(SQLError) in try parse(call, Float(0), to, isTry) { ParseDouble.float($0, $1, $2) } }
        case .double: return { call throws(SQLError) in try parse(call, Double(0), to, isTry) { ParseDouble.double($0, $1, $2) } }
        case .decimal(let precision, let scale): return decimal(precision, scale, to, isTry)
        case .date: return { call throws(SQLError) in try parse(call, Int32(0), to, isTry) { ParseDate.date($0, $1, $2) } }
        case .time: return { call throws(SQLError) in try parse(call, Int64(0), to, isTry) { ParseTime.time($0, $1, $2) } }
        case .timestamp:
            return { call throws(SQLError) in try parse(call, Int64(0), to, isTry) { ParseTimestamp.timestamp($0, $1, $2) } }
        case .timestamptz, .timestamptzNanos: return { call throws(SQLError) in try zoned(call, to, isTry) }
        case .timestampNanos:
            return { call throws(SQLError) in try parse(call, Int64(0), to, isTry) { ParseNanos.timestamp($0, $1, $2) } }
        case .interval:
            return { call throws(SQLError) in try parse(call, Interval(), to, isTry) { ParseInterval.interval($0, $1, $2) } }
        case .uuid: return { call throws(SQLError) in try parse(call, Int128(0), to, isTry) { ParseUUID.uuid($0, $1, $2) } }
        case .varbinary: return { call throws(SQLError) in try binary(call, isTry) }
        case .json: return { call throws(SQLError) in try json(call, isTry) }
        default: return nil
        }
    }

    @inline(__always)
    private static func parse<R: BitwiseCopyable>(
        _ call: StrictCall, _ zero: R, _ to: SQLType, _ isTry: Bool,
        _ parser: (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<R>) -> ParseOutcome
    ) throws(SQLError) -> Column {
        let source = call.texts(0)
        let result = try LaneResult<R>(call.count)
        let out = result.lanes
        var nulls = NullMask(call.count)
        var i = 0
        while i < call.count {
            out[i] = zero
            if call.isValid(i) {
                let view = source[i]
                let outcome = view.withPaddedBytes { bytes in (out + i).withUnsafePointer { parser(bytes, view.count, $0) } }
                if outcome != .parsed {
                    if !isTry { throw failure(outcome, view, to) }
                    out[i] = zero
                    try nulls.set(i)
                }
            }
            i &+= 1
        }
        return result.column(to, validity: nulls.buffer)
    }

    private static func decimal(_ precision: Int, _ scale: Int, _ to: SQLType, _ isTry: Bool) -> StrictBody {
        let limit = Decimal128.power(precision)
        if to.physical == .int64 {
            let short = Int64(truncatingIfNeeded: limit)
            return { call throws(SQLError) in
                try parse(call, Int64(0), to, isTry) { ParseDecimal.int64($0, $1, scale: scale, limit: short, $2) }
            }
        }
        return { call throws(SQLError) in
            try parse(call, Int128(0), to, isTry) { ParseDecimal.int128($0, $1, scale: scale, limit: limit, $2) }
        }
    }

    /// A string without a zone is local time in the session's zone.
    private static func zoned(_ call: StrictCall, _ to: SQLType, _ isTry: Bool) throws(SQLError) -> Column {
        let zones = try TimeZoneRules.zones(session: call.context.timeZone)
        if to.inMicros != nil { return try parse(call, Int64(0), to, isTry) { ParseNanos.timestamptz($0, $1, zones: zones, $2) } }
        return try parse(call, Int64(0), to, isTry) { ParseTimestamp.timestamptz($0, $1, zones: zones, $2) }
    }

    private static func binary(_ call: StrictCall, _ isTry: Bool) throws(SQLError) -> Column {
        let source = call.texts(0)
        let sink = try ByteSink(capacity: 256)
        return try call.mapOptionalText(to: .varbinary) { (row, arena) throws(SQLError) in
            sink.truncate()
            let view = source[row]
            let outcome = try view.withBytes(throwing: { (bytes: UnsafeRawBufferPointer) throws(SQLError) in
                guard let base = bytes.baseAddress else { return ParseOutcome.parsed }
                return try ParseBinary.append(base.assumingMemoryBound(to: UInt8.self), bytes.count, to: sink)
            })
            if outcome == .parsed { return try arena.add(sink.bytes) }
            if isTry { return nil }
            throw failure(outcome, view, .varbinary)
        }
    }

    private static func json(_ call: StrictCall, _ isTry: Bool) throws(SQLError) -> Column {
        let source = call.texts(0)
        var nulls = NullMask(call.count)
        for row in 0..<call.count where call.isValid(row) {
            if source[row].withBytes({ JSONCursor.isValid($0) }) { continue }
            if !isTry { throw failure(.malformed, source[row], .json) }
            try nulls.set(row)
        }
        let column = call.arguments[0].layout == .constant ? call.arguments[0].singleRow : call.arguments[0]
        return nulls.buffer == nil ? column.retyped(.json) : column.retyped(.json).replacing(validity: nulls.buffer)
    }

    /// Why a string is no value of a type, with the text (cut to 60 characters).
    static func failure(_ outcome: ParseOutcome, _ view: StringView, _ type: SQLType) -> SQLError {
        let text = view.string
        let shown = text.count > 60 ? String(text.prefix(60)) + "…" : text
        let isTime = type.isTemporal || type == .interval
        let hint = "Use try_cast to get NULL for such values."
        if outcome == .outOfRange {
            if isTime { return SQLError(.datetimeFieldOverflow, "date/time field value out of range: \"\(shown)\"", hint: hint) }
            if type.isDecimal {
                let overflow = DecimalCasts.overflow(type)
                return SQLError(overflow.state, "\(overflow.message): \"\(shown)\"", detail: overflow.detail, hint: hint)
            }
            return SQLError(.numericValueOutOfRange, "value \"\(shown)\" is out of range for type \(type)", hint: hint)
        }
        if type.isDecimal, let error = DecimalCasts.notANumber(text) { return error }
        return SQLError(
            isTime ? .invalidDatetimeFormat : .invalidTextRepresentation, "invalid input syntax for type \(type): \"\(shown)\"", hint: hint)
    }
}

extension StringView {
    /// Calls `body` with the address of the bytes, behind which at least 16 may be read.
    @inline(__always)
    func withPaddedBytes<R>(_ body: (UnsafePointer<UInt8>) -> R) -> R {
        if isInline {
            let copy = SIMD4<UInt64>(head &>> 32 | tail &<< 32, tail &>> 32, 0, 0)
            return withUnsafeBytes(of: copy) { raw in
                body(raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self))
            }
        }
        return body(pointer.assumingMemoryBound(to: UInt8.self))
    }
}
