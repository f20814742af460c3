/// Dates and timestamps in binary: they count from 2000-01-01.

import LodeCore
import LodeVectors

/// Infinities stay what they are: the extremes of the integer.
enum BinaryTime {
    /// - Throws: `22008` for what is out of range.
    static func days(fromWire days: Int32) throws(SQLError) -> Int32 {
        if days == .max || days == .min { return days }
        let (shifted, overflow) = days.addingReportingOverflow(WireTime.epochDays)
        guard !overflow, shifted != .max else { throw SQLError(.datetimeFieldOverflow, "date out of range") }
        return shifted
    }

    /// - Throws: `22008` for what is out of range.
    static func micros(fromWire micros: Int64) throws(SQLError) -> Int64 {
        if micros == .max || micros == .min { return micros }
        let (shifted, overflow) = micros.addingReportingOverflow(WireTime.epochMicros)
        guard !overflow, shifted != .max else { throw SQLError(.datetimeFieldOverflow, "timestamp out of range") }
        return shifted
    }
}
