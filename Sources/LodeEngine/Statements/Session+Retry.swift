/// Running a statement again when another one came first.

import LodeCore

extension Session {
    /// How often a statement is run before the conflict is reported.
    private static let maxAttempts = 12

    /// Runs `statement`, which commits by itself, again from its beginning as long as its commit meets a concurrent change
    /// (`40001`): it then reads, and changes, what the other one left.
    func retrying<T>(_ statement: () throws(SQLError) -> T) throws(SQLError) -> T {
        // In a transaction nothing is published yet, and what is read does not change.
        if transaction != nil { return try statement() }
        // What a client sends comes once.
        if copiedRows != nil { return try statement() }
        var attempt = 1
        while true {
            do throws(SQLError) {
                return try statement()
            } catch {
                guard error.state == .serializationFailure, attempt < Self.maxAttempts else { throw error }
                // Apart from each other, so that they do not meet again and again.
                try cancellation.pause(nanoseconds: 1000 * Int.random(in: 500...(1_000 << min(attempt, 8))))
                attempt += 1
            }
        }
    }
}
