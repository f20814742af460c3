/// Text to timestamps, with and without a zone.

import LodeCore

/// Timestamps as microseconds since 1970-01-01: a date as `ParseDate` takes it, `T` or space, a time, perhaps a zone.
public enum ParseTimestamp {
    /// Seconds east of UTC of a named zone at a local time (microseconds since 1970 as the clock there shows it); nil if unknown.
    package typealias Zones = @Sendable (_ name: String, _ localMicros: Int64) -> Int?

    /// A timestamp without zone. A zone in the text is checked for its form and ignored, as PostgreSQL does.
    @inlinable @inline(__always)
    public static func timestamp(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) -> ParseOutcome {
        if count >= 19 {
            let days = ParseDate.iso(text)
            if days != Int32.min, text[10] == 32 || text[10] == 84 {
                let micros = clock(text + 11, count &- 11)
                if micros >= 0 {
                    out.pointee = Int64(days) &* 86_400_000_000 &+ micros
                    return .parsed
                }
            }
        }
        return slow(text, count, out)
    }

    /// `hh:mm:ss` with up to six places behind a point; -1 if the bytes are anything else. At least 8 bytes are there.
    @inlinable @inline(__always)
    static func clock(_ text: UnsafePointer<UInt8>, _ count: Int) -> Int64 {
        let word = UnsafeRawPointer(text).loadUnaligned(as: UInt64.self)
        // h h : m m : s s
        if word & 0x0000_ff00_00ff_0000 != 0x0000_3a00_003a_0000 { return -1 }
        let digits = word ^ 0x3030_3a30_303a_3030
        if (digits | (digits &+ 0x7676_0076_7600_7676)) & 0x8080_0080_8000_8080 != 0 { return -1 }
        let hours = Int64(truncatingIfNeeded: digits & 15) &* 10 &+ Int64(truncatingIfNeeded: digits &>> 8 & 15)
        let minutes = Int64(truncatingIfNeeded: digits &>> 24 & 15) &* 10 &+ Int64(truncatingIfNeeded: digits &>> 32 & 15)
        let seconds = Int64(truncatingIfNeeded: digits &>> 48 & 15) &* 10 &+ Int64(truncatingIfNeeded: digits &>> 56 & 15)
        if hours > 23 || minutes > 59 || seconds > 59 { return -1 }
        var micros = ((hours &* 60 &+ minutes) &* 60 &+ seconds) &* 1_000_000
        if count == 8 { return micros }
        if text[8] != 46 || count > 15 || count < 10 { return -1 }
        var at = 9
        var unit: Int64 = 100_000
        while at < count {
            let digit = text[at] &- 48
            if digit > 9 { return -1 }
            micros &+= Int64(truncatingIfNeeded: digit) &* unit
            unit /= 10
            at &+= 1
        }
        return micros
    }

    @usableFromInline @inline(never)
    static func slow(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) -> ParseOutcome {
        var cursor = TextCursor(text, count)
        let outcome = local(&cursor, out)
        guard outcome == .parsed else { return outcome }
        return skipZone(&cursor) && cursor.isAtEnd ? .parsed : .malformed
    }

    /// A timestamp with zone, as UTC. A string without zone is local time in the zone "" of `zones`, or UTC when that is unknown.
    package static func timestamptz(
        _ text: UnsafePointer<UInt8>, _ count: Int, zones: Zones?, _ out: UnsafeMutablePointer<Int64>
    ) -> ParseOutcome {
        var cursor = TextCursor(text, count)
        var micros: Int64 = 0
        let outcome = local(&cursor, &micros)
        guard outcome == .parsed else { return outcome }
        if micros == .max || micros == .min {
            out.pointee = micros
            return cursor.isAtEnd ? .parsed : .malformed
        }
        cursor.skipSpaces()
        var offset = 0
        if cursor.isAtEnd {
            offset = zones?("", micros) ?? 0
        } else {
            let (found, east) = zone(&cursor, micros, zones)
            guard found == .parsed else { return found }
            offset = east
        }
        cursor.skipSpaces()
        guard cursor.isAtEnd else { return .malformed }
        let (utc, overflow) = micros.subtractingReportingOverflow(Int64(offset) * 1_000_000)
        guard !overflow, CivilDate.timestamps.contains(utc) else { return .outOfRange }
        out.pointee = utc
        return .parsed
    }

