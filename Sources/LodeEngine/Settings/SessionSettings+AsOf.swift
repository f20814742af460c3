/// The setting `as_of`: a session that sees tables as they were at a time.

import LodeCore
import LodeFunctions
import LodeVectors

extension SessionSettings {
    /// Whether tables are read as they were at some time.
    var readsThePast: Bool { !self["as_of"].isEmpty }

    /// That time in microseconds since 1970-01-01 UTC; nil: as they are. A text without a zone is of the session's.
    func asOf() throws(SQLError) -> Int64? {
        readsThePast ? try Self.time(self["as_of"], in: self["timezone"]) : nil
    }

    /// - Throws: `22023` for what is no time.
    static func time(_ text: String, in zone: String) throws(SQLError) -> Int64 {
        let zones = try TimeZoneRules.zones(session: zone)
        var micros: Int64 = 0
        let bytes = Array(text.utf8)
        let outcome = bytes.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { ParseTimestamp.timestamptz($0, bytes.count, zones: zones, &micros) }
        }
        guard outcome == .parsed else {
            throw SettingDefinition.wrong(text, "a time, such as '2026-11-01 18:00:00', or nothing")
        }
        return micros
    }
}
