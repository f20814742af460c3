/// Times as services write them.

import Glibc
import LodeCore

package enum CloudTime {
    /// Since 1970-01-01 UTC.
    package static func secondsNow() -> Int64 { Int64(time(nil)) }

    /// `20150830T123600Z`.
    package static func basic(_ seconds: Int64) -> String {
        let (day, second) = split(seconds)
        let date = CivilDate.civil(fromDays: day)
        return padded(date.year, 4) + padded(Int64(date.month), 2) + padded(Int64(date.day), 2) + "T" + padded(second / 3_600, 2)
            + padded(second / 60 % 60, 2) + padded(second % 60, 2) + "Z"
    }

    private static func split(_ seconds: Int64) -> (day: Int64, second: Int64) {
        let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        return (day, seconds - day * 86_400)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Microseconds since 1970-01-01 UTC of `2015-08-30T12:36:00Z`, with a fraction, an offset or neither.
    package static func parseISO(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 48)
            }
            return value
        }
        guard bytes.count >= 19, bytes[4] == 45, bytes[7] == 45, bytes[10] == 84 || bytes[10] == 32, bytes[13] == 58, bytes[16] == 58,
            let year = number(0..<4), let month = number(5..<7), (1...12).contains(month), let day = number(8..<10), (1...31).contains(day),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19)
        else { return nil }
        var micros: Int64 = 0, at = 19
        if at < bytes.count, bytes[at] == 46 {
            at += 1
            var unit: Int64 = 100_000
            while at < bytes.count, (48...57).contains(bytes[at]) {
                micros += Int64(bytes[at] - 48) * unit
                unit /= 10
                at += 1
            }
        }
        var offset: Int64 = 0
        if at < bytes.count, bytes[at] == 43 || bytes[at] == 45, let hours = number(at + 1..<at + 3) {
            let minutes = number(at + 4..<at + 6) ?? number(at + 3..<at + 5) ?? 0
            offset = (hours * 60 + minutes) * (bytes[at] == 43 ? 60 : -60)
        }
        let days = CivilDate.days(year: year, month: Int(month), day: Int(day))
        return (days * 86_400 + hour * 3_600 + minute * 60 + second - offset) * 1_000_000 + micros
    }

    /// Seconds of `Sun, 06 Nov 1994 08:49:37 GMT`.
    package static func parseHTTPDate(_ text: String) -> Int64? {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == ":" || $0 == "-" })
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count >= 7, let day = Int(parts[1]), (1...31).contains(day), let month = months.firstIndex(of: String(parts[2])),
            let year = Int64(parts[3]), (1970...9999).contains(year), let hour = Int64(parts[4]), let minute = Int64(parts[5]),
            let second = Int64(parts[6]),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return CivilDate.days(year: year, month: month + 1, day: day) * 86_400 + hour * 3_600 + minute * 60 + second
    }
}
