/// Text to dates.

import LodeCore

/// Dates as days since 1970-01-01: `2024-02-29` at full speed, and PostgreSQL's other spellings.
///
///     2024-02-29  2024/2/29  20240229  2/29/2024 (month first)  29-Feb-2024  February 29, 2024  44-03-15 BC  infinity
public enum ParseDate {
    @inlinable @inline(__always)
    public static func date(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int32>) -> ParseOutcome {
        if count == 10 {
            let days = iso(text)
            if days != Int32.min {
                out.pointee = days
                return .parsed
            }
        }
        return slow(text, count, out)
    }

    /// The day number of the ten bytes `yyyy-mm-dd`; `Int32.min` if they are not a date from 0001-01-01 on.
    @inlinable @inline(__always)
    public static func iso(_ text: UnsafePointer<UInt8>) -> Int32 {
        let word = UnsafeRawPointer(text).loadUnaligned(as: UInt64.self)
        // y y y y - m m -
        if word & 0xff00_00ff_0000_0000 != 0x2d00_002d_0000_0000 { return .min }
        let digits = word ^ 0x2d30_302d_3030_3030
        let last = UInt32(UnsafeRawPointer(text + 8).loadUnaligned(as: UInt16.self)) ^ 0x3030
        // A digit is 0...9: adding 118 keeps it below 128.
        if (digits &+ 0x0076_7600_7676_7676) & 0x0080_8000_8080_8080 != 0 { return .min }
        if (last &+ 0x7676) & 0x8080 != 0 || (digits | UInt64(last)) & 0x0080_8000_8080_8080 != 0 { return .min }
        let year =
            Int32(truncatingIfNeeded: digits & 15) &* 1000 &+ Int32(truncatingIfNeeded: digits &>> 8 & 15) &* 100
            &+ Int32(truncatingIfNeeded: digits &>> 16 & 15) &* 10 &+ Int32(truncatingIfNeeded: digits &>> 24 & 15)
        let month = Int32(truncatingIfNeeded: digits &>> 40 & 15) &* 10 &+ Int32(truncatingIfNeeded: digits &>> 48 & 15)
        let day = Int32(truncatingIfNeeded: last & 15) &* 10 &+ Int32(truncatingIfNeeded: last &>> 8 & 15)
        if year < 1 || month &- 1 > 11 || month < 1 || day < 1 { return .min }
        if day > 28, day > length(year, month) { return .min }
        return days(year, month, day)
    }

