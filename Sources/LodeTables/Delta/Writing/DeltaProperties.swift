/// The properties of Delta tables that their writers act upon.

import LodeCore

/// - Source: Delta's documentation, "Delta table properties reference"; PROTOCOL.md where it names them.
enum DeltaProperties {
    static let prefix = "delta."
    static let appendOnly = "delta.appendOnly"
    static let checkpointInterval = "delta.checkpointInterval"
    static let inCommitTimestamps = "delta.enableInCommitTimestamps"
    static let changeDataFeed = "delta.enableChangeDataFeed"
    static let deletionVectors = "delta.enableDeletionVectors"
    static let indexedColumns = "delta.dataSkippingNumIndexedCols"
    static let targetFileSize = "delta.targetFileSize"
    static let typeWidening = "delta.enableTypeWidening"
    static let minReaderVersion = "delta.minReaderVersion"
    static let minWriterVersion = "delta.minWriterVersion"
    static let statisticsColumns = "delta.dataSkippingStatsColumns"

    /// Those that can be set, and which values they take.
    private static let settable: [String: @Sendable (String) -> Bool] = [
        appendOnly: isFlag, checkpointInterval: { Int64($0).map { $0 > 0 } ?? false },
        // Log files are never deleted, which keeps what is asked for and more.
        "delta.logRetentionDuration": isDuration, "delta.deletedFileRetentionDuration": isDuration,
        "delta.enableExpiredLogCleanup": isFlag, indexedColumns: { Int64($0).map { $0 >= -1 } ?? false },
        targetFileSize: { ByteSize.parse($0).map { $0 > 0 } ?? false },
        "delta.isolationLevel": { $0.lowercased() == "writeserializable" },
        DeltaColumnMapping.mode: { ["none", "name", "id"].contains($0.lowercased()) }, changeDataFeed: isFlag, deletionVectors: isFlag,
        inCommitTimestamps: { $0.lowercased() == "false" }, DeltaRowTracking.property: isFlag, typeWidening: isFlag,
        // The lowest that says all that the table needs, whatever is asked for.
        minReaderVersion: { ["1", "2", "3"].contains($0) }, minWriterVersion: { Int64($0).map { (1...7).contains($0) } ?? false },
    ]

    private static func isFlag(_ text: String) -> Bool { ["true", "false"].contains(text.lowercased()) }
    /// `interval 7 days`, `interval 1 week`; nil for what is none.
    static func micros(_ text: String) -> Int64? {
        let units: [(name: String, micros: Int64)] = [
            ("week", 604_800_000_000), ("day", 86_400_000_000), ("hour", 3_600_000_000), ("minute", 60_000_000), ("second", 1_000_000),
        ]
        let words = text.lowercased().split(separator: " ")
        guard words.count == 3, words[0] == "interval", let count = Int64(words[1]), count >= 0,
            let unit = units.first(where: { words[2] == $0.name || words[2] == $0.name + "s" })
        else { return nil }
        let (micros, overflow) = count.multipliedReportingOverflow(by: unit.micros)
        return overflow ? .max : micros
    }

    private static func isDuration(_ text: String) -> Bool { text.lowercased().hasPrefix("interval ") }

    /// - Parameter earlier: the properties of a table that is there.
    /// - Throws: `0A000` naming a property that Lode does not obey.
    static func check(_ properties: [String: String], over earlier: [String: String]?) throws(SQLError) {
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) where name.lowercased().hasPrefix(prefix) {
            if earlier?[name] == value || DeltaRowTracking.isOwn(name) { continue }
            let known = settable.first { $0.key.lowercased() == name.lowercased() }
            guard let known else {
                throw SQLError.unsupported(
                    "the Delta property \"\(name)\"",
                    hint: NearestName.find(name, among: Array(settable.keys)).map { "Did you mean \"\($0)\"?" })
            }
            guard known.value(value) else { throw SQLError.unsupported("the Delta property \"\(name)\" = '\(value)'") }
        }
        if let earlier { try checkMapping(kept(properties), over: earlier) }
    }

    /// Files that are there have what the mapping until now calls for.
    /// - Source: Delta PROTOCOL.md, "Column Mapping", "Writer Requirements for Column Mapping".
    private static func checkMapping(_ properties: [String: String], over earlier: [String: String]) throws(SQLError) {
        let old = (earlier[DeltaColumnMapping.mode] ?? "none").lowercased()
        let new = (properties[DeltaColumnMapping.mode] ?? old).lowercased()
        guard old != new, (old, new) != ("none", "name") else { return }
        throw SQLError.unsupported(
            "changing the column mapping of a Delta table from \(old) to \(new)", hint: "It can be changed from none to name.")
    }

    /// What is kept in the log of properties that a statement gives: Delta's in its own spelling, without those that are actions of
    /// their own there.
    static func kept(_ properties: [String: String]) -> [String: String] {
        var kept: [String: String] = [:]
        for (name, value) in properties {
            let known = settable.keys.first { $0.lowercased() == name.lowercased() } ?? name
            if [minReaderVersion, minWriterVersion].contains(known) { continue }
            kept[known] = value
        }
        return kept
    }

    static func isOn(_ name: String, _ configuration: [String: String]) -> Bool { configuration[name]?.lowercased() == "true" }

    static func integer(_ name: String, _ configuration: [String: String]) -> Int64? { configuration[name].flatMap { Int64($0) } }
}
