/// One statement of `lode.query_history`.

/// Times are microseconds since 1970-01-01 UTC.
package struct HistoryEntry: Equatable, Sendable {
    /// Given when the entry is written; later statements have higher ones.
    package var id: Int64 = 0
    package var text: String
    package var role: String
    /// Nil for a session within its process.
    package var clientAddress: String?
    package var applicationName: String
    package var session: Int32
    package var began: Int64
    package var elapsedNanoseconds: UInt64
    /// `succeeded`, `failed` or `canceled`.
    package var state: String
    /// As the statement ended: `SELECT 5`; empty if it failed.
    package var tag: String
    package var rows: Int
    package var bytesRead: Int
    package var filesRead: Int
    package var filesPruned: Int
    package var memoryPeak: Int
    package var errorState: String?
    package var errorMessage: String?

    package init(
        text: String, role: String, clientAddress: String?, applicationName: String, session: Int32, began: Int64,
        elapsedNanoseconds: UInt64, state: String, tag: String, rows: Int, bytesRead: Int, filesRead: Int, filesPruned: Int,
        memoryPeak: Int, errorState: String?, errorMessage: String?
    ) {
        self.text = text
        self.role = role
        self.clientAddress = clientAddress
        self.applicationName = applicationName
        self.session = session
        self.began = began
        self.elapsedNanoseconds = elapsedNanoseconds
        self.state = state
        self.tag = tag
        self.rows = rows
        self.bytesRead = bytesRead
        self.filesRead = filesRead
        self.filesPruned = filesPruned
        self.memoryPeak = memoryPeak
        self.errorState = errorState
        self.errorMessage = errorMessage
    }
}