    /// Date, and time if there is one, as microseconds; the cursor then stands behind them.
    static func local(_ cursor: inout TextCursor, _ out: UnsafeMutablePointer<Int64>) -> ParseOutcome {
        if let infinite = ParseDate.infinity(cursor) {
            out.pointee = infinite ? .max : .min
            cursor.at = cursor.end
            return .parsed
        }
        var days: Int64 = 0, clock: Int64 = 0
        let outcome = ParseDate.calendar(&cursor, &days)
        guard outcome == .parsed else { return outcome }
        var rest = cursor
        let marked = rest.take(UInt8(ascii: "T")) || rest.take(UInt8(ascii: "t"))
        rest.skipSpaces()
        if marked || (rest.at > cursor.at && TextByte.isDigit(rest.byte)) {
            let time = ParseTime.clock(&rest, &clock)
            guard time == .parsed else { return time }
            cursor = rest
        }
        let (whole, overflow) = days.multipliedReportingOverflow(by: CivilDate.microsPerDay)
        let (sum, beyond) = whole.addingReportingOverflow(clock)
        guard !overflow, !beyond, CivilDate.timestamps.contains(sum) else { return .outOfRange }
        out.pointee = sum
        return .parsed
    }

    /// Steps over a zone, if one is here, without asking what it means; false if it is malformed.
    static func skipZone(_ cursor: inout TextCursor) -> Bool {
        cursor.skipSpaces()
        if cursor.isAtEnd { return true }
        return zone(&cursor, 0, { _, _ in 0 }).0 == .parsed
    }

    /// `Z`, `UTC`, `+01`, `-03:30`, `+0530`, or a name that `zones` knows: seconds east of UTC.
    static func zone(_ cursor: inout TextCursor, _ local: Int64, _ zones: Zones?) -> (ParseOutcome, Int) {
        let sign = cursor.byte
        if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            cursor.at += 1
            guard let first = cursor.digits(), first.count <= 6 else { return (.malformed, 0) }
            var hours = first.value, minutes: Int64 = 0, seconds: Int64 = 0
            if first.count > 2 {
                let packed = first.count > 4 ? first.value : first.value * 100
                (hours, minutes, seconds) = (packed / 10_000, packed / 100 % 100, packed % 100)
            } else if cursor.take(UInt8(ascii: ":")) {
                guard let second = cursor.digits(), second.count <= 2 else { return (.malformed, 0) }
                minutes = second.value
                if cursor.take(UInt8(ascii: ":")) {
                    guard let third = cursor.digits(), third.count <= 2 else { return (.malformed, 0) }
                    seconds = third.value
                }
            }
            guard hours <= 15, minutes < 60, seconds < 60 else { return (.outOfRange, 0) }
            let size = Int((hours * 60 + minutes) * 60 + seconds)
            return (.parsed, sign == UInt8(ascii: "-") ? -size : size)
        }
        let start = cursor.at
        while !cursor.isAtEnd, !TextByte.isSpace(cursor.byte) { cursor.at += 1 }
        let name = String(
            decoding: UnsafeBufferPointer(start: cursor.base + start, count: cursor.at - start), as: UTF8.self)
        switch name.lowercased() {
        case "z", "utc", "gmt", "zulu": return (.parsed, 0)
        default:
            guard TextByte.isLetter(cursor.base[start]), let offset = zones?(name, local) else { return (.malformed, 0) }
            return (.parsed, offset)
        }
    }
}
