/// What a function may know of the session that calls it.

import LodeCore

/// The session's facts for one statement: fixed while it runs, so that `now()` is one instant.
package final class FunctionContext: Sendable {
    /// `now()`: microseconds since 1970-01-01 UTC at the start of the statement's transaction.
    package let transactionMicros: Int64
    /// The `timezone` setting: an IANA name.
    package let timeZone: String
    package let currentUser: String
    package let currentDatabase: String
    package let currentSchema: String
    package let cancellation: Cancellation
    /// What the statement's expressions may make; nil for no limit.
    package let memory: MemoryBudget?

    package init(
        transactionMicros: Int64, timeZone: String = "UTC", currentUser: String = "lode", currentDatabase: String = "lode",
        currentSchema: String = "main", cancellation: Cancellation = Cancellation(), memory: MemoryBudget? = nil
    ) {
        self.transactionMicros = transactionMicros
        self.timeZone = timeZone
        self.currentUser = currentUser
        self.currentDatabase = currentDatabase
        self.currentSchema = currentSchema
        self.cancellation = cancellation
        self.memory = memory
    }
}
