/// Dates and timestamps in binary: they count from 2000-01-01.

import LodeCore

/// Infinities stay what they are: the extremes of the integer.
enum BinaryTime {
    private static let epochDays: Int32 = 10_957
    private static let epochMicros: Int64 = 946_684_800_000_000

    static func date(_ days: Int32) -> Int32 {
        if days == .max || days == .min { return days }
        let (shifted, overflow) = days.subtractingReportingOverflow(epochDays)
        return overflow ? .min &+ 1 : shifted
    }

    static func timestamp(_ micros: Int64) -> Int64 {
        if micros == .max || micros == .min { return micros }
        let (shifted, overflow) = micros.subtractingReportingOverflow(epochMicros)
        return overflow ? .min &+ 1 : shifted
    }

    /// - Throws: `22008` for what is out of range.
    static func days(fromWire days: Int32) throws(SQLError) -> Int32 {
        if days == .max || days == .min { return days }
        let (shifted, overflow) = days.addingReportingOverflow(epochDays)
        guard !overflow, shifted != .max else { throw SQLError(.datetimeFieldOverflow, "date out of range") }
        return shifted
    }

    /// - Throws: `22008` for what is out of range.
    static func micros(fromWire micros: Int64) throws(SQLError) -> Int64 {
        if micros == .max || micros == .min { return micros }
        let (shifted, overflow) = micros.addingReportingOverflow(epochMicros)
        guard !overflow, shifted != .max else { throw SQLError(.datetimeFieldOverflow, "timestamp out of range") }
        return shifted
    }
}
