/// ParameterStatus: the settings that clients follow.

import LodeCore
import LodeEngine

/// What the client was last told; it is told again when that has changed.
///
/// - Source: PostgreSQL, "Asynchronous Operations": the settings that are reported.
struct ReportedSettings {
    /// As clients spell them, and the setting that has the value.
    private static let names: [(shown: String, setting: String)] = [
        ("server_version", "server_version"), ("server_encoding", "server_encoding"), ("client_encoding", "client_encoding"),
        ("application_name", "application_name"), ("default_transaction_read_only", "default_transaction_read_only"),
        ("in_hot_standby", "in_hot_standby"), ("is_superuser", "is_superuser"), ("session_authorization", "session_authorization"),
        ("DateStyle", "datestyle"), ("IntervalStyle", "intervalstyle"), ("TimeZone", "timezone"),
        ("integer_datetimes", "integer_datetimes"), ("standard_conforming_strings", "standard_conforming_strings"),
    ]

    private var told: [String: String] = [:]
    private var revision: Int?

    /// What has changed since the last call; everything, the first time.
    mutating func changes(in settings: SessionSettings) -> [BackendMessage] {
        if revision == settings.revision { return [] }
        revision = settings.revision
        var messages: [BackendMessage] = []
        for (shown, setting) in Self.names {
            let value = settings[setting]
            if told.updateValue(value, forKey: shown) != value { messages.append(.parameterStatus(name: shown, value: value)) }
        }
        return messages
    }
}
