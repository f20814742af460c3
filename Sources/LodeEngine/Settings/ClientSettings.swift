/// Settings that clients of the wire protocol know, ask for and change.

import LodeCore

extension SettingDefinition {
    /// What PostgreSQL's clients look at first; the version decides which statements they send.
    static let serverVersion = "15.0", serverVersionNumber = "150000"

    static let ofClients: [SettingDefinition] = facts + timeouts + styles

    /// What is so and can't be changed.
    private static let facts: [SettingDefinition] = [
        fact("server_version", "The version of PostgreSQL whose clients are served.", "\(serverVersion) (Lode \(Engine.version))"),
        fact("server_version_num", "The same as a number.", serverVersionNumber),
        fact("server_encoding", "The encoding of text in tables.", "UTF8"),
        fact("integer_datetimes", "Times are counted in microseconds.", "on"),
        fact("in_hot_standby", "Whether this server only reads what another one writes.", "off"),
        fact("is_superuser", "Whether the user may do everything.", "on"),
        SettingDefinition(
            name: "session_authorization", summary: "The user of the session.", initial: { "lode" },
            parse: { (text) throws(SQLError) in text }),
        fact("max_identifier_length", "The longest name, in bytes.", "63"),
        fact("max_index_keys", "The most columns of a key.", "32"),
        fact("lc_collate", "The order of texts.", "C"),
        fact("lc_ctype", "The kinds of characters.", "C.UTF-8"),
        fact("block_size", "The size of a page of PostgreSQL's, in bytes.", "8192"),
        fact("ssl", "Whether the server offers TLS to all clients.", "off"),
    ]

    private static let timeouts: [SettingDefinition] = [
        duration("idle_in_transaction_session_timeout", "How long a client may say nothing within a transaction; 0 is no limit."),
        duration("idle_session_timeout", "How long a client may say nothing outside of a transaction; 0 is no limit."),
        duration("lock_timeout", "How long to wait for an advisory lock; 0 is no limit."),
    ]

    private static let styles: [SettingDefinition] = [
        choice("intervalstyle", "How intervals are written.", ["postgres"]),
        choice("bytea_output", "How binary strings are written.", ["hex"]),
        SettingDefinition(
            name: "extra_float_digits", summary: "Floating-point numbers are written so that they read back as they were: from 1 on.",
            initial: { "1" },
            parse: { (text) throws(SQLError) in
                guard let digits = Int(text), (-15...3).contains(digits) else { throw wrong(text, "a number from -15 to 3") }
                if digits < 1 { throw SQLError.unsupported("extra_float_digits = \(digits)") }
                return text
            }),
        choice(
            "client_min_messages", "The least severe messages that a client is sent.",
            ["notice", "debug5", "debug4", "debug3", "debug2", "debug1", "log", "warning", "error"]),
        switching("default_transaction_read_only", "Whether transactions that don't say so may not write.", "off"),
        SettingDefinition(
            name: "transaction_read_only", summary: "Whether the transaction may not write.", fallback: "default_transaction_read_only",
            initial: { "off" }, parse: { (text) throws(SQLError) in try flag(text) }),
        deferrable("transaction_deferrable", "default_transaction_deferrable"), deferrable("default_transaction_deferrable", nil),
        choice("default_table_access_method", "How tables are kept; PostgreSQL's word for it.", ["heap"]),
        choice("default_tablespace", "The tablespace of new tables: there is one.", [""]),
        choice("temp_tablespaces", "The tablespaces of temporary tables: there is one.", [""]),
        choice("default_toast_compression", "How PostgreSQL packs long values; here files have their codec.", ["pglz"]),
        choice("synchronous_commit", "Whether a commit waits until it is kept; it always does.", ["on"]),
        choice("backslash_quote", "Whether quotes may be written by a backslash in E'…'.", ["safe_encoding"]),
        switching("check_function_bodies", "Whether functions are checked when they are made; nobody makes any.", "on"),
        switching("quote_all_identifiers", "Whether names in definitions always have quotes.", "off"),
        switching("row_security", "Whether policies of rows hold; there are none.", "on"),
        switching("jit", "Whether expressions are compiled; they are not.", "off"),
        switching("escape_string_warning", "Whether backslashes in '…' are warned of; they are ordinary characters.", "off"),
    ]

    /// A setting that nobody changes.
    private static func fact(_ name: String, _ summary: String, _ value: String) -> SettingDefinition {
        SettingDefinition(
            name: name, summary: summary, initial: { value },
            parse: { (_) throws(SQLError) in throw SQLError(.cannotChangeParameter, "parameter \"\(name)\" cannot be changed") })
    }

    private static func duration(_ name: String, _ summary: String) -> SettingDefinition {
        SettingDefinition(
            name: name, summary: summary, initial: { "0" }, parse: { (text) throws(SQLError) in try DurationText.shown(text) })
    }

    private static func choice(_ name: String, _ summary: String, _ choices: [String]) -> SettingDefinition {
        SettingDefinition(
            name: name, summary: summary, initial: { choices[0] }, parse: { (text) throws(SQLError) in try oneOf(text, choices) })
    }

    /// Read-only snapshots need not wait, so that it makes no difference.
    private static func deferrable(_ name: String, _ fallback: String?) -> SettingDefinition {
        SettingDefinition(
            name: name, summary: "Whether a serializable transaction that only reads may wait first; none has to.", fallback: fallback,
            initial: { "off" }, parse: { (text) throws(SQLError) in try flag(text) })
    }

    private static func switching(_ name: String, _ summary: String, _ initial: String) -> SettingDefinition {
        SettingDefinition(name: name, summary: summary, initial: { initial }, parse: { (text) throws(SQLError) in try flag(text) })
    }
}
