/// Text to times of day.

import LodeCore

/// Times as microseconds since midnight: `23:59:59.25`, `23:59`, `11:59 PM`, `235959`.
package enum ParseTime {
    package static func time(_ text: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<Int64>) -> ParseOutcome {
        var cursor = TextCursor(text, count)
        var micros: Int64 = 0
        let outcome = clock(&cursor, &micros)
        guard outcome == .parsed else { return outcome }
        guard ParseTimestamp.skipZone(&cursor), cursor.isAtEnd else { return .malformed }
        out.pointee = micros
        return .parsed
    }

    /// Reads a time of day; the cursor then stands behind it. 24:00:00 is the end of the day.
    static func clock(_ cursor: inout TextCursor, _ micros: inout Int64) -> ParseOutcome {
        guard let first = cursor.digits() else { return .malformed }
        var hours = first.value, minutes: Int64 = 0, seconds: Int64 = 0, fraction: Int64 = 0
        if cursor.take(UInt8(ascii: ":")) {
            guard first.count <= 2, let second = cursor.digits(), second.count <= 2 else { return .malformed }
            minutes = second.value
            if cursor.take(UInt8(ascii: ":")) {
                guard let third = cursor.digits(), third.count <= 2 else { return .malformed }
                seconds = third.value
            }
        } else if first.count == 6 || first.count == 4 {
            let packed = first.count == 6 ? first.value : first.value * 100
            (hours, minutes, seconds) = (packed / 10_000, packed / 100 % 100, packed % 100)
        } else {
            return .malformed
        }
        if cursor.byte == UInt8(ascii: ".") || cursor.byte == UInt8(ascii: ","), TextByte.isDigit(cursor.next) {
            cursor.at += 1
            guard let value = cursor.fractionMicros() else { return .malformed }
            fraction = value
        }
        let outcome = halfDay(&cursor, &hours)
        guard outcome == .parsed else { return outcome }
        // A leap second reads as the next minute.
        guard hours <= 24, minutes < 60, seconds <= 60 else { return .outOfRange }
        let total = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + fraction
        guard total <= CivilDate.microsPerDay else { return .outOfRange }
        micros = total
        return .parsed
    }

    /// `AM` and `PM` turn hours 1...12 into 0...23.
    private static func halfDay(_ cursor: inout TextCursor, _ hours: inout Int64) -> ParseOutcome {
        var rest = cursor
        rest.skipSpaces()
        let word = rest.word()
        guard word == "am" || word == "pm" else { return .parsed }
        guard hours >= 1, hours <= 12 else { return .outOfRange }
        hours = hours % 12 + (word == "pm" ? 12 : 0)
        cursor = rest
        return .parsed
    }
}
