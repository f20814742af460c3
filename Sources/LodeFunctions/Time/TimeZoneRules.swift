/// The offsets of a time zone over time, from the system's zoneinfo.

import LodeCore
import LodeVectors

/// A named zone: its past transitions and the rule for the future.
/// - Source: RFC 8536, "The Time Zone Information Format (TZif)".
package final class TimeZoneRules: Sendable {
    package let name: String
    /// UTC seconds at which `offsets` begin, ascending; `firstOffset` holds before.
    private let transitions: [Int64]
    private let offsets: [Int32]
    /// What clocks are said to show from each transition on: CET, CEST.
    private let abbreviations: [String]
    private let firstOffset: Int32
    private let firstAbbreviation: String
    private let future: PosixZone?

    init(
        name: String, transitions: [Int64] = [], offsets: [Int32] = [], abbreviations: [String] = [], firstOffset: Int32,
        firstAbbreviation: String, future: PosixZone? = nil
    ) {
        self.name = name
        self.transitions = transitions
        self.offsets = offsets
        self.abbreviations = abbreviations
        self.firstOffset = firstOffset
        self.firstAbbreviation = firstAbbreviation
        self.future = future
    }

    package static let utc = TimeZoneRules(name: "UTC", firstOffset: 0, firstAbbreviation: "UTC")

    private static let cache = Lock<[String: TimeZoneRules]>([:])

    /// The zone called `name`: `UTC`, an IANA name (`Europe/Berlin`), or an offset (`+05:30`, east is positive).
    /// - Throws: `22023` if there is no such zone.
    package static func named(_ name: String) throws(SQLError) -> TimeZoneRules {
        if name == "UTC" { return utc }
        if let known = cache.withLock({ $0[name] }) { return known }
        let rules: TimeZoneRules
        if let fixed = fixedOffset(name) {
            rules = TimeZoneRules(name: name, firstOffset: fixed, firstAbbreviation: fixed == 0 ? "UTC" : name)
        } else {
            rules = try ZoneFile.load(name)
        }
        cache.withLock { table in
            if table.count < 1024 { table[name] = rules }
        }
        return rules
    }

    /// What parsers of timestamptz ask: the offset of a named zone, or for a string without zone that of the session's.
    /// - Throws: `22023` if the session's zone is unknown.
    package static func zones(session: String) throws(SQLError) -> ParseTimestamp.Zones {
        let here = try named(session)
        return { name, local in
            do throws(SQLError) {
                let rules = name.isEmpty ? here : try named(name)
                return Int((local &- (try rules.utc(fromLocal: local))) / 1_000_000)
            } catch { return nil }
        }
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
        if isFixed { return Int(firstOffset) }
        let seconds = CalendarArithmetic.floorDivide(micros, 1_000_000)
        if let future, isFuture(seconds) { return Int(future.offset(atUTC: seconds)) }
        return transition(before: seconds).map { Int(offsets[$0]) } ?? Int(firstOffset)
    }

    /// What clocks are said to show at an instant: `CET`, or `+03` where there is no name.
    package func abbreviation(atUTC micros: Int64) -> String {
        let seconds = CalendarArithmetic.floorDivide(micros, 1_000_000)
        if let future, isFuture(seconds) { return future.abbreviation(atUTC: seconds) }
        return transition(before: seconds).map { abbreviations[$0] } ?? firstAbbreviation
    }

    private func isFuture(_ seconds: Int64) -> Bool { transitions.last.map { seconds >= $0 } ?? true }

    /// The last transition that lies not after an instant.
    private func transition(before seconds: Int64) -> Int? {
        guard let first = transitions.first, seconds >= first else { return nil }
        var low = 0, high = transitions.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if transitions[middle] <= seconds { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// The instant at which clocks show `local` (microseconds).
    ///
    /// In the hour that clocks skip, the offset before holds; in the hour that they repeat, the one after (PostgreSQL 17, B.1).
    /// - Throws: `22008` if the instant is beyond the calendar. The infinities stay what they are.
    package func utc(fromLocal local: Int64) throws(SQLError) -> Int64 {
        if CivilDate.isInfinite(local) { return local }
        if isFixed { return try Self.shift(local, -Int(firstOffset)) }
        let day = CivilDate.microsPerDay
        let before = offsetSeconds(atUTC: local &- day), after = offsetSeconds(atUTC: local &+ day)
        let early = try Self.shift(local, -before), late = try Self.shift(local, -after)
        if before == after || offsetSeconds(atUTC: late) != after { return early }
        return late
    }

    /// What clocks show at an instant.
    /// - Throws: `22008` if that is beyond the calendar. The infinities stay what they are.
    package func local(fromUTC micros: Int64) throws(SQLError) -> Int64 {
        CivilDate.isInfinite(micros) ? micros : try Self.shift(micros, offsetSeconds(atUTC: micros))
    }

    /// Whether the offset never changes.
    package var isFixed: Bool { transitions.isEmpty && future == nil }

    private static func shift(_ micros: Int64, _ seconds: Int) throws(SQLError) -> Int64 {
        let (shifted, overflow) = micros.addingReportingOverflow(Int64(seconds) &* 1_000_000)
        guard !overflow, CivilDate.timestamps.contains(shifted) else { throw .timestampOutOfRange }
        return shifted
    }
}
