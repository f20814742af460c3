/// How dates, times, timestamps and intervals read as text.

import LodeCore

/// PostgreSQL's ISO output of temporal values, as UTF-8 bytes appended to a sink.
package enum TimeText {
    /// `2024-02-29`, `0044-03-15 BC`, `infinity`.
    package static func append(date days: Int32, to sink: ByteSink) throws(SQLError) {
        if days == .max || days == .min { return try sink.append(days == .max ? "infinity" : "-infinity") }
        if try civil(Int64(days), sink) { try sink.append(" BC") }
    }

    /// `23:59:59.5`, microseconds since midnight.
    package static func append(time micros: Int64, to sink: ByteSink) throws(SQLError) {
        try clock(UInt64(clamping: micros), sink)
    }

    /// `2024-02-29 12:00:00.25`.
    package static func append(timestamp micros: Int64, to sink: ByteSink) throws(SQLError) {
        if micros == .max || micros == .min { return try sink.append(micros == .max ? "infinity" : "-infinity") }
        if try dateAndClock(micros, sink) { try sink.append(" BC") }
    }

    /// `2024-02-29 13:00:00+01`: the instant in a zone that is `offsetSeconds` east of UTC then.
    package static func append(timestamptz micros: Int64, offsetSeconds: Int, to sink: ByteSink) throws(SQLError) {
        if micros == .max || micros == .min { return try append(timestamp: micros, to: sink) }
        let (local, overflow) = micros.addingReportingOverflow(Int64(offsetSeconds) &* 1_000_000)
        let isBC = try dateAndClock(overflow ? micros : local, sink)
        try appendOffset(overflow ? 0 : offsetSeconds, to: sink)
        if isBC { try sink.append(" BC") }
    }

    /// `2024-02-29 12:00:00.123456789`.
    package static func append(timestampNanos nanos: Int64, to sink: ByteSink) throws(SQLError) {
        if Nanoseconds.isInfinite(nanos) { return try append(timestamp: nanos, to: sink) }
        let (micros, rest) = Nanoseconds.split(nanos)
        _ = try dateAndClock(micros, sink, nanos: UInt64(rest))
    }

    /// The same in a zone, with its offset.
    package static func append(timestamptzNanos nanos: Int64, offsetSeconds: Int, to sink: ByteSink) throws(SQLError) {
        if Nanoseconds.isInfinite(nanos) { return try append(timestamp: nanos, to: sink) }
        let (micros, rest) = Nanoseconds.split(nanos)
        _ = try dateAndClock(micros &+ Int64(offsetSeconds) &* 1_000_000, sink, nanos: UInt64(rest))
        try appendOffset(offsetSeconds, to: sink)
    }

    /// `+01`, `-03:30`, `+00`.
    private static func appendOffset(_ seconds: Int, to sink: ByteSink) throws(SQLError) {
        let size = UInt64(seconds.magnitude)
        let out = try sink.reserve(9)
        out[0] = UInt8(ascii: seconds < 0 ? "-" : "+")
        Digits.two(size / 3600 % 100, out + 1)
        var used = 3
        if size % 3600 != 0 {
            out[used] = UInt8(ascii: ":")
            Digits.two(size / 60 % 60, out + used + 1)
            used += 3
            if size % 60 != 0 {
                out[used] = UInt8(ascii: ":")
                Digits.two(size % 60, out + used + 1)
                used += 3
            }
        }
        sink.advance(used)
    }

    /// `1 year 2 mons 3 days 04:05:06.5`, PostgreSQL's `intervalstyle = postgres`.
    package static func append(_ interval: Interval, to sink: ByteSink) throws(SQLError) {
        let start = sink.count
        var wasNegative = false
        func part(_ value: Int64, _ unit: StaticString) throws(SQLError) {
            guard value != 0 else { return }
            if sink.count > start { try sink.append(UInt8(ascii: " ")) }
            if wasNegative, value > 0 { try sink.append(UInt8(ascii: "+")) }
            try NumberText.append(value, to: sink)
            try sink.append(unit)
            if value != 1 { try sink.append(UInt8(ascii: "s")) }
            wasNegative = value < 0
        }
        try part(Int64(interval.months / 12), " year")
        try part(Int64(interval.months % 12), " mon")
        try part(Int64(interval.days), " day")
        guard interval.micros != 0 || sink.count == start else { return }
        if sink.count > start { try sink.append(UInt8(ascii: " ")) }
        if interval.micros < 0 {
            try sink.append(UInt8(ascii: "-"))
        } else if wasNegative {
            try sink.append(UInt8(ascii: "+"))
        }
        try clock(interval.micros.magnitude, sink)
    }

    /// Writes the date and says whether it lies before the year 1.
    @inline(__always)
    private static func civil(_ days: Int64, _ sink: ByteSink) throws(SQLError) -> Bool {
        let (year, month, day) = CivilDate.civil(fromDays: days)
        let shown = UInt64(year > 0 ? year : 1 &- year)
        let out = try sink.reserve(32)
        var used = 4
        if shown < 10_000 {
            Digits.two(shown / 100, out)
            Digits.two(shown % 100, out + 2)
        } else {
            used = Digits.unsigned(shown, out)
        }
        out[used] = UInt8(ascii: "-")
        Digits.two(UInt64(month), out + used + 1)
        out[used + 3] = UInt8(ascii: "-")
        Digits.two(UInt64(day), out + used + 4)
        sink.advance(used + 6)
        return year <= 0
    }

    @inline(__always)
    private static func dateAndClock(_ micros: Int64, _ sink: ByteSink, nanos: UInt64 = 0) throws(SQLError) -> Bool {
        var days = micros / CivilDate.microsPerDay
        var rest = micros % CivilDate.microsPerDay
        if rest < 0 {
            days &-= 1
            rest &+= CivilDate.microsPerDay
        }
        let isBC = try civil(days, sink)
        try sink.append(UInt8(ascii: " "))
        try clock(UInt64(rest), sink, nanos: nanos)
        return isBC
    }

    /// `hh:mm:ss[.fffffffff]`, the fraction without trailing zeros; hours may have more than two digits.
    @inline(__always)
    private static func clock(_ micros: UInt64, _ sink: ByteSink, nanos: UInt64 = 0) throws(SQLError) {
        let out = try sink.reserve(40)
        let seconds = micros / 1_000_000
        let hours = seconds / 3600
        var used = 2
        if hours < 100 { Digits.two(hours, out) } else { used = Digits.unsigned(hours, out) }
        out[used] = UInt8(ascii: ":")
        Digits.two(seconds / 60 % 60, out + used + 1)
        out[used + 3] = UInt8(ascii: ":")
        Digits.two(seconds % 60, out + used + 4)
        used += 6
        var fraction = micros % 1_000_000, width = 6
        if nanos != 0 { (fraction, width) = (fraction * 1000 + nanos, 9) }
        if fraction != 0 {
            while fraction % 10 == 0 {
                fraction /= 10
                width -= 1
            }
            out[used] = UInt8(ascii: ".")
            Digits.padded(fraction, width, out + used + 1)
            used += 1 + width
        }
        sink.advance(used)
    }
}
