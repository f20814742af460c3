/// What a function may know of the session that calls it.

import LodeCore

/// The session's facts for one statement, fixed while it runs.
package final class FunctionContext: Sendable {
    /// `now()`: microseconds since 1970-01-01 UTC at the start of the statement's transaction.
    package let transactionMicros: Int64
    /// `statement_timestamp()`: the same, at the start of the statement.
    package let statementMicros: Int64
    /// The `timezone` setting: an IANA name.
    package let timeZone: String
    package let currentUser: String
    package let sessionUser: String
    package let currentDatabase: String
    package let currentSchema: String
    package let cancellation: Cancellation
    /// What the statement's expressions may make; nil for no limit.
    package let memory: MemoryBudget?
    /// What the session says of its settings, and lets be changed.
    package let settings: SettingAccess
    /// The catalog's objects by number and name.
    package let objects: ObjectNames
    /// What is known of them.
    package let catalog: any CatalogFacts
    /// The other sessions of the server.
    package let backends: BackendAccess

    package init(
        transactionMicros: Int64, statementMicros: Int64? = nil, timeZone: String = "UTC", currentUser: String = "lode",
        sessionUser: String = "lode", currentDatabase: String = "lode",
        currentSchema: String = "main", cancellation: Cancellation = Cancellation(), memory: MemoryBudget? = nil,
        settings: SettingAccess = SettingAccess(), objects: ObjectNames = ObjectNames(), catalog: any CatalogFacts = NoCatalog(),
        backends: BackendAccess = BackendAccess()
    ) {
        self.transactionMicros = transactionMicros
        self.statementMicros = statementMicros ?? transactionMicros
        self.timeZone = timeZone
        self.currentUser = currentUser
        self.sessionUser = sessionUser
        self.currentDatabase = currentDatabase
        self.currentSchema = currentSchema
        self.cancellation = cancellation
        self.memory = memory
        self.settings = settings
        self.objects = objects
        self.catalog = catalog
        self.backends = backends
    }
}

/// What numbers and names of the catalog's objects mean to a session.
package struct ObjectNames: Sendable {
    /// The name of an object, as SQL writes it for this session: with its schema where the search path does not lead to it.
    package var text: @Sendable (CatalogType, Int64) -> String?
    /// The number of the object that a text names along the search path; nil if there is none.
    /// - Throws: `42602` for a text that is no name.
    package var number: @Sendable (CatalogType, String) throws(SQLError) -> Int64?

    package init(
        text: @escaping @Sendable (CatalogType, Int64) -> String? = { _, _ in nil },
        number: @escaping @Sendable (CatalogType, String) throws(SQLError) -> Int64? = { _, _ throws(SQLError) in nil }
    ) {
        self.text = text
        self.number = number
    }
}

/// `current_setting` and `set_config`, as the session answers them.
package struct SettingAccess: Sendable {
    /// The value of a setting; nil if there is none of that name.
    package var value: @Sendable (String) -> String?
    /// Changes a setting at the end of the statement; gives the value as it is kept.
    /// - Throws: `42704` and `22023`, as SET does.
    package var change: @Sendable (_ name: String, _ value: String, _ isLocal: Bool) throws(SQLError) -> String

    package init(
        value: @escaping @Sendable (String) -> String? = { _ in nil },
        change: @escaping @Sendable (String, String, Bool) throws(SQLError) -> String = { _, value, _ throws(SQLError) in value }
    ) {
        self.value = value
        self.change = change
    }
}
