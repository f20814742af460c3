/// The offsets of a time zone over time, from the system's zoneinfo.

import LodeCore
import Synchronization

/// A named zone: its past transitions and the rule for the future.
/// - Source: RFC 8536, "The Time Zone Information Format (TZif)".
package final class TimeZoneRules: Sendable {
    package let name: String
    /// UTC seconds at which `offsets` begin, ascending; `firstOffset` holds before.
    private let transitions: [Int64]
    private let offsets: [Int32]
    private let firstOffset: Int32
    private let future: PosixZone?

    init(name: String, transitions: [Int64], offsets: [Int32], firstOffset: Int32, future: PosixZone?) {
        self.name = name
        self.transitions = transitions
        self.offsets = offsets
        self.firstOffset = firstOffset
        self.future = future
    }

    package static let utc = TimeZoneRules(name: "UTC", transitions: [], offsets: [], firstOffset: 0, future: nil)

    private static let cache = Mutex<[String: TimeZoneRules]>([:])

    /// The zone called `name`: `UTC`, an IANA name (`Europe/Berlin`), or an offset (`+05:30`, east is positive).
    /// - Throws: `22023` if there is no such zone.
    package static func named(_ name: String) throws(SQLError) -> TimeZoneRules {
        if name == "UTC" { return utc }
        if let known = cache.withLock({ $0[name] }) { return known }
        let rules: TimeZoneRules
        if let fixed = fixedOffset(name) {
            rules = TimeZoneRules(name: name, transitions: [], offsets: [], firstOffset: fixed, future: nil)
        } else {
            rules = try ZoneFile.load(name)
        }
        cache.withLock { table in
            if table.count < 1024 { table[name] = rules }
        }
        return rules
    }

    /// Seconds of `Z`, `GMT`, `+05:30`, `-0800`, `UTC+3`.
    private static func fixedOffset(_ name: String) -> Int32? {
        var text = Substring(name.uppercased())
        if text == "Z" || text == "GMT" || text == "UTC" || text == "ETC/UTC" { return 0 }
        for prefix in ["UTC", "GMT"] where text.hasPrefix(prefix) { text = text.dropFirst(prefix.count) }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard digits.count <= 4, !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int32(String(digits))
        else { return nil }
        let (hours, minutes) = digits.count <= 2 ? (number, 0) : (number / 100, number % 100)
        guard hours <= 18, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (sign == "-" ? -1 : 1)
    }

    /// Seconds east of UTC at an instant, in microseconds since 1970-01-01 UTC.
    package func offsetSeconds(atUTC micros: Int64) -> Int {
        if transitions.isEmpty, future == nil { return Int(firstOffset) }
        let seconds = CalendarArithmetic.floorDivide(micros, 1_000_000)
        guard let first = transitions.first, let last = transitions.last else {
            return Int(future?.offset(atUTC: seconds) ?? firstOffset)
        }
        if seconds < first { return Int(firstOffset) }
        if seconds >= last, let future { return Int(future.offset(atUTC: seconds)) }
        var low = 0, high = transitions.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if transitions[middle] <= seconds { low = middle } else { high = middle - 1 }
        }
        return Int(offsets[low])
    }

    /// The instant at which clocks show `local` (microseconds).
    ///
    /// In the hour that clocks skip, the offset before holds; in the hour that they repeat, the one after (PostgreSQL 17, B.1).
    package func utc(fromLocal local: Int64) -> Int64 {
        if transitions.isEmpty, future == nil { return local &- Int64(firstOffset) &* 1_000_000 }
        let day = CivilDate.microsPerDay
        let before = offsetSeconds(atUTC: local &- day), after = offsetSeconds(atUTC: local &+ day)
        let early = local &- Int64(before) &* 1_000_000, late = local &- Int64(after) &* 1_000_000
        if before == after || offsetSeconds(atUTC: late) != after { return early }
        return late
    }

    /// What clocks show at an instant.
    package func local(fromUTC micros: Int64) -> Int64 {
        micros &+ Int64(offsetSeconds(atUTC: micros)) &* 1_000_000
    }
}
