/// Every setting: name, meaning and what values it takes.

import LodeCore
import LodeFormats
import LodeFunctions
import LodeObjectStore
import LodeSyntax
import LodeTables

/// One setting. `SET`, `SHOW ALL`, `--set` and completion read this list; to add a setting, add an element.
package struct SettingDefinition: Sendable {
    package var name: String
    package var aliases: [String] = []
    package var summary: String
    /// The setting whose value holds as long as this one has none.
    var fallback: String?
    /// Whether `SET name = a, b` is a list.
    var isList = false
    var initial: @Sendable () -> String
    /// The value as it is kept and shown.
    /// - Throws: `22023` saying what is expected.
    var parse: @Sendable (String) throws(SQLError) -> String

    /// The name as SHOW writes it: three settings of PostgreSQL have capitals.
    var title: String { ["datestyle": "DateStyle", "intervalstyle": "IntervalStyle", "timezone": "TimeZone"][name] ?? name }

    package static let all: [SettingDefinition] = ofEngine + ofClients

    private static let ofEngine: [SettingDefinition] = [
        SettingDefinition(
            name: "threads", summary: "How many cores a statement may use.", initial: { String(Engine.defaultThreads) },
            parse: { (text) throws(SQLError) in String(try whole(text, 1...1024, "a number of threads from 1 to 1024")) }),
        SettingDefinition(
            name: "memory_limit", aliases: ["max_memory"], summary: "Memory that a statement may reserve.",
            initial: { ByteSize.text(Engine.defaultMemoryLimit) },
            parse: { (text) throws(SQLError) in
                guard let bytes = ByteSize.parse(text), bytes >= 1 << 20 else {
                    throw wrong(text, "a size of at least 1 MB, such as '4GB'")
                }
                let rounded = ByteSize.text(bytes)
                return ByteSize.parse(rounded) == bytes ? rounded : text
            }),
        SettingDefinition(
            name: "statement_timeout", summary: "Time after which a statement is cancelled, as '500ms', '30s', '5min'; 0 for never.",
            initial: { "0" }, parse: { (text) throws(SQLError) in try DurationText.shown(text) }),
        SettingDefinition(
            name: "remote_cache", summary: "Whether what is read of remote stores is kept for the next time, and what was kept is used.",
            initial: { "on" }, parse: { (text) throws(SQLError) in try flag(text) }),
        size("remote_cache_memory", "Memory that the process keeps such bytes in.", RemoteCache.defaultMemory),
        size("remote_cache_disk", "What they may take in the user's folder for caches, on disk.", RemoteCache.defaultDisk),
        SettingDefinition(
            name: "temp_directory", summary: "The folder for what pipes and devices give while it is read.", initial: { "" },
            parse: { (text) throws(SQLError) in text }),
        SettingDefinition(
            name: "timezone", aliases: ["time zone"], summary: "The zone in which timestamptz values are shown and read.",
            initial: { "UTC" },
            parse: { (text) throws(SQLError) in
                if let rules = try? TimeZoneRules.named(text) { return rules.name }
                throw wrong(text, "the name of a time zone, such as 'Europe/Vienna'")
            }),
        SettingDefinition(
            name: "search_path", aliases: ["schema"],
            summary: "Schemas in which unqualified names are looked up; new tables go to the first.",
            isList: true, initial: { "main" },
            parse: { (text) throws(SQLError) in text }),
        SettingDefinition(
            name: "as_of", summary: "The time as of which tables are read; the session then changes nothing. Empty: now.",
            initial: { "" },
            parse: { (text) throws(SQLError) in
                if !text.isEmpty { _ = try SessionSettings.time(text, in: "UTC") }
                return text
            }),
        SettingDefinition(
            name: "role", summary: "The role that statements run as; none is the user who connected.", initial: { "none" },
            parse: { (text) throws(SQLError) in text }),
        SettingDefinition(
            name: "default_table_format", summary: "The format of CREATE TABLE without USING.", initial: { FileFormats.parquet.name },
            parse: { (text) throws(SQLError) in try oneOf(text, [FileFormats.parquet.name] + TableFormats.all.dropFirst().map(\.name)) }),
        SettingDefinition(
            name: "parquet_compression", summary: "The codec of Parquet files that are written.", initial: { "zstd" },
            parse: { (text) throws(SQLError) in try oneOf(text, ParquetProperties.codecs) }),
        SettingDefinition(
            name: "target_file_size", summary: "The size of files that OPTIMIZE makes, where the table's properties do not say.",
            initial: { ByteSize.text(128 << 20) },
            parse: { (text) throws(SQLError) in
                guard let bytes = ByteSize.parse(text), bytes > 0 else { throw wrong(text, "a size, such as '128MB'") }
                return text
            }),
        SettingDefinition(
            name: "drop_retention",
            summary: "Whether DROP leaves a table's files for UNDROP, until a VACUUM whose retention is over: '7d'; 0 for no.",
            initial: { "0" }, parse: { (text) throws(SQLError) in try DurationText.shown(text) }),
        SettingDefinition(
            name: "vacuum_retention_check",
            summary: "Whether VACUUM of a table that other engines share refuses to keep less than the table says.", initial: { "on" },
            parse: { (text) throws(SQLError) in try flag(text) }),
        SettingDefinition(
            name: "progress_bar", summary: "Whether long statements show a progress bar on a terminal.", initial: { "on" },
            parse: { (text) throws(SQLError) in try flag(text) }),
        SettingDefinition(
            name: "application_name", summary: "The name that a client gives itself.", initial: { "lode" },
            parse: { (text) throws(SQLError) in text }),
        SettingDefinition(
            name: "client_encoding", summary: "The encoding of text to and from clients.", initial: { "UTF8" },
            parse: { (text) throws(SQLError) in
                guard let encoding = ClientEncoding(named: text) else { throw wrong(text, "UTF8 or LATIN1") }
                return encoding.rawValue
            }),
        SettingDefinition(
            name: "datestyle", summary: "How dates are written.", isList: true, initial: { "ISO, YMD" },
            parse: { (text) throws(SQLError) in
                let words = text.lowercased().split(separator: ",").map { $0.filter { $0 != " " } }
                guard ["iso"] == words || ["iso", "ymd"] == words else { throw SQLError.unsupported("the date style \(text)") }
                return "ISO, YMD"
            }),
        SettingDefinition(
            name: "default_transaction_isolation",
            summary: "The isolation level of transactions that name none; all levels are snapshot isolation.",
            initial: { "repeatable read" }, parse: { (text) throws(SQLError) in try oneOf(text, isolationLevels) }),
        SettingDefinition(
            name: "transaction_isolation", summary: "The isolation level of the transaction; all levels are snapshot isolation.",
            fallback: "default_transaction_isolation", initial: { "repeatable read" },
            parse: { (text) throws(SQLError) in try oneOf(text, isolationLevels) }),
        SettingDefinition(
            name: "standard_conforming_strings", summary: "Backslashes in '…' are ordinary characters.", initial: { "on" },
            parse: { (text) throws(SQLError) in
                guard try flag(text) == "on" else { throw wrong(text, "on") }
                return "on"
            }),
    ]

    /// The setting called `name`.
    /// - Throws: `42704` with the nearest name.
    static func named(_ name: String, at span: SourceSpan? = nil) throws(SQLError) -> SettingDefinition {
        let folded = name.lowercased()
        if let found = all.first(where: { $0.name == folded || $0.aliases.contains(folded) }) { return found }
        throw SQLError(
            .undefinedObject, "unrecognized configuration parameter \"\(name)\"", at: span,
            hint: NearestName.find(folded, among: all.map(\.name)).map { "Did you mean \"\($0)\"?" } ?? "SHOW ALL lists the settings.")
    }

    private static let isolationLevels = IsolationLevel.allCases.map { $0.rawValue.lowercased() }

    /// A number of bytes, 0 included.
    private static func size(_ name: String, _ summary: String, _ initial: Int) -> SettingDefinition {
        SettingDefinition(
            name: name, summary: summary, initial: { ByteSize.text(initial) },
            parse: { (text) throws(SQLError) in
                guard let bytes = ByteSize.parse(text) else { throw wrong(text, "a size, such as '512MB'; 0 for none") }
                let rounded = ByteSize.text(bytes)
                return ByteSize.parse(rounded) == bytes ? rounded : text
            })
    }

    private static func whole(_ text: String, _ range: ClosedRange<Int>, _ expected: String) throws(SQLError) -> Int {
        guard let number = Int(text), range.contains(number) else { throw wrong(text, expected) }
        return number
    }

    static func oneOf(_ text: String, _ choices: [String]) throws(SQLError) -> String {
        let folded = text.lowercased()
        guard choices.contains(folded) else { throw wrong(text, choices.map { "\"\($0)\"" }.joined(separator: " or ")) }
        return folded
    }

    static func flag(_ text: String) throws(SQLError) -> String {
        guard let flag = boolean(text) else { throw wrong(text, "on or off") }
        return flag ? "on" : "off"
    }

    /// - Source: PostgreSQL 17, 19.1.1 "Parameter Names and Values".
    static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "on", "true", "yes", "1": true
        case "off", "false", "no", "0": false
        default: nil
        }
    }

    static func wrong(_ text: String, _ expected: String) -> SQLError {
        SQLError(.invalidParameterValue, "invalid value \"\(text)\"", hint: "Expected \(expected).")
    }
}