    /// How many days a month has; the year is positive.
    @inlinable @inline(__always)
    static func length(_ year: Int32, _ month: Int32) -> Int32 {
        if month == 2 { return year & 3 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return 30 &+ (month &+ month &>> 3) & 1
    }

    /// The day number of a valid date of a positive year.
    @inlinable @inline(__always)
    static func days(_ year: Int32, _ month: Int32, _ day: Int32) -> Int32 {
        // Years begin in March, so that the leap day is the last one.
        let shifted = month > 2 ? month &- 3 : month &+ 9
        let y = month > 2 ? year : year &- 1
        let century = y / 100
        return y &* 365 &+ y &>> 2 &- century &+ century &>> 2 &+ (153 &* shifted &+ 2) / 5 &+ day &- 719_469
    }

    @usableFromInline @inline(never)
    static func slow(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int32>) -> ParseOutcome {
        var cursor = TextCursor(text, count)
        if let infinite = infinity(cursor) {
            out.pointee = infinite ? .max : .min
            return .parsed
        }
        var days: Int64 = 0
        let outcome = calendar(&cursor, &days)
        guard outcome == .parsed else { return outcome }
        if !cursor.isAtEnd {
            let rest = isZone(&cursor) ? ParseTimestamp.zone(&cursor, 0, nil).0 : clock(&cursor)
            guard rest == .parsed else { return rest }
            guard cursor.isAtEnd else { return .malformed }
        }
        out.pointee = Int32(truncatingIfNeeded: days)
        return .parsed
    }

    /// Whether a zone is here, which means nothing to a date: `2024-02-29 +00`, as JDBC writes it. Steps over the white space before it.
    private static func isZone(_ cursor: inout TextCursor) -> Bool {
        var rest = cursor
        rest.skipSpaces()
        let isApart = rest.at > cursor.at, mayBeApart = rest.byte == UInt8(ascii: "-") || TextByte.isLetter(rest.byte)
        guard rest.byte == UInt8(ascii: "+") || isApart && mayBeApart else { return false }
        cursor = rest
        return true
    }

    /// The time of a timestamp of which only the date is wanted.
    private static func clock(_ cursor: inout TextCursor) -> ParseOutcome {
        var clock: Int64 = 0
        guard cursor.take(UInt8(ascii: "T")) || TextByte.isSpace(cursor.byte) else { return .malformed }
        cursor.skipSpaces()
        let outcome = ParseTime.clock(&cursor, &clock)
        guard outcome == .parsed else { return outcome }
        return ParseTimestamp.skipZone(&cursor) ? .parsed : .malformed
    }

    /// True for `infinity`, false for `-infinity`, nil for everything else.
    static func infinity(_ cursor: TextCursor) -> Bool? {
        var rest = cursor
        let negative = rest.take(UInt8(ascii: "-"))
        guard TextByte.isLetter(rest.byte), rest.isWholly("infinity") || rest.isWholly("inf") else { return nil }
        return !negative
    }

    /// Reads a date in any spelling, with `BC` behind it or at the end of the text; the cursor then stands behind it.
    static func calendar(_ cursor: inout TextCursor, _ days: inout Int64) -> ParseOutcome {
        // The era stands behind the date, or behind time and zone.
        let isBefore = cursor.takeEra()
        if TextByte.isLetter(cursor.byte) {
            if cursor.isWholly("epoch") {
                cursor.at = cursor.end
                days = 0
                return .parsed
            }
            // February 29, 2024; Feb-29-2024
            guard let month = month(named: cursor.word()) else { return .malformed }
            separator(&cursor)
            guard let day = cursor.digits(), day.count <= 2 else { return .malformed }
            _ = cursor.take(UInt8(ascii: ","))
            separator(&cursor)
            guard let year = cursor.digits() else { return .malformed }
            return finish(&cursor, year, month, day.value, isBefore, &days)
        }
        guard let first = cursor.digits() else { return .malformed }
        if first.count == 8, !"-/.".utf8.contains(cursor.byte) {
            return finish(&cursor, (first.value / 10_000, 4), Int(first.value / 100 % 100), first.value % 100, isBefore, &days)
        }
        let mark = cursor.byte
        separator(&cursor)
        if TextByte.isLetter(cursor.byte) {
            // 29-Feb-2024, 29 February 2024, 2024-Feb-29
            guard let month = month(named: cursor.word()) else { return .malformed }
            separator(&cursor)
            guard let last = cursor.digits() else { return .malformed }
            return first.count > 2
                ? finish(&cursor, first, month, last.value, isBefore, &days)
                : finish(&cursor, last, month, first.value, isBefore, &days)
        }
        guard mark == UInt8(ascii: "-") || mark == UInt8(ascii: "/") || mark == UInt8(ascii: "."), let second = cursor.digits(),
            second.count <= 2, cursor.take(mark), let third = cursor.digits()
        else { return .malformed }
        if first.count > 2 {
            guard third.count <= 2 else { return .malformed }
            return finish(&cursor, first, Int(second.value), third.value, isBefore, &days)
        }
        return finish(&cursor, third, Int(first.value), second.value, isBefore, &days)
    }

    private static func separator(_ cursor: inout TextCursor) {
        if cursor.byte == UInt8(ascii: "-") || cursor.byte == UInt8(ascii: "/") || cursor.byte == UInt8(ascii: ".") { cursor.at += 1 }
        cursor.skipSpaces()
    }

    private static func finish(
        _ cursor: inout TextCursor, _ written: (value: Int64, count: Int), _ month: Int, _ day: Int64, _ isBefore: Bool?,
        _ days: inout Int64
    ) -> ParseOutcome {
        guard written.count <= 7 else { return .outOfRange }
        var year = written.value
        if written.count <= 2 { year += year < 70 ? 2000 : 1900 }
        var era = cursor, isBefore = isBefore
        era.skipSpaces()
        let word = era.word()
        if word == "bc" || word == "ad" {
            if isBefore != nil { return .malformed }
            isBefore = word == "bc"
            cursor = era
        }
        if year < 1 { return .outOfRange }
        if isBefore == true { year = 1 - (written.count <= 2 ? written.value : year) }
        guard (1...12).contains(month), day >= 1, day <= Int64(CivilDate.daysInMonth(year: year, month: month)) else {
            return .outOfRange
        }
        days = CivilDate.days(year: year, month: month, day: Int(day))
        return CivilDate.calendar.contains(days) ? .parsed : .outOfRange
    }

    /// 1...12 for a name of at least three letters that a month begins with.
    static func month(named word: String) -> Int? {
        guard word.utf8.count >= 3 else { return nil }
        return monthNames.firstIndex { $0.hasPrefix(word) || (word == "sept" && $0 == "september") }.map { $0 + 1 }
    }

    package static let monthNames = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
    ]
}
